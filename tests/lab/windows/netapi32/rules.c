/* SPDX-License-Identifier: MIT */
#include "rules.h"

#include "../modes.h"

#include <string.h>
#include <wchar.h>

#define POLICY_KEY L"SOFTWARE\\wmifleet-lab\\AccountPolicy"
enum { DAY = 24 * 60 * 60 };

NET_API_STATUS rules_server(const WCHAR *server)
{
    WCHAR machine[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD count = MAX_COMPUTERNAME_LENGTH + 1;

    if (!server || !*server)
        return NERR_Success;
    if (wcsncmp(server, L"\\\\", 2) == 0)
        server += 2;
    return GetComputerNameW(machine, &count) && _wcsicmp(server, machine) == 0
               ? NERR_Success
               : NERR_InvalidComputer;
}

NET_API_STATUS rules_writer(const WCHAR *server)
{
    BYTE admins[SECURITY_MAX_SID_SIZE];
    DWORD len = sizeof admins;
    BOOL member = FALSE;
    NET_API_STATUS status = rules_server(server);

    if (status == NERR_Success &&
        (!CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, admins, &len) ||
         !CheckTokenMembership(NULL, admins, &member) || !member))
        status = ERROR_ACCESS_DENIED;
    return status;
}

bool rules_name(const WCHAR *name, size_t max)
{
    size_t count = name ? wcslen(name) : 0;

    if (count == 0 || count > max || name[count - 1] == L'.' ||
        wcspbrk(name, L"\"/\\[]:|<>+=;,?*") || wcsspn(name, L" .") == count)
        return false;
    for (; *name; name++)
        if (*name < 32)
            return false;
    return true;
}

static DWORD number(const WCHAR *name, DWORD otherwise)
{
    DWORD value, len = sizeof value;

    return RegGetValueW(HKEY_LOCAL_MACHINE, POLICY_KEY, name, RRF_RT_REG_DWORD,
                        NULL, &value, &len) == ERROR_SUCCESS
               ? value
               : otherwise;
}

void rules_policy(struct policy *policy)
{
    policy->password.usrmod0_min_passwd_len =
        number(L"MinimumPasswordLength", 0);
    policy->password.usrmod0_max_passwd_age =
        number(L"MaximumPasswordAge", 42 * DAY);
    policy->password.usrmod0_min_passwd_age = number(L"MinimumPasswordAge", 0);
    policy->password.usrmod0_force_logoff = TIMEQ_FOREVER;
    policy->password.usrmod0_password_hist_len = number(L"PasswordHistory", 0);
    policy->lockout.usrmod3_lockout_duration = number(L"LockoutDuration", 600);
    policy->lockout.usrmod3_lockout_observation_window =
        number(L"LockoutWindow", 600);
    policy->lockout.usrmod3_lockout_threshold = number(L"LockoutThreshold", 10);
}

NET_API_STATUS rules_password(const WCHAR *password)
{
    struct policy policy;

    rules_policy(&policy);
    return mode_is_on(L"password-policy") || wcslen(password) > PWLEN ||
                   wcslen(password) < policy.password.usrmod0_min_passwd_len
               ? NERR_PasswordTooShort
               : NERR_Success;
}

DWORD rules_now(void)
{
    const ULONGLONG epoch = 116444736000000000ULL;
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return (DWORD)((((ULONGLONG)now.dwHighDateTime << 32 | now.dwLowDateTime) -
                    epoch) /
                   10000000);
}

size_t pack_len(const WCHAR *text)
{
    return (wcslen(text) + 1) * sizeof *text;
}

NET_API_STATUS pack_begin(struct pack *pack, size_t fixed, size_t texts)
{
    void *buffer;
    NET_API_STATUS status =
        NetApiBufferAllocate((DWORD)(fixed + texts), &buffer);

    if (status != NERR_Success)
        return status;
    memset(buffer, 0, fixed + texts);
    pack->start = buffer;
    pack->end = pack->start + fixed;
    return NERR_Success;
}

void *pack_bytes(struct pack *pack, const void *bytes, size_t len)
{
    void *place = pack->end;

    memcpy(place, bytes, len);
    pack->end += len;
    return place;
}

WCHAR *pack_text(struct pack *pack, const WCHAR *text)
{
    return pack_bytes(pack, text, pack_len(text));
}
