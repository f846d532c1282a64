/* SPDX-License-Identifier: MIT */
/*
 * Opens of a registry key for backup and restore, as a program on the target
 * sees them:
 *
 *   keyprobe show KEY              owner, group and access list, as SDDL
 *   keyprobe set KEY SDDL          all three put in place, by plain opens
 *   keyprobe open KEY [PRIVILEGE...]
 *                                  what opens do with these enabled, as TAP
 *
 * KEY is one under HKEY_LOCAL_MACHINE. Nothing of the stand-in is in here.
 */
#include <windows.h>
#include <sddl.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#include "tap.h"

#define SHOWN                                                                  \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |                 \
     DACL_SECURITY_INFORMATION)
enum { DESCRIPTOR_MAX = 4096 };

static DWORD show(const WCHAR *name)
{
    BYTE descriptor[DESCRIPTOR_MAX];
    DWORD len = sizeof descriptor;
    WCHAR *text;
    HKEY key;
    LSTATUS status =
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, name, 0, READ_CONTROL, &key);

    if (status != ERROR_SUCCESS)
        return (DWORD)status;
    status = RegGetKeySecurity(key, SHOWN, descriptor, &len);
    RegCloseKey(key);
    if (status != ERROR_SUCCESS)
        return (DWORD)status;
    if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor, SDDL_REVISION_1, SHOWN, &text, NULL))
        return GetLastError();
    printf("%ls\n", text);
    LocalFree(text);
    return ERROR_SUCCESS;
}

static DWORD set(const WCHAR *name, const WCHAR *sddl)
{
    PSECURITY_DESCRIPTOR descriptor;
    HKEY key;
    LSTATUS status;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            sddl, SDDL_REVISION_1, &descriptor, NULL))
        return GetLastError();
    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, name, 0, NULL, 0,
                             WRITE_DAC | WRITE_OWNER, NULL, &key, NULL);
    if (status == ERROR_SUCCESS) {
        status = RegSetKeySecurity(key, SHOWN, descriptor);
        RegCloseKey(key);
    }
    LocalFree(descriptor);
    return (DWORD)status;
}

/* --- opens --------------------------------------------------------------- */

struct probe {
    struct tap tap;
    const WCHAR *key;
};

/* What the last error says after AdjustTokenPrivileges, which succeeds. */
static DWORD enable(const WCHAR *name)
{
    TOKEN_PRIVILEGES change = {.PrivilegeCount = 1};
    HANDLE token;
    DWORD code;

    change.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    if (!LookupPrivilegeValueW(NULL, name, &change.Privileges[0].Luid) ||
        !OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return GetLastError();
    code = AdjustTokenPrivileges(token, FALSE, &change, 0, NULL, NULL)
               ? GetLastError()
               : ERROR_GEN_FAILURE;
    CloseHandle(token);
    return code;
}

static bool is_enabled(const WCHAR *name)
{
    PRIVILEGE_SET wanted = {.PrivilegeCount = 1,
                            .Control = PRIVILEGE_SET_ALL_NECESSARY};
    BOOL held = FALSE;
    HANDLE token;

    if (!LookupPrivilegeValueW(NULL, name, &wanted.Privilege[0].Luid) ||
        !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    PrivilegeCheck(token, &wanted, &held);
    CloseHandle(token);
    return held;
}

static void check_handle(struct probe *probe, HKEY key, bool read, bool write)
{
    const DWORD number = 7;
    BYTE descriptor[DESCRIPTOR_MAX];
    DWORD len = sizeof descriptor;
    LSTATUS status = RegSetValueExW(key, L"keyprobe", 0, REG_DWORD,
                                    (const BYTE *)&number, sizeof number);

    tap_check_code(&probe->tap, (DWORD)status,
                   write ? ERROR_SUCCESS : ERROR_ACCESS_DENIED,
                   "a value is written");
    if (write)
        tap_check_code(&probe->tap, (DWORD)RegDeleteValueW(key, L"keyprobe"),
                       ERROR_SUCCESS, "and deleted");
    status = RegQueryValueExW(key, L"keyprobe", NULL, NULL, NULL, NULL);
    tap_check_code(&probe->tap, (DWORD)status,
                   read ? ERROR_FILE_NOT_FOUND : ERROR_ACCESS_DENIED,
                   "values are read");
    tap_check_code(&probe->tap,
                   (DWORD)RegGetKeySecurity(key, DACL_SECURITY_INFORMATION,
                                            descriptor, &len),
                   ERROR_SUCCESS, "its security is read");
    tap_check_code(
        &probe->tap,
        (DWORD)RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, descriptor),
        ERROR_ACCESS_DENIED, "and not written");
}

/* Each open asks for next to nothing: what it gets is not what it asks for. */
static void check_opens(struct probe *probe, bool read, bool write)
{
    const DWORD code = read || write ? ERROR_SUCCESS : ERROR_ACCESS_DENIED;
    DWORD disposition = 0;
    HKEY key;
    LSTATUS status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, probe->key, 0, NULL,
                                     REG_OPTION_BACKUP_RESTORE, KEY_NOTIFY,
                                     NULL, &key, &disposition);

    tap_check_code(&probe->tap, (DWORD)status, code,
                   "RegCreateKeyExW for backup and restore");
    if (status == ERROR_SUCCESS) {
        tap_check_code(&probe->tap, disposition, REG_OPENED_EXISTING_KEY,
                       "an existing key");
        check_handle(probe, key, read, write);
        RegCloseKey(key);
    }
    status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, probe->key,
                           REG_OPTION_BACKUP_RESTORE, KEY_NOTIFY, &key);
    tap_check_code(&probe->tap, (DWORD)status, code,
                   "RegOpenKeyExW for backup and restore");
    if (status == ERROR_SUCCESS) {
        check_handle(probe, key, read, write);
        RegCloseKey(key);
    }
}

