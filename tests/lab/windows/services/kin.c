/* SPDX-License-Identifier: MIT */
#include "kin.h"

#include <stdlib.h>
#include <wchar.h>

#include "../advapi32/real.h"

#define SERVICES_KEY L"SYSTEM\\CurrentControlSet\\Services"

enum { LIST_LEN = 4096, KEY_LEN = SERVICE_NAME_MAX + 64 };

static void key_of(const WCHAR *name, WCHAR key[KEY_LEN])
{
    wcscpy(key, SERVICES_KEY L"\\");
    wcsncat(key, name, SERVICE_NAME_MAX);
}

/* The names that follow each other in DependOnService; free(). */
static WCHAR *list_of(const WCHAR *name)
{
    WCHAR key[KEY_LEN];
    DWORD len = LIST_LEN;
    WCHAR *list = calloc(1, LIST_LEN + 2 * sizeof *list);

    key_of(name, key);
    if (list != NULL &&
        RegGetValueW(HKEY_LOCAL_MACHINE, key, L"DependOnService",
                     RRF_RT_REG_MULTI_SZ, NULL, list, &len) != ERROR_SUCCESS)
        *list = 0;
    return list;
}

static bool needs(const WCHAR *name, const WCHAR *needed)
{
    WCHAR *list = list_of(name);
    const WCHAR *at = list;
    bool found = false;

    for (; at != NULL && *at != 0 && !found; at += wcslen(at) + 1)
        found = _wcsicmp(at, needed) == 0;
    free(list);
    return found;
}

static void add(struct kin *kin, const WCHAR *name, DWORD depth)
{
    DWORD i;

    for (i = 0; i < kin->count; i++)
        if (_wcsicmp(kin->services[i].name, name) == 0)
            break;
    if (i == KIN_MAX)
        return;
    if (i == kin->count) {
        kin->count++;
        wcscpy(kin->services[i].name, name);
    }
    if (kin->services[i].depth < depth)
        kin->services[i].depth = depth;
}

static void add_dependants(struct kin *kin, HKEY services, const WCHAR *name,
                           DWORD depth)
{
    WCHAR found[SERVICE_NAME_MAX];
    DWORD i, count;

    for (i = 0;; i++) {
        count = SERVICE_NAME_MAX;
        if (RegEnumKeyExW(services, i, found, &count, NULL, NULL, NULL, NULL) !=
            ERROR_SUCCESS)
            return;
        if (!needs(found, name))
            continue;
        add(kin, found, depth);
        /* A circle ends somewhere. */
        if (depth < KIN_MAX)
            add_dependants(kin, services, found, depth + 1);
    }
}

/* Those that are nearer go first; else the order of the registry holds. */
static void sort(struct kin *kin)
{
    struct relative *at = kin->services;
    struct relative moved;
    DWORD i, j;

    for (i = 1; i < kin->count; i++) {
        moved = at[i];
        for (j = i; j > 0 && at[j - 1].depth > moved.depth; j--)
            at[j] = at[j - 1];
        at[j] = moved;
    }
}

struct kin *kin_dependants(const WCHAR *name)
{
    struct kin *kin = calloc(1, sizeof *kin);
    HKEY services;

    if (kin == NULL)
        return NULL;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, SERVICES_KEY, 0, KEY_READ,
                      &services) == ERROR_SUCCESS) {
        add_dependants(kin, services, name, 1);
        RegCloseKey(services);
    }
    sort(kin);
    return kin;
}

struct kin *kin_needs(const WCHAR *name)
{
    struct kin *kin = calloc(1, sizeof *kin);
    WCHAR *list = list_of(name);
    const WCHAR *at = list;

    for (; kin != NULL && at != NULL && *at != 0; at += wcslen(at) + 1)
        if (wcslen(at) < SERVICE_NAME_MAX)
            add(kin, at, 1);
    free(list);
    return kin;
}

bool kin_status(const WCHAR *name, SERVICE_STATUS *status)
{
    SC_HANDLE manager = REAL(OpenSCManagerW)(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = NULL;
    bool found = false;

    if (manager == NULL)
        return false;
    service = REAL(OpenServiceW)(manager, name, SERVICE_QUERY_STATUS);
    if (service != NULL) {
        found = QueryServiceStatus(service, status) != FALSE;
        REAL(CloseServiceHandle)(service);
    }
    REAL(CloseServiceHandle)(manager);
    return found;
}

DWORD kin_start_type(const WCHAR *name)
{
    WCHAR key[KEY_LEN];
    DWORD start = SERVICE_DEMAND_START;
    DWORD len = sizeof start;

    key_of(name, key);
    RegGetValueW(HKEY_LOCAL_MACHINE, key, L"Start", RRF_RT_REG_DWORD, NULL,
                 &start, &len);
    return start;
}
