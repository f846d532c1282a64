/* SPDX-License-Identifier: MIT */
#include "apartment.h"

#include <stdlib.h>
#include <wchar.h>

#define CIMOM_KEY L"SOFTWARE\\Microsoft\\WBEM\\CIMOM"

/* IWbemUnsecuredApartment's flags (wbemcli.h of the Windows SDK). */
enum { DEFAULT_CHECK_ACCESS = 0, CHECK_ACCESS = 1, DONT_CHECK_ACCESS = 2 };

struct stub {
    IWbemObjectSink iface;
    LONG references;
    IWbemObjectSink *sink;
    bool checks;
};

struct apartment {
    IWbemUnsecuredApartment iface;
    LONG references;
};

/* --- the stub ------------------------------------------------------------- */

static struct stub *stub_of(IWbemObjectSink *iface)
{
    return CONTAINING_RECORD(iface, struct stub, iface);
}

static HRESULT STDMETHODCALLTYPE stub_QueryInterface(IWbemObjectSink *self,
                                                     REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) &&
        !IsEqualIID(iid, &IID_IWbemObjectSink))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&stub_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE stub_AddRef(IWbemObjectSink *self)
{
    return (ULONG)InterlockedIncrement(&stub_of(self)->references);
}

static ULONG STDMETHODCALLTYPE stub_Release(IWbemObjectSink *self)
{
    struct stub *stub = stub_of(self);
    LONG left = InterlockedDecrement(&stub->references);

    if (left > 0)
        return (ULONG)left;
    IWbemObjectSink_Release(stub->sink);
    free(stub);
    return 0;
}

static HRESULT STDMETHODCALLTYPE stub_Indicate(IWbemObjectSink *self,
                                               LONG count,
                                               IWbemClassObject **objects)
{
    return IWbemObjectSink_Indicate(stub_of(self)->sink, count, objects);
}

static HRESULT STDMETHODCALLTYPE stub_SetStatus(IWbemObjectSink *self,
                                                LONG flags, HRESULT result,
                                                BSTR text,
                                                IWbemClassObject *object)
{
    return IWbemObjectSink_SetStatus(stub_of(self)->sink, flags, result, text,
                                     object);
}

static IWbemObjectSinkVtbl stub_vtbl = {stub_QueryInterface, stub_AddRef,
                                        stub_Release, stub_Indicate,
                                        stub_SetStatus};

bool apartment_made(IWbemObjectSink *sink, bool *checks)
{
    if (sink->lpVtbl != &stub_vtbl)
        return false;
    *checks = stub_of(sink)->checks;
    return true;
}

/* "Setting Security on an Asynchronous Call": REG_SZ, 0 unless it is 1. */
static bool checks_by_default(void)
{
    WCHAR text[8];
    DWORD len = sizeof text;

    return RegGetValueW(HKEY_LOCAL_MACHINE, CIMOM_KEY,
                        L"UnsecAppAccessControlDefault", RRF_RT_REG_SZ, NULL,
                        text, &len) == ERROR_SUCCESS &&
           wcscmp(text, L"1") == 0;
}

static HRESULT stub_new(IUnknown *object, DWORD flags, IWbemObjectSink **out)
{
    struct stub *stub = calloc(1, sizeof *stub);
    HRESULT hr;

    if (!stub)
        return E_OUTOFMEMORY;
    hr = IUnknown_QueryInterface(object, &IID_IWbemObjectSink,
                                 (void **)&stub->sink);
    if (FAILED(hr)) {
        free(stub);
        return hr;
    }
    stub->iface.lpVtbl = &stub_vtbl;
    stub->references = 1;
    stub->checks = flags == CHECK_ACCESS ||
                   (flags == DEFAULT_CHECK_ACCESS && checks_by_default());
    *out = &stub->iface;
    return S_OK;
}

/* --- the apartment -------------------------------------------------------- */

static struct apartment *apartment_of(IWbemUnsecuredApartment *iface)
{
    return CONTAINING_RECORD(iface, struct apartment, iface);
}

static HRESULT STDMETHODCALLTYPE
apartment_QueryInterface(IWbemUnsecuredApartment *self, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) &&
        !IsEqualIID(iid, &IID_IUnsecuredApartment) &&
        !IsEqualIID(iid, &IID_IWbemUnsecuredApartment))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&apartment_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE apartment_AddRef(IWbemUnsecuredApartment *self)
{
    return (ULONG)InterlockedIncrement(&apartment_of(self)->references);
}

static ULONG STDMETHODCALLTYPE apartment_Release(IWbemUnsecuredApartment *self)
{
    LONG left = InterlockedDecrement(&apartment_of(self)->references);

    if (left == 0)
        free(apartment_of(self));
    return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE apartment_CreateObjectStub(
    IWbemUnsecuredApartment *self, IUnknown *object, IUnknown **out)
{
    (void)self;
    if (!object || !out)
        return E_POINTER;
    return stub_new(object, DEFAULT_CHECK_ACCESS, (IWbemObjectSink **)out);
}

static HRESULT STDMETHODCALLTYPE apartment_CreateSinkStub(
    IWbemUnsecuredApartment *self, IWbemObjectSink *sink, DWORD flags,
    const WCHAR *reserved, IWbemObjectSink **out)
{
    (void)self;
    if (!sink || !out)
        return E_POINTER;
    if (flags > DONT_CHECK_ACCESS || reserved)
        return E_INVALIDARG;
    return stub_new((IUnknown *)sink, flags, out);
}

static IWbemUnsecuredApartmentVtbl apartment_vtbl = {
    apartment_QueryInterface, apartment_AddRef, apartment_Release,
    apartment_CreateObjectStub, apartment_CreateSinkStub};

HRESULT apartment_new(REFIID iid, void **out)
{
    struct apartment *apartment = calloc(1, sizeof *apartment);
    HRESULT hr;

    if (!apartment)
        return E_OUTOFMEMORY;
    apartment->iface.lpVtbl = &apartment_vtbl;
    apartment->references = 1;
    hr = apartment_QueryInterface(&apartment->iface, iid, out);
    apartment_Release(&apartment->iface);
    return hr;
}
