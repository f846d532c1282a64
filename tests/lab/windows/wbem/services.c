/* SPDX-License-Identifier: MIT */
/*
 * A connection. __SystemSecurity is a singleton of static methods in every
 * namespace; its class and its instance name it alike.
 */
#include "services.h"

#include "../modes.h"
#include "namespace.h"
#include "object.h"
#include "service.h"

#include <oleauto.h>
#include <stdlib.h>
#include <wchar.h>

struct services {
    IWbemServices iface;
    LONG references;
    IWbemServices *wine; /* NULL: Wine has no such namespace */
    DWORD process;       /* the service's, when the connection was made */
    WCHAR name[NAMESPACE_LEN_MAX];
};

enum security_path { NOT_SECURITY, SECURITY_CLASS, SECURITY_INSTANCE };

static struct services *services_of(IWbemServices *iface)
{
    return CONTAINING_RECORD(iface, struct services, iface);
}

static HRESULT STDMETHODCALLTYPE services_QueryInterface(IWbemServices *self,
                                                         REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWbemServices))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&services_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE services_AddRef(IWbemServices *self)
{
    return (ULONG)InterlockedIncrement(&services_of(self)->references);
}

static ULONG STDMETHODCALLTYPE services_Release(IWbemServices *self)
{
    struct services *services = services_of(self);
    LONG left = InterlockedDecrement(&services->references);

    if (left > 0)
        return (ULONG)left;
    if (services->wine)
        IWbemServices_Release(services->wine);
    free(services);
    return 0;
}

/* Whether a path, with its namespace or without, names __SystemSecurity. */
static enum security_path security_path(const struct services *services,
                                        const WCHAR *path)
{
    WCHAR name[NAMESPACE_LEN_MAX], prefix[NAMESPACE_LEN_MAX];
    const WCHAR *colon = path ? wcschr(path, L':') : NULL;

    if (!path)
        return NOT_SECURITY;
    if (colon) {
        size_t count = (size_t)(colon - path);

        if (count >= NAMESPACE_LEN_MAX)
            return NOT_SECURITY;
        wmemcpy(prefix, path, count);
        prefix[count] = 0;
        if (FAILED(namespace_name(prefix, name)) ||
            _wcsicmp(name, services->name) != 0)
            return NOT_SECURITY;
        path = colon + 1;
    }
    if (_wcsicmp(path, L"__SystemSecurity") == 0)
        return SECURITY_CLASS;
    return _wcsicmp(path, L"__SystemSecurity=@") == 0 ? SECURITY_INSTANCE
                                                      : NOT_SECURITY;
}

static HRESULT STDMETHODCALLTYPE services_OpenNamespace(
    IWbemServices *self, const BSTR path, LONG flags, IWbemContext *context,
    IWbemServices **out, IWbemCallResult **result)
{
    WCHAR name[NAMESPACE_LEN_MAX];

    (void)context;
    if (!path || !*path || !out)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (flags != 0 || result)
        return (HRESULT)WBEM_E_NOT_SUPPORTED;
    if (swprintf(name, NAMESPACE_LEN_MAX, L"%ls\\%ls", services_of(self)->name,
                 path) < 0)
        return (HRESULT)WBEM_E_INVALID_NAMESPACE;
    return services_connect(name, out);
}

static HRESULT STDMETHODCALLTYPE services_GetObject(IWbemServices *self,
                                                    const BSTR path, LONG flags,
                                                    IWbemContext *context,
                                                    IWbemClassObject **out,
                                                    IWbemCallResult **result)
{
    struct services *services = services_of(self);
    enum security_path kind = security_path(services, path);
    HRESULT hr = winmgmt_reached(services->process);

    if (FAILED(hr))
        return hr;
    if (kind == NOT_SECURITY)
        return services->wine
                   ? IWbemServices_GetObject(services->wine, path, flags,
                                             context, out, result)
                   : (HRESULT)WBEM_E_NOT_SUPPORTED;
    if (flags != 0 || result)
        return (HRESULT)WBEM_E_NOT_SUPPORTED;
    if (!out)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    hr = object_new(SYSTEM_SECURITY, kind == SECURITY_CLASS, out);
    if (SUCCEEDED(hr) && kind != SECURITY_CLASS &&
        namespace_requires_encryption(services->name))
        object_require_encryption(*out);
    return hr;
}

