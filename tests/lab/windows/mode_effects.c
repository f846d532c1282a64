/* SPDX-License-Identifier: MIT */
#include "mode_effects.h"

#include <sddl.h>
#include <stdlib.h>

#include "advapi32/key_park.h"
#include "advapi32/record.h"
#include "setting_keys.h"

#define FOLDER L"C:\\ProgramData\\wmifleet"
#define FOLDER_NAME L"c:\\programdata\\wmifleet"
#define FOLDER_SAVED L"saved " FOLDER_NAME
#define KEYS_SAVED L"SOFTWARE\\wmifleet-lab\\KeySecurity"
/* Setting values, making keys and deletion are denied to everybody. */
#define KEYS_SDDL                                                              \
    L"D:P(D;CI;0x10006;;;WD)(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;BU)"

#define WHOLE_SECURITY                                                         \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |                 \
     DACL_SECURITY_INFORMATION)
#define WMI_APPID                                                              \
    L"SOFTWARE\\Classes\\AppID\\{8BC3F05E-D86B-11D0-A075-00C04FB68820}"
#define TRUSTED_INSTALLER                                                      \
    L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
#define ACCESS_OF_OTHERS                                                       \
    L")(A;CI;KR;;;SY)(A;CI;KR;;;BA)(A;CI;KR;;;BU)(A;CI;KR;;;S-1-15-2-1)"
/* As on the keys that Windows' own setup keeps for itself; the last entry is
 * for ALL APPLICATION PACKAGES, whose short name Wine does not know. */
#define OWNER_SDDL                                                             \
    L"O:" TRUSTED_INSTALLER L"G"                                               \
    L":" TRUSTED_INSTALLER L"D:PAI(A;CI;KA;;"                                  \
    L";" TRUSTED_INSTALLER ACCESS_OF_OTHERS

/* Moves a record to another name; nothing when there is none. */
static DWORD move_record(const WCHAR *from, const WCHAR *to)
{
    PSECURITY_DESCRIPTOR descriptor = record_read(from);
    DWORD code = ERROR_SUCCESS;

    if (descriptor != NULL)
        code = record_write(to, descriptor);
    if (descriptor != NULL && code == ERROR_SUCCESS)
        record_forget(from);
    free(descriptor);
    return code;
}

DWORD mode_folder_begin(const WCHAR *sddl)
{
    PSECURITY_DESCRIPTOR descriptor;
    DWORD code;

    if (!CreateDirectoryW(FOLDER, NULL) &&
        GetLastError() != ERROR_ALREADY_EXISTS)
        return GetLastError();
    code = move_record(FOLDER_NAME, FOLDER_SAVED);
    if (code != ERROR_SUCCESS)
        return code;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            sddl, SDDL_REVISION_1, &descriptor, NULL))
        return GetLastError();
    code = record_write(FOLDER_NAME, descriptor);
    LocalFree(descriptor);
    return code;
}

DWORD mode_folder_end(void)
{
    record_forget(FOLDER_NAME);
    /* Fails, as it should, when the folder was in use before. */
    RemoveDirectoryW(FOLDER);
    return move_record(FOLDER_SAVED, FOLDER_NAME);
}

static DWORD open_key(const WCHAR *name, HKEY *key)
{
    return (DWORD)RegCreateKeyExW(HKEY_LOCAL_MACHINE, name, 0, NULL, 0,
                                  READ_CONTROL | WRITE_DAC, NULL, key, NULL);
}

static DWORD save_key_security(const WCHAR *name, HKEY key)
{
    DWORD len = RECORD_LEN_MAX;
    void *old = malloc(len);
    DWORD code = ERROR_NOT_ENOUGH_MEMORY;

    if (old == NULL)
        return code;
    code = (DWORD)RegGetKeySecurity(key, DACL_SECURITY_INFORMATION, old, &len);
    if (code == ERROR_SUCCESS)
        code = (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, KEYS_SAVED, name,
                                      REG_BINARY, old,
                                      GetSecurityDescriptorLength(old));
    free(old);
    return code;
}

