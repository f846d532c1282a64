/* SPDX-License-Identifier: MIT */
#include "key_park.h"

#include <winternl.h>
#include <stdbool.h>
#include <wchar.h>

#include "../parked.h"

#define MACHINE_PATH L"\\REGISTRY\\MACHINE"
enum { PATH_COUNT = 512, NAME_INFORMATION = 3 };

typedef NTSTATUS(NTAPI *query_key)(HANDLE, int, void *, ULONG, ULONG *);

/* The key's full name, as the kernel has it. */
static bool path_of(HKEY key, WCHAR path[PATH_COUNT])
{
    query_key query = (query_key)(void *)GetProcAddress(
        GetModuleHandleW(L"ntdll.dll"), "NtQueryKey");
    struct {
        ULONG len;
        WCHAR name[PATH_COUNT];
    } full;
    ULONG len;

    if (key == HKEY_LOCAL_MACHINE) {
        wcscpy(path, MACHINE_PATH);
        return true;
    }
    if (query == NULL ||
        query(key, NAME_INFORMATION, &full, sizeof full, &len) != 0 ||
        full.len / sizeof(WCHAR) >= PATH_COUNT)
        return false;
    wmemcpy(path, full.name, full.len / sizeof(WCHAR));
    path[full.len / sizeof(WCHAR)] = 0;
    return true;
}

static bool path_below(HKEY root, const WCHAR *name, WCHAR path[PATH_COUNT])
{
    if (!path_of(root, path))
        return false;
    if (name == NULL || *name == 0)
        return true;
    if (wcslen(path) + 1 + wcslen(name) >= PATH_COUNT)
        return false;
    wcscat(path, L"\\");
    wcscat(path, name);
    return true;
}

static HANDLE resident(void)
{
    DWORD process;
    DWORD len = sizeof process;

    if (RegGetValueW(HKEY_LOCAL_MACHINE, PARKED_KEY, PARKED_PROCESS,
                     RRF_RT_REG_DWORD, NULL, &process, &len) != ERROR_SUCCESS)
        return NULL;
    return OpenProcess(PROCESS_DUP_HANDLE, FALSE, process);
}

/* A copy with this access of what is parked; NULL when nothing is. */
static HKEY take(const WCHAR *path, REGSAM access)
{
    HANDLE process = resident();
    HANDLE key = NULL;
    ULONGLONG parked;
    DWORD len = sizeof parked;

    if (process == NULL)
        return NULL;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, PARKED_KEY, path, RRF_RT_REG_QWORD,
                     NULL, &parked, &len) != ERROR_SUCCESS ||
        !DuplicateHandle(process, (HANDLE)(ULONG_PTR)parked,
                         GetCurrentProcess(), &key, access, FALSE, 0))
        key = NULL;
    CloseHandle(process);
    return key;
}

/* Whether it still is the key of that name: it may have been deleted since. */
static bool is_parked(const WCHAR *path)
{
    HKEY key = take(path, KEY_QUERY_VALUE);
    WCHAR found[PATH_COUNT];
    bool is;

    if (key == NULL)
        return false;
    is = path_of(key, found) && _wcsicmp(found, path) == 0;
    RegCloseKey(key);
    return is;
}

static void give(const WCHAR *path, HKEY key)
{
    HANDLE process = resident();
    HANDLE copy;
    ULONGLONG parked;

    if (process == NULL)
        return;
    if (DuplicateHandle(GetCurrentProcess(), key, process, &copy, 0, FALSE,
                        DUPLICATE_SAME_ACCESS)) {
        parked = (ULONG_PTR)copy;
        RegSetKeyValueW(HKEY_LOCAL_MACHINE, PARKED_KEY, path, REG_QWORD,
                        &parked, sizeof parked);
    }
    CloseHandle(process);
}

void key_park(HKEY key)
{
    WCHAR path[PATH_COUNT];
    HKEY wide;

    if (!path_of(key, path) || is_parked(path) ||
        RegOpenKeyExW(key, NULL, 0, KEY_ALL_ACCESS, &wide) != ERROR_SUCCESS)
        return;
    give(path, wide);
    RegCloseKey(wide);
}

DWORD key_park_open(HKEY root, const WCHAR *name, REGSAM access, HKEY *opened)
{
    const REGSAM views = KEY_WOW64_32KEY | KEY_WOW64_64KEY;
    DWORD code = (DWORD)RegOpenKeyExW(root, name, 0, access, opened);
    WCHAR path[PATH_COUNT];
    HKEY key;

    if (code != ERROR_ACCESS_DENIED || !path_below(root, name, path))
        return code;
    key = take(path, access & ~views);
    if (key == NULL)
        return code;
    *opened = key;
    return ERROR_SUCCESS;
}
