/* SPDX-License-Identifier: MIT */
#include "payload/registry/registry_backup.h"

#include <windows.h>
#include <stdlib.h>

#include "payload/registry/registry_io.h"
#include "payload/registry/registry_state.h"
#include "payload/win32/system.h"
#include "payload/win32/utf16.h"

#define VALUE_MAX (64u * 1024)

static void set_privileges(bool on)
{
    system_set_privilege(L"SeBackupPrivilege", on);
    system_set_privilege(L"SeRestorePrivilege", on);
}

/* The option opens only through the call that also makes keys. */
static unsigned long open_key(const wchar_t *key, HKEY *opened)
{
    DWORD disposition = 0;
    LSTATUS code = RegCreateKeyExW(
        HKEY_LOCAL_MACHINE, key, 0, NULL, REG_OPTION_BACKUP_RESTORE,
        KEY_QUERY_VALUE | KEY_SET_VALUE | KEY_WOW64_64KEY, NULL, opened,
        &disposition);
    if (code != ERROR_SUCCESS || disposition == REG_OPENED_EXISTING_KEY)
        return (unsigned long)code;
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, key, KEY_WOW64_64KEY, 0);
    RegCloseKey(*opened);
    return ERROR_FILE_NOT_FOUND;
}

typedef unsigned long work_fn(HKEY key, const wchar_t *name, void *context);

static unsigned long with_key(const char *key, const char *name, work_fn *work,
                              void *context)
{
    wchar_t *wide_key = utf16_from_utf8(key);
    wchar_t *wide_name = utf16_from_utf8(name);
    unsigned long code = ERROR_NOT_ENOUGH_MEMORY;
    HKEY opened;
    set_privileges(true);
    if (wide_key != NULL && wide_name != NULL)
        code = open_key(wide_key, &opened);
    if (code == ERROR_SUCCESS) {
        code = work(opened, wide_name, context);
        RegCloseKey(opened);
    }
    set_privileges(false);
    free(wide_key);
    free(wide_name);
    return code;
}

static unsigned long read_value(HKEY key, const wchar_t *name, void *context)
{
    cJSON **state = context;
    DWORD type = 0;
    DWORD size = VALUE_MAX;
    struct registry_value value = {.bytes = malloc(size)};
    if (value.bytes == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    unsigned long code = (unsigned long)RegQueryValueExW(key, name, NULL, &type,
                                                         value.bytes, &size);
    value.type = type;
    value.len = size;
    if (code == ERROR_SUCCESS || code == ERROR_FILE_NOT_FOUND) {
        *state = code == ERROR_SUCCESS ? registry_state_make(&value)
                                       : registry_state_no_value();
        code = *state != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
    }
    registry_value_release(&value);
    return code;
}

static unsigned long write_value(HKEY key, const wchar_t *name, void *context)
{
    const cJSON *state = context;
    struct registry_value value = {.bytes = NULL};
    if (registry_state_absent(state)) {
        LSTATUS code = RegDeleteValueW(key, name);
        return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS
                                            : (unsigned long)code;
    }
    if (registry_state_value(state, &value) != 0)
        return ERROR_INVALID_DATA;
    unsigned long code = (unsigned long)RegSetValueExW(
        key, name, 0, value.type, value.bytes, (DWORD)value.len);
    registry_value_release(&value);
    return code;
}

unsigned long registry_backup_read(const char *key, const char *name,
                                   cJSON **state)
{
    unsigned long code = registry_read(key, name, state);
    return code == ERROR_ACCESS_DENIED ? with_key(key, name, read_value, state)
                                       : code;
}

unsigned long registry_backup_restore(const char *key, const char *name,
                                      const cJSON *state)
{
    unsigned long code = registry_restore(key, name, state);
    return code == ERROR_ACCESS_DENIED
               ? with_key(key, name, write_value, (void *)state)
               : code;
}
