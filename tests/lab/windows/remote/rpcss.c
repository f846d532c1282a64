/* SPDX-License-Identifier: MIT */
#include "rpcss.h"

#include "../wbem/service.h"
#include "caller.h"
#include "com.h"
#include "gate.h"
#include "listener.h"
#include "place.h"
#include "trouble.h"

#include <objbase.h>
#include <wchar.h>

#define UNAVAILABLE HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE)
#define RPC_POLICY_KEY L"SOFTWARE\\Policies\\Microsoft\\Windows NT\\Rpc"

enum { AUTHENTICATED_ALWAYS = 2, PORT_MS = 10000, LOOK_MS = 10 };

/*
 * Two threads of one process that ask Wine's service manager at once take
 * each other's handles for invalid.
 */
static SRWLOCK manager_lock = SRWLOCK_INIT;

static bool is_running(const WCHAR *name)
{
    SC_HANDLE manager, service;
    SERVICE_STATUS status = {0};

    AcquireSRWLockExclusive(&manager_lock);
    manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    service =
        manager ? OpenServiceW(manager, name, SERVICE_QUERY_STATUS) : NULL;
    if (service) {
        QueryServiceStatus(service, &status);
        CloseServiceHandle(service);
    }
    if (manager)
        CloseServiceHandle(manager);
    ReleaseSRWLockExclusive(&manager_lock);
    return status.dwCurrentState == SERVICE_RUNNING;
}

static DWORD restrict_remote_clients(void)
{
    DWORD value, len = sizeof value;

    return RegGetValueW(HKEY_LOCAL_MACHINE, RPC_POLICY_KEY,
                        L"RestrictRemoteClients", RRF_RT_REG_DWORD, NULL,
                        &value, &len) == ERROR_SUCCESS
               ? value
               : 0;
}

/*
 * The resolver of object addresses is asked without a name, unless the
 * client's policy EnableAuthEpResolution says otherwise; "authenticated
 * without exceptions" refuses that, and the client takes the server for one
 * that is not there.
 */
static HRESULT reach(DWORD from, const struct identity *identity)
{
    if (!gate_admits_mapper(place_address(), from) || !is_running(L"rpcss") ||
        !com_has_tcp())
        return UNAVAILABLE;
    return restrict_remote_clients() >= AUTHENTICATED_ALWAYS &&
                   !identity->asks_mapper_by_name
               ? UNAVAILABLE
               : S_OK;
}

/* KB5004442, third phase: activation below integrity is refused. */
static HRESULT check_activation(const struct identity *identity,
                                const struct caller *caller)
{
    if (!com_is_enabled() || identity->level < RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)
        return E_ACCESSDENIED;
    return com_lets_activate(caller, !is_running(L"winmgmt")) ? S_OK
                                                              : E_ACCESSDENIED;
}

/* A service that has just started may not have told its port yet. */
static HRESULT start_wmi(DWORD *process, unsigned *port)
{
    HRESULT hr;

    AcquireSRWLockExclusive(&manager_lock);
    hr = winmgmt_demand(process);
    ReleaseSRWLockExclusive(&manager_lock);
    *port = 0;
    for (int ms = 0; SUCCEEDED(hr) && ms < PORT_MS; ms += LOOK_MS) {
        *port = place_wmi_port(*process);
        if (*port != 0)
            return S_OK;
        Sleep(LOOK_MS);
    }
    return FAILED(hr) ? hr : UNAVAILABLE;
}

static HRESULT activate(DWORD from, const struct message *question,
                        struct message *answer)
{
    struct identity identity;
    struct caller caller;
    DWORD process = 0;
    unsigned port = 0;
    HRESULT hr;

    identity_of(question, &identity);
    hr = reach(from, &identity);
    if (SUCCEEDED(hr))
        hr = trouble_at(TROUBLE_ACTIVATION);
    if (SUCCEEDED(hr))
        hr = caller_log_on(&identity, &caller);
    if (SUCCEEDED(hr))
        hr = check_activation(&identity, &caller);
    if (SUCCEEDED(hr))
        hr = start_wmi(&process, &port);
    message_add_number(answer, L"process", process);
    message_add_number(answer, L"port", port);
    return hr;
}

static bool answer_question(void *context, DWORD from,
                            const struct message *question,
                            struct message *answer)
{
    const WCHAR *action = message_get(question, L"action");
    struct identity nobody = {0};
    HRESULT hr;

    (void)context;
    if (!action)
        return false;
    if (wcscmp(action, L"activate") == 0)
        hr = activate(from, question, answer);
    else if (wcscmp(action, L"resolve") == 0)
        hr = reach(from, &nobody);
    else
        return false;
    message_add_number(answer, L"code", (DWORD)hr);
    return true;
}

bool rpcss_begin(void)
{
    unsigned port = 0;

    return listener_open(&port, answer_question, NULL) && place_tell_rpc(port);
}
