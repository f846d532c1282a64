/* SPDX-License-Identifier: MIT */
#include "callback.h"

#include "../modes.h"
#include "gate.h"
#include "place.h"
#include "query.h"
#include "trouble.h"

#include <stdlib.h>
#include <wchar.h>

#define UNAVAILABLE HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE)

enum { SLOW_MS = 3000 };

struct operation {
    DWORD client;
    unsigned port;
    DWORD number;
    WCHAR *namespace_name;
    WCHAR *query;
    struct caller caller;
};

HRESULT callback_reach(DWORD own, DWORD client)
{
    unsigned port = place_rpc_port(client);
    struct message question, answer;
    HRESULT hr;

    if (!gate_lets_wmi_out(own, client) || port == 0)
        return UNAVAILABLE;
    message_init(&question);
    message_init(&answer);
    message_add(&question, L"action", L"resolve");
    hr = wire_ask(own, client, port, &question, &answer);
    if (SUCCEEDED(hr))
        hr = (HRESULT)message_number(&answer, L"code", (DWORD)UNAVAILABLE);
    message_release(&question);
    message_release(&answer);
    return hr;
}

static void operation_free(struct operation *operation)
{
    free(operation->namespace_name);
    free(operation->query);
    free(operation);
}

static DWORD WINAPI run(void *argument)
{
    struct operation *operation = argument;
    struct message results, answer;
    HRESULT hr = trouble_at(TROUBLE_ROWS);

    if (mode_is_on(L"wmi-slow"))
        Sleep(SLOW_MS);
    message_init(&results);
    message_init(&answer);
    message_add(&results, L"action", L"results");
    message_add_number(&results, L"operation", operation->number);
    if (SUCCEEDED(hr))
        hr = query_run(operation->namespace_name, operation->query,
                       &operation->caller, &results);
    message_add_number(&results, L"code", (DWORD)hr);
    wire_ask(place_address(), operation->client, operation->port, &results,
             &answer);
    message_release(&results);
    message_release(&answer);
    operation_free(operation);
    return 0;
}

HRESULT callback_begin(DWORD client, const struct message *question,
                       const struct caller *caller)
{
    struct operation *operation = calloc(1, sizeof *operation);
    HANDLE thread = NULL;

    if (!operation)
        return E_OUTOFMEMORY;
    operation->client = client;
    operation->port = message_number(question, L"sink", 0);
    operation->number = message_number(question, L"operation", 0);
    operation->namespace_name = _wcsdup(message_get(question, L"namespace"));
    operation->query = _wcsdup(message_get(question, L"query"));
    operation->caller = *caller;
    if (operation->namespace_name && operation->query)
        thread = CreateThread(NULL, 0, run, operation, 0, NULL);
    if (!thread) {
        operation_free(operation);
        return E_OUTOFMEMORY;
    }
    CloseHandle(thread);
    return S_OK;
}
