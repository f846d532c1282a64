/* SPDX-License-Identifier: MIT */
/*
 * The strict half of base/json.h: judges a text by RFC 8259's grammar and
 * notes where each value stands. Used by base/json.c only.
 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* One value of the text, in the order in which the values begin. */
struct json_mark {
    uint32_t line;   /* of its key, when it is a member of an object */
    uint32_t column; /* in characters; both are counted from 1 */
    uint32_t offset; /* of the value's first byte */
};

struct json_marks {
    struct json_mark *items;
    size_t count;
    size_t capacity;
};

/*
 * Scans `len` bytes, which have no byte order mark any more. Fills `marks`,
 * to be freed with json_marks_release also when -1 is returned.
 */
int json_scan(const char *name, const char *text, size_t len,
              struct json_marks *marks, struct err *err);
void json_marks_release(struct json_marks *marks);

/* How many of the bytes at `text` belong to the number that begins there. */
size_t json_number_len(const char *text, size_t len);

#endif
