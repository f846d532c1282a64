/* SPDX-License-Identifier: MIT */
#include "password.h"

#include "place.h"

#include <lmaccess.h>
#include <wchar.h>
#include <wincrypt.h>

#define LAB_PASSWORD L"Lab-password-1"
#define FILE_PREFIX L"password-"

enum { DIGEST_LEN = 32, DIGEST_TEXT = 2 * DIGEST_LEN + 1, FILE_LEN = 256 };

static bool digest(const WCHAR *salt, const WCHAR *password,
                   BYTE out[DIGEST_LEN])
{
    HCRYPTPROV provider;
    HCRYPTHASH hash;
    DWORD len = DIGEST_LEN;
    bool good = false;

    if (!CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_AES,
                              CRYPT_VERIFYCONTEXT))
        return false;
    if (CryptCreateHash(provider, CALG_SHA_256, 0, 0, &hash)) {
        good = CryptHashData(hash, (const BYTE *)salt,
                             (DWORD)(wcslen(salt) * sizeof *salt), 0) &&
               CryptHashData(hash, (const BYTE *)password,
                             (DWORD)(wcslen(password) * sizeof *password), 0) &&
               CryptGetHashParam(hash, HP_HASHVAL, out, &len, 0);
        CryptDestroyHash(hash);
    }
    CryptReleaseContext(provider, 0);
    return good;
}

static bool digest_text(const WCHAR *sid, const WCHAR *password,
                        WCHAR text[DIGEST_TEXT])
{
    BYTE bytes[DIGEST_LEN];

    if (!digest(sid, password, bytes))
        return false;
    for (size_t i = 0; i < DIGEST_LEN; i++)
        swprintf(text + 2 * i, 3, L"%02x", bytes[i]);
    return true;
}

static FILE *open_of(const struct account *account, const WCHAR *how)
{
    WCHAR name[FILE_LEN] = FILE_PREFIX;

    return place_open(wcscat(name, account->sid_text), how);
}

bool password_keep(const struct account *account, const WCHAR *password)
{
    WCHAR text[DIGEST_TEXT];
    FILE *file;
    bool good;

    if (!digest_text(account->sid_text, password, text))
        return false;
    file = open_of(account, L"wb");
    if (!file)
        return false;
    good = fprintf(file, "%ls", text) > 0;
    return fclose(file) == 0 && good;
}

static bool is_administrator(const struct account *account)
{
    const WCHAR *rid = wcsrchr(account->sid_text, L'-');

    return rid && wcscmp(rid, L"-500") == 0;
}

bool password_is(const struct account *account, const WCHAR *password)
{
    WCHAR wanted[DIGEST_TEXT], kept[DIGEST_TEXT];
    FILE *file = open_of(account, L"r");
    bool good;

    if (!file && is_administrator(account))
        return wcscmp(password, LAB_PASSWORD) == 0;
    if (!file)
        return *password == 0 &&
               (account_number(account, L"Flags", 0) & UF_PASSWD_NOTREQD) != 0;
    good = fgetws(kept, DIGEST_TEXT, file) != NULL;
    fclose(file);
    return good && digest_text(account->sid_text, password, wanted) &&
           wcscmp(kept, wanted) == 0;
}
