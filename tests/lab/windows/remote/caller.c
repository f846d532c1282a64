/* SPDX-License-Identifier: MIT */
/*
 * The order is Windows': the account is found, its password compared, its
 * restrictions asked, the rights to log on last. What is found wrong is told
 * with its own Win32 code; the mode wmi-logon-untold makes all of them
 * E_ACCESSDENIED, which is what RPC's runtime answers to a logon that fails.
 */
#include "caller.h"

#include "../advapi32/rights_store.h"
#include "../modes.h"
#include "password.h"

#include <lmaccess.h>
#include <lmcons.h>
#include <sddl.h>
#include <wchar.h>

#define LAB_KEY L"SOFTWARE\\wmifleet-lab"
#define LSA_KEY L"SYSTEM\\CurrentControlSet\\Control\\Lsa"
#define POLICIES_KEY                                                           \
    L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"

#define ADMINISTRATORS L"S-1-5-32-544"
#define ANONYMOUS L"S-1-5-7"
#define EVERYONE L"S-1-1-0"
#define NETWORK L"S-1-5-2"

enum { LM_NTLMV2_ONLY = 5, LM_SENDS_NTLMV2 = 3, LM_DEFAULT = 3 };
enum { NTLM_DENY_ALL = 2, LOCKOUT_DEFAULT = 10, AGE_DEFAULT = 42 * 86400 };

static DWORD number_at(const WCHAR *key, const WCHAR *name, DWORD absent)
{
    DWORD value, len = sizeof value;

    return RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_DWORD, NULL,
                        &value, &len) == ERROR_SUCCESS
               ? value
               : absent;
}

