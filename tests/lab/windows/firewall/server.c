/* SPDX-License-Identifier: MIT */
/*
 * The DLL's doors: class objects for CLSID_NetFwPolicy2 and CLSID_NetFwRule,
 * and registration (regsvr32 firewall.dll), which takes the place of Wine's
 * own firewall classes in the prefix. The DLL is never unloaded early, so it
 * counts no objects.
 */
#include "objects.h"

#include <objbase.h>
#include <olectl.h>
#include <stdio.h>
#include <wchar.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

typedef HRESULT object_maker(REFIID, void **);

/* A class object is constant, so it is neither counted nor freed. */
struct class_object {
    IClassFactory iface;
    const CLSID *clsid;
    const WCHAR *progid;
    object_maker *make;
};

static const struct class_object *class_of(IClassFactory *iface)
{
    return CONTAINING_RECORD(iface, struct class_object, iface);
}

static HRESULT STDMETHODCALLTYPE class_QueryInterface(IClassFactory *self,
                                                      REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IClassFactory))
        return E_NOINTERFACE;
    *out = self;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE class_AddRef(IClassFactory *self)
{
    (void)self;
    return 2;
}

static ULONG STDMETHODCALLTYPE class_Release(IClassFactory *self)
{
    (void)self;
    return 1;
}

static HRESULT STDMETHODCALLTYPE class_CreateInstance(IClassFactory *self,
                                                      IUnknown *outer,
                                                      REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    return outer ? CLASS_E_NOAGGREGATION : class_of(self)->make(iid, out);
}

static HRESULT STDMETHODCALLTYPE class_LockServer(IClassFactory *self,
                                                  BOOL lock)
{
    (void)self, (void)lock;
    return S_OK;
}

static IClassFactoryVtbl class_vtbl = {class_QueryInterface, class_AddRef,
                                       class_Release, class_CreateInstance,
                                       class_LockServer};

static struct class_object classes[] = {
    {{&class_vtbl},
     &CLSID_NetFwPolicy2,
     L"HNetCfg.FwPolicy2",
     policy_object_new},
    {{&class_vtbl}, &CLSID_NetFwRule, L"HNetCfg.FWRule", rule_object_new}};

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    for (size_t i = 0; i < ARRAY_LEN(classes); i++)
        if (IsEqualCLSID(clsid, classes[i].clsid))
            return class_QueryInterface(&classes[i].iface, iid, out);
    return CLASS_E_CLASSNOTAVAILABLE;
}

HRESULT WINAPI DllCanUnloadNow(void)
{
    return S_FALSE;
}

static LSTATUS set_class_value(const WCHAR *path, const WCHAR *name,
                               const WCHAR *value)
{
    size_t size = (wcslen(value) + 1) * sizeof *value;
    LSTATUS status;
    HKEY key;

    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0,
                             KEY_SET_VALUE | KEY_WOW64_64KEY, NULL, &key, NULL);
    if (status != 0)
        return status;
    status =
        RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)value, (DWORD)size);
    RegCloseKey(key);
    return status;
}

static LSTATUS register_class(const struct class_object *class,
                              const WCHAR *file)
{
    WCHAR clsid[40], path[128];
    LSTATUS status;

    if (!StringFromGUID2(class->clsid, clsid, ARRAY_LEN(clsid)))
        return ERROR_INVALID_PARAMETER;
    swprintf(path, ARRAY_LEN(path),
             L"SOFTWARE\\Classes\\CLSID\\%ls\\InprocServer32", clsid);
    status = set_class_value(path, NULL, file);
    if (status == 0)
        status = set_class_value(path, L"ThreadingModel", L"Both");
    swprintf(path, ARRAY_LEN(path), L"SOFTWARE\\Classes\\%ls\\CLSID",
             class->progid);
    return status ? status : set_class_value(path, NULL, clsid);
}

HRESULT WINAPI DllRegisterServer(void)
{
    DWORD flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                  GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    WCHAR file[MAX_PATH];
    LSTATUS status = 0;
    HMODULE module;

    if (!GetModuleHandleExW(flags, (const WCHAR *)&classes, &module) ||
        !GetModuleFileNameW(module, file, ARRAY_LEN(file)))
        return HRESULT_FROM_WIN32(GetLastError());
    for (size_t i = 0; i < ARRAY_LEN(classes) && status == 0; i++)
        status = register_class(&classes[i], file);
    return HRESULT_FROM_WIN32(status);
}
