/* SPDX-License-Identifier: MIT */
#include "namespace.h"

#include "../remote/place.h"
#include "access_list.h"

#include <stdlib.h>
#include <wbemcli.h>
#include <wchar.h>

#define NAMESPACES_KEY L"SOFTWARE\\wmifleet-lab\\Namespaces\\"
#define NO_SERVER ((HRESULT)0x800706BA)

/* root on a machine that nobody has touched. */
#define ROOT_SDDL                                                              \
    L"O:BAG:BAD:(A;CI;0x6003f;;;BA)(A;CI;0x13;;;NS)(A;CI;0x13;;;LS)"           \
    L"(A;CI;0x13;;;AU)"

static HRESULT skip_server(WCHAR *name)
{
    WCHAR *end;

    if (wcsncmp(name, L"\\\\", 2) != 0)
        return S_OK;
    end = wcschr(name + 2, L'\\');
    if (!end)
        return (HRESULT)WBEM_E_INVALID_NAMESPACE;
    *end = 0;
    if (!place_is_here(name + 2))
        return NO_SERVER;
    memmove(name, end + 1, (wcslen(end + 1) + 1) * sizeof *name);
    return S_OK;
}

HRESULT namespace_name(const WCHAR *path, WCHAR name[NAMESPACE_LEN_MAX])
{
    HRESULT hr;

    if (wcslen(path) >= NAMESPACE_LEN_MAX)
        return (HRESULT)WBEM_E_INVALID_NAMESPACE;
    wcscpy(name, path);
    for (WCHAR *at = name; *at; at++)
        if (*at == L'/')
            *at = L'\\';
    hr = skip_server(name);
    if (FAILED(hr))
        return hr;
    if (_wcsnicmp(name, L"root", 4) != 0 || (name[4] && name[4] != L'\\') ||
        wcsstr(name, L"\\\\") || name[wcslen(name) - 1] == L'\\')
        return (HRESULT)WBEM_E_INVALID_NAMESPACE;
    return S_OK;
}

static LSTATUS open_namespace(const WCHAR *name, REGSAM access, HKEY *key)
{
    WCHAR path[ARRAYSIZE(NAMESPACES_KEY) + NAMESPACE_LEN_MAX];

    wcscpy(path, NAMESPACES_KEY);
    wcscat(path, name);
    return RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, access | KEY_WOW64_64KEY,
                         key);
}

bool namespace_requires_encryption(const WCHAR *name)
{
    DWORD value = 0;
    DWORD len = sizeof value;
    HKEY key;

    if (open_namespace(name, KEY_QUERY_VALUE, &key) != ERROR_SUCCESS)
        return false;
    if (RegGetValueW(key, NULL, L"RequiresEncryption", RRF_RT_REG_DWORD, NULL,
                     &value, &len) != ERROR_SUCCESS)
        value = 0;
    RegCloseKey(key);
    return value != 0;
}

bool namespace_exists(const WCHAR *name)
{
    HKEY key;

    if (open_namespace(name, KEY_QUERY_VALUE, &key) != ERROR_SUCCESS)
        return false;
    RegCloseKey(key);
    return true;
}

/* The entries that were given to the namespace itself. */
static HRESULT own_entries(const WCHAR *name, struct access_list *list)
{
    DWORD len = DESCRIPTOR_LEN_MAX;
    void *bytes = malloc(len);
    LSTATUS status;
    HRESULT hr = S_OK;
    HKEY key;

    if (!bytes)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    status = open_namespace(name, KEY_QUERY_VALUE, &key);
    if (status == ERROR_SUCCESS) {
        status = RegGetValueW(key, NULL, L"SD", RRF_RT_REG_BINARY, NULL, bytes,
                              &len);
        RegCloseKey(key);
    }
    access_list_init(list);
    if (status == ERROR_SUCCESS)
        hr = access_list_of_input(bytes, len, list);
    else if (_wcsicmp(name, L"root") == 0 &&
             !access_list_of_text(ROOT_SDDL, list))
        hr = (HRESULT)WBEM_E_FAILED;
    free(bytes);
    return hr;
}

/*
 * Walks from root down to the namespace: the list of each is its own entries
 * and then the inheritable ones of the list before.
 */
static HRESULT whole_list(const WCHAR *name, struct access_list *list)
{
    struct access_list *parent = malloc(sizeof *parent);
    WCHAR part[NAMESPACE_LEN_MAX];
    HRESULT hr = parent ? S_OK : (HRESULT)WBEM_E_OUT_OF_MEMORY;
    const WCHAR *end = name;

    for (bool first = true; SUCCEEDED(hr) && end; first = false) {
        size_t count;

        if (!first)
            *parent = *list;
        end = wcschr(first ? name : end + 1, L'\\');
        count = end ? (size_t)(end - name) : wcslen(name);
        wmemcpy(part, name, count);
        part[count] = 0;
        hr = own_entries(part, list);
        if (SUCCEEDED(hr) && !first && !access_list_inherit(list, parent))
            hr = (HRESULT)WBEM_E_OUT_OF_MEMORY;
    }
    free(parent);
    return hr;
}

HRESULT namespace_access(const WCHAR *name, ACCESS_MASK wanted)
{
    struct access_list *list = malloc(sizeof *list);
    HRESULT hr;

    if (!list)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    hr = whole_list(name, list);
    if (SUCCEEDED(hr) && !access_list_grants(list, wanted))
        hr = (HRESULT)WBEM_E_ACCESS_DENIED;
    free(list);
    return hr;
}

HRESULT namespace_read(const WCHAR *name, PSECURITY_DESCRIPTOR *out, DWORD *len)
{
    struct access_list *list = malloc(sizeof *list);
    HRESULT hr;

    if (!list)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    hr = whole_list(name, list);
    if (SUCCEEDED(hr)) {
        *out = access_list_descriptor(list, len);
        if (!*out)
            hr = (HRESULT)WBEM_E_OUT_OF_MEMORY;
    }
    free(list);
    return hr;
}

static HRESULT store(const WCHAR *name, struct access_list *list)
{
    DWORD len;
    PSECURITY_DESCRIPTOR descriptor = access_list_descriptor(list, &len);
    LSTATUS status;
    HKEY key;

    if (!descriptor)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    status = open_namespace(name, KEY_SET_VALUE, &key);
    if (status == ERROR_SUCCESS) {
        status = RegSetValueExW(key, L"SD", 0, REG_BINARY, descriptor, len);
        RegCloseKey(key);
    }
    free(descriptor);
    return status == ERROR_SUCCESS ? S_OK : (HRESULT)WBEM_E_FAILED;
}

HRESULT namespace_write(const WCHAR *name, const void *bytes, size_t len)
{
    struct access_list *list = malloc(sizeof *list);
    HRESULT hr;

    if (!list)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    hr = access_list_of_input(bytes, len, list);
    if (SUCCEEDED(hr))
        hr = store(name, list);
    free(list);
    return hr;
}

HRESULT namespace_check(const void *bytes, size_t len)
{
    struct access_list *list = malloc(sizeof *list);
    HRESULT hr = list ? access_list_of_input(bytes, len, list)
                      : (HRESULT)WBEM_E_OUT_OF_MEMORY;

    free(list);
    return hr;
}
