/* SPDX-License-Identifier: MIT */
/* SHA-256 as the protocol uses it, by Windows' own BCrypt. */
#ifndef PAYLOAD_DIGEST_H
#define PAYLOAD_DIGEST_H

#include <stddef.h>

#include "base/err.h"
#include "payload/protocol.h"

/* The first half of the bytes' SHA-256 in lower-case hex digits. */
int digest_hash(const void *bytes, size_t len, char hash[PROTOCOL_HASH_LEN + 1],
                struct err *err);

#endif
