/* SPDX-License-Identifier: MIT */
/*
 * A private key that signs a login: ed25519, ECDSA or RSA.
 *
 * libssh2 is not asked to read keys: 1.10 leaves a copy of the private
 * number of an ECDSA key in memory for each login.
 */
#ifndef CONTROLLER_PRIVATE_KEY_H
#define CONTROLLER_PRIVATE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "controller/ssh/wire.h"

struct private_key;

/* For RSA: which hash to sign with; the agent's protocol has these bits. */
#define SIGN_RSA_SHA2_256 2u
#define SIGN_RSA_SHA2_512 4u

/*
 * From the private part of OpenSSH's own format, at the key's type. NULL
 * when it is broken, of another type, or memory is short.
 */
struct private_key *private_key_from_openssh(struct wire *wire);
/* From PEM without a passphrase. */
struct private_key *private_key_from_pem(const char *text, size_t len);
void private_key_free(struct private_key *key);

/* "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa", ... */
const char *private_key_type(const struct private_key *key);
/* The public key as it goes over the wire. */
struct wire_string private_key_public(const struct private_key *key);

/*
 * Appends the signature of `data` without the name of its algorithm.
 * `rsa_hash` is SIGN_RSA_..., 0 for SHA-1. 0 or -1.
 */
int private_key_sign(const struct private_key *key, uint32_t rsa_hash,
                     const void *data, size_t len, struct buf *signature);

#endif
