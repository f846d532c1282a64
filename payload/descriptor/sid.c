/* SPDX-License-Identifier: MIT */
#include "payload/descriptor/sid.h"

#include <stdio.h>
#include <string.h>

#define HEAD_LEN 8 /* revision, count of parts, six bytes of authority */
#define PARTS_MAX 15

static uint32_t part_at(const struct sid *sid, size_t index)
{
    const unsigned char *b = sid->bytes + HEAD_LEN + 4 * index;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
           (uint32_t)b[3] << 24;
}

static uint64_t authority(const struct sid *sid)
{
    uint64_t number = 0;
    for (size_t i = 2; i < HEAD_LEN; i++)
        number = number << 8 | sid->bytes[i];
    return number;
}

bool sid_read(struct sid *sid, const unsigned char *bytes, size_t room)
{
    if (room < HEAD_LEN || bytes[0] != 1 || bytes[1] > PARTS_MAX)
        return false;
    size_t len = HEAD_LEN + 4u * bytes[1];
    if (len > room)
        return false;
    memcpy(sid->bytes, bytes, len);
    sid->len = len;
    return true;
}

/* A number of decimal digits, no more than `max`; moves `text` behind it. */
static bool take_number(const char **text, uint64_t max, uint64_t *number)
{
    const char *at = *text;
    *number = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        *number = *number * 10 + (uint64_t)(*at - '0');
        if (*number > max)
            return false;
    }
    if (at == *text)
        return false;
    *text = at;
    return true;
}

bool sid_parse(struct sid *sid, const char *text)
{
    struct sid found = {.bytes = {1, 0}, .len = HEAD_LEN};
    uint64_t number;
    if (strncmp(text, "S-1-", 4) != 0)
        return false;
    text += 4;
    /* Beyond 32 bits Windows writes hexadecimal digits; none is in use. */
    if (!take_number(&text, UINT32_MAX, &number))
        return false;
    for (size_t i = 0; i < 4; i++)
        found.bytes[HEAD_LEN - 1 - i] = (unsigned char)(number >> (8 * i));
    while (*text == '-') {
        text++;
        if (found.bytes[1] == PARTS_MAX ||
            !take_number(&text, UINT32_MAX, &number))
            return false;
        for (size_t i = 0; i < 4; i++)
            found.bytes[found.len++] = (unsigned char)(number >> (8 * i));
        found.bytes[1]++;
    }
    if (*text != '\0' || found.bytes[1] == 0)
        return false;
    *sid = found;
    return true;
}

void sid_print(const struct sid *sid, char text[SID_TEXT_MAX])
{
    uint64_t number = authority(sid);
    int len;
    if (number > UINT32_MAX)
        len = snprintf(text, SID_TEXT_MAX, "S-1-0x%04lX%08lX",
                       (unsigned long)(number >> 32),
                       (unsigned long)(number & UINT32_MAX));
    else
        len = snprintf(text, SID_TEXT_MAX, "S-1-%lu", (unsigned long)number);
    for (size_t i = 0; i < sid->bytes[1]; i++)
        len += snprintf(text + len, SID_TEXT_MAX - (size_t)len, "-%lu",
                        (unsigned long)part_at(sid, i));
}

bool sid_same(const struct sid *a, const struct sid *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

bool sid_is_below(const struct sid *sid, uint32_t first)
{
    return sid->len > HEAD_LEN + 4 && authority(sid) == 5 &&
           part_at(sid, 0) == first;
}

uint32_t sid_last_part(const struct sid *sid)
{
    return sid->len > HEAD_LEN ? part_at(sid, sid->bytes[1] - 1u) : 0;
}
