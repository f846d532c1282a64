/* SPDX-License-Identifier: MIT */
#include "controller/ssh/wire.h"

#include <string.h>

/* NULL when fewer than `len` bytes are left. */
static const unsigned char *skip(struct wire *wire, size_t len)
{
    if (wire->failed || wire->left < len) {
        wire->failed = true;
        return NULL;
    }
    const unsigned char *bytes = wire->at;
    wire->at += len;
    wire->left -= len;
    return bytes;
}

uint8_t wire_byte(struct wire *wire)
{
    const unsigned char *byte = skip(wire, 1);
    return byte == NULL ? 0 : *byte;
}

uint32_t wire_number(struct wire *wire)
{
    const unsigned char *b = skip(wire, 4);
    if (b == NULL)
        return 0;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 |
           (uint32_t)b[3];
}

struct wire_string wire_string(struct wire *wire)
{
    uint32_t len = wire_number(wire);
    const unsigned char *bytes = skip(wire, len);
    static const unsigned char none[1] = {0};
    if (bytes == NULL)
        return (struct wire_string){none, 0};
    return (struct wire_string){bytes, len};
}

bool wire_is(struct wire_string string, const char *text)
{
    return string.len == strlen(text) &&
           memcmp(string.bytes, text, string.len) == 0;
}

void wire_text(struct wire_string string, char *text, size_t size)
{
    size_t len = strnlen((const char *)string.bytes, string.len);
    if (len > size - 1)
        len = size - 1;
    memcpy(text, string.bytes, len);
    text[len] = '\0';
}

int wire_add_number(struct buf *buf, uint32_t number)
{
    unsigned char bytes[4] = {
        (unsigned char)(number >> 24), (unsigned char)(number >> 16),
        (unsigned char)(number >> 8), (unsigned char)number};
    return buf_add(buf, bytes, sizeof bytes);
}

int wire_add_string(struct buf *buf, const void *bytes, size_t len)
{
    if (len > UINT32_MAX || wire_add_number(buf, (uint32_t)len) != 0)
        return -1;
    return buf_add(buf, bytes, len);
}

int wire_add_mpint(struct buf *buf, const unsigned char *bytes, size_t len)
{
    for (; len > 0 && bytes[0] == 0; len--)
        bytes++;
    /* A set top bit would make it negative. */
    bool padded = len > 0 && (bytes[0] & 0x80) != 0;
    if (wire_add_number(buf, (uint32_t)(len + padded)) != 0 ||
        (padded && buf_add_char(buf, 0) != 0))
        return -1;
    return buf_add(buf, bytes, len);
}
