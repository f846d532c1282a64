/* SPDX-License-Identifier: MIT */
#include "payload/win32/environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "payload/win32/utf16.h"

static uint16_t lower(uint16_t unit)
{
    return unit >= 'A' && unit <= 'Z' ? (uint16_t)(unit + 'a' - 'A') : unit;
}

/* The value of the variable that has this name, of `len` units; or NULL. */
static const uint16_t *find(const uint16_t *block, const uint16_t *name,
                            size_t len)
{
    for (; *block != 0; block += utf16_len(block) + 1) {
        size_t i = 0;
        while (i < len && block[i] != 0 && lower(block[i]) == lower(name[i]))
            i++;
        if (i == len && len > 0 && block[len] == '=')
            return block + len + 1;
    }
    return NULL;
}

/* The length of the name between this sign and the next one; 0: none. */
static size_t name_len(const uint16_t *sign)
{
    size_t len = 0;
    while (sign[len + 1] != 0 && sign[len + 1] != '%')
        len++;
    return sign[len + 1] == '%' ? len : 0;
}

/* Into `out` unless it is NULL; how many units it takes. */
static size_t expand(const uint16_t *block, const uint16_t *text, uint16_t *out)
{
    size_t count = 0;
    while (*text != 0) {
        size_t len = *text == '%' ? name_len(text) : 0;
        const uint16_t *value = len > 0 ? find(block, text + 1, len) : NULL;
        const uint16_t *from = value != NULL ? value : text;
        size_t took = value != NULL ? utf16_len(value) : 1;
        if (out != NULL)
            memcpy(out + count, from, took * sizeof *out);
        count += took;
        text += value != NULL ? len + 2 : 1;
    }
    return count;
}

uint16_t *environment_expand(const uint16_t *block, const uint16_t *text)
{
    size_t count = expand(block, text, NULL);
    uint16_t *out = calloc(count + 1, sizeof *out);
    if (out != NULL)
        expand(block, text, out);
    return out;
}
