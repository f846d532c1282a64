/* SPDX-License-Identifier: MIT */
/*
 * The rights of accounts in the local security policy, which Wine only says
 * yes to. Written from Microsoft's pages of the functions and from MS-LSAD
 * (3.1.4.5.9 to 3.1.4.5.12). rights_store.h keeps them.
 *
 * Two points that the pages leave open are taken the strict way: an account
 * whose last right is taken away by name stays, without rights, and only
 * AllRights deletes it; the names of rights are compared with their case.
 */
#include <windows.h>
#include <ntsecapi.h>
#include <ntstatus.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "../modes.h"
#include "policy_handle.h"
#include "real.h"
#include "rights_store.h"

NTSTATUS NTAPI lab_LsaEnumerateAccountRights(LSA_HANDLE policy, PSID sid,
                                             LSA_UNICODE_STRING **rights,
                                             ULONG *count);
NTSTATUS NTAPI lab_LsaEnumerateAccountsWithUserRight(LSA_HANDLE policy,
                                                     LSA_UNICODE_STRING *right,
                                                     void **accounts,
                                                     ULONG *count);
NTSTATUS NTAPI lab_LsaAddAccountRights(LSA_HANDLE policy, PSID sid,
                                       LSA_UNICODE_STRING *rights, ULONG count);
NTSTATUS NTAPI lab_LsaRemoveAccountRights(LSA_HANDLE policy, PSID sid,
                                          BOOLEAN all,
                                          LSA_UNICODE_STRING *rights,
                                          ULONG count);

/* --- names --------------------------------------------------------------- */

static bool name_of(const LSA_UNICODE_STRING *text, WCHAR name[RIGHT_NAME_MAX])
{
    size_t count = text->Length / sizeof(WCHAR);

    if (text->Buffer == NULL || count >= RIGHT_NAME_MAX)
        return false;
    wmemcpy(name, text->Buffer, count);
    name[count] = 0;
    return rights_is_known(name);
}

/* All of them are looked at before one is written. */
static NTSTATUS check_names(const LSA_UNICODE_STRING *rights, ULONG count)
{
    WCHAR name[RIGHT_NAME_MAX];
    ULONG i;

    if (rights == NULL || count == 0)
        return STATUS_INVALID_PARAMETER;
    for (i = 0; i < count; i++)
        if (!name_of(&rights[i], name))
            return STATUS_NO_SUCH_PRIVILEGE;
    return STATUS_SUCCESS;
}

static NTSTATUS account_name(PSID sid, struct rights_account *account)
{
    return sid != NULL && rights_account_of(sid, account)
               ? STATUS_SUCCESS
               : STATUS_INVALID_PARAMETER;
}

/* --- reading ------------------------------------------------------------- */

/* The array and room for the texts behind it, in one piece for
 * LsaFreeMemory: NULL when memory is short. */
static LSA_UNICODE_STRING *make_list(ULONG count)
{
    LSA_UNICODE_STRING *list =
        HeapAlloc(GetProcessHeap(), 0,
                  count * (sizeof *list + RIGHT_NAME_MAX * sizeof(WCHAR)));
    ULONG i;

    for (i = 0; list != NULL && i < count; i++)
        list[i] = (LSA_UNICODE_STRING){
            .MaximumLength = RIGHT_NAME_MAX * sizeof(WCHAR),
            .Buffer = (WCHAR *)(void *)(list + count) + i * RIGHT_NAME_MAX};
    return list;
}

