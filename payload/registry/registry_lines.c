/* SPDX-License-Identifier: MIT */
#include "payload/registry/registry_lines.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "payload/win32/utf16.h"

static unsigned unit_at(const struct registry_value *value, size_t at)
{
    return at + 1 < value->len
               ? (unsigned)(value->bytes[at] | value->bytes[at + 1] << 8)
               : 0;
}

bool registry_next_line(const struct registry_value *value,
                        struct registry_line *line)
{
    if (line->len > 0)
        line->at += line->len + 2;
    line->len = 0;
    while (unit_at(value, line->at + line->len) != 0)
        line->len += 2;
    return line->len > 0;
}

size_t registry_line_common(const struct registry_value *value,
                            const struct registry_line *line, const char *word)
{
    size_t i = 0;
    while (word[i] != '\0' && 2 * i < line->len) {
        unsigned unit = unit_at(value, line->at + 2 * i);
        if (unit > 0x7F || word_lower((char)unit) != word[i])
            break;
        i++;
    }
    return i;
}

bool registry_line_is(const struct registry_value *value,
                      const struct registry_line *line, const char *word)
{
    return line->len == 2 * strlen(word) &&
           registry_line_common(value, line, word) == strlen(word);
}

char *registry_line_text(const struct registry_value *value,
                         const struct registry_line *line)
{
    uint16_t *units = malloc(line->len + sizeof *units);
    char *text = NULL;
    for (size_t i = 0; units != NULL && i < line->len; i += 2)
        units[i / 2] = (uint16_t)unit_at(value, line->at + i);
    if (units != NULL)
        text = utf16_to_utf8(units, line->len / 2);
    free(units);
    return text;
}
