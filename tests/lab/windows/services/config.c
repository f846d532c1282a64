/* SPDX-License-Identifier: MIT */
/*
 * What a service is configured as. Windows keeps ImagePath as REG_EXPAND_SZ,
 * with %variables% in it, and tells it expanded; Wine keeps it as REG_SZ, and
 * forgets what the service needs at each change. Windows changes a service at
 * once; the steps that it takes here are held together by what is told of
 * their begin and end, for one who counts writes (../killer.c).
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "../advapi32/real.h"
#include "handle.h"
#include "replaced.h"

enum { VALUE_MAX = 8192, KEY_COUNT = SERVICE_NAME_MAX + 64 };

/* A value of a service's key as it stands there. */
struct kept {
    LSTATUS status;
    DWORD type;
    DWORD len;
    union {
        WCHAR text[1];
        BYTE data[VALUE_MAX];
    };
};

/* Both of a service that Wine's manager does not leave alone. */
struct both {
    struct kept path;
    struct kept needs;
};

static void key_of(const WCHAR *name, WCHAR key[KEY_COUNT])
{
    wcscpy(key, L"SYSTEM\\CurrentControlSet\\Services\\");
    wcsncat(key, name, SERVICE_NAME_MAX);
}

static void take(const WCHAR *name, const WCHAR *value, struct kept *kept)
{
    WCHAR key[KEY_COUNT];

    key_of(name, key);
    /* With room for the end that a text may lack. */
    kept->len = VALUE_MAX - 2 * sizeof(WCHAR);
    memset(kept->data, 0, VALUE_MAX);
    kept->status =
        RegGetValueW(HKEY_LOCAL_MACHINE, key, value, RRF_RT_ANY | RRF_NOEXPAND,
                     &kept->type, kept->data, &kept->len);
    if (kept->status != ERROR_SUCCESS)
        kept->len = 0;
}

static void put_back(const WCHAR *name, const WCHAR *value,
                     const struct kept *kept)
{
    WCHAR key[KEY_COUNT];

    key_of(name, key);
    if (kept->status == ERROR_SUCCESS)
        RegSetKeyValueW(HKEY_LOCAL_MACHINE, key, value, kept->type, kept->data,
                        kept->len);
}

static struct both *take_both(const WCHAR *name)
{
    struct both *both = malloc(sizeof *both);

    if (both == NULL)
        return NULL;
    take(name, L"ImagePath", &both->path);
    take(name, L"DependOnService", &both->needs);
    return both;
}

static void keep_path(const WCHAR *name, const WCHAR *path)
{
    WCHAR key[KEY_COUNT];

    key_of(name, key);
    RegSetKeyValueW(HKEY_LOCAL_MACHINE, key, L"ImagePath", REG_EXPAND_SZ, path,
                    (DWORD)((wcslen(path) + 1) * sizeof *path));
}

/* By deleting what is never there: nothing is left of it. */
static void tell_change(const WCHAR *what, const WCHAR *name)
{
    WCHAR value[SERVICE_NAME_MAX + 8];

    wcscpy(value, what);
    wcsncat(value, name, SERVICE_NAME_MAX);
    RegDeleteKeyValueW(HKEY_LOCAL_MACHINE,
                       L"SOFTWARE\\wmifleet-lab\\ServiceChange", value);
}

BOOL WINAPI lab_ChangeServiceConfigW(SC_HANDLE handle, DWORD type, DWORD start,
                                     DWORD error, const WCHAR *path,
                                     const WCHAR *group, DWORD *tag,
                                     const WCHAR *needs, const WCHAR *account,
                                     const WCHAR *password,
                                     const WCHAR *display)
{
    struct opened opened;
    struct both *both = NULL;
    BOOL done;
    DWORD code;

    if (handle_find(handle, &opened) && *opened.name != 0)
        both = take_both(opened.name);
    if (both != NULL)
        tell_change(L"begins ", opened.name);
    done = REAL(ChangeServiceConfigW)(handle, type, start, error, path, group,
                                      tag, needs, account, password, display);
    code = GetLastError();
    if (done && path != NULL && both != NULL)
        keep_path(opened.name, path);
    else if (done && both != NULL)
        put_back(opened.name, L"ImagePath", &both->path);
    if (done && needs == NULL && both != NULL)
        put_back(opened.name, L"DependOnService", &both->needs);
    if (both != NULL)
        tell_change(L"ends", L"");
    free(both);
    SetLastError(code);
    return done;
}

/* Wine's answer, to be freed by free(). */
static DWORD ask_wine(SC_HANDLE handle, QUERY_SERVICE_CONFIGW **answer,
                      DWORD *len)
{
    QUERY_SERVICE_CONFIGW none;

    *answer = NULL;
    *len = 0;
    if (REAL(QueryServiceConfigW)(handle, &none, 0, len))
        return ERROR_INVALID_DATA;
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER)
        return GetLastError();
    *answer = malloc(*len);
    if (*answer == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    return REAL(QueryServiceConfigW)(handle, *answer, *len, len)
               ? ERROR_SUCCESS
               : GetLastError();
}

static void move_text(WCHAR **text, ptrdiff_t by)
{
    if (*text != NULL)
        *text = (WCHAR *)(void *)((BYTE *)*text + by);
}

/* Wine's answer, and behind its strings the two that it tells otherwise. */
static DWORD tell(const QUERY_SERVICE_CONFIGW *from, DWORD from_len,
                  const struct both *both, QUERY_SERVICE_CONFIGW *into,
                  DWORD len, DWORD *needed)
{
    DWORD count = ExpandEnvironmentStringsW(both->path.text, NULL, 0);
    DWORD needs_at = (from_len + 1) & ~1UL;
    DWORD needs_len = both->needs.len + 2 * (DWORD)sizeof(WCHAR);
    DWORD path_at = needs_at + needs_len;
    ptrdiff_t by;

    *needed = path_at + count * (DWORD)sizeof(WCHAR);
    if (into == NULL || len < *needed)
        return ERROR_INSUFFICIENT_BUFFER;
    by = (BYTE *)into - (const BYTE *)from;
    memcpy(into, from, from_len);
    move_text(&into->lpLoadOrderGroup, by);
    move_text(&into->lpServiceStartName, by);
    move_text(&into->lpDisplayName, by);
    into->lpDependencies = (WCHAR *)(void *)((BYTE *)into + needs_at);
    memcpy(into->lpDependencies, both->needs.data, needs_len);
    into->lpBinaryPathName = (WCHAR *)(void *)((BYTE *)into + path_at);
    ExpandEnvironmentStringsW(both->path.text, into->lpBinaryPathName, count);
    return ERROR_SUCCESS;
}

BOOL WINAPI lab_QueryServiceConfigW(SC_HANDLE handle,
                                    QUERY_SERVICE_CONFIGW *into, DWORD len,
                                    DWORD *needed)
{
    QUERY_SERVICE_CONFIGW *whole = NULL;
    struct both *both = NULL;
    struct opened opened;
    DWORD whole_len;
    DWORD code;

    if (!handle_find(handle, &opened) || *opened.name == 0 || needed == NULL)
        return REAL(QueryServiceConfigW)(handle, into, len, needed);
    code = ask_wine(handle, &whole, &whole_len);
    if (code == ERROR_SUCCESS && (both = take_both(opened.name)) == NULL)
        code = ERROR_NOT_ENOUGH_MEMORY;
    if (code == ERROR_SUCCESS)
        code = tell(whole, whole_len, both, into, len, needed);
    free(whole);
    free(both);
    SetLastError(code);
    return code == ERROR_SUCCESS;
}
