/* SPDX-License-Identifier: MIT */
#include "payload/win32/utf16.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define REPLACEMENT 0xFFFDu

static bool is_high(uint16_t unit)
{
    return (unit & 0xFC00u) == 0xD800u;
}

static bool is_low(uint16_t unit)
{
    return (unit & 0xFC00u) == 0xDC00u;
}

size_t utf16_len(const uint16_t *text)
{
    size_t count = 0;
    while (text[count] != 0)
        count++;
    return count;
}

bool utf16_valid(const uint16_t *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_low(text[i]))
            return false;
        if (!is_high(text[i]))
            continue;
        if (i + 1 == count || !is_low(text[i + 1]))
            return false;
        i++;
    }
    return true;
}

/* The character that begins at text[*at]; moves *at behind it. */
static uint32_t take_unit(const uint16_t *text, size_t count, size_t *at)
{
    uint16_t unit = text[(*at)++];
    if (is_low(unit))
        return REPLACEMENT;
    if (!is_high(unit))
        return unit;
    if (*at == count || !is_low(text[*at]))
        return REPLACEMENT;
    uint16_t low = text[(*at)++];
    return 0x10000u + ((uint32_t)(unit & 0x3FFu) << 10) + (low & 0x3FFu);
}

static size_t put_utf8(char *out, uint32_t c)
{
    unsigned char *o = (unsigned char *)out;
    if (c < 0x80) {
        o[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800) {
        o[0] = (unsigned char)(0xC0 | c >> 6);
        o[1] = (unsigned char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        o[0] = (unsigned char)(0xE0 | c >> 12);
        o[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        o[2] = (unsigned char)(0x80 | (c & 0x3F));
        return 3;
    }
    o[0] = (unsigned char)(0xF0 | c >> 18);
    o[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
    o[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
    o[3] = (unsigned char)(0x80 | (c & 0x3F));
    return 4;
}

char *utf16_to_utf8(const uint16_t *text, size_t count)
{
    if (count > (SIZE_MAX - 1) / 3)
        return NULL;
    char *out = malloc(count * 3 + 1); /* a pair takes 4 bytes of its 6 */
    if (out == NULL)
        return NULL;
    size_t len = 0;
    for (size_t at = 0; at < count;)
        len += put_utf8(out + len, take_unit(text, count, &at));
    out[len] = '\0';
    return out;
}

char *utf16_text_to_utf8(const uint16_t *text)
{
    return utf16_to_utf8(text, utf16_len(text));
}

uint16_t *utf16_from_utf8(const char *text)
{
    size_t len = strlen(text);
    uint16_t *out = calloc(len + 1, sizeof *out); /* never more units */
    if (out == NULL)
        return NULL;
    size_t count = 0;
    for (size_t at = 0; at < len;) {
        uint32_t c = REPLACEMENT;
        size_t step = utf8_decode(text + at, len - at, &c);
        at += step > 0 ? step : 1;
        if (c >= 0x10000) {
            out[count++] = (uint16_t)(0xD800u + ((c - 0x10000u) >> 10));
            out[count++] = (uint16_t)(0xDC00u + (c & 0x3FFu));
        } else {
            out[count++] = (uint16_t)c;
        }
    }
    return out;
}
