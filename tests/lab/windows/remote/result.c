/* SPDX-License-Identifier: MIT */
#include "result.h"

#include "blanket.h"
#include "row.h"

#include <stdlib.h>
#include <wchar.h>

struct result {
    IEnumWbemClassObject iface;
    struct blanket blanket;
    LONG references;
    const struct connection *connection; /* of what `keep` is */
    IUnknown *keep;
    WCHAR *query;
    bool only_forward;
    HANDLE fetching; /* the thread; NULL before the first Next() */
    bool is_fetched;
    HRESULT code;
    IWbemClassObject **objects;
    ULONG count;
    ULONG next;
};

static struct result *result_of(IEnumWbemClassObject *iface)
{
    return CONTAINING_RECORD(iface, struct result, iface);
}

static HRESULT STDMETHODCALLTYPE
result_QueryInterface(IEnumWbemClassObject *self, REFIID iid, void **out)
{
    struct result *result = result_of(self);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IClientSecurity))
        *out = &result->blanket.iface;
    else if (IsEqualIID(iid, &IID_IUnknown) ||
             IsEqualIID(iid, &IID_IEnumWbemClassObject))
        *out = self;
    else
        return E_NOINTERFACE;
    InterlockedIncrement(&result->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE result_AddRef(IEnumWbemClassObject *self)
{
    return (ULONG)InterlockedIncrement(&result_of(self)->references);
}

static ULONG STDMETHODCALLTYPE result_Release(IEnumWbemClassObject *self)
{
    struct result *result = result_of(self);
    LONG left = InterlockedDecrement(&result->references);

    if (left > 0)
        return (ULONG)left;
    if (result->fetching) {
        WaitForSingleObject(result->fetching, INFINITE);
        CloseHandle(result->fetching);
    }
    rows_free(result->objects, result->count);
    blanket_release(&result->blanket);
    IUnknown_Release(result->keep);
    free(result->query);
    free(result);
    return 0;
}

HRESULT result_fetch(IEnumWbemClassObject *self,
                     const struct identity *identity)
{
    struct result *result = result_of(self);
    struct message answer;

    message_init(&answer);
    result->code = connection_call(result->connection, L"rows", result->query,
                                   identity, NULL, &answer);
    if (SUCCEEDED(result->code))
        result->code = rows_of(&answer, &result->objects, &result->count);
    message_release(&answer);
    result->is_fetched = true;
    return result->code;
}

static DWORD WINAPI fetch(void *argument)
{
    struct result *result = argument;
    struct identity identity;

    blanket_identity(&result->blanket, &identity);
    result_fetch(&result->iface, &identity);
    return 0;
}

/* S_OK when the objects are there; WBEM_S_TIMEDOUT when they are not yet. */
static HRESULT await_objects(struct result *result, LONG timeout)
{
    DWORD ms = timeout == (LONG)WBEM_INFINITE ? INFINITE : (DWORD)timeout;

    if (!result->is_fetched && !result->fetching)
        result->fetching = CreateThread(NULL, 0, fetch, result, 0, NULL);
    if (result->fetching) {
        if (WaitForSingleObject(result->fetching, ms) != WAIT_OBJECT_0)
            return WBEM_S_TIMEDOUT;
        CloseHandle(result->fetching);
        result->fetching = NULL;
    }
    return result->is_fetched ? result->code : (HRESULT)WBEM_E_OUT_OF_MEMORY;
}

static HRESULT STDMETHODCALLTYPE result_Reset(IEnumWbemClassObject *self)
{
    struct result *result = result_of(self);

    if (result->only_forward)
        return (HRESULT)WBEM_E_INVALID_OPERATION;
    result->next = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE result_Next(IEnumWbemClassObject *self,
                                             LONG timeout, ULONG count,
                                             IWbemClassObject **objects,
                                             ULONG *returned)
{
    struct result *result = result_of(self);
    HRESULT hr;

    if (!objects || !returned || count == 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    *returned = 0;
    hr = await_objects(result, timeout);
    if (hr != S_OK)
        return hr;
    while (*returned < count && result->next < result->count) {
        objects[*returned] = result->objects[result->next++];
        IWbemClassObject_AddRef(objects[*returned]);
        ++*returned;
    }
    return *returned == count ? WBEM_S_NO_ERROR : WBEM_S_FALSE;
}

static HRESULT STDMETHODCALLTYPE result_NextAsync(IEnumWbemClassObject *self,
                                                  ULONG count,
                                                  IWbemObjectSink *sink)
{
    (void)self, (void)count, (void)sink;
    return (HRESULT)WBEM_E_NOT_SUPPORTED;
}

static HRESULT STDMETHODCALLTYPE result_Clone(IEnumWbemClassObject *self,
                                              IEnumWbemClassObject **out)
{
    (void)out;
    return result_of(self)->only_forward ? (HRESULT)WBEM_E_INVALID_OPERATION
                                         : (HRESULT)WBEM_E_NOT_SUPPORTED;
}

static HRESULT STDMETHODCALLTYPE result_Skip(IEnumWbemClassObject *self,
                                             LONG timeout, ULONG count)
{
    struct result *result = result_of(self);
    HRESULT hr = await_objects(result, timeout);

    if (hr != S_OK)
        return hr;
    if (count > result->count - result->next) {
        result->next = result->count;
        return WBEM_S_FALSE;
    }
    result->next += count;
    return WBEM_S_NO_ERROR;
}

static IEnumWbemClassObjectVtbl result_vtbl = {
    result_QueryInterface, result_AddRef,    result_Release, result_Reset,
    result_Next,           result_NextAsync, result_Clone,   result_Skip};

HRESULT result_new(const struct connection *connection, const WCHAR *query,
                   LONG flags, IUnknown *keep, IEnumWbemClassObject **out)
{
    struct result *result = calloc(1, sizeof *result);
    WCHAR *copy = _wcsdup(query);

    if (!result || !copy) {
        free(result);
        free(copy);
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    }
    result->iface.lpVtbl = &result_vtbl;
    result->references = 1;
    blanket_init(&result->blanket, (IUnknown *)&result->iface);
    result->connection = connection;
    result->keep = keep;
    IUnknown_AddRef(keep);
    result->query = copy;
    result->only_forward = (flags & WBEM_FLAG_FORWARD_ONLY) != 0;
    *out = &result->iface;
    return S_OK;
}
