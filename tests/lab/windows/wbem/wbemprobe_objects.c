/* SPDX-License-Identifier: MIT */
/* Connections and class objects. */
#include "wbemprobe.h"

#include <oleauto.h>
#include <stdio.h>
#include <wchar.h>

static void check_path(struct probe *probe, const WCHAR *path, LONG wanted)
{
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, path, &hr);

    if (!tap_check(&probe->tap,
                   hr == wanted && (services != NULL) == SUCCEEDED(wanted),
                   "connecting to '%ls': 0x%08lX", path, wanted))
        printf("# got 0x%08lX\n", hr);
    if (services)
        IWbemServices_Release(services);
}

static void check_own_name(struct probe *probe)
{
    WCHAR path[64] = L"\\\\", own[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD count = MAX_COMPUTERNAME_LENGTH + 1;

    GetComputerNameW(own, &count);
    wcscat(path, own);
    wcscat(path, L"\\root\\cimv2");
    check_path(probe, path, S_OK);
}

static HRESULT connect_as(struct probe *probe, const WCHAR *user,
                          const WCHAR *password, const WCHAR *locale,
                          LONG flags)
{
    BSTR texts[] = {SysAllocString(L"root\\cimv2"), SysAllocString(user),
                    SysAllocString(password), SysAllocString(locale)};
    IWbemServices *services = NULL;
    HRESULT hr =
        IWbemLocator_ConnectServer(probe->locator, texts[0], texts[1], texts[2],
                                   texts[3], flags, NULL, NULL, &services);

    if (services)
        IWbemServices_Release(services);
    for (size_t i = 0; i < ARRAYSIZE(texts); i++)
        SysFreeString(texts[i]);
    return hr;
}

static void check_arguments(struct probe *probe)
{
    tap_check_hr(&probe->tap,
                 connect_as(probe, L"Administrator", L"x", NULL, 0),
                 WBEM_E_LOCAL_CREDENTIALS, "credentials for this machine");
    tap_check_hr(&probe->tap, connect_as(probe, L"", NULL, NULL, 0),
                 WBEM_E_INVALID_PARAMETER, "an empty user name");
    tap_check_hr(&probe->tap, connect_as(probe, NULL, NULL, L"MS_409", 0), S_OK,
                 "a locale");
    tap_check_hr(&probe->tap, connect_as(probe, NULL, NULL, L"en-US", 0),
                 WBEM_E_INVALID_PARAMETER, "a locale of another form");
    tap_check_hr(
        &probe->tap,
        connect_as(probe, NULL, NULL, NULL, WBEM_FLAG_CONNECT_USE_MAX_WAIT),
        S_OK, "the flag that bounds the wait");
    tap_check_hr(&probe->tap, connect_as(probe, NULL, NULL, NULL, 0x40000),
                 WBEM_E_INVALID_PARAMETER, "a flag that is none");
}

void probe_connections(struct probe *probe)
{
    static const WCHAR *const there[] = {L"root",
                                         L"root\\cimv2",
                                         L"ROOT\\CIMV2",
                                         L"root/cimv2",
                                         L"\\\\.\\root\\cimv2",
                                         L"//./root/cimv2",
                                         L"root\\default",
                                         L"root\\wmi",
                                         L"root\\StandardCimv2",
                                         L"root\\subscription",
                                         L"root\\SECURITY",
                                         L"root\\Microsoft\\Windows\\Storage"};
    static const WCHAR *const missing[] = {
        L"root\\nothing", L"root\\cimv2\\nothing",
        L"cimv2",         L"rootcimv2",
        L"root\\",        L"root\\\\cimv2",
        L"\\\\.\\cimv2",  L"\\\\."};

    for (size_t i = 0; i < ARRAYSIZE(there); i++)
        check_path(probe, there[i], S_OK);
    for (size_t i = 0; i < ARRAYSIZE(missing); i++)
        check_path(probe, missing[i], WBEM_E_INVALID_NAMESPACE);
    check_own_name(probe);
    check_path(probe, L"\\\\no-such-machine\\root\\cimv2", NO_SERVER);
    check_path(probe, L"", WBEM_E_INVALID_PARAMETER);
    check_arguments(probe);
}

static IWbemClassObject *get_object(IWbemServices *services, const WCHAR *path,
                                    HRESULT *hr)
{
    BSTR text = SysAllocString(path);
    IWbemClassObject *object = NULL;

    *hr = IWbemServices_GetObject(services, text, 0, NULL, &object, NULL);
    SysFreeString(text);
    return object;
}

static LONG genus_of(IWbemClassObject *object)
{
    VARIANT value;

    return SUCCEEDED(
               IWbemClassObject_Get(object, L"__GENUS", 0, &value, NULL, NULL))
               ? V_I4(&value)
               : 0;
}

static void check_signature(struct probe *probe, IWbemClassObject *in)
{
    IWbemClassObject *instance = NULL, *again = NULL;
    VARIANT value;
    CIMTYPE type = 0;

    tap_check_hr(&probe->tap,
                 IWbemClassObject_Get(in, L"sd", 0, &value, &type, NULL), S_OK,
                 "the parameter of SetSD");
    tap_check(&probe->tap, type == (CIM_UINT8 | CIM_FLAG_ARRAY), "it is bytes");
    tap_check_hr(&probe->tap, IWbemClassObject_SpawnInstance(in, 0, &instance),
                 S_OK, "an instance of the parameters");
    if (!instance)
        return;
    tap_check(&probe->tap, genus_of(instance) == WBEM_GENUS_INSTANCE,
              "it is one");
    tap_check_hr(&probe->tap,
                 IWbemClassObject_SpawnInstance(instance, 0, &again),
                 WBEM_E_INVALID_OPERATION, "an instance of an instance");
    V_VT(&value) = VT_I4;
    V_I4(&value) = 1;
    tap_check_hr(&probe->tap,
                 IWbemClassObject_Put(instance, L"SD", 0, &value, 0),
                 WBEM_E_TYPE_MISMATCH, "a number for bytes");
    tap_check_hr(&probe->tap,
                 IWbemClassObject_Put(instance, L"Sd2", 0, &value, 0),
                 WBEM_E_NOT_FOUND, "a property that is none");
    tap_check_hr(&probe->tap,
                 IWbemClassObject_Get(instance, L"Sd2", 0, NULL, NULL, NULL),
                 WBEM_E_NOT_FOUND, "reading it");
    IWbemClassObject_Release(instance);
}

static void check_methods(struct probe *probe, IWbemClassObject *class)
{
    IWbemClassObject *in = NULL, *out = NULL;

    tap_check_hr(&probe->tap,
                 IWbemClassObject_GetMethod(class, L"SetSD", 0, &in, &out),
                 S_OK, "the method SetSD");
    if (tap_check(&probe->tap, in && out, "both its signatures")) {
        tap_check(&probe->tap, genus_of(in) == WBEM_GENUS_CLASS,
                  "they are classes");
        check_signature(probe, in);
        IWbemClassObject_Release(in);
        IWbemClassObject_Release(out);
    }
    in = out = NULL;
    tap_check_hr(&probe->tap,
                 IWbemClassObject_GetMethod(class, L"GetSD", 0, &in, &out),
                 S_OK, "the method GetSD");
    if (tap_check(&probe->tap, !in && out, "it has no input"))
        IWbemClassObject_Release(out);
    tap_check_hr(&probe->tap,
                 IWbemClassObject_GetMethod(class, L"Nothing", 0, &in, NULL),
                 WBEM_E_NOT_FOUND, "a method that is none");
}

static void check_paths(struct probe *probe, IWbemServices *services)
{
    static const struct {
        const WCHAR *path;
        LONG genus;
    } paths[] = {
        {L"__systemsecurity", WBEM_GENUS_CLASS},
        {L"root\\cimv2:__SystemSecurity", WBEM_GENUS_CLASS},
        {L"\\\\.\\ROOT\\CIMV2:__SystemSecurity=@", WBEM_GENUS_INSTANCE},
        {SECURITY_INSTANCE, WBEM_GENUS_INSTANCE}};

    for (size_t i = 0; i < ARRAYSIZE(paths); i++) {
        HRESULT hr;
        IWbemClassObject *object = get_object(services, paths[i].path, &hr);

        tap_check(&probe->tap, object && genus_of(object) == paths[i].genus,
                  "getting %ls", paths[i].path);
        if (object)
            IWbemClassObject_Release(object);
    }
}

void probe_objects(struct probe *probe)
{
    IWbemClassObject *class, *instance, *in = NULL;
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, L"root\\cimv2", &hr);

    if (!tap_check_hr(&probe->tap, hr, S_OK, "connecting"))
        return;
    check_paths(probe, services);
    class = get_object(services, SECURITY_CLASS, &hr);
    if (tap_check_hr(&probe->tap, hr, S_OK, "the class")) {
        check_methods(probe, class);
        IWbemClassObject_Release(class);
    }
    instance = get_object(services, SECURITY_INSTANCE, &hr);
    if (tap_check_hr(&probe->tap, hr, S_OK, "the instance")) {
        tap_check_hr(
            &probe->tap,
            IWbemClassObject_GetMethod(instance, L"SetSD", 0, &in, NULL),
            WBEM_E_ILLEGAL_OPERATION, "methods of an instance");
        IWbemClassObject_Release(instance);
    }
    IWbemServices_Release(services);
}

