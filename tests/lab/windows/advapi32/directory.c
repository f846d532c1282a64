/* SPDX-License-Identifier: MIT */
/*
 * Keeps what a folder is created with. CreateDirectoryW is kernel32's, so
 * the program's import of it is replaced when the stand-in is loaded, and
 * that of RemoveDirectoryW with it, so that no record outlives its folder.
 */
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "real.h"
#include "record.h"

static void keep(const WCHAR *path, const SECURITY_ATTRIBUTES *attributes)
{
    WCHAR name[RECORD_PATH_MAX];
    PSECURITY_DESCRIPTOR descriptor;

    if (!record_path(path, name))
        return;
    record_forget(name);
    if (attributes == NULL || attributes->lpSecurityDescriptor == NULL)
        return;
    descriptor = descriptor_at_creation(name, attributes->lpSecurityDescriptor);
    if (descriptor != NULL)
        record_write(name, descriptor);
    free(descriptor);
}

static BOOL WINAPI lab_CreateDirectoryW(const WCHAR *path,
                                        SECURITY_ATTRIBUTES *attributes)
{
    if (!CreateDirectoryW(path, NULL))
        return FALSE;
    keep(path, attributes);
    return TRUE;
}

static BOOL WINAPI lab_RemoveDirectoryW(const WCHAR *path)
{
    WCHAR name[RECORD_PATH_MAX];
    bool known = record_path(path, name);

    if (!RemoveDirectoryW(path))
        return FALSE;
    if (known)
        record_forget(name);
    return TRUE;
}

static void *replacement(const char *name)
{
    if (strcmp(name, "CreateDirectoryW") == 0)
        return (void *)lab_CreateDirectoryW;
    if (strcmp(name, "RemoveDirectoryW") == 0)
        return (void *)lab_RemoveDirectoryW;
    return NULL;
}

static void patch_import(IMAGE_THUNK_DATA *address, void *function)
{
    DWORD protection;

    if (!VirtualProtect(address, sizeof *address, PAGE_READWRITE, &protection))
        return;
    address->u1.Function = (ULONGLONG)(ULONG_PTR)function;
    VirtualProtect(address, sizeof *address, protection, &protection);
}

static void patch_library(BYTE *base, const IMAGE_IMPORT_DESCRIPTOR *library)
{
    IMAGE_THUNK_DATA *names =
        (IMAGE_THUNK_DATA *)(void *)(base + library->OriginalFirstThunk);
    IMAGE_THUNK_DATA *addresses =
        (IMAGE_THUNK_DATA *)(void *)(base + library->FirstThunk);
    void *function;

    if (library->OriginalFirstThunk == 0)
        return;
    for (; names->u1.AddressOfData != 0; names++, addresses++) {
        if (IMAGE_SNAP_BY_ORDINAL(names->u1.Ordinal))
            continue;
        /* The name follows a two-byte hint. */
        function =
            replacement((const char *)(base + names->u1.AddressOfData + 2));
        if (function != NULL)
            patch_import(addresses, function);
    }
}

void directory_patch_program(void)
{
    BYTE *base = (BYTE *)GetModuleHandleW(NULL);
    IMAGE_DOS_HEADER *dos = (IMAGE_DOS_HEADER *)(void *)base;
    IMAGE_NT_HEADERS *nt = (IMAGE_NT_HEADERS *)(void *)(base + dos->e_lfanew);
    IMAGE_DATA_DIRECTORY *imports =
        &nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
    IMAGE_IMPORT_DESCRIPTOR *library =
        (IMAGE_IMPORT_DESCRIPTOR *)(void *)(base + imports->VirtualAddress);

    if (imports->VirtualAddress == 0)
        return;
    for (; library->Name != 0; library++)
        patch_library(base, library);
}
