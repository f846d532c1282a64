/* SPDX-License-Identifier: MIT */
/*
 * Keys that follow from a number, so that ten thousand host keys take no
 * longer than a second and are the same ones in the next farm.
 */
#ifndef FARM_ED25519_H
#define FARM_ED25519_H

#include <libssh/libssh.h>
#include <stdint.h>

#include "base/buf.h"

struct ed25519 {
    unsigned char seed[32];
    unsigned char public[32];
};

/* The key of that number; equal words and numbers give equal keys. */
int ed25519_derive(struct ed25519 *key, const char *word, uint32_t number);

/* "ssh-ed25519 AAAA..." */
void ed25519_add_public(const struct ed25519 *key, struct buf *text);

/* An OpenSSH private key file. */
void ed25519_add_private(const struct ed25519 *key, struct buf *text);

/* For libssh, with the private half; free with ssh_key_free. NULL: failed. */
ssh_key ed25519_import(const struct ed25519 *key);

#endif
