/* SPDX-License-Identifier: MIT */
/*
 * Words for accounts and groups that every Windows has, whatever its
 * language calls them. Free of windows.h.
 */
#ifndef PAYLOAD_ACCOUNT_WORDS_H
#define PAYLOAD_ACCOUNT_WORDS_H

#include <stdbool.h>

/* The SID of a word as text, or NULL when it is none. */
const char *account_word_sid(const char *word);

/* The word that is nearest to `text`, or NULL when none is near. */
const char *account_word_near(const char *text);

#endif