static LONG rows_of(IEnumWbemClassObject *rows)
{
    IWbemClassObject *row;
    LONG count = 0;
    ULONG got;

    while (IEnumWbemClassObject_Next(rows, WBEM_INFINITE, 1, &row, &got) ==
           S_OK) {
        IWbemClassObject_Release(row);
        count++;
    }
    return count;
}

void probe_wine(struct probe *probe)
{
    BSTR language = SysAllocString(L"WQL");
    BSTR query = SysAllocString(L"SELECT * FROM Win32_OperatingSystem");
    IEnumWbemClassObject *rows = NULL;
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, L"root\\cimv2", &hr);

    tap_check_hr(
        &probe->tap,
        IWbemServices_ExecQuery(services, language, query, 0, NULL, &rows),
        S_OK, "a query of Wine's own classes");
    if (rows) {
        tap_check(&probe->tap, rows_of(rows) == 1, "one operating system");
        IEnumWbemClassObject_Release(rows);
    }
    IWbemServices_Release(services);
    services = probe_connect(probe, L"root\\subscription", &hr);
    tap_check_hr(
        &probe->tap,
        IWbemServices_ExecQuery(services, language, query, 0, NULL, &rows),
        WBEM_E_NOT_SUPPORTED, "a query where Wine has nothing");
    IWbemServices_Release(services);
    SysFreeString(query);
    SysFreeString(language);
}
