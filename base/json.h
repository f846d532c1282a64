/* SPDX-License-Identifier: MIT */
/*
 * JSON as RFC 8259 has it, and not a byte more.
 *
 * cJSON builds the tree; a scanner of ours runs first, because cJSON alone
 * takes bad UTF-8, `[01]`, duplicate keys and control characters, cuts
 * strings at an escaped NUL and rounds large numbers. The scanner refuses:
 * anything outside the grammar, bytes that are not UTF-8, lone surrogates, an
 * escaped NUL, duplicate keys of one object (after unescaping), nesting deeper
 * than JSON_MAX_DEPTH, and anything but blanks after the value. A leading UTF-8
 * byte order mark is accepted, since Windows editors write it.
 *
 * Numbers: a number node of a tree made here keeps its source text in
 * `valuestring` (cJSON leaves that member NULL); json_print writes that text
 * again, so that 1e400, -0 and 12345678901234567890 come out as they went
 * in. cJSON_Duplicate and cJSON_Delete handle the member as they should.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define JSON_MAX_DEPTH 64

/* A parsed text that still knows where each of its values stood. */
struct json_doc;

/*
 * Parses `len` bytes. `name` (a file name, copied) opens every error text:
 * "lab.json:3:14: found ']', a value was expected". NULL on failure.
 */
struct json_doc *json_doc_parse(const char *name, const char *text, size_t len,
                                struct err *err);
void json_doc_free(struct json_doc *doc);

/* The tree; it lives as long as the document. Never change it. */
const cJSON *json_doc_root(const struct json_doc *doc);
const char *json_doc_name(const struct json_doc *doc);

/*
 * Where the value (its key, when it is a member of an object) begins in the
 * source, counted from 1, columns in characters. False when the node is not
 * of this document. One hash look-up.
 */
bool json_doc_position(const struct json_doc *doc, const cJSON *node,
                       size_t *line, size_t *column);

/* Parses without keeping positions; free with cJSON_Delete. NULL on failure. */
cJSON *json_parse(const char *name, const char *text, size_t len,
                  struct err *err);

/*
 * Text of a tree, numbers as said above; `indent` spaces a level, or -1 for
 * one line without blanks. Characters that a terminal would obey are \uXXXX.
 * Free with free(). NULL only when out of memory.
 */
char *json_print(const cJSON *tree, int indent);

/* Like json_print on one line, with everything beyond ASCII as \uXXXX. */
char *json_print_ascii(const cJSON *tree);

/*
 * Whether two trees say the same, members in whatever order; false where one
 * is NULL or memory is short. In the time that reading them takes, whoever
 * sent them.
 */
bool json_equal(const cJSON *a, const cJSON *b);

/* Appends what json_print makes on one line; -1 when the buffer has failed. */
int json_add(struct buf *out, const cJSON *tree);

/* Appends a text to the array; nothing where memory is short. */
void json_add_text(cJSON *array, const char *text);

/* The string member `key` of an object, or NULL when absent or no string. */
const char *json_text(const cJSON *object, const char *key);

/*
 * The member `key` compared with case. cJSON_GetObjectItem ignores case and
 * walks the list: use this for small objects only.
 */
cJSON *json_member(const cJSON *object, const char *key);

#endif
