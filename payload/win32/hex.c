/* SPDX-License-Identifier: MIT */
#include "payload/win32/hex.h"

#include <stdlib.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

void hex_print(const unsigned char *bytes, size_t len, char *text)
{
    for (size_t i = 0; i < len; i++) {
        *text++ = digits[bytes[i] >> 4];
        *text++ = digits[bytes[i] & 0xF];
    }
    *text = '\0';
}

char *hex_text(const unsigned char *bytes, size_t len)
{
    char *text = malloc(2 * len + 1);
    if (text != NULL)
        hex_print(bytes, len, text);
    return text;
}

unsigned char *hex_read(const char *text, size_t *len)
{
    size_t count = strlen(text);
    unsigned char *bytes = calloc(1, count / 2 + 1);
    if (bytes == NULL || count % 2 != 0 || strspn(text, digits) != count) {
        free(bytes);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        bytes[i / 2] = (unsigned char)(bytes[i / 2] << 4 |
                                       (strchr(digits, text[i]) - digits));
    *len = count / 2;
    return bytes;
}
