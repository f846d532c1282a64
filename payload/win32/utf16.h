/* SPDX-License-Identifier: MIT */
/*
 * UTF-16, as Windows speaks it, to and from UTF-8, as everything inside
 * this program is. Free of windows.h: wchar_t is 16 bits wide there, so a
 * wchar_t text goes in and out as uint16_t.
 */
#ifndef PAYLOAD_UTF16_H
#define PAYLOAD_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The `count` units as UTF-8, a lone surrogate as U+FFFD. The caller frees;
 * NULL when memory is short.
 */
char *utf16_to_utf8(const uint16_t *text, size_t count);

/* Up to the NUL. */
char *utf16_text_to_utf8(const uint16_t *text);

/*
 * UTF-8 as NUL-terminated UTF-16, what is no UTF-8 as U+FFFD. The caller
 * frees; NULL when memory is short.
 */
uint16_t *utf16_from_utf8(const char *text);

/* True when every surrogate stands in a pair. */
bool utf16_valid(const uint16_t *text, size_t count);

size_t utf16_len(const uint16_t *text);

#endif
