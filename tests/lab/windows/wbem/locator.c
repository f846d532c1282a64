/* SPDX-License-Identifier: MIT */
/*
 * The locator. A connection to this machine takes no credentials: the caller
 * is who he is. One to another target goes over its network
 * (../remote/remote_services.h).
 */
#include "services.h"

#include "../remote/place.h"
#include "../remote/remote_services.h"
#include "namespace.h"
#include "service.h"

#include <stdlib.h>
#include <wchar.h>

#define CONNECT_FLAGS WBEM_FLAG_CONNECT_USE_MAX_WAIT

typedef HRESULT(WINAPI *class_door)(REFCLSID, REFIID, void **);

struct locator {
    IWbemLocator iface;
    LONG references;
};

static struct locator *locator_of(IWbemLocator *iface)
{
    return CONTAINING_RECORD(iface, struct locator, iface);
}

static HRESULT STDMETHODCALLTYPE locator_QueryInterface(IWbemLocator *self,
                                                        REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWbemLocator))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&locator_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE locator_AddRef(IWbemLocator *self)
{
    return (ULONG)InterlockedIncrement(&locator_of(self)->references);
}

static ULONG STDMETHODCALLTYPE locator_Release(IWbemLocator *self)
{
    LONG left = InterlockedDecrement(&locator_of(self)->references);

    if (left == 0)
        free(locator_of(self));
    return (ULONG)left;
}

HRESULT services_connect(const WCHAR *name, IWbemServices **out)
{
    DWORD process = 0;
    HRESULT hr = winmgmt_demand(&process);

    if (SUCCEEDED(hr) && !namespace_exists(name))
        hr = (HRESULT)WBEM_E_INVALID_NAMESPACE;
    if (SUCCEEDED(hr))
        hr = namespace_access(name, WBEM_ENABLE);
    return SUCCEEDED(hr) ? services_new(name, process, out) : hr;
}

/* MS_ and a language in hexadecimal; several may follow each other. */
static bool is_locale(const WCHAR *text)
{
    size_t digits;

    if (_wcsnicmp(text, L"MS_", 3) != 0)
        return false;
    digits = wcsspn(text + 3, L"0123456789abcdefABCDEF");
    return digits > 0 && (!text[3 + digits] || text[3 + digits] == L',');
}

/* The name or address in \\\\SERVER\\..., unless it is this machine. */
static bool other_server(const WCHAR *path, WCHAR server[NAMESPACE_LEN_MAX],
                         const WCHAR **name)
{
    size_t count = wcslen(path) > 2 ? wcscspn(path + 2, L"\\/") : 0;

    if ((path[0] != L'\\' && path[0] != L'/') ||
        (path[1] != L'\\' && path[1] != L'/') || count == 0 ||
        count >= NAMESPACE_LEN_MAX || path[2 + count] == 0)
        return false;
    wmemcpy(server, path + 2, count);
    server[count] = 0;
    *name = path + 2 + count + 1;
    return !place_is_here(server);
}

/* "If the authority is given, the user name must not have a domain." */
static HRESULT connect_other(const WCHAR *server, const WCHAR *path,
                             const WCHAR *user, const WCHAR *password,
                             const WCHAR *authority, IWbemServices **out)
{
    WCHAR name[NAMESPACE_LEN_MAX];
    HRESULT hr = namespace_name(path, name);

    if (SUCCEEDED(hr) && authority && *authority &&
        ((user && wcschr(user, L'\\')) ||
         (_wcsnicmp(authority, L"ntlmdomain:", 11) != 0 &&
          _wcsnicmp(authority, L"kerberos:", 9) != 0)))
        hr = (HRESULT)WBEM_E_INVALID_PARAMETER;
    return SUCCEEDED(hr)
               ? remote_connect(server, name, user, password, authority, out)
               : hr;
}

static HRESULT STDMETHODCALLTYPE locator_ConnectServer(
    IWbemLocator *self, const BSTR path, const BSTR user, const BSTR password,
    const BSTR locale, LONG flags, const BSTR authority, IWbemContext *context,
    IWbemServices **out)
{
    WCHAR name[NAMESPACE_LEN_MAX], server[NAMESPACE_LEN_MAX];
    const WCHAR *other;
    HRESULT hr;

    (void)self, (void)context;
    if (!out)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    *out = NULL;
    if (!path || !*path || (user && !*user) || (locale && !is_locale(locale)) ||
        (flags & ~CONNECT_FLAGS) != 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (other_server(path, server, &other))
        return connect_other(server, other, user, password, authority, out);
    hr = namespace_name(path, name);
    if (SUCCEEDED(hr) && (user || password))
        hr = (HRESULT)WBEM_E_LOCAL_CREDENTIALS;
    return SUCCEEDED(hr) ? services_connect(name, out) : hr;
}

static IWbemLocatorVtbl locator_vtbl = {locator_QueryInterface, locator_AddRef,
                                        locator_Release, locator_ConnectServer};

HRESULT locator_new(REFIID iid, void **out)
{
    struct locator *locator = calloc(1, sizeof *locator);
    HRESULT hr;

    if (!locator)
        return E_OUTOFMEMORY;
    locator->iface.lpVtbl = &locator_vtbl;
    locator->references = 1;
    hr = locator_QueryInterface(&locator->iface, iid, out);
    locator_Release(&locator->iface);
    return hr;
}

/* Its own class is no longer in the registry: the DLL is asked itself. */
static IWbemLocator *wine_locator(void)
{
    WCHAR path[MAX_PATH + 32];
    UINT len = GetSystemDirectoryW(path, MAX_PATH);
    IClassFactory *factory = NULL;
    IWbemLocator *locator = NULL;
    HMODULE library;
    class_door door;

    if (len == 0 || len >= MAX_PATH)
        return NULL;
    wcscat(path, L"\\wbem\\wbemprox.dll");
    library = LoadLibraryW(path);
    if (!library)
        return NULL;
    door = (class_door)(void *)GetProcAddress(library, "DllGetClassObject");
    if (door && SUCCEEDED(door(&CLSID_WbemLocator, &IID_IClassFactory,
                               (void **)&factory))) {
        IClassFactory_CreateInstance(factory, NULL, &IID_IWbemLocator,
                                     (void **)&locator);
        IClassFactory_Release(factory);
    }
    return locator;
}

IWbemServices *wine_services(const WCHAR *name)
{
    IWbemLocator *locator = wine_locator();
    BSTR path = SysAllocString(name);
    IWbemServices *services = NULL;

    if (locator && path &&
        FAILED(IWbemLocator_ConnectServer(locator, path, NULL, NULL, NULL, 0,
                                          NULL, NULL, &services)))
        services = NULL;
    SysFreeString(path);
    if (locator)
        IWbemLocator_Release(locator);
    return services;
}
