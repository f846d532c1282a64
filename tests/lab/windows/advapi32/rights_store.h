/* SPDX-License-Identifier: MIT */
/*
 * The accounts of the local security policy and their rights, kept in the
 * registry; factory.reg and its kin have what Windows starts with.
 *
 *   HKLM\SOFTWARE\wmifleet-lab\AccountRights
 *     \S-1-5-32-555    "SeRemoteInteractiveLogonRight" = REG_DWORD 1
 *
 * A key is an account object, also one without rights; a value is a right.
 */
#ifndef LAB_RIGHTS_STORE_H
#define LAB_RIGHTS_STORE_H

#include <windows.h>
#include <stdbool.h>

enum { RIGHT_NAME_MAX = 64, RIGHTS_SID_TEXT_MAX = 190 };

struct rights_account {
    BYTE sid[SECURITY_MAX_SID_SIZE];
    WCHAR text[RIGHTS_SID_TEXT_MAX];
};

/* Privileges and rights to log on, as Microsoft lists their constants. */
bool rights_is_known(const WCHAR *name);

/* False for what is no SID. The account need not exist. */
bool rights_account_of(PSID, struct rights_account *);
bool rights_account_exists(const struct rights_account *);

/* The account number `index` of all; false when there are no more. */
bool rights_account_at(DWORD index, struct rights_account *);
bool rights_account_delete(const struct rights_account *);

/* The right number `index`; false when the account has no more. */
bool rights_at(const struct rights_account *, DWORD index,
               WCHAR name[RIGHT_NAME_MAX]);
bool rights_has(const struct rights_account *, const WCHAR *name);

/* What is there already, or is missing already, is no failure. */
bool rights_add(const struct rights_account *, const WCHAR *name);
bool rights_remove(const struct rights_account *, const WCHAR *name);

#endif
