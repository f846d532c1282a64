/* SPDX-License-Identifier: MIT */
/*
 * The numbers and strings of SSH's binary messages (RFC 4251, section 5).
 *
 * A reader takes from the front of bytes that somebody else wrote; the first
 * thing that is not wholly there sets `failed`, and everything after is
 * empty, so that a caller may read on and ask once.
 */
#ifndef CONTROLLER_WIRE_H
#define CONTROLLER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct wire {
    const unsigned char *at;
    size_t left;
    bool failed;
};

struct wire_string {
    const unsigned char *bytes; /* never NULL */
    size_t len;
};

uint8_t wire_byte(struct wire *wire);
uint32_t wire_number(struct wire *wire);
struct wire_string wire_string(struct wire *wire);
bool wire_is(struct wire_string string, const char *text);
/* Copies as C text, cut to `size` - 1 bytes and at the first NUL. */
void wire_text(struct wire_string string, char *text, size_t size);

int wire_add_number(struct buf *buf, uint32_t number);
int wire_add_string(struct buf *buf, const void *bytes, size_t len);
/* A positive number of any size, most significant byte first. */
int wire_add_mpint(struct buf *buf, const unsigned char *bytes, size_t len);

#endif
