/* SPDX-License-Identifier: MIT */
/* What --only and --skip name: families of settings, with commas between. */
#ifndef CONTROLLER_FAMILY_WORDS_H
#define CONTROLLER_FAMILY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Says on standard error what is wrong with the two, NULL where not given: a
 * word that is no family, or nothing that is left to look at.
 */
bool family_words_wrong(const char *only_words, const char *skip_words);

/*
 * Fills `text` with every family, commas between, and a new line where one
 * would get longer than the help has room for; always terminated.
 */
void family_words_list(char *text, size_t size);

#endif
