/* SPDX-License-Identifier: MIT */
/* The payload that is carried inside this program. */
#ifndef CONTROLLER_PAYLOAD_IMAGE_H
#define CONTROLLER_PAYLOAD_IMAGE_H

#include "base/err.h"
#include "controller/job/job.h"

/*
 * The hash of `len` bytes as payload/protocol.h wants it in file names: the
 * first half of the SHA-256 in lower-case hex. 0, or -1 when the library
 * that computes it fails.
 */
int payload_hash(const void *data, size_t len, char hash[PROTOCOL_HASH_LEN + 1],
                 struct err *err);

/* The payload with its hash; the bytes are static. 0 or -1. */
int payload_image(struct blob *payload, struct err *err);

#endif
