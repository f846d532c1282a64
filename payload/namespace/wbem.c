/* SPDX-License-Identifier: MIT */
#include "payload/namespace/wbem.h"

#include "payload/win32/com.h"

#include <wbemcli.h>

#include <stdlib.h>
#include <string.h>

#include "payload/win32/errors.h"

#define HRESULT_OF_WIN32 0x80070000ul
#define CODE_SERVICE_DISABLED 1058ul
#define CODE_SERVER_UNAVAILABLE 1722ul

static const char *hint_for(unsigned long code)
{
    switch (code) {
    case (unsigned long)WBEM_E_INVALID_NAMESPACE & 0xFFFFFFFFul:
        return "look at the spelling, or install what brings the namespace";
    case (unsigned long)WBEM_E_ACCESS_DENIED & 0xFFFFFFFFul:
        return "the account needs the right edit_security in that namespace; "
               "administrators have it unless somebody took it away";
    case HRESULT_OF_WIN32 | CODE_SERVICE_DISABLED:
    case HRESULT_OF_WIN32 | CODE_SERVER_UNAVAILABLE:
    case (unsigned long)WBEM_E_INITIALIZATION_FAILURE & 0xFFFFFFFFul:
    case (unsigned long)CO_E_SERVER_EXEC_FAILURE & 0xFFFFFFFFul:
        return "start the service winmgmt (Windows Management "
               "Instrumentation) and let it start automatically";
    default:
        return NULL;
    }
}

static unsigned long code_of(HRESULT result)
{
    return (unsigned long)result & 0xFFFFFFFFul;
}

static int fail(const char *path, const char *what, HRESULT result,
                struct setting_reason *reason)
{
    unsigned long code = code_of(result);
    return setting_reason_set(reason, code, hint_for(code), "%s: %s: %s", path,
                              what, error_text(code));
}

static HRESULT connect_to(const char *path, IWbemServices **services)
{
    IWbemLocator *locator = NULL;
    BSTR name = com_bstr(path);
    HRESULT result = name != NULL ? S_OK : E_OUTOFMEMORY;
    if (SUCCEEDED(result))
        result =
            CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER,
                             &IID_IWbemLocator, (void **)&locator);
    if (SUCCEEDED(result))
        result = IWbemLocator_ConnectServer(locator, name, NULL, NULL, NULL,
                                            WBEM_FLAG_CONNECT_USE_MAX_WAIT,
                                            NULL, NULL, services);
    COM_RELEASE(locator);
    SysFreeString(name);
    return result;
}

/* The class has static methods, but some servers want its only instance. */
static HRESULT call(IWbemServices *services, const char *method,
                    IWbemClassObject *in, IWbemClassObject **out)
{
    static const char *const paths[] = {"__SystemSecurity",
                                        "__SystemSecurity=@"};
    BSTR name = com_bstr(method);
    HRESULT first = S_OK;
    HRESULT result = E_OUTOFMEMORY;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        BSTR object = com_bstr(paths[i]);
        if (name != NULL && object != NULL)
            result = IWbemServices_ExecMethod(services, object, name, 0, NULL,
                                              in, out, NULL);
        SysFreeString(object);
        if (i == 0)
            first = result;
        if (SUCCEEDED(result) || result == (HRESULT)WBEM_E_ACCESS_DENIED)
            break;
    }
    SysFreeString(name);
    return SUCCEEDED(result) ? result : first;
}

/* What the method itself says, beside whether it could be called. */
static HRESULT returned(IWbemClassObject *out)
{
    VARIANT value;
    if (out == NULL)
        return (HRESULT)WBEM_E_FAILED;
    VariantInit(&value);
    HRESULT result =
        IWbemClassObject_Get(out, L"ReturnValue", 0, &value, NULL, NULL);
    if (SUCCEEDED(result))
        result = (HRESULT)(V_VT(&value) == VT_I4 ? V_I4(&value)
                                                 : (LONG)WBEM_E_FAILED);
    VariantClear(&value);
    /* A small positive number is a failure too. */
    return result > 0 ? HRESULT_FROM_WIN32((DWORD)result) : result;
}

/* --- reading ------------------------------------------------------------- */

static HRESULT take_bytes(const VARIANT *value, struct descriptor *descriptor,
                          struct err *err)
{
    void *bytes = NULL;
    LONG last = -1;
    if (V_VT(value) != (VT_ARRAY | VT_UI1) || V_ARRAY(value) == NULL)
        return (HRESULT)WBEM_E_INVALID_OBJECT;
    HRESULT result = SafeArrayGetUBound(V_ARRAY(value), 1, &last);
    if (SUCCEEDED(result))
        result = SafeArrayAccessData(V_ARRAY(value), &bytes);
    if (FAILED(result))
        return result;
    if (descriptor_init(descriptor, bytes, (size_t)last + 1, err) != 0)
        result = (HRESULT)WBEM_E_INVALID_OBJECT;
    (void)SafeArrayUnaccessData(V_ARRAY(value));
    return result;
}

