/* SPDX-License-Identifier: MIT */
#include "object.h"

#include "qualifiers.h"

#include <oleauto.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { PROPERTY_MAX = 2 };

struct property {
    const WCHAR *name;
    CIMTYPE type;
};

static const struct shape {
    const WCHAR *class_name;
    struct property properties[PROPERTY_MAX];
    LONG count;
} shapes[] = {
    [SYSTEM_SECURITY] = {L"__SystemSecurity", {{0}}, 0},
    [SETSD_IN] = {L"__PARAMETERS", {{L"SD", CIM_UINT8 | CIM_FLAG_ARRAY}}, 1},
    [SETSD_OUT] = {L"__PARAMETERS", {{L"ReturnValue", CIM_UINT32}}, 1},
    [GETSD_OUT] = {
        L"__PARAMETERS",
        {{L"SD", CIM_UINT8 | CIM_FLAG_ARRAY}, {L"ReturnValue", CIM_UINT32}},
        2}};

struct object {
    IWbemClassObject iface;
    LONG references;
    enum object_kind kind;
    bool is_class;
    bool requires_encryption;
    LONG next; /* of an enumeration; -1 outside of one */
    VARIANT values[PROPERTY_MAX];
};

static struct object *object_of(IWbemClassObject *iface)
{
    return CONTAINING_RECORD(iface, struct object, iface);
}

static HRESULT STDMETHODCALLTYPE object_QueryInterface(IWbemClassObject *self,
                                                       REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) &&
        !IsEqualIID(iid, &IID_IWbemClassObject))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&object_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE object_AddRef(IWbemClassObject *self)
{
    return (ULONG)InterlockedIncrement(&object_of(self)->references);
}

static ULONG STDMETHODCALLTYPE object_Release(IWbemClassObject *self)
{
    struct object *object = object_of(self);
    LONG left = InterlockedDecrement(&object->references);

    if (left > 0)
        return (ULONG)left;
    for (size_t i = 0; i < PROPERTY_MAX; i++)
        VariantClear(&object->values[i]);
    free(object);
    return 0;
}

/* The index of a property, -1 when there is none of that name. */
static LONG property_index(const struct shape *shape, const WCHAR *name)
{
    for (LONG i = 0; i < shape->count; i++)
        if (_wcsicmp(shape->properties[i].name, name) == 0)
            return i;
    return -1;
}

static HRESULT give_number(LONG number, VARIANT *value, CIMTYPE *type)
{
    if (value) {
        V_VT(value) = VT_I4;
        V_I4(value) = number;
    }
    if (type)
        *type = CIM_SINT32;
    return S_OK;
}

/* The system properties that matter to a caller. */
static HRESULT get_system(const struct object *object, const WCHAR *name,
                          VARIANT *value, CIMTYPE *type)
{
    const struct shape *shape = &shapes[object->kind];

    if (_wcsicmp(name, L"__GENUS") == 0)
        return give_number(object->is_class ? WBEM_GENUS_CLASS
                                            : WBEM_GENUS_INSTANCE,
                           value, type);
    if (_wcsicmp(name, L"__PROPERTY_COUNT") == 0)
        return give_number(shape->count, value, type);
    if (_wcsicmp(name, L"__CLASS") != 0)
        return (HRESULT)WBEM_E_NOT_SUPPORTED;
    if (value) {
        V_BSTR(value) = SysAllocString(shape->class_name);
        if (!V_BSTR(value))
            return (HRESULT)WBEM_E_OUT_OF_MEMORY;
        V_VT(value) = VT_BSTR;
    }
    if (type)
        *type = CIM_STRING;
    return S_OK;
}

static HRESULT get_at(struct object *object, LONG at, VARIANT *value,
                      CIMTYPE *type, LONG *flavor)
{
    if (type)
        *type = shapes[object->kind].properties[at].type;
    if (flavor)
        *flavor = WBEM_FLAVOR_ORIGIN_LOCAL;
    if (!value)
        return S_OK;
    VariantInit(value);
    return VariantCopy(value, &object->values[at]);
}

