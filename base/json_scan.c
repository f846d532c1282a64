/* SPDX-License-Identifier: MIT */
/*
 * A recursive-descent scanner without look-back. Every function begins at
 * the byte that it judges and leaves the cursor after what it has taken;
 * each returns 0, or -1 with the one error told. Columns count characters,
 * so the bytes that continue a UTF-8 character are counted per line and
 * taken off.
 */
#include "base/json_scan.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

#define FOUND_MAX 80
#define WORD_SHOWN 20

struct scan {
    const char *name;
    const char *text;
    size_t len;
    size_t at;
    size_t line;
    size_t line_start;
    size_t continued; /* bytes of this line that begin no character */
    unsigned depth;
    struct json_marks *marks;
    struct err *err;
};

static int scan_value(struct scan *scan);

static int peek(const struct scan *scan)
{
    return scan->at < scan->len ? (unsigned char)scan->text[scan->at] : -1;
}

static size_t column(const struct scan *scan)
{
    return scan->at - scan->line_start - scan->continued + 1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What stands at the cursor, as a person would name it. */
static void describe_found(const struct scan *scan, char *found, size_t size)
{
    int c = peek(scan);
    uint32_t code = 0;
    size_t rest = scan->len - scan->at;
    if (c < 0) {
        snprintf(found, size, "the text ends here");
    } else if (is_letter(c)) {
        int len = 0;
        while (len < WORD_SHOWN && (size_t)len < rest &&
               is_letter((unsigned char)scan->text[scan->at + (size_t)len]))
            len++;
        snprintf(found, size, "found '%.*s'", len, scan->text + scan->at);
    } else if (c == '\n' || c == '\r') {
        snprintf(found, size, "the line ends here");
    } else if (c >= 0x20 && c < 0x7F) {
        snprintf(found, size, "found '%c'", c);
    } else if (c >= 0x80 && utf8_decode(scan->text + scan->at, rest, &code)) {
        snprintf(found, size, "found the character U+%04lX",
                 (unsigned long)code);
    } else {
        snprintf(found, size, "found the byte 0x%02X", (unsigned)c);
    }
}

static int fail(const struct scan *scan, const char *what)
{
    return err_set(scan->err, 0, "%s:%lu:%lu: %s", scan->name,
                   (unsigned long)scan->line, (unsigned long)column(scan),
                   what);
}

static int fail_found(const struct scan *scan, const char *expected)
{
    char found[FOUND_MAX];
    describe_found(scan, found, sizeof found);
    return err_set(scan->err, 0, "%s:%lu:%lu: %s, %s", scan->name,
                   (unsigned long)scan->line, (unsigned long)column(scan),
                   found, expected);
}

static void skip_blanks(struct scan *scan)
{
    for (; scan->at < scan->len; scan->at++) {
        char c = scan->text[scan->at];
        if (c == '\n') {
            scan->line++;
            scan->line_start = scan->at + 1;
            scan->continued = 0;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            return;
        }
    }
}

static int mark_room(struct json_marks *marks)
{
    if (marks->count < marks->capacity)
        return 0;
    size_t capacity = marks->capacity < 64 ? 64 : marks->capacity * 2;
    struct json_mark *items = cJSON_malloc(capacity * sizeof *items);
    if (items == NULL)
        return -1;
    if (marks->count > 0)
        memcpy(items, marks->items, marks->count * sizeof *items);
    cJSON_free(marks->items);
    marks->items = items;
    marks->capacity = capacity;
    return 0;
}

void json_marks_release(struct json_marks *marks)
{
    cJSON_free(marks->items);
    *marks = (struct json_marks){0};
}

/* Notes a value that begins here; where its key began is set afterwards. */
static int mark_here(struct scan *scan)
{
    if (mark_room(scan->marks))
        return err_set(scan->err, 0, "%s: out of memory", scan->name);
    scan->marks->items[scan->marks->count++] =
        (struct json_mark){.line = (uint32_t)scan->line,
                           .column = (uint32_t)column(scan),
                           .offset = (uint32_t)scan->at};
    return 0;
}

/* The four hexadecimal digits of \uXXXX; the cursor is at the backslash. */
static int scan_unit(struct scan *scan, uint32_t *unit)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    *unit = 0;
    for (size_t i = 2; i < 6; i++) {
        const char *digit = NULL;
        if (scan->at + i < scan->len && scan->text[scan->at + i] != '\0')
            digit = strchr(digits, scan->text[scan->at + i]);
        if (digit == NULL)
            return fail(scan, "\\u is followed by fewer than four "
                              "hexadecimal digits");
        *unit = *unit << 4 | ((uint32_t)(digit - digits) & 15u);
    }
    return 0;
}