static HRESULT get_descriptor(const WCHAR *name, IWbemClassObject *out)
{
    PSECURITY_DESCRIPTOR descriptor;
    DWORD len;
    HRESULT hr = namespace_access(name, WBEM_METHOD_EXECUTE | READ_CONTROL);

    if (FAILED(hr))
        return hr;
    hr = namespace_read(name, &descriptor, &len);
    if (FAILED(hr))
        return hr;
    hr = object_set_descriptor(out, descriptor, len);
    free(descriptor);
    return SUCCEEDED(hr) ? object_set_return_value(out, 0) : hr;
}

/* The bytes of the parameter, into the registry unless a mode says not. */
static HRESULT put_descriptor(const WCHAR *name, const VARIANT *value)
{
    SAFEARRAY *array = V_ARRAY(value);
    LONG low, high;
    void *bytes;
    HRESULT hr;

    if (FAILED(SafeArrayGetLBound(array, 1, &low)) ||
        FAILED(SafeArrayGetUBound(array, 1, &high)) ||
        FAILED(SafeArrayAccessData(array, &bytes)))
        return (HRESULT)WBEM_E_INVALID_METHOD_PARAMETERS;
    if (mode_is_on(L"namespace-ignored"))
        hr = namespace_check(bytes, (size_t)(high - low + 1));
    else
        hr = namespace_write(name, bytes, (size_t)(high - low + 1));
    SafeArrayUnaccessData(array);
    return hr;
}

static HRESULT set_descriptor(const WCHAR *name, IWbemClassObject *in,
                              IWbemClassObject *out)
{
    const VARIANT *value;
    HRESULT hr = namespace_access(name, WBEM_METHOD_EXECUTE | WRITE_DAC);

    if (SUCCEEDED(hr) && mode_is_on(L"namespace-denied"))
        hr = (HRESULT)WBEM_E_ACCESS_DENIED;
    if (FAILED(hr))
        return hr;
    if (!in || !object_is_instance(in, SETSD_IN))
        return (HRESULT)WBEM_E_INVALID_METHOD_PARAMETERS;
    value = object_descriptor(in);
    if (V_VT(value) != (VT_ARRAY | VT_UI1))
        return (HRESULT)WBEM_E_INVALID_METHOD_PARAMETERS;
    if (mode_is_on(L"namespace-returns-error"))
        return object_set_return_value(out, (ULONG)WBEM_E_ACCESS_DENIED);
    hr = put_descriptor(name, value);
    return SUCCEEDED(hr) ? object_set_return_value(out, 0) : hr;
}

static HRESULT run_method(const WCHAR *name, const WCHAR *method,
                          IWbemClassObject *in, IWbemClassObject **out)
{
    bool set = _wcsicmp(method, L"SetSD") == 0;
    IWbemClassObject *result;
    HRESULT hr;

    if (!set && _wcsicmp(method, L"GetSD") != 0)
        return (HRESULT)WBEM_E_INVALID_METHOD;
    hr = object_new(set ? SETSD_OUT : GETSD_OUT, false, &result);
    if (FAILED(hr))
        return hr;
    hr = set ? set_descriptor(name, in, result) : get_descriptor(name, result);
    if (SUCCEEDED(hr) && out)
        *out = result;
    else
        IWbemClassObject_Release(result);
    return hr;
}

static HRESULT STDMETHODCALLTYPE
services_ExecMethod(IWbemServices *self, const BSTR path, const BSTR method,
                    LONG flags, IWbemContext *context, IWbemClassObject *in,
                    IWbemClassObject **out, IWbemCallResult **result)
{
    struct services *services = services_of(self);
    HRESULT hr = winmgmt_reached(services->process);

    if (FAILED(hr))
        return hr;
    if (security_path(services, path) == NOT_SECURITY)
        return services->wine
                   ? IWbemServices_ExecMethod(services->wine, path, method,
                                              flags, context, in, out, result)
                   : (HRESULT)WBEM_E_NOT_SUPPORTED;
    if (out)
        *out = NULL;
    if (!method)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (flags != 0 || result)
        return (HRESULT)WBEM_E_NOT_SUPPORTED;
    return run_method(services->name, method, in, out);
}

