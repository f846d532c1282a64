/* SPDX-License-Identifier: MIT */
#include "class_object.h"

#include <objbase.h>

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
    const struct class_object *class =
        CONTAINING_RECORD(self, struct class_object, iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    return outer ? CLASS_E_NOAGGREGATION : class->make(iid, out);
}

static HRESULT STDMETHODCALLTYPE class_LockServer(IClassFactory *self,
                                                  BOOL lock)
{
    (void)self, (void)lock;
    return S_OK;
}

IClassFactoryVtbl class_object_vtbl = {class_QueryInterface, class_AddRef,
                                       class_Release, class_CreateInstance,
                                       class_LockServer};

HRESULT class_object_find(struct class_object *classes, size_t count,
                          REFCLSID clsid, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    for (size_t i = 0; i < count; i++)
        if (IsEqualCLSID(clsid, classes[i].clsid))
            return class_QueryInterface(&classes[i].iface, iid, out);
    return CLASS_E_CLASSNOTAVAILABLE;
}

HRESULT WINAPI DllCanUnloadNow(void)
{
    return S_FALSE;
}
