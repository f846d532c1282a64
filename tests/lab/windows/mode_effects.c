/* SPDX-License-Identifier: MIT */
#include "mode_effects.h"

#include <sddl.h>
#include <stdlib.h>

#include "advapi32/record.h"
#include "setting_keys.h"

#define FOLDER L"C:\\ProgramData\\wmifleet"
#define FOLDER_NAME L"c:\\programdata\\wmifleet"
#define FOLDER_SAVED L"saved " FOLDER_NAME
#define KEYS_SAVED L"SOFTWARE\\wmifleet-lab\\KeySecurity"
/* Setting values, making keys and deletion are denied to everybody. */
#define KEYS_SDDL                                                              \
    L"D:P(D;CI;0x10006;;;WD)(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;BU)"

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
