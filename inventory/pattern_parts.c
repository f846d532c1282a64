/* SPDX-License-Identifier: MIT */
#include "inventory/pattern_parts.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/address.h"

/* --- splitting ------------------------------------------------------------ */

static int add_part(struct list *parts, const char *text, size_t len)
{
    while (len > 0 && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (len == 0)
        return 0;
    char *part = strndup(text, len);
    if (part != NULL && list_add(parts, part) == 0)
        return 0;
    free(part);
    return -1;
}

/* Bytes before the next separator that no bracket holds. */
static size_t part_len(const char *text, const char *separators)
{
    bool inside = false;
    size_t len = 0;
    for (; text[len] != '\0'; len++) {
        if (text[len] == '[')
            inside = true;
        else if (text[len] == ']')
            inside = false;
        else if (!inside && strchr(separators, text[len]) != NULL)
            break;
    }
    return len;
}

static bool is_plain_name(const char *name)
{
    size_t ranges = 0;
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '[') {
            const char *close = strchr(c, ']');
            if (close == NULL || memchr(c, ':', (size_t)(close - c)) == NULL)
                return false;
            c = close;
            ranges++;
        } else if (!isalnum((unsigned char)*c) && strchr("_.-", *c) == NULL &&
                   (unsigned char)*c < 0x80) {
            return false;
        }
    }
    return *name != '\0' || ranges > 0;
}

/* Colons that separate nothing: of an IPv6 address, before a port. */
static int is_one_name(const char *text, bool *one)
{
    const char *port = NULL;
    char *name = address_split(text, &port);
    if (name == NULL)
        return -1;
    *one = address_is_ipv6(name, strlen(name)) ||
           (port != NULL && is_plain_name(name));
    free(name);
    return 0;
}

static int split(const char *pattern, struct list *parts)
{
    const char *separators = ",";
    if (pattern[part_len(pattern, ",")] == '\0') {
        bool one = false;
        if (is_one_name(pattern, &one) == -1)
            return -1;
        if (one)
            return add_part(parts, pattern, strlen(pattern));
        separators = ": \t\r\n\v\f";
    }
    for (;;) {
        size_t len = part_len(pattern, separators);
        if (add_part(parts, pattern, len) == -1)
            return -1;
        if (pattern[len] == '\0')
            return 0;
        pattern += len + 1;
    }
}

/* The lines of `@file`, each a pattern; lines with # are remarks. */
static int read_lines(const char *option, const char *path, struct list *parts,
                      struct problems *problems)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        problems_error(problems, "%s: @%s: %s", option, path, strerror(errno));
        return -1;
    }
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    int result = 0;
    while (result == 0 && (len = getline(&line, &size, file)) != -1) {
        size_t mark = strncmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        if (line[mark] != '#')
            result = add_part(parts, line + mark, (size_t)len - mark);
    }
    if (ferror(file)) {
        problems_error(problems, "%s: @%s: cannot be read", option, path);
        result = -1;
    }
    free(line);
    fclose(file);
    return result;
}

int pattern_parts(const char *option, const char *pattern, struct list *parts,
                  struct problems *problems)
{
    struct list raw = {0};
    int result = split(pattern, &raw);
    for (size_t i = 0; i < raw.count && result == 0; i++) {
        const char *part = raw.items[i];
        result = part[0] == '@' ? read_lines(option, part + 1, parts, problems)
                                : add_part(parts, part, strlen(part));
    }
    list_release_all(&raw, free);
    return result;
}