static DWORD deny_key(const WCHAR *name)
{
    PSECURITY_DESCRIPTOR denied;
    HKEY key;
    DWORD code = open_key(name, &key);

    if (code != ERROR_SUCCESS)
        return code;
    code = save_key_security(name, key);
    if (code == ERROR_SUCCESS &&
        !ConvertStringSecurityDescriptorToSecurityDescriptorW(
            KEYS_SDDL, SDDL_REVISION_1, &denied, NULL))
        code = GetLastError();
    if (code == ERROR_SUCCESS) {
        code = (DWORD)RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, denied);
        LocalFree(denied);
    }
    RegCloseKey(key);
    return code;
}

static DWORD allow_key(const WCHAR *name)
{
    DWORD len = RECORD_LEN_MAX;
    void *old = malloc(len);
    HKEY key;
    DWORD code = ERROR_NOT_ENOUGH_MEMORY;

    if (old != NULL)
        code = (DWORD)RegGetValueW(HKEY_LOCAL_MACHINE, KEYS_SAVED, name,
                                   RRF_RT_REG_BINARY, NULL, old, &len);
    if (code == ERROR_SUCCESS)
        code = open_key(name, &key);
    if (code == ERROR_SUCCESS) {
        code = (DWORD)RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, old);
        RegCloseKey(key);
        RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, KEYS_SAVED, name);
    }
    free(old);
    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : code;
}

DWORD mode_keys_begin(void)
{
    DWORD code = mode_keys_end();
    size_t i;

    for (i = 0; i < ARRAYSIZE(SETTING_KEYS) && code == ERROR_SUCCESS; i++)
        code = deny_key(SETTING_KEYS[i]);
    return code;
}

DWORD mode_keys_end(void)
{
    DWORD code = ERROR_SUCCESS;
    size_t i;

    for (i = 0; i < ARRAYSIZE(SETTING_KEYS) && code == ERROR_SUCCESS; i++)
        code = allow_key(SETTING_KEYS[i]);
    return code;
}

/* Owner, group and access list of the key go to what is kept for the end. */
static DWORD save_owner(void)
{
    DWORD len = RECORD_LEN_MAX;
    void *before = malloc(len);
    DWORD code = ERROR_NOT_ENOUGH_MEMORY;
    HKEY key;

    if (before != NULL)
        code = (DWORD)RegOpenKeyExW(HKEY_LOCAL_MACHINE, WMI_APPID, 0,
                                    READ_CONTROL, &key);
    if (code == ERROR_SUCCESS) {
        code = (DWORD)RegGetKeySecurity(key, WHOLE_SECURITY, before, &len);
        RegCloseKey(key);
    }
    if (code == ERROR_SUCCESS)
        code = (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, KEYS_SAVED, WMI_APPID,
                                      REG_BINARY, before,
                                      GetSecurityDescriptorLength(before));
    free(before);
    return code;
}

/* The key may be one that only a parked handle opens. */
static DWORD set_owner(PSECURITY_DESCRIPTOR wanted)
{
    HKEY key;
    DWORD code = key_park_open(HKEY_LOCAL_MACHINE, WMI_APPID,
                               WRITE_OWNER | WRITE_DAC, &key);

    if (code == ERROR_SUCCESS) {
        code = (DWORD)RegSetKeySecurity(key, WHOLE_SECURITY, wanted);
        RegCloseKey(key);
    }
    return code;
}

DWORD mode_owner_begin(void)
{
    PSECURITY_DESCRIPTOR owned;
    DWORD code = mode_owner_end();

    if (code == ERROR_SUCCESS)
        code = save_owner();
    if (code != ERROR_SUCCESS)
        return code;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            OWNER_SDDL, SDDL_REVISION_1, &owned, NULL))
        return GetLastError();
    code = set_owner(owned);
    LocalFree(owned);
    return code;
}

DWORD mode_owner_end(void)
{
    DWORD len = RECORD_LEN_MAX;
    void *before = malloc(len);
    DWORD code = ERROR_NOT_ENOUGH_MEMORY;

    if (before != NULL)
        code = (DWORD)RegGetValueW(HKEY_LOCAL_MACHINE, KEYS_SAVED, WMI_APPID,
                                   RRF_RT_REG_BINARY, NULL, before, &len);
    if (code == ERROR_SUCCESS)
        code = set_owner(before);
    if (code == ERROR_SUCCESS)
        RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, KEYS_SAVED, WMI_APPID);
    free(before);
    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : code;
}
