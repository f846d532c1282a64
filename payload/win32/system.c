/* SPDX-License-Identifier: MIT */
#include "payload/win32/system.h"

#include <windows.h>

void system_prepare(void)
{
    static const DWORD streams[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
                                    STD_ERROR_HANDLE};
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
    /* A box that nobody can see would hang the run. */
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX |
                 SEM_NOOPENFILEERRORBOX);
    /* A service that kept our stdout open would hang the SSH channel. */
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        HANDLE stream = GetStdHandle(streams[i]);
        if (stream != NULL && stream != INVALID_HANDLE_VALUE)
            SetHandleInformation(stream, HANDLE_FLAG_INHERIT, 0);
    }
}

static bool token_is_elevated(void)
{
    HANDLE token = NULL;
    TOKEN_ELEVATION elevation = {0};
    DWORD len = 0;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    bool elevated = GetTokenInformation(token, TokenElevation, &elevation,
                                        sizeof elevation, &len) &&
                    elevation.TokenIsElevated != 0;
    CloseHandle(token);
    return elevated;
}

bool system_is_elevated_administrator(void)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD len = sizeof sid;
    BOOL member = FALSE;
    return token_is_elevated() &&
           CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, sid, &len) &&
           CheckTokenMembership(NULL, sid, &member) && member;
}

bool system_is_own_sid(const void *sid)
{
    union {
        TOKEN_USER user;
        BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } own;
    HANDLE token = NULL;
    DWORD len = 0;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    bool same = GetTokenInformation(token, TokenUser, &own, sizeof own, &len) &&
                EqualSid(own.user.User.Sid, (PSID)sid);
    CloseHandle(token);
    return same;
}

bool system_set_privilege(const wchar_t *name, bool on)
{
    TOKEN_PRIVILEGES change = {.PrivilegeCount = 1};
    HANDLE token = NULL;
    change.Privileges[0].Attributes = on ? SE_PRIVILEGE_ENABLED : 0;
    if (!LookupPrivilegeValueW(NULL, name, &change.Privileges[0].Luid) ||
        !OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return false;
    /* It says yes to what it did not do: the last error tells. */
    bool done = AdjustTokenPrivileges(token, FALSE, &change, 0, NULL, NULL) &&
                GetLastError() == ERROR_SUCCESS;
    CloseHandle(token);
    return done;
}

system_function system_load(const wchar_t *library, const char *name)
{
    HMODULE module =
        LoadLibraryExW(library, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    return module != NULL ? (system_function)GetProcAddress(module, name)
                          : NULL;
}