static void check_creation(struct probe *probe)
{
    const WCHAR *name = L"SOFTWARE\\keyprobe";
    DWORD disposition = 0;
    HKEY key;
    LSTATUS status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, name,
                                   REG_OPTION_BACKUP_RESTORE, 0, &key);

    tap_check_code(&probe->tap, (DWORD)status, ERROR_FILE_NOT_FOUND,
                   "no key is opened");
    status =
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, name, 0, NULL,
                        REG_OPTION_BACKUP_RESTORE, 0, NULL, &key, &disposition);
    tap_check_code(&probe->tap, (DWORD)status, ERROR_SUCCESS, "but made");
    if (status != ERROR_SUCCESS)
        return;
    tap_check_code(&probe->tap, disposition, REG_CREATED_NEW_KEY, "a new key");
    RegCloseKey(key);
    RegDeleteKeyW(HKEY_LOCAL_MACHINE, name);
}

static int probe_opens(const WCHAR *name, int count, WCHAR **privileges)
{
    struct probe probe = {.key = name};
    bool read, write;
    HKEY key;
    int i;

    for (i = 0; i < count; i++)
        printf("# %ls: %lu\n", privileges[i], enable(privileges[i]));
    read = is_enabled(SE_BACKUP_NAME);
    write = is_enabled(SE_RESTORE_NAME);
    tap_check_code(
        &probe.tap,
        (DWORD)RegOpenKeyExW(HKEY_LOCAL_MACHINE, name, 0, KEY_SET_VALUE, &key),
        ERROR_ACCESS_DENIED, "a plain open for writing");
    check_opens(&probe, read, write);
    if (read && write)
        check_creation(&probe);
    tap_check_code(&probe.tap, is_enabled(SE_TAKE_OWNERSHIP_NAME), FALSE,
                   "no privilege came along");
    return tap_end(&probe.tap);
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    DWORD code = ERROR_INVALID_PARAMETER;

    if (argc >= 3 && wcscmp(argv[1], L"open") == 0)
        return probe_opens(argv[2], argc - 3, argv + 3);
    if (argc == 3 && wcscmp(argv[1], L"show") == 0)
        code = show(argv[2]);
    if (argc == 4 && wcscmp(argv[1], L"set") == 0)
        code = set(argv[2], argv[3]);
    if (code != ERROR_SUCCESS)
        fprintf(stderr, "keyprobe: error %lu\n", code);
    return code != ERROR_SUCCESS;
}
