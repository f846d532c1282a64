/* SPDX-License-Identifier: MIT */
#include "rights_store.h"

#include <sddl.h>
#include <wchar.h>

#define STORE_KEY L"SOFTWARE\\wmifleet-lab\\AccountRights"
enum { PATH_MAX_COUNT = 256 };

bool rights_is_known(const WCHAR *name)
{
    static const WCHAR *const known[] = {
        L"SeAssignPrimaryTokenPrivilege",
        L"SeAuditPrivilege",
        L"SeBackupPrivilege",
        L"SeBatchLogonRight",
        L"SeChangeNotifyPrivilege",
        L"SeCreateGlobalPrivilege",
        L"SeCreatePagefilePrivilege",
        L"SeCreatePermanentPrivilege",
        L"SeCreateSymbolicLinkPrivilege",
        L"SeCreateTokenPrivilege",
        L"SeDebugPrivilege",
        L"SeDelegateSessionUserImpersonatePrivilege",
        L"SeDenyBatchLogonRight",
        L"SeDenyInteractiveLogonRight",
        L"SeDenyNetworkLogonRight",
        L"SeDenyRemoteInteractiveLogonRight",
        L"SeDenyServiceLogonRight",
        L"SeEnableDelegationPrivilege",
        L"SeImpersonatePrivilege",
        L"SeIncreaseBasePriorityPrivilege",
        L"SeIncreaseQuotaPrivilege",
        L"SeIncreaseWorkingSetPrivilege",
        L"SeInteractiveLogonRight",
        L"SeLoadDriverPrivilege",
        L"SeLockMemoryPrivilege",
        L"SeMachineAccountPrivilege",
        L"SeManageVolumePrivilege",
        L"SeNetworkLogonRight",
        L"SeProfileSingleProcessPrivilege",
        L"SeRelabelPrivilege",
        L"SeRemoteInteractiveLogonRight",
        L"SeRemoteShutdownPrivilege",
        L"SeRestorePrivilege",
        L"SeSecurityPrivilege",
        L"SeServiceLogonRight",
        L"SeShutdownPrivilege",
        L"SeSyncAgentPrivilege",
        L"SeSystemEnvironmentPrivilege",
        L"SeSystemProfilePrivilege",
        L"SeSystemtimePrivilege",
        L"SeTakeOwnershipPrivilege",
        L"SeTcbPrivilege",
        L"SeTimeZonePrivilege",
        L"SeTrustedCredManAccessPrivilege",
        L"SeUndockPrivilege",
        L"SeUnsolicitedInputPrivilege",
    };
    size_t i;

    for (i = 0; i < ARRAYSIZE(known); i++)
        if (wcscmp(known[i], name) == 0)
            return true;
    return false;
}

static bool set_text(struct rights_account *account)
{
    WCHAR *text;
    bool fits;

    if (!ConvertSidToStringSidW(account->sid, &text))
        return false;
    fits = wcslen(text) < RIGHTS_SID_TEXT_MAX;
    if (fits)
        wcscpy(account->text, text);
    LocalFree(text);
    return fits;
}

bool rights_account_of(PSID sid, struct rights_account *account)
{
    return IsValidSid(sid) && CopySid(sizeof account->sid, account->sid, sid) &&
           set_text(account);
}

static void path_of(const struct rights_account *account,
                    WCHAR path[PATH_MAX_COUNT])
{
    wcscpy(path, STORE_KEY L"\\");
    wcscat(path, account->text);
}

static bool open_account(const struct rights_account *account, REGSAM access,
                         HKEY *key)
{
    WCHAR path[PATH_MAX_COUNT];

    path_of(account, path);
    return RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, access, key) ==
           ERROR_SUCCESS;
}

bool rights_account_exists(const struct rights_account *account)
{
    HKEY key;

    if (!open_account(account, KEY_QUERY_VALUE, &key))
        return false;
    RegCloseKey(key);
    return true;
}

bool rights_account_at(DWORD index, struct rights_account *account)
{
    DWORD count = RIGHTS_SID_TEXT_MAX;
    bool found = false;
    PSID sid;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, STORE_KEY, 0, KEY_READ, &key) !=
        ERROR_SUCCESS)
        return false;
    if (RegEnumKeyExW(key, index, account->text, &count, NULL, NULL, NULL,
                      NULL) == ERROR_SUCCESS &&
        ConvertStringSidToSidW(account->text, &sid)) {
        found = CopySid(sizeof account->sid, account->sid, sid);
        LocalFree(sid);
    }
    RegCloseKey(key);
    return found;
}

bool rights_account_delete(const struct rights_account *account)
{
    WCHAR path[PATH_MAX_COUNT];

    path_of(account, path);
    return RegDeleteKeyW(HKEY_LOCAL_MACHINE, path) == ERROR_SUCCESS;
}

bool rights_at(const struct rights_account *account, DWORD index,
               WCHAR name[RIGHT_NAME_MAX])
{
    DWORD count = RIGHT_NAME_MAX;
    bool found;
    HKEY key;

    if (!open_account(account, KEY_QUERY_VALUE, &key))
        return false;
    found = RegEnumValueW(key, index, name, &count, NULL, NULL, NULL, NULL) ==
            ERROR_SUCCESS;
    RegCloseKey(key);
    return found;
}

bool rights_has(const struct rights_account *account, const WCHAR *name)
{
    WCHAR found[RIGHT_NAME_MAX];
    DWORD i;

    for (i = 0; rights_at(account, i, found); i++)
        if (wcscmp(found, name) == 0)
            return true;
    return false;
}

bool rights_add(const struct rights_account *account, const WCHAR *name)
{
    const DWORD on = 1;
    WCHAR path[PATH_MAX_COUNT];

    path_of(account, path);
    return RegSetKeyValueW(HKEY_LOCAL_MACHINE, path, name, REG_DWORD, &on,
                           sizeof on) == ERROR_SUCCESS;
}

bool rights_remove(const struct rights_account *account, const WCHAR *name)
{
    WCHAR path[PATH_MAX_COUNT];
    LSTATUS status;

    path_of(account, path);
    status = RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, path, name);
    return status == ERROR_SUCCESS || status == ERROR_FILE_NOT_FOUND;
}
