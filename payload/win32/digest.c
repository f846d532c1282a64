/* SPDX-License-Identifier: MIT */
#include "payload/win32/digest.h"

#include <windows.h>
#include <bcrypt.h>
#include <stdbool.h>

#include "payload/win32/hex.h"
#include "payload/win32/system.h"

#define LIBRARY L"bcrypt.dll"

/* BCryptHash would do it in one call, but Windows 8.1 lacks it. */
struct bcrypt {
    __typeof__(&BCryptOpenAlgorithmProvider) open;
    __typeof__(&BCryptCloseAlgorithmProvider) close;
    __typeof__(&BCryptCreateHash) create;
    __typeof__(&BCryptHashData) add;
    __typeof__(&BCryptFinishHash) finish;
    __typeof__(&BCryptDestroyHash) destroy;
};

static bool load(struct bcrypt *b)
{
    b->open = (__typeof__(b->open))system_load(LIBRARY,
                                               "BCryptOpenAlgorithmProvider");
    b->close = (__typeof__(b->close))system_load(
        LIBRARY, "BCryptCloseAlgorithmProvider");
    b->create = (__typeof__(b->create))system_load(LIBRARY, "BCryptCreateHash");
    b->add = (__typeof__(b->add))system_load(LIBRARY, "BCryptHashData");
    b->finish = (__typeof__(b->finish))system_load(LIBRARY, "BCryptFinishHash");
    b->destroy =
        (__typeof__(b->destroy))system_load(LIBRARY, "BCryptDestroyHash");
    return b->open != NULL && b->close != NULL && b->create != NULL &&
           b->add != NULL && b->finish != NULL && b->destroy != NULL;
}

static NTSTATUS sha256(const struct bcrypt *b, const void *bytes, size_t len,
                       unsigned char digest[32])
{
    BCRYPT_ALG_HANDLE algorithm = NULL;
    BCRYPT_HASH_HANDLE hash = NULL;
    NTSTATUS status = b->open(&algorithm, BCRYPT_SHA256_ALGORITHM, NULL, 0);
    if (status < 0)
        return status;
    status = b->create(algorithm, &hash, NULL, 0, NULL, 0, 0);
    if (status >= 0)
        status = b->add(hash, (PUCHAR)bytes, (ULONG)len, 0);
    if (status >= 0)
        status = b->finish(hash, digest, 32, 0);
    if (hash != NULL)
        b->destroy(hash);
    b->close(algorithm, 0);
    return status;
}

int digest_hash(const void *bytes, size_t len, char hash[PROTOCOL_HASH_LEN + 1],
                struct err *err)
{
    struct bcrypt bcrypt;
    unsigned char digest[32];
    if (!load(&bcrypt))
        return err_set(err, (int)GetLastError(),
                       "bcrypt.dll: it cannot be loaded from System32");
    NTSTATUS status = sha256(&bcrypt, bytes, len, digest);
    if (status < 0)
        return err_set(err, (int)status,
                       "bcrypt.dll: SHA-256 failed with 0x%08lX",
                       (unsigned long)status);
    hex_print(digest, PROTOCOL_HASH_LEN / 2, hash);
    return 0;
}
