/* SPDX-License-Identifier: MIT */
#include "controller/ssh/private_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC_MAX ((size_t)16 * 1024)
#define SIGNATURE_MAX ((size_t)8 * 1024)
#define ED25519_LEN 32u
#define POINT_MAX 133u /* of nistp521, uncompressed */

struct private_key {
    EVP_PKEY *secret;
    char type[32];
    struct buf blob;
};

static const struct curve {
    const char *type;
    const char *name;  /* in SSH */
    const char *group; /* in OpenSSL */
    const char *digest;
} curves[] = {
    {"ecdsa-sha2-nistp256", "nistp256", "prime256v1", "SHA256"},
    {"ecdsa-sha2-nistp384", "nistp384", "secp384r1", "SHA384"},
    {"ecdsa-sha2-nistp521", "nistp521", "secp521r1", "SHA512"},
};

#define CURVE_COUNT (sizeof curves / sizeof *curves)

static const struct curve *curve_of_type(const char *type)
{
    for (size_t i = 0; i < CURVE_COUNT; i++)
        if (strcmp(curves[i].type, type) == 0)
            return &curves[i];
    return NULL;
}

void private_key_free(struct private_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->secret);
    buf_release(&key->blob);
    free(key);
}

const char *private_key_type(const struct private_key *key)
{
    return key->type;
}

struct wire_string private_key_public(const struct private_key *key)
{
    return (struct wire_string){(const unsigned char *)key->blob.data,
                                key->blob.len};
}

static void set_type(struct private_key *key, const char *type)
{
    size_t len = strlen(type);
    memcpy(key->type, type, len + 1);
    wire_add_string(&key->blob, type, len);
}

static int describe_ed25519(struct private_key *key)
{
    unsigned char public[ED25519_LEN];
    size_t len = sizeof public;
    if (EVP_PKEY_get_raw_public_key(key->secret, public, &len) != 1)
        return -1;
    set_type(key, "ssh-ed25519");
    return wire_add_string(&key->blob, public, len);
}

static int describe_ecdsa(struct private_key *key)
{
    char group[32];
    unsigned char point[POINT_MAX];
    size_t len = 0;
    if (EVP_PKEY_get_group_name(key->secret, group, sizeof group, NULL) != 1 ||
        EVP_PKEY_get_octet_string_param(key->secret, OSSL_PKEY_PARAM_PUB_KEY,
                                        point, sizeof point, &len) != 1)
        return -1;
    for (size_t i = 0; i < CURVE_COUNT; i++) {
        if (strcmp(curves[i].group, group) != 0)
            continue;
        set_type(key, curves[i].type);
        wire_add_string(&key->blob, curves[i].name, strlen(curves[i].name));
        return wire_add_string(&key->blob, point, len);
    }
    return -1;
}

static int add_bignum(struct buf *buf, const BIGNUM *number)
{
    unsigned char bytes[SIGNATURE_MAX];
    int len = number == NULL ? 0 : BN_num_bytes(number);
    if (len <= 0 || (size_t)len > sizeof bytes)
        return -1;
    BN_bn2bin(number, bytes);
    return wire_add_mpint(buf, bytes, (size_t)len);
}

