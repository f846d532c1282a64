/* SPDX-License-Identifier: MIT */
/*
 * A private key file, in OpenSSH's own format or in PEM.
 *
 * Nothing here decrypts: a passphrase costs 0.2 s of CPU a login, and the
 * agent does it once.
 */
#ifndef CONTROLLER_KEY_FILE_H
#define CONTROLLER_KEY_FILE_H

#include "base/err.h"
#include "controller/ssh/private_key.h"

enum key_kind {
    KEY_READ,      /* `key` is there */
    KEY_ENCRYPTED, /* it needs a passphrase */
};

struct key_file {
    enum key_kind kind;
    struct private_key *key; /* NULL unless KEY_READ */
};

/*
 * Reads and judges the file. -1 when it cannot be read or is no private key;
 * err->code is then the errno of a file that could not be read, else 0.
 */
int key_file_read(struct key_file *file, const char *path, struct err *err);
/* A zeroed struct is fine. */
void key_file_release(struct key_file *file);

#endif