static int read_qualifier(IWbemServices *services)
{
    IWbemClassObject *object = NULL;
    IWbemQualifierSet *qualifiers = NULL;
    VARIANT value;
    BSTR name = com_bstr("__SystemSecurity=@");
    HRESULT result = name != NULL ? S_OK : E_OUTOFMEMORY;
    VariantInit(&value);
    if (SUCCEEDED(result))
        result =
            IWbemServices_GetObject(services, name, 0, NULL, &object, NULL);
    if (SUCCEEDED(result))
        result = IWbemClassObject_GetQualifierSet(object, &qualifiers);
    if (SUCCEEDED(result))
        result = IWbemQualifierSet_Get(qualifiers, L"RequiresEncryption", 0,
                                       &value, NULL);
    int found = -1;
    if (result == (HRESULT)WBEM_E_NOT_FOUND && qualifiers != NULL)
        found = 0;
    else if (SUCCEEDED(result))
        found = V_VT(&value) == VT_BOOL && V_BOOL(&value) != VARIANT_FALSE;
    VariantClear(&value);
    COM_RELEASE(qualifiers);
    COM_RELEASE(object);
    SysFreeString(name);
    return found;
}

int wbem_requires_encryption(const char *path, struct wbem_patience *patience)
{
    IWbemServices *services = NULL;
    HRESULT result;
    do
        result = connect_to(path, &services);
    while (FAILED(result) && wbem_patience_wait(patience, code_of(result)));
    int found = SUCCEEDED(result) ? read_qualifier(services) : -1;
    COM_RELEASE(services);
    return found;
}

static HRESULT read_once(const char *path, struct descriptor *descriptor,
                         const char **what)
{
    IWbemServices *services = NULL;
    IWbemClassObject *out = NULL;
    struct err err;
    VARIANT value;
    VariantInit(&value);
    *what = "it cannot be opened";
    HRESULT result = connect_to(path, &services);
    if (SUCCEEDED(result)) {
        *what = "its permissions cannot be read";
        result = call(services, "GetSD", NULL, &out);
    }
    if (SUCCEEDED(result))
        result = returned(out);
    if (SUCCEEDED(result))
        result = IWbemClassObject_Get(out, L"SD", 0, &value, NULL, NULL);
    if (SUCCEEDED(result))
        result = take_bytes(&value, descriptor, &err);
    VariantClear(&value);
    COM_RELEASE(out);
    COM_RELEASE(services);
    return result;
}

int wbem_read_security(const char *path, struct wbem_patience *patience,
                       struct descriptor *descriptor,
                       struct setting_reason *reason)
{
    const char *what;
    HRESULT result;
    do
        result = read_once(path, descriptor, &what);
    while (FAILED(result) && wbem_patience_wait(patience, code_of(result)));
    return SUCCEEDED(result) ? 0 : fail(path, what, result, reason);
}

/* --- writing ------------------------------------------------------------- */

static HRESULT make_bytes(const struct descriptor *descriptor, VARIANT *value)
{
    void *bytes = NULL;
    SAFEARRAY *array = SafeArrayCreateVector(VT_UI1, 0, (ULONG)descriptor->len);
    HRESULT result =
        array != NULL ? SafeArrayAccessData(array, &bytes) : E_OUTOFMEMORY;
    if (FAILED(result)) {
        if (array != NULL)
            (void)SafeArrayDestroy(array);
        return result;
    }
    memcpy(bytes, descriptor->bytes, descriptor->len);
    (void)SafeArrayUnaccessData(array);
    V_VT(value) = VT_ARRAY | VT_UI1;
    V_ARRAY(value) = array;
    return S_OK;
}

/* The parameters of SetSD, with nothing in them yet. */
static HRESULT make_parameters(IWbemServices *services, IWbemClassObject **in)
{
    IWbemClassObject *security = NULL;
    IWbemClassObject *signature = NULL;
    BSTR name = com_bstr("__SystemSecurity");
    HRESULT result = name != NULL ? S_OK : E_OUTOFMEMORY;
    if (SUCCEEDED(result))
        result =
            IWbemServices_GetObject(services, name, 0, NULL, &security, NULL);
    if (SUCCEEDED(result))
        result =
            IWbemClassObject_GetMethod(security, L"SetSD", 0, &signature, NULL);
    if (SUCCEEDED(result))
        result = signature != NULL ? S_OK : (HRESULT)WBEM_E_NOT_FOUND;
    if (SUCCEEDED(result))
        result = IWbemClassObject_SpawnInstance(signature, 0, in);
    COM_RELEASE(signature);
    COM_RELEASE(security);
    SysFreeString(name);
    return result;
}

static HRESULT write_once(const char *path, const struct descriptor *descriptor,
                          const char **what)
{
    IWbemServices *services = NULL;
    IWbemClassObject *in = NULL;
    IWbemClassObject *out = NULL;
    VARIANT value;
    VariantInit(&value);
    *what = "it cannot be opened";
    HRESULT result = connect_to(path, &services);
    if (SUCCEEDED(result)) {
        *what = "its permissions cannot be written";
        result = make_parameters(services, &in);
    }
    if (SUCCEEDED(result))
        result = make_bytes(descriptor, &value);
    if (SUCCEEDED(result))
        result = IWbemClassObject_Put(in, L"SD", 0, &value, 0);
    if (SUCCEEDED(result))
        result = call(services, "SetSD", in, &out);
    if (SUCCEEDED(result))
        result = returned(out);
    VariantClear(&value);
    COM_RELEASE(out);
    COM_RELEASE(in);
    COM_RELEASE(services);
    return result;
}

int wbem_write_security(const char *path, struct wbem_patience *patience,
                        const struct descriptor *descriptor,
                        struct setting_reason *reason)
{
    const char *what;
    HRESULT result;
    do
        result = write_once(path, descriptor, &what);
    while (FAILED(result) && wbem_patience_wait(patience, code_of(result)));
    return SUCCEEDED(result) ? 0 : fail(path, what, result, reason);
}
