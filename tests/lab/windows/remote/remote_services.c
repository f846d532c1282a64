/* SPDX-License-Identifier: MIT */
#include "remote_services.h"

#include "blanket.h"
#include "connection.h"
#include "operation.h"
#include "place.h"
#include "result.h"
#include "row.h"

#include <stdlib.h>
#include <wchar.h>

#define UNAVAILABLE HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE)
#define QUERY_FLAGS                                                            \
    (WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY |                   \
     WBEM_FLAG_USE_AMENDED_QUALIFIERS | WBEM_FLAG_DIRECT_READ |                \
     WBEM_FLAG_ENSURE_LOCATABLE | WBEM_FLAG_PROTOTYPE)

enum { OPERATIONS_MAX = 16 };

struct remote {
    IWbemServices iface;
    struct blanket blanket;
    LONG references;
    struct connection connection;
    CRITICAL_SECTION lock; /* of the operations */
    struct operation *operations[OPERATIONS_MAX];
};

static struct remote *remote_of(IWbemServices *iface)
{
    return CONTAINING_RECORD(iface, struct remote, iface);
}

static HRESULT STDMETHODCALLTYPE remote_QueryInterface(IWbemServices *self,
                                                       REFIID iid, void **out)
{
    struct remote *remote = remote_of(self);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IClientSecurity))
        *out = &remote->blanket.iface;
    else if (IsEqualIID(iid, &IID_IUnknown) ||
             IsEqualIID(iid, &IID_IWbemServices))
        *out = self;
    else
        return E_NOINTERFACE;
    InterlockedIncrement(&remote->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE remote_AddRef(IWbemServices *self)
{
    return (ULONG)InterlockedIncrement(&remote_of(self)->references);
}

static ULONG STDMETHODCALLTYPE remote_Release(IWbemServices *self)
{
    struct remote *remote = remote_of(self);
    LONG left = InterlockedDecrement(&remote->references);

    if (left > 0)
        return (ULONG)left;
    for (int i = 0; i < OPERATIONS_MAX; i++)
        if (remote->operations[i])
            operation_end(remote->operations[i]);
    DeleteCriticalSection(&remote->lock);
    blanket_release(&remote->blanket);
    free(remote);
    return 0;
}

static IWbemServicesVtbl remote_vtbl;

static IWbemServices *remote_new(const struct connection *connection)
{
    struct remote *remote = calloc(1, sizeof *remote);

    if (!remote)
        return NULL;
    remote->iface.lpVtbl = &remote_vtbl;
    remote->references = 1;
    remote->connection = *connection;
    InitializeCriticalSection(&remote->lock);
    blanket_init(&remote->blanket, (IUnknown *)&remote->iface);
    return &remote->iface;
}

static HRESULT open_as(DWORD address, const WCHAR *name,
                       const struct identity *identity, IWbemServices **out);

static HRESULT STDMETHODCALLTYPE remote_OpenNamespace(
    IWbemServices *self, const BSTR path, LONG flags, IWbemContext *context,
    IWbemServices **out, IWbemCallResult **result)
{
    struct remote *remote = remote_of(self);
    WCHAR name[NAMESPACE_LEN_MAX];
    struct identity identity;

    (void)context;
    if (!path || !*path || !out)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    *out = NULL;
    if (flags != 0 || result)
        return (HRESULT)WBEM_E_NOT_SUPPORTED;
    if (swprintf(name, NAMESPACE_LEN_MAX, L"%ls\\%ls", remote->connection.name,
                 path) < 0)
        return (HRESULT)WBEM_E_INVALID_NAMESPACE;
    blanket_identity(&remote->blanket, &identity);
    return open_as(remote->connection.address, name, &identity, out);
}

static bool is_wql(const WCHAR *language)
{
    return language && _wcsicmp(language, L"WQL") == 0;
}

static HRESULT call(const struct remote *remote, const WCHAR *action,
                    const WCHAR *query, const struct message *more)
{
    struct identity identity;
    struct message answer;
    HRESULT hr;

    blanket_identity(&remote->blanket, &identity);
    message_init(&answer);
    hr = connection_call(&remote->connection, action, query, &identity, more,
                         &answer);
    message_release(&answer);
    return hr;
}

static HRESULT STDMETHODCALLTYPE remote_ExecQuery(IWbemServices *self,
                                                  const BSTR language,
                                                  const BSTR query, LONG flags,
                                                  IWbemContext *context,
                                                  IEnumWbemClassObject **out)
{
    struct remote *remote = remote_of(self);
    struct identity identity;
    HRESULT hr;

    (void)context;
    if (!query || !*query || !out || (flags & ~QUERY_FLAGS) != 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    *out = NULL;
    if (!is_wql(language))
        return (HRESULT)WBEM_E_INVALID_QUERY_TYPE;
    hr = call(remote, L"check", query, NULL);
    if (SUCCEEDED(hr))
        hr = result_new(&remote->connection, query, flags, (IUnknown *)self,
                        out);
    if (FAILED(hr) || (flags & WBEM_FLAG_RETURN_IMMEDIATELY) != 0)
        return hr;
    blanket_identity(&remote->blanket, &identity);
    hr = result_fetch(*out, &identity);
    if (FAILED(hr)) {
        IEnumWbemClassObject_Release(*out);
        *out = NULL;
    }
    return hr;
}

/* Those that are done make room. False: there is none. */
static bool keep_operation(struct remote *remote, struct operation *operation)
{
    bool kept = false;

    EnterCriticalSection(&remote->lock);
    for (int i = 0; i < OPERATIONS_MAX && !kept; i++) {
        struct operation **place = &remote->operations[i];

        if (*place && !operation_is_done(*place))
            continue;
        if (*place)
            operation_end(*place);
        *place = operation;
        kept = true;
    }
    LeaveCriticalSection(&remote->lock);
    return kept;
}

static HRESULT STDMETHODCALLTYPE remote_ExecQueryAsync(
    IWbemServices *self, const BSTR language, const BSTR query, LONG flags,
    IWbemContext *context, IWbemObjectSink *sink)
{
    struct remote *remote = remote_of(self);
    struct operation *operation;
    struct message more;
    HRESULT hr;

    (void)flags, (void)context;
    if (!query || !*query || !sink)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (!is_wql(language))
        return (HRESULT)WBEM_E_INVALID_QUERY_TYPE;
    operation = operation_new(remote->connection.address, sink);
    if (!operation)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    message_init(&more);
    operation_put(operation, &more);
    hr = call(remote, L"async", query, &more);
    message_release(&more);
    if (SUCCEEDED(hr) && !keep_operation(remote, operation))
        hr = (HRESULT)WBEM_E_OUT_OF_MEMORY;
    if (FAILED(hr))
        operation_end(operation);
    return hr;
}

static HRESULT STDMETHODCALLTYPE remote_CancelAsyncCall(IWbemServices *self,
                                                        IWbemObjectSink *sink)
{
    struct remote *remote = remote_of(self);
    struct operation *found = NULL;

    if (!sink)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    EnterCriticalSection(&remote->lock);
    for (int i = 0; i < OPERATIONS_MAX && !found; i++)
        if (remote->operations[i] &&
            operation_is_of(remote->operations[i], sink) &&
            !operation_is_done(remote->operations[i])) {
            found = remote->operations[i];
            remote->operations[i] = NULL;
        }
    LeaveCriticalSection(&remote->lock);
    if (!found)
        return (HRESULT)WBEM_E_NOT_FOUND;
    operation_cancel(found);
    operation_end(found);
    return S_OK;
}

static IWbemServicesVtbl remote_vtbl = {remote_QueryInterface,
                                        remote_AddRef,
                                        remote_Release,
                                        remote_OpenNamespace,
                                        remote_CancelAsyncCall,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        remote_ExecQuery,
                                        remote_ExecQueryAsync,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported};

static HRESULT open_as(DWORD address, const WCHAR *name,
                       const struct identity *identity, IWbemServices **out)
{
    struct connection connection;
    HRESULT hr = connection_open(&connection, address, name, identity);

    if (FAILED(hr))
        return hr;
    *out = remote_new(&connection);
    if (!*out)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    if (blanket_set_user(&remote_of(*out)->blanket, identity->user,
                         identity->password, identity->authority))
        return S_OK;
    IWbemServices_Release(*out);
    *out = NULL;
    return (HRESULT)WBEM_E_OUT_OF_MEMORY;
}

HRESULT remote_connect(const WCHAR *server, const WCHAR *name,
                       const WCHAR *user, const WCHAR *password,
                       const WCHAR *authority, IWbemServices **out)
{
    struct identity identity = {
        .user = user,
        .password = password,
        .authority = authority ? authority : L"",
        .impersonation = RPC_C_IMP_LEVEL_IMPERSONATE,
    };
    DWORD address;

    if (!place_find(server, &address))
        return UNAVAILABLE;
    return open_as(address, name, &identity, out);
}
