/* SPDX-License-Identifier: MIT */
#include "inventory/matcher.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define EXPRESSION_MAX 8192

/* `\d` and its like, as POSIX writes them; `inside` brackets or not. */
static const char *class_of(char letter, bool inside)
{
    switch (letter) {
    case 'd':
        return inside ? "0-9" : "[0-9]";
    case 'w':
        return inside ? "[:alnum:]_" : "[[:alnum:]_]";
    case 's':
        return inside ? "[:space:]" : "[[:space:]]";
    case 'D':
        return inside ? NULL : "[^0-9]";
    case 'W':
        return inside ? NULL : "[^[:alnum:]_]";
    case 'S':
        return inside ? NULL : "[^[:space:]]";
    case 'A':
        return inside ? NULL : "^";
    case 'Z':
        return inside ? NULL : "$";
    default:
        return NULL;
    }
}

/* After a backslash; returns how many bytes of `text` are done. */
static size_t translate_escape(struct buf *out, const char *text, bool inside)
{
    const char *class = class_of(text[1], inside);
    if (class != NULL)
        buf_add_text(out, class);
    else if (inside) /* a backslash in brackets is a character to POSIX */
        buf_add_char(out, text[1]);
    else
        buf_add(out, text, 2);
    return 2;
}

static size_t translate_bracket(struct buf *out, const char *text)
{
    size_t i = 1;
    buf_add_char(out, '[');
    if (text[i] == '^')
        buf_add_char(out, text[i++]);
    if (text[i] == ']')
        buf_add_char(out, text[i++]);
    while (text[i] != '\0' && text[i] != ']') {
        if (text[i] == '\\' && text[i + 1] != '\0')
            i += translate_escape(out, text + i, true);
        else
            buf_add_char(out, text[i++]);
    }
    if (text[i] == ']')
        buf_add_char(out, text[i++]);
    return i;
}

/* A group's question mark; 0 when POSIX has no word for it. */
static size_t translate_group(struct buf *out, const char *text, int *flags)
{
    if (strncmp(text, "(?:", 3) == 0) {
        buf_add_char(out, '(');
        return 3;
    }
    if (strncmp(text, "(?i)", 4) == 0) {
        *flags |= REG_ICASE;
        return 4;
    }
    return 0;
}

static int translate(struct buf *out, const char *text, int *flags)
{
    buf_add_text(out, "^(");
    while (*text != '\0') {
        size_t done = 1;
        if (*text == '\\' && text[1] != '\0')
            done = translate_escape(out, text, false);
        else if (*text == '[')
            done = translate_bracket(out, text);
        else if (text[0] == '(' && text[1] == '?')
            done = translate_group(out, text, flags);
        else {
            buf_add_char(out, *text);
            if (strchr("*+?}", *text) != NULL && text[1] == '?')
                done = 2; /* "as few as possible" finds the same names */
        }
        if (done == 0)
            return -1;
        text += done;
    }
    buf_add_text(out, ")");
    return 0;
}

static int compile(struct matcher *matcher, const char *text, struct err *err)
{
    struct buf expression;
    int flags = REG_EXTENDED | REG_NOSUB;
    buf_init(&expression, EXPRESSION_MAX);
    int result = 0;
    if (translate(&expression, text, &flags) == -1)
        result = err_set(err, 0,
                         "'~%.200s': '(?' is understood only in "
                         "'(?:' and '(?i)'",
                         text);
    else if (expression.failed)
        result = err_set(err, 0, "'~%.200s' is too long", text);
    if (result == 0) {
        char why[128];
        int failed = regcomp(&matcher->regex, expression.data, flags);
        if (failed != 0) {
            regerror(failed, &matcher->regex, why, sizeof why);
            result =
                err_set(err, failed == REG_ESPACE ? ENOMEM : 0,
                        "'~%.200s' is no regular expression: %s", text, why);
        }
    }
    buf_release(&expression);
    return result;
}

int matcher_init(struct matcher *matcher, const char *pattern, struct err *err)
{
    *matcher = (struct matcher){0};
    if (pattern[0] == '~')
        return compile(matcher, pattern + 1, err);
    matcher->glob = pattern;
    return 0;
}

void matcher_release(struct matcher *matcher)
{
    if (matcher->glob == NULL)
        regfree(&matcher->regex);
}

bool matcher_matches(const struct matcher *matcher, const char *name)
{
    if (matcher->glob == NULL)
        return regexec(&matcher->regex, name, 0, NULL, 0) == 0;
    return fnmatch(matcher->glob, name, FNM_NOESCAPE) == 0;
}
