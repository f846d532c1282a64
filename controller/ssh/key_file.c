/* SPDX-License-Identifier: MIT */
#include "controller/ssh/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/ssh/wire.h"

#define FILE_MAX ((size_t)64 * 1024) /* bytes */

static const char openssh_begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
static const char openssh_end[] = "-----END OPENSSH PRIVATE KEY-----";
static const char openssh_magic[] = "openssh-key-v1"; /* its NUL counts */

struct secret_text {
    char *text; /* NUL-terminated */
    size_t len;
};

static void wipe(struct secret_text *secret)
{
    if (secret->text != NULL)
        explicit_bzero(secret->text, secret->len);
    free(secret->text);
}

void key_file_release(struct key_file *file)
{
    private_key_free(file->key);
    *file = (struct key_file){0};
}

static int read_all(int fd, struct secret_text *secret, size_t size)
{
    while (secret->len < size) {
        ssize_t got = read(fd, secret->text + secret->len, size - secret->len);
        if (got == 0)
            return 0;
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0)
            secret->len += (size_t)got;
    }
    return 0;
}

static int read_open(int fd, struct secret_text *secret)
{
    struct stat found;
    if (fstat(fd, &found) != 0)
        return -1;
    errno = S_ISREG(found.st_mode) ? EFBIG : EINVAL;
    if (!S_ISREG(found.st_mode) || found.st_size > (off_t)FILE_MAX)
        return -1;
    secret->text = calloc(1, (size_t)found.st_size + 1);
    if (secret->text == NULL)
        return -1;
    return read_all(fd, secret, (size_t)found.st_size);
}

/* A FIFO or a device must not stop the loop. */
static int read_regular(const char *path, struct secret_text *secret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    int result = read_open(fd, secret);
    int number = errno;
    close(fd);
    errno = number;
    return result;
}

/* The bytes between the two lines; 0 when they are not base64. */
static size_t decode_openssh(const char *text, unsigned char *bytes,
                             size_t size)
{
    const char *begin = strstr(text, openssh_begin);
    const char *end = strstr(text, openssh_end);
    if (begin == NULL || end == NULL || end < begin)
        return 0;
    begin += sizeof openssh_begin - 1;
    if (end < begin || (size_t)(end - begin) > size)
        return 0;
    EVP_ENCODE_CTX *decoder = EVP_ENCODE_CTX_new();
    if (decoder == NULL)
        return 0;
    int len = 0;
    int rest = 0;
    EVP_DecodeInit(decoder);
    if (EVP_DecodeUpdate(decoder, bytes, &len, (const unsigned char *)begin,
                         (int)(end - begin)) < 0 ||
        EVP_DecodeFinal(decoder, bytes + len, &rest) < 0)
        len = rest = 0;
    EVP_ENCODE_CTX_free(decoder);
    return (size_t)len + (size_t)rest;
}

/* cipher, derivation, its options, count, public keys, private part */
static int judge_container(struct key_file *file, struct wire wire)
{
    struct wire_string cipher = wire_string(&wire);
    wire_string(&wire);
    wire_string(&wire);
    wire_number(&wire);
    wire_string(&wire);
    struct wire_string secret = wire_string(&wire);
    if (wire.failed)
        return -1;
    if (!wire_is(cipher, "none")) {
        file->kind = KEY_ENCRYPTED;
        return 0;
    }
    struct wire inside = {secret.bytes, secret.len, false};
    uint32_t check = wire_number(&inside);
    if (check != wire_number(&inside))
        return -1;
    file->key = private_key_from_openssh(&inside);
    return file->key == NULL ? -1 : 0;
}

static int judge_openssh(struct key_file *file,
                         const struct secret_text *secret)
{
    size_t size = secret->len + 3; /* the decoder's own rounding */
    unsigned char *bytes = calloc(1, size);
    if (bytes == NULL)
        return -1;
    size_t len = decode_openssh(secret->text, bytes, size);
    int result = -1;
    if (len > sizeof openssh_magic &&
        memcmp(bytes, openssh_magic, sizeof openssh_magic) == 0)
        result = judge_container(
            file, (struct wire){bytes + sizeof openssh_magic,
                                len - sizeof openssh_magic, false});
    explicit_bzero(bytes, size);
    free(bytes);
    return result;
}

static int judge(struct key_file *file, const struct secret_text *secret)
{
    if (strstr(secret->text, openssh_begin) != NULL)
        return judge_openssh(file, secret);
    if (strstr(secret->text, "BEGIN ENCRYPTED PRIVATE KEY") != NULL ||
        strstr(secret->text, "Proc-Type: 4,ENCRYPTED") != NULL) {
        file->kind = KEY_ENCRYPTED;
        return 0;
    }
    file->key = private_key_from_pem(secret->text, secret->len);
    return file->key == NULL ? -1 : 0;
}

int key_file_read(struct key_file *file, const char *path, struct err *err)
{
    *file = (struct key_file){.kind = KEY_READ};
    struct secret_text secret = {0};
    int result = 0;
    if (read_regular(path, &secret) != 0)
        result = err_set(err, errno, "%s: %s", path,
                         errno == EINVAL ? "is not a file" : strerror(errno));
    else if (judge(file, &secret) != 0)
        result =
            err_set(err, 0, "%s: is not a private key that can be read", path);
    wipe(&secret);
    return result;
}
