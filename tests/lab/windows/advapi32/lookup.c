/* SPDX-License-Identifier: MIT */
/*
 * Names and SIDs of the machine's accounts, as netapi32's stand-in keeps
 * them. What is none of them Wine answers, but not with its English names on
 * a machine of another language.
 */
#include <windows.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "../modes.h"
#include "../netapi32/account.h"
#include "real.h"

#define LAB_KEY L"SOFTWARE\\wmifleet-lab"

enum { UNREACHABLE_MS = 1000 };

BOOL WINAPI lab_LookupAccountNameW(const WCHAR *system, const WCHAR *name,
                                   PSID sid, DWORD *sid_len, WCHAR *domain,
                                   DWORD *domain_count, SID_NAME_USE *use);
BOOL WINAPI lab_LookupAccountSidW(const WCHAR *system, PSID sid, WCHAR *name,
                                  DWORD *name_count, WCHAR *domain,
                                  DWORD *domain_count, SID_NAME_USE *use);

static SID_NAME_USE use_of(const struct account *account)
{
    return account->kind == ACCOUNT_USER ? SidTypeUser : SidTypeAlias;
}

/* The account of DOMAIN\name or name. */
static bool find(const WCHAR *name, struct account *account)
{
    const WCHAR *slash = wcschr(name, L'\\');
    WCHAR machine[MAX_COMPUTERNAME_LENGTH + 1];
    const WCHAR *domain;

    if (!account_by_name(slash ? slash + 1 : name, account))
        return false;
    domain = account_domain(account, machine);
    return !slash || (wcslen(domain) == (size_t)(slash - name) &&
                      _wcsnicmp(domain, name, wcslen(domain)) == 0);
}

/* Whether there is room; else says how much there has to be. */
static bool fits(const WCHAR *text, const WCHAR *buffer, DWORD *count)
{
    DWORD needed = (DWORD)wcslen(text);

    if (buffer && *count > needed) {
        *count = needed;
        return true;
    }
    *count = needed + 1;
    return false;
}

/*
 * Windows goes on to ask the domain for a name that the machine does not
 * have. In this mode none answers; how often it was asked is counted.
 */
static BOOL ask_domain(void)
{
    DWORD code = GetLastError();
    DWORD count = 0, len = sizeof count;

    if (mode_is_on(L"domain-unreachable")) {
        RegGetValueW(HKEY_LOCAL_MACHINE, LAB_KEY, L"DomainAsked",
                     RRF_RT_REG_DWORD, NULL, &count, &len);
        count++;
        RegSetKeyValueW(HKEY_LOCAL_MACHINE, LAB_KEY, L"DomainAsked", REG_DWORD,
                        &count, sizeof count);
        Sleep(UNREACHABLE_MS);
        code = ERROR_TRUSTED_RELATIONSHIP_FAILURE;
    }
    SetLastError(code);
    return FALSE;
}

BOOL WINAPI lab_LookupAccountNameW(const WCHAR *system, const WCHAR *name,
                                   PSID sid, DWORD *sid_len, WCHAR *domain,
                                   DWORD *domain_count, SID_NAME_USE *use)
{
    WCHAR machine[MAX_COMPUTERNAME_LENGTH + 1];
    struct account account;
    const WCHAR *where;
    DWORD needed;
    bool fitting;

    if (!name || !find(name, &account)) {
        if (!REAL(LookupAccountNameW)(system, name, sid, sid_len, domain,
                                      domain_count, use))
            return ask_domain();
        if (!sid || !account_by_sid(sid, &account))
            return TRUE;
        SetLastError(ERROR_NONE_MAPPED);
        return FALSE;
    }
    where = account_domain(&account, machine);
    needed = GetLengthSid(account.sid);
    fitting = sid && *sid_len >= needed;
    *sid_len = needed;
    fitting = fits(where, domain, domain_count) && fitting;
    if (!fitting) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        return FALSE;
    }
    CopySid(needed, sid, account.sid);
    wcscpy(domain, where);
    *use = use_of(&account);
    return TRUE;
}

BOOL WINAPI lab_LookupAccountSidW(const WCHAR *system, PSID sid, WCHAR *name,
                                  DWORD *name_count, WCHAR *domain,
                                  DWORD *domain_count, SID_NAME_USE *use)
{
    WCHAR machine[MAX_COMPUTERNAME_LENGTH + 1];
    struct account account;
    const WCHAR *where;
    bool fitting;

    if (!sid || !account_by_sid(sid, &account))
        return REAL(LookupAccountSidW)(system, sid, name, name_count, domain,
                                       domain_count, use);
    where = account_domain(&account, machine);
    fitting = fits(account.name, name, name_count);
    fitting = fits(where, domain, domain_count) && fitting;
    if (!fitting) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        return FALSE;
    }
    wcscpy(name, account.name);
    wcscpy(domain, where);
    *use = use_of(&account);
    return TRUE;
}
