/* SPDX-License-Identifier: MIT */
/*
 * One constant object in either process: a class factory that nobody calls
 * where it is registered, and the IMarshal of it.
 */
#include "unsecapp.h"

#include <wbemcli.h>

const CLSID UNSECAPP_UNMARSHAL = {
    0x0d5c6b7a,
    0x52b1,
    0x4a5e,
    {0x9c, 0x1b, 0x7c, 0x1f, 0x0f, 0x3a, 0x9e, 0x11}};

static HRESULT find_interface(REFIID iid, void **out);

static HRESULT STDMETHODCALLTYPE marshal_QueryInterface(IMarshal *self,
                                                        REFIID iid, void **out)
{
    (void)self;
    return find_interface(iid, out);
}

static ULONG STDMETHODCALLTYPE marshal_AddRef(IMarshal *self)
{
    (void)self;
    return 2;
}

static ULONG STDMETHODCALLTYPE marshal_Release(IMarshal *self)
{
    (void)self;
    return 1;
}

static HRESULT STDMETHODCALLTYPE marshal_GetUnmarshalClass(
    IMarshal *self, REFIID iid, void *object, DWORD context, void *more_context,
    DWORD flags, CLSID *clsid)
{
    (void)self, (void)iid, (void)object, (void)context, (void)more_context;
    (void)flags;
    *clsid = UNSECAPP_UNMARSHAL;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE marshal_GetMarshalSizeMax(
    IMarshal *self, REFIID iid, void *object, DWORD context, void *more_context,
    DWORD flags, DWORD *len)
{
    (void)self, (void)iid, (void)object, (void)context, (void)more_context;
    (void)flags;
    *len = sizeof(DWORD);
    return S_OK;
}

/* There is nothing to tell; a stream that stays empty is taken for broken. */
static HRESULT STDMETHODCALLTYPE marshal_MarshalInterface(
    IMarshal *self, IStream *stream, REFIID iid, void *object, DWORD context,
    void *more_context, DWORD flags)
{
    DWORD nothing = 0;

    (void)self, (void)iid, (void)object, (void)context, (void)more_context;
    (void)flags;
    return IStream_Write(stream, &nothing, sizeof nothing, NULL);
}

static HRESULT STDMETHODCALLTYPE marshal_UnmarshalInterface(IMarshal *self,
                                                            IStream *stream,
                                                            REFIID iid,
                                                            void **out)
{
    DWORD nothing;

    (void)self;
    IStream_Read(stream, &nothing, sizeof nothing, NULL);
    return CoGetClassObject(&CLSID_UnsecuredApartment, CLSCTX_INPROC_SERVER,
                            NULL, iid, out);
}

static HRESULT STDMETHODCALLTYPE marshal_ReleaseMarshalData(IMarshal *self,
                                                            IStream *stream)
{
    (void)self, (void)stream;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE marshal_DisconnectObject(IMarshal *self,
                                                          DWORD reserved)
{
    (void)self, (void)reserved;
    return S_OK;
}

static IMarshalVtbl marshal_vtbl = {marshal_QueryInterface,
                                    marshal_AddRef,
                                    marshal_Release,
                                    marshal_GetUnmarshalClass,
                                    marshal_GetMarshalSizeMax,
                                    marshal_MarshalInterface,
                                    marshal_UnmarshalInterface,
                                    marshal_ReleaseMarshalData,
                                    marshal_DisconnectObject};

static IMarshal marshal = {&marshal_vtbl};

static HRESULT STDMETHODCALLTYPE factory_QueryInterface(IClassFactory *self,
                                                        REFIID iid, void **out)
{
    (void)self;
    return find_interface(iid, out);
}

static ULONG STDMETHODCALLTYPE factory_AddRef(IClassFactory *self)
{
    (void)self;
    return 2;
}

static ULONG STDMETHODCALLTYPE factory_Release(IClassFactory *self)
{
    (void)self;
    return 1;
}

static HRESULT STDMETHODCALLTYPE factory_CreateInstance(IClassFactory *self,
                                                        IUnknown *outer,
                                                        REFIID iid, void **out)
{
    (void)self, (void)outer, (void)iid;
    *out = NULL;
    return CLASS_E_CLASSNOTAVAILABLE;
}

static HRESULT STDMETHODCALLTYPE factory_LockServer(IClassFactory *self,
                                                    BOOL lock)
{
    (void)self, (void)lock;
    return S_OK;
}

static IClassFactoryVtbl factory_vtbl = {
    factory_QueryInterface, factory_AddRef, factory_Release,
    factory_CreateInstance, factory_LockServer};

static IClassFactory factory = {&factory_vtbl};

static HRESULT find_interface(REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        *out = &marshal;
    else if (IsEqualIID(iid, &IID_IClassFactory) ||
             IsEqualIID(iid, &IID_IUnknown))
        *out = &factory;
    return *out ? S_OK : E_NOINTERFACE;
}

bool unsecapp_begin(void)
{
    DWORD cookie;

    return SUCCEEDED(CoRegisterClassObject(
        &CLSID_UnsecuredApartment, (IUnknown *)&factory, CLSCTX_LOCAL_SERVER,
        REGCLS_MULTIPLEUSE, &cookie));
}

HRESULT unsecapp_unmarshal_new(REFIID iid, void **out)
{
    return find_interface(iid, out);
}
