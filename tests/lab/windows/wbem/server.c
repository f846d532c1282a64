/* SPDX-License-Identifier: MIT */
/*
 * The DLL's doors: the class object of CLSID_WbemLocator, which the prefix's
 * registry says to take from here. The DLL is never unloaded early, so it
 * counts no objects.
 */
#include "services.h"

#include <objbase.h>

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out);
HRESULT WINAPI DllCanUnloadNow(void);

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
    (void)self;
    if (!out)
        return E_POINTER;
    *out = NULL;
    return outer ? CLASS_E_NOAGGREGATION : locator_new(iid, out);
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
static IClassFactory class_object = {&class_vtbl};

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    return IsEqualCLSID(clsid, &CLSID_WbemLocator)
               ? class_QueryInterface(&class_object, iid, out)
               : CLASS_E_CLASSNOTAVAILABLE;
}

HRESULT WINAPI DllCanUnloadNow(void)
{
    return S_FALSE;
}
