/* SPDX-License-Identifier: MIT */
/*
 * A wide text that grows, and the few things done to wide strings here.
 *
 * A text holds at most TEXT_MAX characters. The first failure (no memory, too
 * long) sticks: later calls do nothing, and text_take() reports it. So a text
 * is built without looking at every step.
 */
#ifndef LAB_FIREWALL_TEXT_H
#define LAB_FIREWALL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

#include <oleauto.h>

#define TEXT_MAX (1024u * 1024u)

struct text {
    WCHAR *chars; /* NULL while empty, otherwise ends in a null character */
    size_t len;
    size_t cap;
    bool failed;
};

void text_init(struct text *);
void text_release(struct text *);
void text_add(struct text *, const WCHAR *string);
void text_add_part(struct text *, const WCHAR *chars, size_t len);

/* Adds `string`, behind a comma unless the text is empty. */
void text_add_item(struct text *, const WCHAR *string);

/*
 * Gives the string to the caller (free() it) and empties the text; NULL after
 * a failure. An empty text gives an empty string.
 */
WCHAR *text_take(struct text *);

/* As text_take(), but as a BSTR, NULL for an empty text. */
HRESULT text_take_bstr(struct text *, BSTR *);

/* A copy for the caller to free(); NULL when there is no memory. */
WCHAR *wide_copy(const WCHAR *string);
WCHAR *wide_copy_part(const WCHAR *chars, size_t len);

/* Equal without regard to case, in no particular language. */
bool wide_same(const WCHAR *, const WCHAR *);
bool wide_starts(const WCHAR *string, const WCHAR *prefix);

/*
 * The next item of a comma-separated list: moves *list behind it and copies
 * it into *item (free() it). S_FALSE at the end. An empty item is an error.
 */
HRESULT wide_next_item(const WCHAR **list, WCHAR **item);

/* An unsigned decimal number that is the whole string, at most `max`. */
bool wide_number(const WCHAR *string, unsigned long max, unsigned long *out);

#endif
