/* SPDX-License-Identifier: MIT */
#include "payload/connection/sink.h"

#include <stdlib.h>

struct sink {
    IWbemObjectSink object; /* first: a pointer to it is one to all */
    LONG references;
    LONG rows;
    LONG result; /* an HRESULT, once `ended` is set */
    HANDLE ended;
};

static struct sink *of(IWbemObjectSink *object)
{
    return (struct sink *)object;
}

static ULONG STDMETHODCALLTYPE add_ref(IWbemObjectSink *object)
{
    return (ULONG)InterlockedIncrement(&of(object)->references);
}

static ULONG STDMETHODCALLTYPE release(IWbemObjectSink *object)
{
    struct sink *sink = of(object);
    LONG left = InterlockedDecrement(&sink->references);
    if (left == 0) {
        CloseHandle(sink->ended);
        free(sink);
    }
    return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE query_interface(IWbemObjectSink *object,
                                                 REFIID wanted, void **out)
{
    *out = NULL;
    if (!IsEqualIID(wanted, &IID_IUnknown) &&
        !IsEqualIID(wanted, &IID_IWbemObjectSink))
        return E_NOINTERFACE;
    (void)add_ref(object);
    *out = object;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE indicate(IWbemObjectSink *object, LONG count,
                                          IWbemClassObject **objects)
{
    (void)objects; /* the caller's */
    (void)InterlockedExchangeAdd(&of(object)->rows, count);
    return WBEM_S_NO_ERROR;
}

static HRESULT STDMETHODCALLTYPE set_status(IWbemObjectSink *object, LONG flags,
                                            HRESULT result, BSTR text,
                                            IWbemClassObject *details)
{
    struct sink *sink = of(object);
    (void)text;
    (void)details;
    if (flags == WBEM_STATUS_COMPLETE) {
        (void)InterlockedExchange(&sink->result, result);
        SetEvent(sink->ended);
    }
    return WBEM_S_NO_ERROR;
}

static const IWbemObjectSinkVtbl methods = {
    .QueryInterface = query_interface,
    .AddRef = add_ref,
    .Release = release,
    .Indicate = indicate,
    .SetStatus = set_status,
};

struct sink *sink_new(void)
{
    struct sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL)
        return NULL;
    sink->object.lpVtbl = (IWbemObjectSinkVtbl *)&methods;
    sink->references = 1;
    sink->ended = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (sink->ended != NULL)
        return sink;
    free(sink);
    return NULL;
}

IUnknown *sink_unknown(struct sink *sink)
{
    return (IUnknown *)&sink->object;
}

HRESULT sink_wait(struct sink *sink, unsigned long ms, long *rows)
{
    if (WaitForSingleObject(sink->ended, ms) != WAIT_OBJECT_0)
        return HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    *rows = sink->rows;
    return sink->result;
}
