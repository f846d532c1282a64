/* SPDX-License-Identifier: MIT */
/*
 * UTF-8, read strictly: no overlong form, no surrogate, nothing beyond
 * U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character at the start of `text`, put into `code`: returns how many of
 * the `len` bytes it takes, or 0 when they do not begin with a whole one.
 */
size_t utf8_decode(const char *text, size_t len, uint32_t *code);

/*
 * How many bytes of `text` to show where at most `max` may be: never half a
 * character.
 */
size_t utf8_cut(const char *text, size_t max);

/*
 * True for a character beyond ASCII that a terminal obeys instead of showing
 * it: C1 controls, and what reorders, hides or breaks the text around it.
 */
bool utf8_misleads(uint32_t code);

#endif
