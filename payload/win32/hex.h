/* SPDX-License-Identifier: MIT */
/* Bytes as hexadecimal text in small letters. Free of windows.h. */
#ifndef PAYLOAD_HEX_H
#define PAYLOAD_HEX_H

#include <stddef.h>

/* `text` has room for 2 * len + 1. */
void hex_print(const unsigned char *bytes, size_t len, char *text);

/* The same, to be freed; NULL when memory is short. */
char *hex_text(const unsigned char *bytes, size_t len);

/* To be freed; NULL when it is no such text or memory is short. */
unsigned char *hex_read(const char *text, size_t *len);

#endif
