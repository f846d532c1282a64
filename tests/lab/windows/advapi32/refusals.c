/* SPDX-License-Identifier: MIT */
/*
 * Three modes: not-elevated (the login's token is that of an administrator
 * before the consent), registry-ignored (a write to the keys that the
 * lab's settings live in reports success and does not take) and
 * standalone-denied (something guards COM's endpoints from everybody, the
 * right to restore or not).
 */
#include <windows.h>
#include <winternl.h>
#include <stdbool.h>
#include <wchar.h>

#include "../modes.h"
#include "../setting_keys.h"
#include "real.h"

BOOL WINAPI lab_GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS what,
                                    void *data, DWORD len, DWORD *needed);
BOOL WINAPI lab_CheckTokenMembership(HANDLE token, PSID sid, BOOL *member);
LSTATUS WINAPI lab_RegSetValueExW(HKEY key, const WCHAR *name, DWORD reserved,
                                  DWORD type, const BYTE *data, DWORD len);
LSTATUS WINAPI lab_RegDeleteValueW(HKEY key, const WCHAR *name);

BOOL WINAPI lab_GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS what,
                                    void *data, DWORD len, DWORD *needed)
{
    if (!REAL(GetTokenInformation)(token, what, data, len, needed))
        return FALSE;
    if (what == TokenElevation && mode_is_on(L"not-elevated"))
        ((TOKEN_ELEVATION *)data)->TokenIsElevated = 0;
    if (what == TokenElevationType && mode_is_on(L"not-elevated"))
        *(TOKEN_ELEVATION_TYPE *)data = TokenElevationTypeLimited;
    return TRUE;
}

BOOL WINAPI lab_CheckTokenMembership(HANDLE token, PSID sid, BOOL *member)
{
    if (!REAL(CheckTokenMembership)(token, sid, member))
        return FALSE;
    /* Administrators only denies in such a token. */
    if (IsWellKnownSid(sid, WinBuiltinAdministratorsSid) &&
        mode_is_on(L"not-elevated"))
        *member = FALSE;
    return TRUE;
}

typedef NTSTATUS(NTAPI *query_key)(HANDLE, int, void *, ULONG, ULONG *);

static bool is_setting_key(HKEY key)
{
    enum { KEY_NAME_INFORMATION = 3 };
    struct {
        ULONG len;
        WCHAR name[512];
    } full;
    ULONG len;
    size_t i;
    query_key query = (query_key)(void *)GetProcAddress(
        GetModuleHandleW(L"ntdll.dll"), "NtQueryKey");

    if (query(key, KEY_NAME_INFORMATION, &full, sizeof full - sizeof(WCHAR),
              &len) != 0)
        return false;
    full.name[full.len / sizeof(WCHAR)] = 0;
    for (i = 0; i < ARRAYSIZE(SETTING_KEYS); i++) {
        size_t have = wcslen(full.name);
        size_t want = wcslen(SETTING_KEYS[i]);

        if (have > want &&
            _wcsicmp(full.name + have - want, SETTING_KEYS[i]) == 0)
            return true;
    }
    return false;
}

static bool is_ignored(HKEY key)
{
    return mode_is_on(L"registry-ignored") && is_setting_key(key);
}

LSTATUS WINAPI lab_RegSetValueExW(HKEY key, const WCHAR *name, DWORD reserved,
                                  DWORD type, const BYTE *data, DWORD len)
{
    if (is_ignored(key))
        return ERROR_SUCCESS;
    if (name != NULL && _wcsicmp(name, L"Endpoints") == 0 &&
        mode_is_on(L"standalone-denied"))
        return ERROR_ACCESS_DENIED;
    return REAL(RegSetValueExW)(key, name, reserved, type, data, len);
}

LSTATUS WINAPI lab_RegDeleteValueW(HKEY key, const WCHAR *name)
{
    if (is_ignored(key))
        return ERROR_SUCCESS;
    return REAL(RegDeleteValueW)(key, name);
}
