/* SPDX-License-Identifier: MIT */
/*
 * Opens of registry keys with REG_OPTION_BACKUP_RESTORE, as Microsoft's page
 * of RegCreateKeyExW tells them: the wanted access is ignored; a thread with
 * SeBackupPrivilege enabled gets KEY_READ, one with SeRestorePrivilege
 * KEY_WRITE, whatever the key's access list says (and ACCESS_SYSTEM_SECURITY,
 * which is left out here: Wine's keys have no audit lists). RegOpenKeyExW
 * passes its options on to ZwOpenKeyEx, whose page has the same option. That a
 * thread with neither is refused with error 5 is not written there: it asks for
 * no access at all then. Which keys the lab can open so, key_park.h tells.
 *
 * In the mode backup-denied the token has neither privilege: a policy took
 * "Back up files and directories" and "Restore ..." from Administrators.
 */
#include <windows.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../modes.h"
#include "key_park.h"
#include "real.h"

LSTATUS WINAPI lab_RegCreateKeyExW(HKEY key, const WCHAR *name, DWORD reserved,
                                   WCHAR *class, DWORD options, REGSAM access,
                                   SECURITY_ATTRIBUTES *attributes,
                                   HKEY *opened, DWORD *disposition);
LSTATUS WINAPI lab_RegOpenKeyExW(HKEY key, const WCHAR *name, DWORD options,
                                 REGSAM access, HKEY *opened);
LSTATUS WINAPI lab_RegSetKeySecurity(HKEY key, SECURITY_INFORMATION what,
                                     PSECURITY_DESCRIPTOR descriptor);
BOOL WINAPI lab_AdjustTokenPrivileges(HANDLE token, BOOL disable_all,
                                      TOKEN_PRIVILEGES *wanted, DWORD len,
                                      TOKEN_PRIVILEGES *before, DWORD *needed);

static HANDLE effective_token(void)
{
    HANDLE token;

    if (OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token) ||
        OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return token;
    return NULL;
}

static bool is_enabled(HANDLE token, const WCHAR *name)
{
    PRIVILEGE_SET wanted = {.PrivilegeCount = 1,
                            .Control = PRIVILEGE_SET_ALL_NECESSARY};
    BOOL held = FALSE;

    return LookupPrivilegeValueW(NULL, name, &wanted.Privilege[0].Luid) &&
           PrivilegeCheck(token, &wanted, &held) && held;
}

/* What the enabled privileges give; 0 when they give nothing. */
static REGSAM granted(void)
{
    HANDLE token = effective_token();
    REGSAM access = 0;

    if (token == NULL)
        return 0;
    if (is_enabled(token, SE_BACKUP_NAME))
        access |= KEY_READ;
    if (is_enabled(token, SE_RESTORE_NAME))
        access |= KEY_WRITE;
    CloseHandle(token);
    return access;
}

static REGSAM view_of(REGSAM access)
{
    return access & (KEY_WOW64_32KEY | KEY_WOW64_64KEY);
}

static LSTATUS open_by_privilege(HKEY key, const WCHAR *name, REGSAM access,
                                 HKEY *opened)
{
    REGSAM given = granted();

    if (given == 0)
        return ERROR_ACCESS_DENIED;
    return (LSTATUS)key_park_open(key, name, given | view_of(access), opened);
}

LSTATUS WINAPI lab_RegCreateKeyExW(HKEY key, const WCHAR *name, DWORD reserved,
                                   WCHAR *class, DWORD options, REGSAM access,
                                   SECURITY_ATTRIBUTES *attributes,
                                   HKEY *opened, DWORD *disposition)
{
    LSTATUS status;

    if ((options & REG_OPTION_BACKUP_RESTORE) == 0)
        return REAL(RegCreateKeyExW)(key, name, reserved, class, options,
                                     access, attributes, opened, disposition);
    if (reserved != 0)
        return ERROR_INVALID_PARAMETER;
    status = open_by_privilege(key, name, access, opened);
    if (status == ERROR_SUCCESS && disposition != NULL)
        *disposition = REG_OPENED_EXISTING_KEY;
    if (status != ERROR_FILE_NOT_FOUND)
        return status;
    return REAL(RegCreateKeyExW)(
        key, name, 0, class, options & ~(DWORD)REG_OPTION_BACKUP_RESTORE,
        granted() | view_of(access), attributes, opened, disposition);
}

LSTATUS WINAPI lab_RegOpenKeyExW(HKEY key, const WCHAR *name, DWORD options,
                                 REGSAM access, HKEY *opened)
{
    if ((options & REG_OPTION_BACKUP_RESTORE) == 0)
        return REAL(RegOpenKeyExW)(key, name, options, access, opened);
    return open_by_privilege(key, name, access, opened);
}

LSTATUS WINAPI lab_RegSetKeySecurity(HKEY key, SECURITY_INFORMATION what,
                                     PSECURITY_DESCRIPTOR descriptor)
{
    key_park(key);
    return REAL(RegSetKeySecurity)(key, what, descriptor);
}

static bool is_backup_or_restore(const LUID *luid)
{
    LUID known;

    return (LookupPrivilegeValueW(NULL, SE_BACKUP_NAME, &known) &&
            memcmp(&known, luid, sizeof known) == 0) ||
           (LookupPrivilegeValueW(NULL, SE_RESTORE_NAME, &known) &&
            memcmp(&known, luid, sizeof known) == 0);
}

/* The privileges that the token has in this mode, in memory of malloc(). */
static TOKEN_PRIVILEGES *without_backup(const TOKEN_PRIVILEGES *wanted)
{
    TOKEN_PRIVILEGES *rest = malloc(
        sizeof *rest + wanted->PrivilegeCount * sizeof wanted->Privileges[0]);
    DWORD i;

    if (rest == NULL)
        return NULL;
    rest->PrivilegeCount = 0;
    for (i = 0; i < wanted->PrivilegeCount; i++)
        if (!is_backup_or_restore(&wanted->Privileges[i].Luid))
            rest->Privileges[rest->PrivilegeCount++] = wanted->Privileges[i];
    return rest;
}

/* Asking for what the token lacks succeeds; the last error tells. */
BOOL WINAPI lab_AdjustTokenPrivileges(HANDLE token, BOOL disable_all,
                                      TOKEN_PRIVILEGES *wanted, DWORD len,
                                      TOKEN_PRIVILEGES *before, DWORD *needed)
{
    TOKEN_PRIVILEGES *rest;
    BOOL done;
    DWORD code;

    if (disable_all || wanted == NULL || !mode_is_on(L"backup-denied"))
        return REAL(AdjustTokenPrivileges)(token, disable_all, wanted, len,
                                           before, needed);
    rest = without_backup(wanted);
    if (rest == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    done = REAL(AdjustTokenPrivileges)(token, FALSE, rest, len, before, needed);
    code = GetLastError();
    if (done && rest->PrivilegeCount < wanted->PrivilegeCount)
        code = ERROR_NOT_ALL_ASSIGNED;
    free(rest);
    SetLastError(code);
    return done;
}
