/* SPDX-License-Identifier: MIT */
/*
 * The DLL's doors: class objects for CLSID_NetFwPolicy2 and CLSID_NetFwRule,
 * and registration (regsvr32 firewall.dll), which takes the place of Wine's
 * own firewall classes in the prefix.
 */
#include "objects.h"

#include <objbase.h>
#include <olectl.h>
#include <stdio.h>
#include <wchar.h>

#include "../class_object.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

static struct class_object classes[] = {
    CLASS_OBJECT(&CLSID_NetFwPolicy2, policy_object_new, L"HNetCfg.FwPolicy2"),
    CLASS_OBJECT(&CLSID_NetFwRule, rule_object_new, L"HNetCfg.FWRule"),
    CLASS_OBJECT(&CLSID_NetFwProducts, products_object_new,
                 L"HNetCfg.FwProducts")};

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out)
{
    return class_object_find(classes, ARRAY_LEN(classes), clsid, iid, out);
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
