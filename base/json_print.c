/* SPDX-License-Identifier: MIT */
/*
 * Prints trees. cJSON_Print rounds numbers to 17 digits and cannot keep to
 * ASCII, hence our own.
 */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"

/* Doubles below this hold every integer exactly. */
#define INTEGER_LIMIT 9007199254740992.0

struct printer {
    struct buf *out;
    int indent; /* -1: one line */
    bool ascii;
};

static void print_unit(struct buf *out, uint32_t unit)
{
    buf_addf(out, "\\u%04x", (unsigned)unit);
}

static void print_escaped(struct printer *printer, uint32_t code)
{
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *found = code < 0x80 ? strchr(plain, (int)code) : NULL;
    if (found != NULL) {
        buf_add_char(printer->out, '\\');
        buf_add_char(printer->out, letters[found - plain]);
    } else if (code < 0x10000) {
        print_unit(printer->out, code);
    } else {
        print_unit(printer->out, 0xD800 + ((code - 0x10000) >> 10));
        print_unit(printer->out, 0xDC00 + ((code - 0x10000) & 0x3FF));
    }
}

/* A target's text may be printed to a terminal as JSON, so it is tamed here. */
static bool needs_escape(const struct printer *printer, uint32_t code)
{
    return code < 0x20 || code == '"' || code == '\\' || code == 0x7F ||
           utf8_misleads(code) || (printer->ascii && code >= 0x7F);
}

/* Bytes that are not UTF-8 become U+FFFD: what is printed is always JSON. */
static void print_text(struct printer *printer, const char *text)
{
    size_t len = strlen(text);
    size_t plain = 0; /* where the run of characters left as they are began */
    buf_add_char(printer->out, '"');
    for (size_t at = 0; at < len;) {
        uint32_t code = (unsigned char)text[at];
        if (code < 0x7F && !needs_escape(printer, code)) {
            at++;
            continue;
        }
        size_t taken = utf8_decode(text + at, len - at, &code);
        if (taken > 0 && !needs_escape(printer, code)) {
            at += taken;
            continue;
        }
        buf_add(printer->out, text + plain, at - plain);
        print_escaped(printer, taken > 0 ? code : 0xFFFD);
        at += taken > 0 ? taken : 1;
        plain = at;
    }
    buf_add(printer->out, text + plain, len - plain);
    buf_add_char(printer->out, '"');
}

/* A number that code of ours has made: it has no source text. */
static void print_double(struct buf *out, double value)
{
    char text[64];
    if (!(fabs(value) <= DBL_MAX)) { /* infinite, or no number at all */
        buf_add_text(out, "null");
        return;
    }
    if (fabs(value) < INTEGER_LIMIT && (double)(int64_t)value == value) {
        buf_addf(out, "%.0f", value);
        return;
    }
    snprintf(text, sizeof text, "%.15g", value);
    if (strtod(text, NULL) != value)
        snprintf(text, sizeof text, "%.17g", value);
    for (char *c = text; *c != '\0'; c++) {
        if (*c == ',') /* the decimal point of some locales */
            *c = '.';
    }
    buf_add_text(out, text);
}

static void print_line(struct printer *printer, int depth)
{
    if (printer->indent < 0)
        return;
    buf_add_char(printer->out, '\n');
    for (int i = 0; i < depth * printer->indent; i++)
        buf_add_char(printer->out, ' ');
}

static void print_value(struct printer *printer, const cJSON *value, int depth);

static void print_children(struct printer *printer, const cJSON *parent,
                           int depth)
{
    bool object = cJSON_IsObject(parent);
    buf_add_char(printer->out, object ? '{' : '[');
    for (const cJSON *each = parent->child; each != NULL; each = each->next) {
        if (each != parent->child)
            buf_add_char(printer->out, ',');
        print_line(printer, depth + 1);
        if (object) {
            print_text(printer, each->string != NULL ? each->string : "");
            buf_add_text(printer->out, printer->indent < 0 ? ":" : ": ");
        }
        print_value(printer, each, depth + 1);
    }
    if (parent->child != NULL)
        print_line(printer, depth);
    buf_add_char(printer->out, object ? '}' : ']');
}

static void print_value(struct printer *printer, const cJSON *value, int depth)
{
    struct buf *out = printer->out;
    if (cJSON_IsObject(value) || cJSON_IsArray(value))
        print_children(printer, value, depth);
    else if (cJSON_IsString(value))
        print_text(printer, value->valuestring);
    else if (cJSON_IsNumber(value) && value->valuestring == NULL)
        print_double(out, value->valuedouble);
    else if (cJSON_IsNumber(value) || cJSON_IsRaw(value))
        buf_add_text(out, value->valuestring);
    else if (cJSON_IsBool(value))
        buf_add_text(out, cJSON_IsTrue(value) ? "true" : "false");
    else
        buf_add_text(out, "null");
}

static char *print_tree(const cJSON *tree, int indent, bool ascii)
{
    struct buf out;
    struct printer printer = {.out = &out, .indent = indent, .ascii = ascii};
    buf_init(&out, SIZE_MAX / 4);
    print_value(&printer, tree, 0);
    return buf_take(&out);
}

char *json_print(const cJSON *tree, int indent)
{
    return print_tree(tree, indent, false);
}

char *json_print_ascii(const cJSON *tree)
{
    return print_tree(tree, -1, true);
}

int json_add(struct buf *out, const cJSON *tree)
{
    struct printer printer = {.out = out, .indent = -1};
    print_value(&printer, tree, 0);
    return out->failed ? -1 : 0;
}