/* --- Wine's business ------------------------------------------------------ */

#define TO_WINE(self, method, ...)                                             \
    (FAILED(winmgmt_reached(services_of(self)->process))                       \
         ? winmgmt_reached(services_of(self)->process)                         \
     : services_of(self)->wine                                                 \
         ? IWbemServices_##method(services_of(self)->wine, __VA_ARGS__)        \
         : (HRESULT)WBEM_E_NOT_SUPPORTED)

static HRESULT STDMETHODCALLTYPE services_CancelAsyncCall(IWbemServices *self,
                                                          IWbemObjectSink *sink)
{
    return TO_WINE(self, CancelAsyncCall, sink);
}

static HRESULT STDMETHODCALLTYPE services_QueryObjectSink(IWbemServices *self,
                                                          LONG flags,
                                                          IWbemObjectSink **out)
{
    return TO_WINE(self, QueryObjectSink, flags, out);
}

static HRESULT STDMETHODCALLTYPE services_GetObjectAsync(IWbemServices *self,
                                                         const BSTR path,
                                                         LONG flags,
                                                         IWbemContext *context,
                                                         IWbemObjectSink *sink)
{
    if (security_path(services_of(self), path) != NOT_SECURITY)
        return (HRESULT)WBEM_E_NOT_SUPPORTED;
    return TO_WINE(self, GetObjectAsync, path, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE services_PutClass(IWbemServices *self,
                                                   IWbemClassObject *object,
                                                   LONG flags,
                                                   IWbemContext *context,
                                                   IWbemCallResult **result)
{
    return TO_WINE(self, PutClass, object, flags, context, result);
}

static HRESULT STDMETHODCALLTYPE
services_PutClassAsync(IWbemServices *self, IWbemClassObject *object,
                       LONG flags, IWbemContext *context, IWbemObjectSink *sink)
{
    return TO_WINE(self, PutClassAsync, object, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE services_DeleteClass(IWbemServices *self,
                                                      const BSTR name,
                                                      LONG flags,
                                                      IWbemContext *context,
                                                      IWbemCallResult **result)
{
    return TO_WINE(self, DeleteClass, name, flags, context, result);
}

static HRESULT STDMETHODCALLTYPE
services_DeleteClassAsync(IWbemServices *self, const BSTR name, LONG flags,
                          IWbemContext *context, IWbemObjectSink *sink)
{
    return TO_WINE(self, DeleteClassAsync, name, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE
services_CreateClassEnum(IWbemServices *self, const BSTR superclass, LONG flags,
                         IWbemContext *context, IEnumWbemClassObject **out)
{
    return TO_WINE(self, CreateClassEnum, superclass, flags, context, out);
}

static HRESULT STDMETHODCALLTYPE services_CreateClassEnumAsync(
    IWbemServices *self, const BSTR superclass, LONG flags,
    IWbemContext *context, IWbemObjectSink *sink)
{
    return TO_WINE(self, CreateClassEnumAsync, superclass, flags, context,
                   sink);
}

static HRESULT STDMETHODCALLTYPE services_PutInstance(IWbemServices *self,
                                                      IWbemClassObject *object,
                                                      LONG flags,
                                                      IWbemContext *context,
                                                      IWbemCallResult **result)
{
    return TO_WINE(self, PutInstance, object, flags, context, result);
}

static HRESULT STDMETHODCALLTYPE services_PutInstanceAsync(
    IWbemServices *self, IWbemClassObject *object, LONG flags,
    IWbemContext *context, IWbemObjectSink *sink)
{
    return TO_WINE(self, PutInstanceAsync, object, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE
services_DeleteInstance(IWbemServices *self, const BSTR path, LONG flags,
                        IWbemContext *context, IWbemCallResult **result)
{
    return TO_WINE(self, DeleteInstance, path, flags, context, result);
}

static HRESULT STDMETHODCALLTYPE
services_DeleteInstanceAsync(IWbemServices *self, const BSTR path, LONG flags,
                             IWbemContext *context, IWbemObjectSink *sink)
{
    return TO_WINE(self, DeleteInstanceAsync, path, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE
services_CreateInstanceEnum(IWbemServices *self, const BSTR filter, LONG flags,
                            IWbemContext *context, IEnumWbemClassObject **out)
{
    return TO_WINE(self, CreateInstanceEnum, filter, flags, context, out);
}

static HRESULT STDMETHODCALLTYPE services_CreateInstanceEnumAsync(
    IWbemServices *self, const BSTR filter, LONG flags, IWbemContext *context,
    IWbemObjectSink *sink)
{
    return TO_WINE(self, CreateInstanceEnumAsync, filter, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE services_ExecQuery(
    IWbemServices *self, const BSTR language, const BSTR query, LONG flags,
    IWbemContext *context, IEnumWbemClassObject **out)
{
    return TO_WINE(self, ExecQuery, language, query, flags, context, out);
}

static HRESULT STDMETHODCALLTYPE services_ExecQueryAsync(
    IWbemServices *self, const BSTR language, const BSTR query, LONG flags,
    IWbemContext *context, IWbemObjectSink *sink)
{
    return TO_WINE(self, ExecQueryAsync, language, query, flags, context, sink);
}

static HRESULT STDMETHODCALLTYPE services_ExecNotificationQuery(
    IWbemServices *self, const BSTR language, const BSTR query, LONG flags,
    IWbemContext *context, IEnumWbemClassObject **out)
{
    return TO_WINE(self, ExecNotificationQuery, language, query, flags, context,
                   out);
}

static HRESULT STDMETHODCALLTYPE services_ExecNotificationQueryAsync(
    IWbemServices *self, const BSTR language, const BSTR query, LONG flags,
    IWbemContext *context, IWbemObjectSink *sink)
{
    return TO_WINE(self, ExecNotificationQueryAsync, language, query, flags,
                   context, sink);
}

static HRESULT STDMETHODCALLTYPE services_ExecMethodAsync(
    IWbemServices *self, const BSTR path, const BSTR method, LONG flags,
    IWbemContext *context, IWbemClassObject *in, IWbemObjectSink *sink)
{
    if (security_path(services_of(self), path) != NOT_SECURITY)
        return (HRESULT)WBEM_E_NOT_SUPPORTED;
    return TO_WINE(self, ExecMethodAsync, path, method, flags, context, in,
                   sink);
}

static IWbemServicesVtbl services_vtbl = {services_QueryInterface,
                                          services_AddRef,
                                          services_Release,
                                          services_OpenNamespace,
                                          services_CancelAsyncCall,
                                          services_QueryObjectSink,
                                          services_GetObject,
                                          services_GetObjectAsync,
                                          services_PutClass,
                                          services_PutClassAsync,
                                          services_DeleteClass,
                                          services_DeleteClassAsync,
                                          services_CreateClassEnum,
                                          services_CreateClassEnumAsync,
                                          services_PutInstance,
                                          services_PutInstanceAsync,
                                          services_DeleteInstance,
                                          services_DeleteInstanceAsync,
                                          services_CreateInstanceEnum,
                                          services_CreateInstanceEnumAsync,
                                          services_ExecQuery,
                                          services_ExecQueryAsync,
                                          services_ExecNotificationQuery,
                                          services_ExecNotificationQueryAsync,
                                          services_ExecMethod,
                                          services_ExecMethodAsync};

HRESULT services_new(const WCHAR *name, DWORD process, IWbemServices **out)
{
    struct services *services = calloc(1, sizeof *services);

    if (!services)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    services->iface.lpVtbl = &services_vtbl;
    services->references = 1;
    services->process = process;
    services->wine = wine_services(name);
    wcscpy(services->name, name);
    *out = &services->iface;
    return S_OK;
}