static int scan_unicode_escape(struct scan *scan)
{
    uint32_t unit = 0;
    if (scan_unit(scan, &unit))
        return -1;
    if (unit == 0)
        return fail(scan, "\\u0000 is not accepted in a text");
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return fail(scan, "this second half of a surrogate pair has no first");
    if (unit < 0xD800 || unit > 0xDBFF) {
        scan->at += 6;
        return 0;
    }
    struct scan second = *scan;
    second.at += 6;
    if (second.len - second.at < 2 ||
        memcmp(second.text + second.at, "\\u", 2) != 0)
        return fail(scan, "this first half of a surrogate pair has no second");
    if (scan_unit(&second, &unit))
        return -1;
    if (unit < 0xDC00 || unit > 0xDFFF)
        return fail(scan, "this first half of a surrogate pair has no second");
    scan->at += 12;
    return 0;
}

static int scan_escape(struct scan *scan)
{
    int next =
        scan->at + 1 < scan->len ? (unsigned char)scan->text[scan->at + 1] : -1;
    if (next == 'u')
        return scan_unicode_escape(scan);
    if (next <= 0 || strchr("\"\\/bfnrt", next) == NULL)
        return fail(scan, "the backslash begins no known escape; write \\\\ "
                          "for a backslash itself");
    scan->at += 2;
    return 0;
}

static int scan_character(struct scan *scan)
{
    uint32_t code = 0;
    size_t taken =
        utf8_decode(scan->text + scan->at, scan->len - scan->at, &code);
    if (taken == 0)
        return fail_found(scan, "which is not UTF-8; save the file as UTF-8");
    scan->at += taken;
    scan->continued += taken - 1;
    return 0;
}

static int scan_string(struct scan *scan)
{
    scan->at++;
    for (;;) {
        int c = peek(scan);
        int status = 0;
        if (c == '"') {
            scan->at++;
            return 0;
        }
        if (c < 0 || c == '\n' || c == '\r')
            return fail_found(scan, "'\"' was expected to end the text");
        if (c < 0x20)
            return fail_found(scan, "a control character must be written as "
                                    "an escape");
        if (c == '\\')
            status = scan_escape(scan);
        else if (c < 0x80)
            scan->at++;
        else
            status = scan_character(scan);
        if (status)
            return -1;
    }
}

/* What people write who take JSON for its relatives. */
static int fail_no_value(const struct scan *scan)
{
    const char *here = scan->text + scan->at;
    size_t rest = scan->len - scan->at;
    if (rest > 0 && (*here == '/' || *here == '#'))
        return fail_found(scan, "JSON has no comments");
    if (rest >= 4 && memcmp(here, "True", 4) == 0)
        return fail_found(scan, "JSON writes true");
    if (rest >= 5 && memcmp(here, "False", 5) == 0)
        return fail_found(scan, "JSON writes false");
    if (rest >= 4 && memcmp(here, "None", 4) == 0)
        return fail_found(scan, "JSON writes null");
    if (rest > 0 && *here == '\'')
        return fail_found(scan, "JSON takes double quotes only");
    return fail_found(scan, "a value was expected");
}

static int fail_no_key(const struct scan *scan, bool after_comma)
{
    int c = peek(scan);
    if (c == '/' || c == '#' || c == '\'')
        return fail_no_value(scan);
    if (c == '}' && after_comma)
        return fail_found(scan, "a key was expected after the comma; remove "
                                "the comma");
    return fail_found(scan, "a key in double quotes was expected");
}

static int scan_digits(struct scan *scan)
{
    if (!is_digit(peek(scan)))
        return fail_found(scan, "a digit was expected");
    while (is_digit(peek(scan)))
        scan->at++;
    return 0;
}

