/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <stdlib.h>
#include <wchar.h>

static bool shorten(WCHAR *name)
{
    size_t len;

    if (wcsncmp(name, L"\\\\?\\", 4) == 0)
        memmove(name, name + 4, (wcslen(name + 4) + 1) * sizeof *name);
    _wcslwr(name);
    len = wcslen(name);
    while (len > 2 && name[len - 1] == L'\\')
        name[--len] = 0;
    return wcsncmp(name, L"c:", 2) == 0;
}

bool record_path(const WCHAR *path, WCHAR name[RECORD_PATH_MAX])
{
    DWORD len = GetFullPathNameW(path, RECORD_PATH_MAX, name, NULL);

    return len > 0 && len < RECORD_PATH_MAX && shorten(name);
}

bool record_path_of_handle(HANDLE file, WCHAR name[RECORD_PATH_MAX])
{
    DWORD len = GetFinalPathNameByHandleW(file, name, RECORD_PATH_MAX, 0);

    return len > 0 && len < RECORD_PATH_MAX && shorten(name);
}

PSECURITY_DESCRIPTOR record_read(const WCHAR *name)
{
    DWORD len = RECORD_LEN_MAX;
    void *descriptor = malloc(len);

    if (descriptor == NULL)
        return NULL;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, RECORD_KEY, name, RRF_RT_REG_BINARY,
                     NULL, descriptor, &len) == ERROR_SUCCESS &&
        IsValidSecurityDescriptor(descriptor))
        return descriptor;
    free(descriptor);
    return NULL;
}

DWORD record_write(const WCHAR *name, PSECURITY_DESCRIPTOR descriptor)
{
    return (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, RECORD_KEY, name,
                                  REG_BINARY, descriptor,
                                  GetSecurityDescriptorLength(descriptor));
}

void record_forget(const WCHAR *name)
{
    RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, RECORD_KEY, name);
}
