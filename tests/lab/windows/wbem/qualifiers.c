/* SPDX-License-Identifier: MIT */
#include "qualifiers.h"

#include <oleauto.h>
#include <stdlib.h>
#include <wchar.h>

#define NAME L"RequiresEncryption"

struct qualifiers {
    IWbemQualifierSet iface;
    LONG references;
    bool requires_encryption;
};

static struct qualifiers *qualifiers_of(IWbemQualifierSet *iface)
{
    return CONTAINING_RECORD(iface, struct qualifiers, iface);
}

static HRESULT STDMETHODCALLTYPE set_QueryInterface(IWbemQualifierSet *self,
                                                    REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) &&
        !IsEqualIID(iid, &IID_IWbemQualifierSet))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&qualifiers_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE set_AddRef(IWbemQualifierSet *self)
{
    return (ULONG)InterlockedIncrement(&qualifiers_of(self)->references);
}

static ULONG STDMETHODCALLTYPE set_Release(IWbemQualifierSet *self)
{
    LONG left = InterlockedDecrement(&qualifiers_of(self)->references);

    if (left == 0)
        free(qualifiers_of(self));
    return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE set_Get(IWbemQualifierSet *self, LPCWSTR name,
                                         LONG flags, VARIANT *value,
                                         LONG *flavor)
{
    if (!name || flags != 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (!qualifiers_of(self)->requires_encryption || _wcsicmp(name, NAME) != 0)
        return (HRESULT)WBEM_E_NOT_FOUND;
    if (flavor)
        *flavor = WBEM_FLAVOR_ORIGIN_LOCAL;
    if (value) {
        V_VT(value) = VT_BOOL;
        V_BOOL(value) = VARIANT_TRUE;
    }
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE set_Put(IWbemQualifierSet *self, LPCWSTR name,
                                         VARIANT *value, LONG flavor)
{
    (void)self, (void)name, (void)value, (void)flavor;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE set_Delete(IWbemQualifierSet *self,
                                            LPCWSTR name)
{
    (void)self, (void)name;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE set_GetNames(IWbemQualifierSet *self,
                                              LONG flags, SAFEARRAY **names)
{
    (void)self, (void)flags, (void)names;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE set_BeginEnumeration(IWbemQualifierSet *self,
                                                      LONG flags)
{
    (void)self, (void)flags;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE set_Next(IWbemQualifierSet *self, LONG flags,
                                          BSTR *name, VARIANT *value,
                                          LONG *flavor)
{
    (void)self, (void)flags, (void)name, (void)value, (void)flavor;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE set_EndEnumeration(IWbemQualifierSet *self)
{
    (void)self;
    return E_NOTIMPL;
}

static IWbemQualifierSetVtbl set_vtbl = {set_QueryInterface,
                                         set_AddRef,
                                         set_Release,
                                         set_Get,
                                         set_Put,
                                         set_Delete,
                                         set_GetNames,
                                         set_BeginEnumeration,
                                         set_Next,
                                         set_EndEnumeration};

HRESULT qualifiers_new(bool requires_encryption, IWbemQualifierSet **out)
{
    struct qualifiers *set = calloc(1, sizeof *set);

    *out = NULL;
    if (!set)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    set->iface.lpVtbl = &set_vtbl;
    set->references = 1;
    set->requires_encryption = requires_encryption;
    *out = &set->iface;
    return S_OK;
}
