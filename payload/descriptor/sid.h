/* SPDX-License-Identifier: MIT */
/*
 * Security identifiers, as bytes and as text ("S-1-5-32-562").
 * Free of windows.h.
 */
#ifndef PAYLOAD_SID_H
#define PAYLOAD_SID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SID_LEN_MAX 68   /* fifteen parts */
#define SID_TEXT_MAX 192 /* the longest one, NUL included */

struct sid {
    unsigned char bytes[SID_LEN_MAX];
    size_t len; /* 0: none */
};

/* The SID at the start of `bytes`; false when there is no whole one. */
bool sid_read(struct sid *sid, const unsigned char *bytes, size_t room);

/* False when `text` is no SID in the form that Windows writes. */
bool sid_parse(struct sid *sid, const char *text);
void sid_print(const struct sid *sid, char text[SID_TEXT_MAX]);

bool sid_same(const struct sid *a, const struct sid *b);

/* True for S-1-5-`first`-...: 32 is BUILTIN, 21 a machine or a domain. */
bool sid_is_below(const struct sid *sid, uint32_t first);
/* The last part; 0 when there is none. */
uint32_t sid_last_part(const struct sid *sid);

#endif
