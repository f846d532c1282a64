/* SPDX-License-Identifier: MIT */
/*
 * Words of the firewall's language, whose case never matters. Only ASCII
 * letters are folded. Free of windows.h.
 */
#ifndef PAYLOAD_WORD_H
#define PAYLOAD_WORD_H

static inline char word_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

#endif