static DWORD now(void)
{
    FILETIME time;
    ULONGLONG ticks;

    GetSystemTimeAsFileTime(&time);
    ticks = (ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime;
    return (DWORD)((ticks - 116444736000000000ULL) / 10000000);
}

static void add_sid(struct caller *caller, const WCHAR *sid)
{
    if (caller->count < CALLER_SIDS_MAX)
        wcscpy(caller->sids[caller->count++].text, sid);
}

static bool has_sid(const struct caller *caller, const WCHAR *sid)
{
    for (DWORD i = 0; i < caller->count; i++)
        if (wcscmp(caller->sids[i].text, sid) == 0)
            return true;
    return false;
}

bool caller_is(const struct caller *caller, PSID sid, bool denying)
{
    WCHAR *text;
    bool is = false;

    if (!ConvertSidToStringSidW(sid, &text))
        return false;
    for (DWORD i = 0; i < caller->count && !is; i++)
        is = wcscmp(caller->sids[i].text, text) == 0 &&
             (denying || !caller->sids[i].only_denies);
    LocalFree(text);
    return is;
}

ACCESS_MASK caller_rights(const struct caller *caller,
                          PSECURITY_DESCRIPTOR descriptor, ACCESS_MASK wanted)
{
    ACCESS_MASK granted = 0, denied = 0;
    BOOL present = FALSE, defaulted;
    PACL acl = NULL;
    void *at;

    if (!GetSecurityDescriptorDacl(descriptor, &present, &acl, &defaulted))
        return 0;
    if (!present || !acl)
        return wanted;
    for (DWORD i = 0; GetAce(acl, i, &at); i++) {
        ACCESS_ALLOWED_ACE *ace = at;
        bool denies = ace->Header.AceType == ACCESS_DENIED_ACE_TYPE;

        if ((ace->Header.AceFlags & INHERIT_ONLY_ACE) != 0 ||
            (!denies && ace->Header.AceType != ACCESS_ALLOWED_ACE_TYPE) ||
            !caller_is(caller, &ace->SidStart, denies))
            continue;
        if (denies)
            denied |= ace->Mask & ~granted;
        else
            granted |= ace->Mask & ~denied;
    }
    return granted & wanted;
}

/* Groups that have one of the token's SIDs as a member, until none is new. */
static void add_local_groups(struct caller *caller)
{
    struct account account;
    bool found = true;

    while (found) {
        found = false;
        for (DWORD i = 0; account_at(i, &account); i++) {
            struct members members;

            if (account.kind != ACCOUNT_GROUP ||
                has_sid(caller, account.sid_text))
                continue;
            account_members(&account, &members);
            for (DWORD k = 0; k < members.count; k++)
                if (has_sid(caller, members.sids[k])) {
                    add_sid(caller, account.sid_text);
                    found = true;
                    break;
                }
        }
    }
}

static bool is_guest(const struct account *account)
{
    const WCHAR *rid = wcsrchr(account->sid_text, L'-');

    return rid && wcscmp(rid, L"-501") == 0;
}

static void make_token(const struct account *account, struct caller *caller)
{
    add_sid(caller, account->sid_text);
    add_sid(caller, EVERYONE);
    add_sid(caller, NETWORK);
    if (!is_guest(account)) {
        add_sid(caller, L"S-1-5-11");
        add_sid(caller, L"S-1-5-15");
    }
    add_sid(caller, L"S-1-5-113");
    add_sid(caller, L"S-1-5-64-10");
    add_local_groups(caller);
    if (has_sid(caller, ADMINISTRATORS))
        add_sid(caller, L"S-1-5-114");
}

/*
 * "User Account Control and WMI": a local account of Administrators has a
 * filtered token over the network. The built-in Administrator has the whole
 * one, unless he too is in Admin Approval Mode.
 */
static bool is_filtered(const struct account *account,
                        const struct caller *caller)
{
    const WCHAR *rid = wcsrchr(account->sid_text, L'-');
    bool is_built_in = rid && wcscmp(rid, L"-500") == 0;

    if (!has_sid(caller, ADMINISTRATORS) ||
        number_at(POLICIES_KEY, L"EnableLUA", 1) == 0 ||
        number_at(POLICIES_KEY, L"LocalAccountTokenFilterPolicy", 0) == 1)
        return false;
    return !is_built_in ||
           number_at(POLICIES_KEY, L"FilterAdministratorToken", 0) == 1;
}

/* The groups that are worth an administrator only deny in such a token. */
static void filter(struct caller *caller)
{
    static const WCHAR *const powerful[] = {ADMINISTRATORS, L"S-1-5-114",
                                            L"S-1-5-32-551"};

    for (DWORD i = 0; i < caller->count; i++)
        for (size_t k = 0; k < ARRAYSIZE(powerful); k++)
            if (wcscmp(caller->sids[i].text, powerful[k]) == 0)
                caller->sids[i].only_denies = true;
}

static bool has_right(const struct caller *caller, const WCHAR *right)
{
    struct rights_account account;

    for (DWORD i = 0; rights_account_at(i, &account); i++)
        if (has_sid(caller, account.text) && rights_has(&account, right))
            return true;
    return false;
}

/* Bad passwords count up to the lockout of "Account lockout threshold". */
static HRESULT bad_password(const struct account *account)
{
    DWORD count = account_number(account, L"BadPasswords", 0) + 1;
    DWORD flags = account_number(account, L"Flags", 0);
    DWORD limit = number_at(LAB_KEY L"\\AccountPolicy", L"LockoutThreshold",
                            LOCKOUT_DEFAULT);

    account_set_number(account, L"BadPasswords", count);
    if (limit != 0 && count >= limit)
        account_set_number(account, L"Flags", flags | UF_LOCKOUT);
    return HRESULT_FROM_WIN32(ERROR_LOGON_FAILURE);
}

static bool password_is_too_old(const struct account *account, DWORD flags)
{
    DWORD most = number_at(LAB_KEY L"\\AccountPolicy", L"MaximumPasswordAge",
                           AGE_DEFAULT);
    DWORD set = account_number(account, L"PasswordSet", 0);

    return (flags & UF_DONT_EXPIRE_PASSWD) == 0 && most != TIMEQ_FOREVER &&
           set != 0 && now() - set > most;
}

static DWORD restriction(const struct account *account, const WCHAR *password)
{
    DWORD flags = account_number(account, L"Flags", 0);
    DWORD expires = account_number(account, L"Expires", TIMEQ_FOREVER);

    if (*password == 0 && !is_guest(account) &&
        number_at(LSA_KEY, L"LimitBlankPasswordUse", 1) != 0)
        return ERROR_ACCOUNT_RESTRICTION;
    if ((flags & UF_ACCOUNTDISABLE) != 0)
        return ERROR_ACCOUNT_DISABLED;
    if (expires != TIMEQ_FOREVER && expires != 0 && expires < now())
        return ERROR_ACCOUNT_EXPIRED;
    if (account_number(account, L"PasswordExpired", 0) != 0)
        return ERROR_PASSWORD_MUST_CHANGE;
    return password_is_too_old(account, flags) ? ERROR_PASSWORD_EXPIRED
                                               : ERROR_SUCCESS;
}

/* In a workgroup a domain that nobody knows means this machine. */
static bool find_user(const WCHAR *user, struct account *account)
{
    const WCHAR *slash = wcschr(user, L'\\');

    return account_by_name(slash ? slash + 1 : user, account) &&
           account->kind == ACCOUNT_USER;
}

/* forceguest: "Guest only - local users authenticate as Guest". */
static HRESULT check_account(const struct identity *identity,
                             struct account *account)
{
    const WCHAR *password = identity->password ? identity->password : L"";
    WCHAR guest[] = L"S-1-5-21-0-0-0-501";
    PSID sid;

    if (number_at(LSA_KEY, L"forceguest", 0) == 1) {
        if (!ConvertStringSidToSidW(guest, &sid))
            return E_OUTOFMEMORY;
        account_by_sid(sid, account);
        LocalFree(sid);
        return HRESULT_FROM_WIN32(restriction(account, L""));
    }
    if (!find_user(identity->user, account))
        return HRESULT_FROM_WIN32(ERROR_LOGON_FAILURE);
    if ((account_number(account, L"Flags", 0) & UF_LOCKOUT) != 0)
        return HRESULT_FROM_WIN32(ERROR_ACCOUNT_LOCKED_OUT);
    if (!password_is(account, password))
        return bad_password(account);
    if (account_number(account, L"BadPasswords", 0) != 0)
        account_set_number(account, L"BadPasswords", 0);
    return HRESULT_FROM_WIN32(restriction(account, password));
}

/*
 * There is no domain here, so only NTLM is left, and what either side's
 * policy makes of it ("Network security: Restrict NTLM", "LAN Manager
 * authentication level").
 */
static HRESULT check_package(const struct identity *identity)
{
    DWORD receiving =
        number_at(LSA_KEY L"\\MSV1_0", L"RestrictReceivingNTLMTraffic", 0);

    if (!identity->sends_ntlm || receiving == NTLM_DENY_ALL ||
        _wcsnicmp(identity->authority, L"kerberos:", 9) == 0)
        return E_ACCESSDENIED;
    if (number_at(LSA_KEY, L"LmCompatibilityLevel", LM_DEFAULT) >=
            LM_NTLMV2_ONLY &&
        identity->lm_level < LM_SENDS_NTLMV2)
        return HRESULT_FROM_WIN32(ERROR_LOGON_FAILURE);
    return S_OK;
}

static HRESULT check_rights(const struct caller *caller)
{
    return has_right(caller, L"SeDenyNetworkLogonRight") ||
                   !has_right(caller, L"SeNetworkLogonRight")
               ? HRESULT_FROM_WIN32(ERROR_LOGON_TYPE_NOT_GRANTED)
               : S_OK;
}

static HRESULT log_on(const struct identity *identity, struct caller *caller)
{
    struct account account;
    HRESULT hr = check_package(identity);

    if (SUCCEEDED(hr))
        hr = check_account(identity, &account);
    if (FAILED(hr))
        return hr;
    make_token(&account, caller);
    hr = check_rights(caller);
    if (SUCCEEDED(hr) && is_filtered(&account, caller))
        filter(caller);
    return hr;
}

HRESULT caller_log_on(const struct identity *identity, struct caller *caller)
{
    HRESULT hr;

    *caller = (struct caller){.is_anonymous = !identity->user};
    if (caller->is_anonymous) {
        add_sid(caller, ANONYMOUS);
        add_sid(caller, NETWORK);
        if (number_at(LSA_KEY, L"EveryoneIncludesAnonymous", 0) == 1)
            add_sid(caller, EVERYONE);
        return S_OK;
    }
    hr = log_on(identity, caller);
    return FAILED(hr) && mode_is_on(L"wmi-logon-untold") ? E_ACCESSDENIED : hr;
}
