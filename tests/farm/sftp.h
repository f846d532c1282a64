/* SPDX-License-Identifier: MIT */
/*
 * SFTP version 3 as far as a controller uses it, on the files of one target:
 * bytes in, bytes out. libssh 0.10 has no server for it that runs in a loop
 * of somebody else's.
 */
#ifndef FARM_SFTP_H
#define FARM_SFTP_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "base/buf.h"
#include "tests/farm/target.h"

#define SFTP_HANDLES_MAX 4

struct sftp {
    struct target *target;
    struct buf in;
    struct buf out;
    struct sftp_handle {
        struct file *file;  /* NULL: not open */
        size_t same;        /* bytes so far, as in the known upload */
        EVP_MD_CTX *digest; /* of those that differ, else NULL */
        struct buf bytes;   /* of a request, and while nothing is known */
    } handles[SFTP_HANDLES_MAX];
    bool hangs_up; /* the target's script says so */
    bool broken;   /* the client speaks something else */
};

void sftp_init(struct sftp *sftp, struct target *target);
void sftp_release(struct sftp *sftp);

/* Takes what came; answers are added to `out`. */
void sftp_feed(struct sftp *sftp, const void *bytes, size_t len);

#endif