static HRESULT STDMETHODCALLTYPE object_Get(IWbemClassObject *self,
                                            const WCHAR *name, LONG flags,
                                            VARIANT *value, CIMTYPE *type,
                                            LONG *flavor)
{
    struct object *object = object_of(self);
    LONG at;

    if (!name || flags != 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (value)
        VariantInit(value);
    if (wcsncmp(name, L"__", 2) == 0) {
        if (flavor)
            *flavor = WBEM_FLAVOR_ORIGIN_SYSTEM;
        return get_system(object, name, value, type);
    }
    at = property_index(&shapes[object->kind], name);
    return at < 0 ? (HRESULT)WBEM_E_NOT_FOUND
                  : get_at(object, at, value, type, flavor);
}

/* What a value of a CIM type looks like in a VARIANT. */
static bool value_fits(const VARIANT *value, CIMTYPE type)
{
    VARTYPE wanted =
        type == CIM_UINT32 ? (VARTYPE)VT_I4 : (VARTYPE)(VT_ARRAY | VT_UI1);

    return V_VT(value) == VT_NULL || V_VT(value) == wanted;
}

static HRESULT STDMETHODCALLTYPE object_Put(IWbemClassObject *self,
                                            const WCHAR *name, LONG flags,
                                            VARIANT *value, CIMTYPE type)
{
    struct object *object = object_of(self);
    const struct shape *shape = &shapes[object->kind];
    LONG at;

    if (!name || flags != 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (wcsncmp(name, L"__", 2) == 0)
        return (HRESULT)WBEM_E_READ_ONLY;
    if (object->is_class)
        return (HRESULT)WBEM_E_NOT_SUPPORTED;
    at = property_index(shape, name);
    if (at < 0)
        return (HRESULT)WBEM_E_NOT_FOUND;
    if (type != 0 && type != shape->properties[at].type)
        return (HRESULT)WBEM_E_TYPE_MISMATCH;
    if (!value)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (!value_fits(value, shape->properties[at].type))
        return (HRESULT)WBEM_E_TYPE_MISMATCH;
    return VariantCopy(&object->values[at], value);
}

static HRESULT STDMETHODCALLTYPE object_GetNames(IWbemClassObject *self,
                                                 const WCHAR *qualifier,
                                                 LONG flags,
                                                 VARIANT *qualifier_value,
                                                 SAFEARRAY **out)
{
    const struct shape *shape = &shapes[object_of(self)->kind];

    if (!out)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (qualifier || qualifier_value || flags != WBEM_FLAG_NONSYSTEM_ONLY)
        return E_NOTIMPL;
    *out = SafeArrayCreateVector(VT_BSTR, 0, (ULONG)shape->count);
    if (!*out)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    for (LONG i = 0; i < shape->count; i++) {
        BSTR name = SysAllocString(shape->properties[i].name);
        HRESULT hr = SafeArrayPutElement(*out, &i, name);

        SysFreeString(name);
        if (FAILED(hr)) {
            SafeArrayDestroy(*out);
            return hr;
        }
    }
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE object_BeginEnumeration(IWbemClassObject *self,
                                                         LONG flags)
{
    if (flags != WBEM_FLAG_NONSYSTEM_ONLY)
        return E_NOTIMPL;
    object_of(self)->next = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE object_Next(IWbemClassObject *self, LONG flags,
                                             BSTR *name, VARIANT *value,
                                             CIMTYPE *type, LONG *flavor)
{
    struct object *object = object_of(self);
    const struct shape *shape = &shapes[object->kind];
    LONG at = object->next;

    if (flags != 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (at < 0)
        return (HRESULT)WBEM_E_UNEXPECTED;
    if (at >= shape->count)
        return WBEM_S_NO_MORE_DATA;
    object->next++;
    if (name) {
        *name = SysAllocString(shape->properties[at].name);
        if (!*name)
            return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    }
    return get_at(object, at, value, type, flavor);
}

static HRESULT STDMETHODCALLTYPE object_EndEnumeration(IWbemClassObject *self)
{
    object_of(self)->next = -1;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE object_Clone(IWbemClassObject *self,
                                              IWbemClassObject **out)
{
    const struct object *object = object_of(self);
    HRESULT hr;

    if (!out)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    hr = object_new(object->kind, object->is_class, out);
    for (size_t i = 0; SUCCEEDED(hr) && i < PROPERTY_MAX; i++)
        hr = VariantCopy(&object_of(*out)->values[i],
                         (VARIANTARG *)(ULONG_PTR)&object->values[i]);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_SpawnInstance(IWbemClassObject *self,
                                                      LONG flags,
                                                      IWbemClassObject **out)
{
    const struct object *object = object_of(self);

    if (flags != 0 || !out)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (!object->is_class)
        return (HRESULT)WBEM_E_INVALID_OPERATION;
    return object_new(object->kind, false, out);
}

static HRESULT STDMETHODCALLTYPE object_InheritsFrom(IWbemClassObject *self,
                                                     const WCHAR *ancestor)
{
    if (!ancestor)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    return _wcsicmp(ancestor, shapes[object_of(self)->kind].class_name) == 0
               ? WBEM_S_NO_ERROR
               : WBEM_S_FALSE;
}

static HRESULT give_signature(enum object_kind kind, IWbemClassObject **out)
{
    return out ? object_new(kind, true, out) : S_OK;
}

static HRESULT set_signatures(IWbemClassObject **in, IWbemClassObject **out)
{
    HRESULT hr = give_signature(SETSD_IN, in);

    if (SUCCEEDED(hr))
        hr = give_signature(SETSD_OUT, out);
    if (FAILED(hr) && in && *in) {
        IWbemClassObject_Release(*in);
        *in = NULL;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_GetMethod(IWbemClassObject *self,
                                                  const WCHAR *name, LONG flags,
                                                  IWbemClassObject **in,
                                                  IWbemClassObject **out)
{
    const struct object *object = object_of(self);

    if (in)
        *in = NULL;
    if (out)
        *out = NULL;
    if (!name || flags != 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (!object->is_class)
        return (HRESULT)WBEM_E_ILLEGAL_OPERATION;
    if (object->kind != SYSTEM_SECURITY)
        return (HRESULT)WBEM_E_NOT_FOUND;
    if (_wcsicmp(name, L"GetSD") == 0)
        return give_signature(GETSD_OUT, out);
    return _wcsicmp(name, L"SetSD") == 0 ? set_signatures(in, out)
                                         : (HRESULT)WBEM_E_NOT_FOUND;
}

/* --- what this stand-in does not have ------------------------------------ */

static HRESULT STDMETHODCALLTYPE object_GetQualifierSet(IWbemClassObject *self,
                                                        IWbemQualifierSet **out)
{
    if (!out)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    return qualifiers_new(object_of(self)->requires_encryption, out);
}

static HRESULT STDMETHODCALLTYPE object_Delete(IWbemClassObject *self,
                                               const WCHAR *name)
{
    (void)self, (void)name;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE object_GetPropertyQualifierSet(
    IWbemClassObject *self, const WCHAR *name, IWbemQualifierSet **out)
{
    (void)self, (void)name, (void)out;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE object_GetObjectText(IWbemClassObject *self,
                                                      LONG flags, BSTR *out)
{
    (void)self, (void)flags, (void)out;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE object_SpawnDerivedClass(
    IWbemClassObject *self, LONG flags, IWbemClassObject **out)
{
    (void)self, (void)flags, (void)out;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE object_CompareTo(IWbemClassObject *self,
                                                  LONG flags,
                                                  IWbemClassObject *other)
{
    (void)self, (void)flags, (void)other;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE
object_GetPropertyOrigin(IWbemClassObject *self, const WCHAR *name, BSTR *out)
{
    (void)self, (void)name, (void)out;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE object_PutMethod(IWbemClassObject *self,
                                                  const WCHAR *name, LONG flags,
                                                  IWbemClassObject *in,
                                                  IWbemClassObject *out)
{
    (void)self, (void)name, (void)flags, (void)in, (void)out;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE object_DeleteMethod(IWbemClassObject *self,
                                                     const WCHAR *name)
{
    (void)self, (void)name;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE
object_BeginMethodEnumeration(IWbemClassObject *self, LONG flags)
{
    (void)self, (void)flags;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE object_NextMethod(IWbemClassObject *self,
                                                   LONG flags, BSTR *name,
                                                   IWbemClassObject **in,
                                                   IWbemClassObject **out)
{
    (void)self, (void)flags, (void)name, (void)in, (void)out;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE
object_EndMethodEnumeration(IWbemClassObject *self)
{
    (void)self;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE object_GetMethodQualifierSet(
    IWbemClassObject *self, const WCHAR *name, IWbemQualifierSet **out)
{
    (void)self, (void)name, (void)out;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE object_GetMethodOrigin(IWbemClassObject *self,
                                                        const WCHAR *name,
                                                        BSTR *out)
{
    (void)self, (void)name, (void)out;
    return E_NOTIMPL;
}

static IWbemClassObjectVtbl object_vtbl = {object_QueryInterface,
                                           object_AddRef,
                                           object_Release,
                                           object_GetQualifierSet,
                                           object_Get,
                                           object_Put,
                                           object_Delete,
                                           object_GetNames,
                                           object_BeginEnumeration,
                                           object_Next,
                                           object_EndEnumeration,
                                           object_GetPropertyQualifierSet,
                                           object_Clone,
                                           object_GetObjectText,
                                           object_SpawnDerivedClass,
                                           object_SpawnInstance,
                                           object_CompareTo,
                                           object_GetPropertyOrigin,
                                           object_InheritsFrom,
                                           object_GetMethod,
                                           object_PutMethod,
                                           object_DeleteMethod,
                                           object_BeginMethodEnumeration,
                                           object_NextMethod,
                                           object_EndMethodEnumeration,
                                           object_GetMethodQualifierSet,
                                           object_GetMethodOrigin};

HRESULT object_new(enum object_kind kind, bool is_class, IWbemClassObject **out)
{
    struct object *object = calloc(1, sizeof *object);

    *out = NULL;
    if (!object)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    object->iface.lpVtbl = &object_vtbl;
    object->references = 1;
    object->kind = kind;
    object->is_class = is_class;
    object->next = -1;
    for (size_t i = 0; i < PROPERTY_MAX; i++)
        V_VT(&object->values[i]) = VT_NULL;
    *out = &object->iface;
    return S_OK;
}

void object_require_encryption(IWbemClassObject *iface)
{
    object_of(iface)->requires_encryption = true;
}

bool object_is_instance(IWbemClassObject *iface, enum object_kind kind)
{
    return iface->lpVtbl == &object_vtbl && object_of(iface)->kind == kind &&
           !object_of(iface)->is_class;
}

const VARIANT *object_descriptor(IWbemClassObject *iface)
{
    return &object_of(iface)->values[0];
}

HRESULT object_set_return_value(IWbemClassObject *iface, ULONG value)
{
    struct object *object = object_of(iface);
    LONG at = property_index(&shapes[object->kind], L"ReturnValue");

    V_VT(&object->values[at]) = VT_I4;
    V_I4(&object->values[at]) = (LONG)value;
    return S_OK;
}

HRESULT object_set_descriptor(IWbemClassObject *iface, const void *bytes,
                              ULONG len)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_UI1, 0, len);
    VARIANT *value = &object_of(iface)->values[0];
    void *room;

    if (!array)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    if (FAILED(SafeArrayAccessData(array, &room))) {
        SafeArrayDestroy(array);
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    }
    memcpy(room, bytes, len);
    SafeArrayUnaccessData(array);
    V_VT(value) = VT_ARRAY | VT_UI1;
    V_ARRAY(value) = array;
    return S_OK;
}
