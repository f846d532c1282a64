/* SPDX-License-Identifier: MIT */
/* libssh takes a key only as a file of OpenSSH's, so that is what is made. */
#include "tests/farm/ed25519.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#define TYPE "ssh-ed25519"
#define MAGIC "openssh-key-v1"
#define LINE_LEN 70
#define CHECK 0x66617266u /* any number, written twice */
#define CIPHER_BLOCK 8

static int find_public(struct ed25519 *key)
{
    size_t len = sizeof key->public;
    EVP_PKEY *pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
                                                  key->seed, sizeof key->seed);
    bool found =
        pair != NULL && EVP_PKEY_get_raw_public_key(pair, key->public, &len);
    EVP_PKEY_free(pair);
    return found ? 0 : -1;
}

int ed25519_derive(struct ed25519 *key, const char *word, uint32_t number)
{
    struct buf text;
    buf_init(&text, 256);
    buf_addf(&text, "wmifleet farm %s %u", word, number);
    bool hashed = !text.failed && EVP_Digest(text.data, text.len, key->seed,
                                             NULL, EVP_sha256(), NULL);
    buf_release(&text);
    return hashed ? find_public(key) : -1;
}

static void add_number(struct buf *wire, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_char(wire, (char)(number >> shift));
}

static void add_string(struct buf *wire, const void *bytes, size_t len)
{
    add_number(wire, (uint32_t)len);
    buf_add(wire, bytes, len);
}

static void add_public_blob(struct buf *wire, const struct ed25519 *key)
{
    add_string(wire, TYPE, strlen(TYPE));
    add_string(wire, key->public, sizeof key->public);
}

static void add_base64(struct buf *text, const struct buf *wire,
                       size_t line_len)
{
    unsigned char encoded[1024];
    if (wire->failed || wire->len > sizeof encoded / 2) {
        text->failed = true;
        return;
    }
    size_t len = (size_t)EVP_EncodeBlock(
        encoded, (const unsigned char *)wire->data, (int)wire->len);
    for (size_t at = 0; at < len; at += line_len) {
        size_t piece = len - at < line_len ? len - at : line_len;
        if (at > 0)
            buf_add_char(text, '\n');
        buf_add(text, encoded + at, piece);
    }
}

void ed25519_add_public(const struct ed25519 *key, struct buf *text)
{
    struct buf wire;
    buf_init(&wire, 256);
    add_public_blob(&wire, key);
    buf_add_text(text, TYPE " ");
    add_base64(text, &wire, SIZE_MAX / 2);
    buf_release(&wire);
}

static void add_private_part(struct buf *wire, const struct ed25519 *key)
{
    struct buf part;
    unsigned char both[sizeof key->seed + sizeof key->public];
    memcpy(both, key->seed, sizeof key->seed);
    memcpy(both + sizeof key->seed, key->public, sizeof key->public);
    buf_init(&part, 512);
    add_number(&part, CHECK);
    add_number(&part, CHECK);
    add_public_blob(&part, key);
    add_string(&part, both, sizeof both);
    add_string(&part, "farm", 4);
    for (char pad = 1; part.len % CIPHER_BLOCK != 0 && !part.failed; pad++)
        buf_add_char(&part, pad);
    add_string(wire, part.data, part.len);
    buf_release(&part);
}

void ed25519_add_private(const struct ed25519 *key, struct buf *text)
{
    struct buf wire;
    struct buf blob;
    buf_init(&wire, 512);
    buf_init(&blob, 256);
    buf_add(&wire, MAGIC, sizeof MAGIC); /* its NUL belongs to it */
    add_string(&wire, "none", 4);
    add_string(&wire, "none", 4);
    add_string(&wire, "", 0);
    add_number(&wire, 1);
    add_public_blob(&blob, key);
    add_string(&wire, blob.data, blob.len);
    add_private_part(&wire, key);
    buf_add_text(text, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    add_base64(text, &wire, LINE_LEN);
    buf_add_text(text, "\n-----END OPENSSH PRIVATE KEY-----\n");
    buf_release(&blob);
    buf_release(&wire);
}

ssh_key ed25519_import(const struct ed25519 *key)
{
    struct buf text;
    ssh_key imported = NULL;
    buf_init(&text, 1024);
    ed25519_add_private(key, &text);
    if (text.failed || ssh_pki_import_privkey_base64(text.data, NULL, NULL,
                                                     NULL, &imported) != SSH_OK)
        imported = NULL;
    buf_release(&text);
    return imported;
}
