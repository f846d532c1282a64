/* SPDX-License-Identifier: MIT */
/*
 * The payload and its request move into the folder, where only
 * administrators can change them, under names that are hashes of what they
 * hold. Failing to is never the end of a run: the next one uploads again.
 */
#ifndef PAYLOAD_SETTLE_H
#define PAYLOAD_SETTLE_H

#include <stdbool.h>

#include "base/buf.h"
#include "payload/run/folder.h"

/* The running program. */
struct image {
    char path[FILE_PATH_MAX];
    struct buf bytes;
    char hash[PROTOCOL_HASH_LEN + 1]; /* "" when it could not be read */
};

int image_open(struct image *image, struct err *err);
void image_close(struct image *image);

/*
 * True when p-<hash>.exe stands in the folder afterwards with these bytes;
 * older payloads are then removed. False: err says why.
 */
bool settle_payload(const struct folder *folder, const struct image *image,
                    struct err *err);
/* The same for r-<hash>.json. */
bool settle_request(const struct folder *folder, const char *hash,
                    const struct buf *bytes, struct err *err);

/* Whether p-<hash>.exe stands there; nothing is put there. */
bool settle_stands(const struct folder *folder, const struct image *image);

/*
 * Removes one-time files older than a day from the working directory: those
 * of runs whose controller did not come back to do it.
 */
void settle_sweep(void);

#endif