static int scan_number(struct scan *scan)
{
    if (peek(scan) == '-')
        scan->at++;
    if (peek(scan) == '0') {
        scan->at++;
        if (is_digit(peek(scan)))
            return fail_found(scan, "no digit may follow a leading 0");
    } else if (scan_digits(scan)) {
        return -1;
    }
    if (peek(scan) == '.') {
        scan->at++;
        if (scan_digits(scan))
            return -1;
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        scan->at++;
        if (peek(scan) == '+' || peek(scan) == '-')
            scan->at++;
        return scan_digits(scan);
    }
    return 0;
}

size_t json_number_len(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len && (is_digit((unsigned char)text[at]) ||
                        (text[at] != '\0' && strchr("+-.eE", text[at]))))
        at++;
    return at;
}

static int scan_word(struct scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i]);
        const char *here = scan->text + scan->at;
        size_t rest = scan->len - scan->at;
        if (rest < len || memcmp(here, words[i], len) != 0)
            continue;
        if (rest > len && is_letter((unsigned char)here[len]))
            break;
        scan->at += len;
        return 0;
    }
    return fail_no_value(scan);
}

static int enter(struct scan *scan)
{
    if (scan->depth == JSON_MAX_DEPTH)
        return fail(scan, "lists and objects are nested deeper than 64");
    scan->depth++;
    scan->at++;
    skip_blanks(scan);
    return 0;
}

static int leave(struct scan *scan)
{
    scan->depth--;
    scan->at++;
    return 0;
}

static int scan_list(struct scan *scan)
{
    if (enter(scan))
        return -1;
    if (peek(scan) == ']')
        return leave(scan);
    for (;;) {
        if (mark_here(scan) || scan_value(scan))
            return -1;
        skip_blanks(scan);
        if (peek(scan) == ']')
            return leave(scan);
        if (peek(scan) != ',')
            return fail_found(scan, "',' or ']' was expected");
        scan->at++;
        skip_blanks(scan);
        if (peek(scan) == ']')
            return fail_found(scan, "a value was expected after the comma; "
                                    "remove the comma");
    }
}

static int scan_member(struct scan *scan)
{
    if (mark_here(scan) || scan_string(scan))
        return -1;
    size_t mark = scan->marks->count - 1;
    skip_blanks(scan);
    if (peek(scan) != ':')
        return fail_found(scan, "':' was expected after the key");
    scan->at++;
    skip_blanks(scan);
    scan->marks->items[mark].offset = (uint32_t)scan->at;
    return scan_value(scan);
}

static int scan_object(struct scan *scan)
{
    if (enter(scan))
        return -1;
    if (peek(scan) == '}')
        return leave(scan);
    for (bool after_comma = false;; after_comma = true) {
        if (peek(scan) != '"')
            return fail_no_key(scan, after_comma);
        if (scan_member(scan))
            return -1;
        skip_blanks(scan);
        if (peek(scan) == '}')
            return leave(scan);
        if (peek(scan) != ',')
            return fail_found(scan, "',' or '}' was expected");
        scan->at++;
        skip_blanks(scan);
    }
}

/* The nesting is bounded by JSON_MAX_DEPTH. */
static int scan_value(struct scan *scan)
{
    int c = peek(scan);
    if (c == '{')
        return scan_object(scan);
    if (c == '[')
        return scan_list(scan);
    if (c == '"')
        return scan_string(scan);
    if (c == '-' || is_digit(c))
        return scan_number(scan);
    return scan_word(scan);
}

/* What Windows' tools write when nobody tells them otherwise. */
static bool looks_like_utf16(const char *text, size_t len)
{
    if (len >= 2 &&
        (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0))
        return true;
    return len >= 4 && ((text[0] == '\0' && text[2] == '\0') ||
                        (text[1] == '\0' && text[3] == '\0'));
}

int json_scan(const char *name, const char *text, size_t len,
              struct json_marks *marks, struct err *err)
{
    struct scan scan = {.name = name,
                        .text = text,
                        .len = len,
                        .line = 1,
                        .marks = marks,
                        .err = err};
    if (len >= UINT32_MAX)
        return err_set(err, 0, "%s: larger than 4 GiB", name);
    if (looks_like_utf16(text, len))
        return fail(&scan, "the text is UTF-16; save the file as UTF-8");
    skip_blanks(&scan);
    if (mark_here(&scan) || scan_value(&scan))
        return -1;
    skip_blanks(&scan);
    if (scan.at < scan.len)
        return fail_found(&scan, "nothing may follow the value");
    return 0;
}
