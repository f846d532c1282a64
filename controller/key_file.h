/* SPDX-License-Identifier: MIT */
/*
 * A private key file: its text, and what can be said of it without its
 * passphrase.
 *
 * Nothing here decrypts: a passphrase costs 0.2 s of CPU a login, and the
 * agent does it once.
 */
#ifndef CONTROLLER_KEY_FILE_H
#define CONTROLLER_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum key_kind {
    KEY_USABLE, /* ed25519 or ECDSA, or an unknown that may be tried */
    KEY_RSA,
    KEY_ENCRYPTED, /* whatever it is, it needs a passphrase */
};

struct key_file {
    char *text; /* NUL-terminated; a secret */
    size_t len; /* without the NUL */
    enum key_kind kind;
};

/*
 * Reads and judges the file. -1 when it cannot be read or is no private key;
 * err->code is then the errno of a file that could not be read, else 0.
 */
int key_file_read(struct key_file *file, const char *path, struct err *err);
/* Wipes and frees; a zeroed struct is fine. */
void key_file_release(struct key_file *file);

#endif