static NTSTATUS pack_names(const struct rights_account *account,
                           LSA_UNICODE_STRING **rights, ULONG *count)
{
    WCHAR name[RIGHT_NAME_MAX];
    LSA_UNICODE_STRING *list;
    ULONG found = 0;
    ULONG i;

    while (rights_at(account, found, name))
        found++;
    if (found == 0)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    list = make_list(found);
    if (list == NULL)
        return STATUS_NO_MEMORY;
    for (i = 0; i < found && rights_at(account, i, list[i].Buffer); i++)
        list[i].Length = (USHORT)(wcslen(list[i].Buffer) * sizeof(WCHAR));
    *rights = list;
    *count = i;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI lab_LsaEnumerateAccountRights(LSA_HANDLE policy, PSID sid,
                                             LSA_UNICODE_STRING **rights,
                                             ULONG *count)
{
    NTSTATUS status = policy_handle_check(policy, POLICY_LOOKUP_NAMES);
    struct rights_account account;

    if (status == STATUS_SUCCESS && (rights == NULL || count == NULL))
        status = STATUS_INVALID_PARAMETER;
    if (status == STATUS_SUCCESS)
        status = account_name(sid, &account);
    if (status == STATUS_SUCCESS)
        status = policy_handle_administrator();
    return status == STATUS_SUCCESS ? pack_names(&account, rights, count)
                                    : status;
}

/* Whether the account counts: it has the right, or any account does. */
static bool is_asked(const struct rights_account *account, const WCHAR *right)
{
    return right == NULL || rights_has(account, right);
}

static NTSTATUS pack_accounts(const WCHAR *right, void **accounts, ULONG *count)
{
    struct rights_account account;
    LSA_ENUMERATION_INFORMATION *list;
    BYTE *at;
    DWORD i;
    ULONG asked = 0;

    for (i = 0; rights_account_at(i, &account); i++)
        asked += is_asked(&account, right);
    if (asked == 0)
        return STATUS_NO_MORE_ENTRIES;
    list = HeapAlloc(GetProcessHeap(), 0,
                     asked * (sizeof *list + SECURITY_MAX_SID_SIZE));
    if (list == NULL)
        return STATUS_NO_MEMORY;
    at = (BYTE *)(list + asked);
    *accounts = list;
    *count = asked;
    for (i = 0; asked > 0 && rights_account_at(i, &account); i++) {
        if (!is_asked(&account, right))
            continue;
        CopySid(SECURITY_MAX_SID_SIZE, at, account.sid);
        (list++)->Sid = at;
        at += SECURITY_MAX_SID_SIZE;
        asked--;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI lab_LsaEnumerateAccountsWithUserRight(LSA_HANDLE policy,
                                                     LSA_UNICODE_STRING *right,
                                                     void **accounts,
                                                     ULONG *count)
{
    NTSTATUS status = policy_handle_check(
        policy, POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION);
    WCHAR name[RIGHT_NAME_MAX];

    if (status == STATUS_SUCCESS && (accounts == NULL || count == NULL))
        status = STATUS_INVALID_PARAMETER;
    if (status == STATUS_SUCCESS)
        status = policy_handle_administrator();
    if (status == STATUS_SUCCESS && right != NULL && !name_of(right, name))
        status = STATUS_NO_SUCH_PRIVILEGE;
    if (status != STATUS_SUCCESS)
        return status;
    return pack_accounts(right != NULL ? name : NULL, accounts, count);
}

/* --- writing ------------------------------------------------------------- */

/* A change of the account's object itself: for administrators. */
static NTSTATUS check_writer(void)
{
    return mode_is_on(L"rights-denied") ? STATUS_ACCESS_DENIED
                                        : policy_handle_administrator();
}

NTSTATUS NTAPI lab_LsaAddAccountRights(LSA_HANDLE policy, PSID sid,
                                       LSA_UNICODE_STRING *rights, ULONG count)
{
    NTSTATUS status = policy_handle_check(policy, POLICY_LOOKUP_NAMES);
    WCHAR name[RIGHT_NAME_MAX];
    struct rights_account account;
    ULONG i;

    if (status == STATUS_SUCCESS)
        status = account_name(sid, &account);
    if (status == STATUS_SUCCESS)
        status = check_writer();
    if (status == STATUS_SUCCESS)
        status = check_names(rights, count);
    if (status == STATUS_SUCCESS && !rights_account_exists(&account))
        status = policy_handle_check(policy, POLICY_CREATE_ACCOUNT);
    if (mode_is_on(L"rights-ignored"))
        return status;
    for (i = 0; status == STATUS_SUCCESS && i < count; i++)
        if (name_of(&rights[i], name) && !rights_add(&account, name))
            status = STATUS_UNSUCCESSFUL;
    return status;
}

NTSTATUS NTAPI lab_LsaRemoveAccountRights(LSA_HANDLE policy, PSID sid,
                                          BOOLEAN all,
                                          LSA_UNICODE_STRING *rights,
                                          ULONG count)
{
    NTSTATUS status = policy_handle_check(policy, POLICY_LOOKUP_NAMES);
    WCHAR name[RIGHT_NAME_MAX];
    struct rights_account account;
    ULONG i;

    if (status == STATUS_SUCCESS)
        status = account_name(sid, &account);
    if (status == STATUS_SUCCESS)
        status = check_writer();
    if (status == STATUS_SUCCESS && !all)
        status = check_names(rights, count);
    if (status == STATUS_SUCCESS && !rights_account_exists(&account))
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    if (mode_is_on(L"rights-ignored") || status != STATUS_SUCCESS)
        return status;
    if (all)
        return rights_account_delete(&account) ? STATUS_SUCCESS
                                               : STATUS_UNSUCCESSFUL;
    for (i = 0; status == STATUS_SUCCESS && i < count; i++)
        if (name_of(&rights[i], name) && !rights_remove(&account, name))
            status = STATUS_UNSUCCESSFUL;
    return status;
}
