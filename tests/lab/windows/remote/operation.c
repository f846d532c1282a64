/* SPDX-License-Identifier: MIT */
#include "operation.h"

#include "apartment.h"
#include "gate.h"
#include "listener.h"
#include "place.h"
#include "row.h"

#include <objbase.h>
#include <stdlib.h>
#include <wchar.h>

#define UNSECAPP L"%SystemRoot%\\system32\\wbem\\unsecapp.exe"

struct operation {
    struct listener *listener;
    unsigned port;
    DWORD server;
    IWbemObjectSink *sink;
    WCHAR program[MAX_PATH];
    bool checks; /* its callers have to have a name */
    volatile LONG is_done;
};

/* A callback between machines of a workgroup comes without a name. */
static bool is_admitted(const struct operation *operation, DWORD from)
{
    return from == operation->server && !operation->checks &&
           gate_admits_sink(place_address(), from, operation->port,
                            operation->program);
}

static void deliver(const struct operation *operation,
                    const struct message *results)
{
    HRESULT hr = (HRESULT)message_number(results, L"code", (DWORD)E_FAIL);
    IWbemClassObject **objects;
    ULONG count;

    if (SUCCEEDED(hr))
        hr = rows_of(results, &objects, &count);
    if (SUCCEEDED(hr)) {
        if (count > 0)
            IWbemObjectSink_Indicate(operation->sink, (LONG)count, objects);
        rows_free(objects, count);
    }
    IWbemObjectSink_SetStatus(operation->sink, WBEM_STATUS_COMPLETE, hr, NULL,
                              NULL);
}

static bool answer_results(void *context, DWORD from,
                           const struct message *results,
                           struct message *answer)
{
    struct operation *operation = context;
    bool is_com_up;

    if (!is_admitted(operation, from) ||
        InterlockedExchange(&operation->is_done, 1) != 0)
        return false;
    is_com_up = SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED));
    deliver(operation, results);
    if (is_com_up)
        CoUninitialize();
    message_add_number(answer, L"code", 0);
    return true;
}

struct operation *operation_new(DWORD server, IWbemObjectSink *sink)
{
    struct operation *operation = calloc(1, sizeof *operation);

    if (!operation)
        return NULL;
    operation->server = server;
    operation->sink = sink;
    if (apartment_made(sink, &operation->checks))
        wcscpy(operation->program, UNSECAPP);
    else
        GetModuleFileNameW(NULL, operation->program, MAX_PATH);
    operation->listener =
        listener_open(&operation->port, answer_results, operation);
    if (!operation->listener) {
        free(operation);
        return NULL;
    }
    IWbemObjectSink_AddRef(sink);
    return operation;
}

void operation_put(const struct operation *operation, struct message *question)
{
    message_add_number(question, L"sink", operation->port);
}

bool operation_is_of(const struct operation *operation, IWbemObjectSink *sink)
{
    return operation->sink == sink;
}

bool operation_is_done(const struct operation *operation)
{
    return operation->is_done != 0;
}

void operation_cancel(struct operation *operation)
{
    if (is_admitted(operation, operation->server) &&
        InterlockedExchange(&operation->is_done, 1) == 0)
        IWbemObjectSink_SetStatus(operation->sink, WBEM_STATUS_COMPLETE,
                                  (HRESULT)WBEM_E_CALL_CANCELLED, NULL, NULL);
}

static DWORD WINAPI end(void *argument)
{
    struct operation *operation = argument;

    listener_close(operation->listener);
    IWbemObjectSink_Release(operation->sink);
    free(operation);
    return 0;
}

void operation_end(struct operation *operation)
{
    HANDLE thread;

    InterlockedExchange(&operation->is_done, 1);
    thread = CreateThread(NULL, 0, end, operation, 0, NULL);
    if (thread)
        CloseHandle(thread);
}
