/* SPDX-License-Identifier: MIT */
#include "controller/job/payload_image.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>

extern const unsigned char payload_image_begin[];
extern const unsigned char payload_image_end[];

int payload_hash(const void *data, size_t len, char hash[PROTOCOL_HASH_LEN + 1],
                 struct err *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;
    if (!EVP_Digest(data, len, digest, &digest_len, EVP_sha256(), NULL) ||
        digest_len * 2 < PROTOCOL_HASH_LEN)
        return err_set(err, 0, "SHA-256: libcrypto refuses to compute it");
    for (size_t i = 0; i < PROTOCOL_HASH_LEN / 2; i++)
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
    return 0;
}

int payload_image(struct blob *payload, struct err *err)
{
    payload->data = payload_image_begin;
    /* Two objects to C, one to the assembler. */
    payload->len =
        (uintptr_t)payload_image_end - (uintptr_t)payload_image_begin;
    return payload_hash(payload->data, payload->len, payload->hash, err);
}
