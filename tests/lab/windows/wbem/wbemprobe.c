/* SPDX-License-Identifier: MIT */
/* wbemprobe SECTION...: runs the named sections; wbemprobe.h tells of it. */
#include "wbemprobe.h"

#include <fcntl.h>
#include <io.h>
#include <oleauto.h>
#include <sddl.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

static const struct {
    const WCHAR *name;
    void (*run)(struct probe *);
} sections[] = {{L"connections", probe_connections},
                {L"objects", probe_objects},
                {L"reading", probe_reading},
                {L"writing", probe_writing},
                {L"refusals", probe_refusals},
                {L"inheritance", probe_inheritance},
                {L"rights", probe_rights},
                {L"not-elevated", probe_not_elevated},
                {L"wine", probe_wine},
                {L"namespace-denied", probe_mode_denied},
                {L"namespace-ignored", probe_mode_ignored},
                {L"namespace-returns-error", probe_mode_returns_error},
                {L"wmi-stopped", probe_mode_stopped}};

IWbemServices *probe_connect(struct probe *probe, const WCHAR *path,
                             HRESULT *hr)
{
    BSTR text = SysAllocString(path);
    IWbemServices *services = NULL;

    *hr = IWbemLocator_ConnectServer(probe->locator, text, NULL, NULL, NULL, 0,
                                     NULL, NULL, &services);
    SysFreeString(text);
    return services;
}

/* Calls a method of __SystemSecurity. */
static HRESULT call(IWbemServices *services, const WCHAR *object,
                    const WCHAR *method, IWbemClassObject *in,
                    IWbemClassObject **out)
{
    BSTR path = SysAllocString(object);
    BSTR name = SysAllocString(method);
    HRESULT hr;

    hr = IWbemServices_ExecMethod(services, path, name, 0, NULL, in, out, NULL);
    SysFreeString(name);
    SysFreeString(path);
    return hr;
}

static HRESULT returned_value(IWbemClassObject *out, LONG *value)
{
    VARIANT variant;
    HRESULT hr =
        IWbemClassObject_Get(out, L"ReturnValue", 0, &variant, NULL, NULL);

    if (FAILED(hr))
        return hr;
    *value = V_I4(&variant);
    return V_VT(&variant) == VT_I4 ? S_OK : E_UNEXPECTED;
}

static WCHAR *text_of(const VARIANT *value)
{
    const SECURITY_INFORMATION all = OWNER_SECURITY_INFORMATION |
                                     GROUP_SECURITY_INFORMATION |
                                     DACL_SECURITY_INFORMATION;
    WCHAR *text = NULL;
    void *bytes;

    if (V_VT(value) != (VT_ARRAY | VT_UI1) ||
        FAILED(SafeArrayAccessData(V_ARRAY(value), &bytes)))
        return NULL;
    if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(
            bytes, SDDL_REVISION_1, all, &text, NULL))
        text = NULL;
    SafeArrayUnaccessData(V_ARRAY(value));
    return text;
}

WCHAR *probe_get_sd(IWbemServices *services, const WCHAR *object, HRESULT *hr)
{
    IWbemClassObject *out = NULL;
    WCHAR *text = NULL;
    VARIANT value;
    LONG returned;

    *hr = call(services, object, L"GetSD", NULL, &out);
    if (FAILED(*hr) || !out)
        return NULL;
    *hr = returned_value(out, &returned);
    if (SUCCEEDED(*hr) && returned != 0)
        *hr = E_UNEXPECTED;
    if (SUCCEEDED(*hr))
        *hr = IWbemClassObject_Get(out, L"SD", 0, &value, NULL, NULL);
    if (SUCCEEDED(*hr)) {
        text = text_of(&value);
        VariantClear(&value);
    }
    IWbemClassObject_Release(out);
    return text;
}

