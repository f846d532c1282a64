/* SPDX-License-Identifier: MIT */
/*
 * Words whose case never matters: names, keys, the firewall's language. Only
 * ASCII letters are folded.
 */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stdbool.h>

static inline char word_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Equal but for case; NULL is like NULL alone. */
bool word_same(const char *a, const char *b);

#endif