static int describe_rsa(struct private_key *key)
{
    BIGNUM *n = NULL;
    BIGNUM *e = NULL;
    int result = -1;
    set_type(key, "ssh-rsa");
    if (EVP_PKEY_get_bn_param(key->secret, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
        EVP_PKEY_get_bn_param(key->secret, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
        add_bignum(&key->blob, e) == 0)
        result = add_bignum(&key->blob, n);
    BN_free(n);
    BN_free(e);
    return result;
}

/* Takes `secret` over. */
static struct private_key *make_key(EVP_PKEY *secret)
{
    struct private_key *key = calloc(1, sizeof *key);
    if (secret == NULL || key == NULL) {
        EVP_PKEY_free(secret);
        free(key);
        return NULL;
    }
    key->secret = secret;
    buf_init(&key->blob, PUBLIC_MAX);
    int result = -1;
    switch (EVP_PKEY_get_base_id(secret)) {
    case EVP_PKEY_ED25519:
        result = describe_ed25519(key);
        break;
    case EVP_PKEY_EC:
        result = describe_ecdsa(key);
        break;
    case EVP_PKEY_RSA:
        result = describe_rsa(key);
        break;
    default:
        break;
    }
    if (result == 0)
        return key;
    private_key_free(key);
    return NULL;
}

static int no_passphrase(char *text, int size, int writing, void *context)
{
    (void)text;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

struct private_key *private_key_from_pem(const char *text, size_t len)
{
    BIO *pem = BIO_new_mem_buf(text, (int)len);
    if (pem == NULL)
        return NULL;
    EVP_PKEY *secret = PEM_read_bio_PrivateKey(pem, NULL, no_passphrase, NULL);
    BIO_free(pem);
    return make_key(secret);
}

static EVP_PKEY *read_ed25519(struct wire *wire)
{
    wire_string(wire); /* the public key, which the seed gives too */
    struct wire_string seed = wire_string(wire);
    if (wire->failed || seed.len != 2 * (size_t)ED25519_LEN)
        return NULL;
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed.bytes,
                                        ED25519_LEN);
}

/* In memory that OpenSSL wipes. */
static BIGNUM *read_bignum(struct wire *wire)
{
    struct wire_string bytes = wire_string(wire);
    BIGNUM *number = BN_secure_new();
    if (number != NULL && !wire->failed &&
        BN_bin2bn(bytes.bytes, (int)bytes.len, number) != NULL)
        return number;
    BN_clear_free(number);
    return NULL;
}

static EVP_PKEY *build(const char *type, OSSL_PARAM_BLD *parts)
{
    EVP_PKEY *secret = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(parts);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (params != NULL && context != NULL &&
        EVP_PKEY_fromdata_init(context) == 1)
        EVP_PKEY_fromdata(context, &secret, EVP_PKEY_KEYPAIR, params);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return secret;
}

static EVP_PKEY *read_ecdsa(struct wire *wire, const struct curve *curve)
{
    wire_string(wire); /* the curve's name again */
    struct wire_string point = wire_string(wire);
    BIGNUM *number = read_bignum(wire);
    OSSL_PARAM_BLD *parts = OSSL_PARAM_BLD_new();
    EVP_PKEY *secret = NULL;
    if (number != NULL && parts != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(parts, OSSL_PKEY_PARAM_GROUP_NAME,
                                        curve->group, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(parts, OSSL_PKEY_PARAM_PUB_KEY,
                                         point.bytes, point.len) == 1 &&
        OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1)
        secret = build("EC", parts);
    OSSL_PARAM_BLD_free(parts);
    BN_clear_free(number);
    return secret;
}

static EVP_PKEY *read_rsa(struct wire *wire)
{
    BIGNUM *n = read_bignum(wire);
    BIGNUM *e = read_bignum(wire);
    BIGNUM *d = read_bignum(wire);
    OSSL_PARAM_BLD *parts = OSSL_PARAM_BLD_new();
    EVP_PKEY *secret = NULL;
    if (n != NULL && e != NULL && d != NULL && parts != NULL &&
        OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
        OSSL_PARAM_BLD_push_BN(parts, OSSL_PKEY_PARAM_RSA_D, d) == 1)
        secret = build("RSA", parts);
    OSSL_PARAM_BLD_free(parts);
    BN_clear_free(n);
    BN_clear_free(e);
    BN_clear_free(d);
    return secret;
}

struct private_key *private_key_from_openssh(struct wire *wire)
{
    char type[32];
    wire_text(wire_string(wire), type, sizeof type);
    const struct curve *curve = curve_of_type(type);
    if (curve != NULL)
        return make_key(read_ecdsa(wire, curve));
    if (strcmp(type, "ssh-ed25519") == 0)
        return make_key(read_ed25519(wire));
    if (strcmp(type, "ssh-rsa") == 0)
        return make_key(read_rsa(wire));
    return NULL;
}

static const char *digest_of(const struct private_key *key, uint32_t rsa_hash)
{
    const struct curve *curve = curve_of_type(key->type);
    if (curve != NULL)
        return curve->digest;
    if (strcmp(key->type, "ssh-rsa") != 0)
        return NULL; /* ed25519 has its own */
    return rsa_hash == SIGN_RSA_SHA2_512   ? "SHA512"
           : rsa_hash == SIGN_RSA_SHA2_256 ? "SHA256"
                                           : "SHA1";
}

/* OpenSSL signs with ECDSA in DER; SSH has two numbers. */
static int add_ecdsa(struct buf *signature, const unsigned char *der,
                     size_t len)
{
    ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long)len);
    if (numbers == NULL)
        return -1;
    int result = -1;
    if (add_bignum(signature, ECDSA_SIG_get0_r(numbers)) == 0)
        result = add_bignum(signature, ECDSA_SIG_get0_s(numbers));
    ECDSA_SIG_free(numbers);
    return result;
}

int private_key_sign(const struct private_key *key, uint32_t rsa_hash,
                     const void *data, size_t len, struct buf *signature)
{
    unsigned char bytes[SIGNATURE_MAX];
    size_t bytes_len = sizeof bytes;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int result = -1;
    if (context != NULL &&
        EVP_DigestSignInit_ex(context, NULL, digest_of(key, rsa_hash), NULL,
                              NULL, key->secret, NULL) == 1 &&
        EVP_DigestSign(context, bytes, &bytes_len, data, len) == 1)
        result = curve_of_type(key->type) != NULL
                     ? add_ecdsa(signature, bytes, bytes_len)
                     : buf_add(signature, bytes, bytes_len);
    EVP_MD_CTX_free(context);
    return result;
}
