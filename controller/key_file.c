/* SPDX-License-Identifier: MIT */
#include "controller/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/wire.h"

#define FILE_MAX (64u * 1024) /* bytes */

static const char openssh_begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
static const char openssh_end[] = "-----END OPENSSH PRIVATE KEY-----";
static const char openssh_magic[] = "openssh-key-v1"; /* its NUL counts */

void key_file_release(struct key_file *file)
{
    if (file->text != NULL)
        explicit_bzero(file->text, file->len);
    free(file->text);
    *file = (struct key_file){0};
}

static int read_all(int fd, struct key_file *file)
{
    while (file->len < FILE_MAX) {
        ssize_t got = read(fd, file->text + file->len, FILE_MAX - file->len);
        if (got == 0)
            return 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        file->len += (size_t)got;
    }
    errno = EFBIG;
    return -1;
}

/* A FIFO or a device must not stop the loop. */
static int read_regular(struct key_file *file, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    struct stat found;
    int result = fstat(fd, &found);
    if (result == 0 && !S_ISREG(found.st_mode)) {
        errno = EINVAL;
        result = -1;
    }
    if (result == 0)
        result = read_all(fd, file);
    int number = errno;
    close(fd);
    errno = number;
    return result;
}

/* The bytes between the two lines, decoded; 0 when they are not base64. */
static size_t decode_openssh(const char *text, unsigned char *bytes,
                             size_t size)
{
    const char *begin = strstr(text, openssh_begin);
    const char *end = strstr(text, openssh_end);
    if (begin == NULL || end == NULL || end < begin)
        return 0;
    begin += sizeof openssh_begin - 1;
    if ((size_t)(end - begin) > size)
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
    return (size_t)(len + rest);
}

static int judge_openssh(struct key_file *file)
{
    unsigned char *bytes = malloc(FILE_MAX);
    if (bytes == NULL)
        return -1;
    struct wire wire = {bytes, decode_openssh(file->text, bytes, FILE_MAX),
                        false};
    int result = -1;
    if (wire.left > sizeof openssh_magic &&
        memcmp(bytes, openssh_magic, sizeof openssh_magic) == 0) {
        wire.at += sizeof openssh_magic;
        wire.left -= sizeof openssh_magic;
        struct wire_string cipher = wire_string(&wire);
        wire_string(&wire); /* key derivation */
        wire_string(&wire); /* its options */
        wire_number(&wire); /* how many keys */
        struct wire_string blob = wire_string(&wire);
        struct wire inside = {blob.bytes, blob.len, wire.failed};
        struct wire_string type = wire_string(&inside);
        file->kind = !wire_is(cipher, "none")   ? KEY_ENCRYPTED
                     : wire_is(type, "ssh-rsa") ? KEY_RSA
                                                : KEY_USABLE;
        result = inside.failed ? -1 : 0;
    }
    explicit_bzero(bytes, FILE_MAX);
    free(bytes);
    return result;
}

static int judge(struct key_file *file)
{
    if (strstr(file->text, openssh_begin) != NULL)
        return judge_openssh(file);
    if (strstr(file->text, "PRIVATE KEY-----") == NULL)
        return -1;
    if (strstr(file->text, "BEGIN ENCRYPTED PRIVATE KEY") != NULL ||
        strstr(file->text, "Proc-Type: 4,ENCRYPTED") != NULL)
        file->kind = KEY_ENCRYPTED;
    else if (strstr(file->text, "BEGIN RSA PRIVATE KEY") != NULL)
        file->kind = KEY_RSA;
    else
        file->kind = KEY_USABLE;
    return 0;
}

int key_file_read(struct key_file *file, const char *path, struct err *err)
{
    *file = (struct key_file){.text = calloc(1, FILE_MAX + 1)};
    if (file->text == NULL)
        return err_set(err, ENOMEM, "%s: out of memory", path);
    int result = 0;
    if (read_regular(file, path) != 0)
        result = err_set(err, errno, "%s: %s", path,
                         errno == EINVAL ? "is not a file" : strerror(errno));
    else if (judge(file) != 0)
        result =
            err_set(err, 0, "%s: is not a private key that can be read", path);
    if (result != 0)
        key_file_release(file);
    return result;
}
