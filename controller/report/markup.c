/* SPDX-License-Identifier: MIT */
#include "controller/report/markup.h"

#include <string.h>

#include "base/buf.h"
#include "base/log.h"

#define TEXT_MAX ((size_t)64 * 1024 * 1024)

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* U+FFFE and U+FFFF, in UTF-8. */
static const char *no_character(const char *text)
{
    if (strncmp(text, "\xef\xbf\xbe", 3) == 0)
        return "\\ufffe";
    return strncmp(text, "\xef\xbf\xbf", 3) == 0 ? "\\uffff" : NULL;
}

void markup_lines(FILE *out, const char *lines)
{
    for (const char *c = lines; *c != '\0'; c++) {
        const char *word = entity(*c);
        const char *none = no_character(c);
        if (word == NULL && none == NULL) {
            fputc(*c, out);
            continue;
        }
        fputs(word != NULL ? word : none, out);
        if (none != NULL)
            c += 2;
    }
}

void markup_put(FILE *out, const char *text)
{
    struct buf escaped;
    buf_init(&escaped, TEXT_MAX);
    if (text == NULL || log_escape(&escaped, text, strlen(text)) == 0)
        markup_lines(out, text != NULL ? escaped.data : "");
    else
        fputs("(out of memory)", out);
    buf_release(&escaped);
}