static HRESULT put_bytes(IWbemClassObject *parameters, const void *bytes,
                         ULONG len)
{
    VARIANT value;
    HRESULT hr;
    void *room;

    V_VT(&value) = VT_ARRAY | VT_UI1;
    V_ARRAY(&value) = SafeArrayCreateVector(VT_UI1, 0, len);
    if (!V_ARRAY(&value) || FAILED(SafeArrayAccessData(V_ARRAY(&value), &room)))
        return E_OUTOFMEMORY;
    memcpy(room, bytes, len);
    SafeArrayUnaccessData(V_ARRAY(&value));
    hr = IWbemClassObject_Put(parameters, L"SD", 0, &value, 0);
    VariantClear(&value);
    return hr;
}

IWbemClassObject *probe_parameters(IWbemServices *services, const void *bytes,
                                   ULONG len)
{
    IWbemClassObject *class = NULL, *signature = NULL, *parameters = NULL;
    BSTR path = SysAllocString(SECURITY_CLASS);

    if (SUCCEEDED(
            IWbemServices_GetObject(services, path, 0, NULL, &class, NULL)) &&
        SUCCEEDED(
            IWbemClassObject_GetMethod(class, L"SetSD", 0, &signature, NULL)))
        IWbemClassObject_SpawnInstance(signature, 0, &parameters);
    if (parameters && FAILED(put_bytes(parameters, bytes, len))) {
        IWbemClassObject_Release(parameters);
        parameters = NULL;
    }
    if (signature)
        IWbemClassObject_Release(signature);
    if (class)
        IWbemClassObject_Release(class);
    SysFreeString(path);
    return parameters;
}

HRESULT probe_set_bytes(IWbemServices *services, const WCHAR *object,
                        const void *bytes, ULONG len, LONG *returned)
{
    IWbemClassObject *in = probe_parameters(services, bytes, len);
    IWbemClassObject *out = NULL;
    HRESULT hr = E_OUTOFMEMORY;

    if (in) {
        hr = call(services, object, L"SetSD", in, &out);
        IWbemClassObject_Release(in);
    }
    if (SUCCEEDED(hr))
        hr = out ? returned_value(out, returned) : E_UNEXPECTED;
    if (out)
        IWbemClassObject_Release(out);
    return hr;
}

HRESULT probe_set_sd(IWbemServices *services, const WCHAR *sddl)
{
    PSECURITY_DESCRIPTOR descriptor;
    LONG returned = 0;
    HRESULT hr;
    ULONG len;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            sddl, SDDL_REVISION_1, &descriptor, &len))
        return HRESULT_FROM_WIN32(GetLastError());
    hr = probe_set_bytes(services, SECURITY_CLASS, descriptor, len, &returned);
    LocalFree(descriptor);
    return SUCCEEDED(hr) && returned != 0 ? E_UNEXPECTED : hr;
}

bool check_sd(struct probe *probe, const WCHAR *path, const WCHAR *sddl,
              const char *what)
{
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, path, &hr);
    WCHAR *text = services ? probe_get_sd(services, SECURITY_CLASS, &hr) : NULL;
    bool good = text && wcscmp(text, sddl) == 0;

    tap_check(&probe->tap, good, "%s: %ls", what, path);
    if (!good)
        printf("# 0x%08lX %ls\n# wanted %ls\n", hr, text ? text : L"nothing",
               sddl);
    LocalFree(text);
    if (services)
        IWbemServices_Release(services);
    return good;
}

static bool run(struct probe *probe, const WCHAR *name)
{
    for (size_t i = 0; i < ARRAYSIZE(sections); i++)
        if (wcscmp(sections[i].name, name) == 0) {
            sections[i].run(probe);
            return true;
        }
    fprintf(stderr, "wbemprobe: %ls: no such section\n", name);
    return false;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    struct probe probe = {0};
    int status = 0;

    _setmode(_fileno(stdout), _O_BINARY);
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    tap_check_hr(&probe.tap,
                 CoCreateInstance(&CLSID_WbemLocator, NULL,
                                  CLSCTX_INPROC_SERVER, &IID_IWbemLocator,
                                  (void **)&probe.locator),
                 S_OK, "the locator is made");
    for (int i = 1; i < argc && probe.locator; i++)
        if (!run(&probe, argv[i]))
            status = 2;
    if (probe.locator)
        IWbemLocator_Release(probe.locator);
    CoUninitialize();
    int failed = tap_end(&probe.tap);
    return status ? status : failed;
}
