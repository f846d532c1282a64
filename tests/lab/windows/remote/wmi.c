/* SPDX-License-Identifier: MIT */
#include "wmi.h"

#include "../modes.h"
#include "../wbem/namespace.h"
#include "callback.h"
#include "caller.h"
#include "com.h"
#include "gate.h"
#include "listener.h"
#include "place.h"
#include "query.h"
#include "trouble.h"

#include <stdlib.h>
#include <wbemcli.h>
#include <wchar.h>

#define UNAVAILABLE HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE)
#define NEEDS_ENCRYPTION ((HRESULT)0x80041087)
#define WINMGMT_KEY L"SYSTEM\\CurrentControlSet\\Services\\Winmgmt"
#define OWN_HOST_KEY                                                           \
    L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SvcHost\\winmgmt"
#define APPID_KEY                                                              \
    L"SOFTWARE\\Classes\\AppID\\{8BC3F05E-D86B-11D0-A075-00C04FB68820}"
#define CIMOM_KEY L"SOFTWARE\\Microsoft\\WBEM\\CIMOM"
#define ENDPOINT L"ncacn_ip_tcp,0,"

enum { SLOW_MS = 3000, TEXT_COUNT = 1024 };

struct wmi_server {
    struct listener *listener;
    PSECURITY_DESCRIPTOR access_limit;
    DWORD least_level; /* of a host of its own; 0: none */
    unsigned port;
    bool is_fixed;
    bool calls_back_unnamed;
};

static DWORD number_at(const WCHAR *key, const WCHAR *name, DWORD absent)
{
    DWORD value, len = sizeof value;

    return RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_DWORD, NULL,
                        &value, &len) == ERROR_SUCCESS
               ? value
               : absent;
}

/* As winmgmt /standalonehost leaves it: svchost.exe -k winmgmt. */
static bool has_own_host(void)
{
    WCHAR path[TEXT_COUNT];
    DWORD len = sizeof path;
    const WCHAR *group;

    if (RegGetValueW(HKEY_LOCAL_MACHINE, WINMGMT_KEY, L"ImagePath",
                     RRF_RT_REG_SZ, NULL, path, &len) != ERROR_SUCCESS)
        return false;
    group = wcsstr(path, L"-k ");
    return group && _wcsnicmp(group + 3, L"winmgmt", 7) == 0;
}

static unsigned endpoint(void)
{
    WCHAR list[TEXT_COUNT];
    DWORD len = sizeof list;

    if (RegGetValueW(HKEY_LOCAL_MACHINE, APPID_KEY, L"Endpoints",
                     RRF_RT_REG_MULTI_SZ, NULL, list, &len) != ERROR_SUCCESS)
        return 0;
    for (const WCHAR *at = list; *at; at += wcslen(at) + 1)
        if (_wcsnicmp(at, ENDPOINT, wcslen(ENDPOINT)) == 0)
            return wcstoul(at + wcslen(ENDPOINT), NULL, 10);
    return 0;
}

/* --- calls ---------------------------------------------------------------- */

static HRESULT check_namespace(const struct caller *caller, const WCHAR *name,
                               DWORD level)
{
    const ACCESS_MASK wanted = WBEM_ENABLE | WBEM_REMOTE_ACCESS;
    PSECURITY_DESCRIPTOR descriptor;
    HRESULT hr;
    DWORD len;

    if (!namespace_exists(name))
        return (HRESULT)WBEM_E_INVALID_NAMESPACE;
    hr = namespace_read(name, &descriptor, &len);
    if (FAILED(hr))
        return hr;
    if (caller_rights(caller, descriptor, wanted) != wanted)
        hr = (HRESULT)WBEM_E_ACCESS_DENIED;
    free(descriptor);
    if (SUCCEEDED(hr) && level < RPC_C_AUTHN_LEVEL_PKT_PRIVACY &&
        namespace_requires_encryption(name))
        hr = NEEDS_ENCRYPTION;
    return hr;
}

static HRESULT admit(const struct wmi_server *server, DWORD from,
                     const struct identity *identity, struct caller *caller)
{
    HRESULT hr;

    if (!gate_admits_wmi(place_address(), from, server->port, server->is_fixed))
        return UNAVAILABLE;
    if (identity->level < server->least_level)
        return E_ACCESSDENIED;
    hr = caller_log_on(identity, caller);
    if (SUCCEEDED(hr) && (!com_is_enabled() || !server->access_limit ||
                          !com_lets_call(caller, server->access_limit)))
        hr = E_ACCESSDENIED;
    return hr;
}

/* WMI's providers act in the caller's name, so it has to be lent to them. */
static HRESULT check_query(const struct identity *identity)
{
    HRESULT hr = trouble_at(TROUBLE_QUERY);

    if (FAILED(hr))
        return hr;
    return identity->impersonation != 0 &&
                   identity->impersonation < RPC_C_IMP_LEVEL_IMPERSONATE
               ? (HRESULT)WBEM_E_ACCESS_DENIED
               : S_OK;
}

static HRESULT rows(const struct message *question, const struct caller *caller,
                    struct message *answer)
{
    HRESULT hr = trouble_at(TROUBLE_ROWS);

    if (mode_is_on(L"wmi-slow"))
        Sleep(SLOW_MS);
    if (FAILED(hr))
        return hr;
    return query_run(message_get(question, L"namespace"),
                     message_get(question, L"query"), caller, answer);
}

/*
 * The server takes the sink out of the call's parameters, for which it has
 * to resolve the client's objects, before anything else happens; an error of
 * that is the call's.
 */
static HRESULT begin_async(const struct wmi_server *server, DWORD from,
                           const struct message *question,
                           const struct caller *caller)
{
    HRESULT hr = trouble_at(TROUBLE_ASYNC);

    if (SUCCEEDED(hr))
        hr = callback_reach(place_address(), from);
    if (FAILED(hr))
        return hr;
    if (!server->calls_back_unnamed)
        return mode_is_on(L"wmi-callback-silent") ? S_OK : E_ACCESSDENIED;
    return callback_begin(from, question, caller);
}

static HRESULT act(const struct wmi_server *server, DWORD from,
                   const struct message *question, const WCHAR *action,
                   struct message *answer)
{
    const WCHAR *name = message_get(question, L"namespace");
    struct identity identity;
    struct caller caller;
    HRESULT hr;

    identity_of(question, &identity);
    if (!name || wcslen(name) >= NAMESPACE_LEN_MAX ||
        !message_get(question, L"query"))
        return E_INVALIDARG;
    hr = admit(server, from, &identity, &caller);
    if (FAILED(hr))
        return hr;
    if (message_number(question, L"process", 0) != GetCurrentProcessId())
        return RPC_E_DISCONNECTED;
    if (wcscmp(action, L"login") == 0)
        hr = trouble_at(TROUBLE_LOGIN);
    if (SUCCEEDED(hr))
        hr = check_namespace(&caller, name, identity.level);
    if (FAILED(hr) || wcscmp(action, L"login") == 0)
        return hr;
    hr = check_query(&identity);
    if (SUCCEEDED(hr))
        hr = query_check(message_get(question, L"query"));
    if (SUCCEEDED(hr) && wcscmp(action, L"rows") == 0)
        hr = rows(question, &caller, answer);
    else if (SUCCEEDED(hr) && wcscmp(action, L"async") == 0)
        hr = begin_async(server, from, question, &caller);
    return hr;
}

static bool answer_question(void *context, DWORD from,
                            const struct message *question,
                            struct message *answer)
{
    const WCHAR *action = message_get(question, L"action");
    HRESULT hr;

    if (!action)
        return false;
    hr = act(context, from, question, action, answer);
    message_add_number(answer, L"code", (DWORD)hr);
    return true;
}

struct wmi_server *wmi_begin(void)
{
    struct wmi_server *server = calloc(1, sizeof *server);

    if (!server)
        return NULL;
    server->access_limit = com_access_limit();
    server->calls_back_unnamed =
        number_at(CIMOM_KEY, L"AllowAnonymousCallback", 0) == 1;
    if (has_own_host()) {
        server->least_level =
            number_at(OWN_HOST_KEY, L"AuthenticationLevel", 0);
        server->port = endpoint();
    }
    unsigned wanted = server->port;
    server->listener = listener_open(&server->port, answer_question, server);
    server->is_fixed = wanted != 0 && server->port == wanted;
    if (server->listener && place_tell_wmi(GetCurrentProcessId(), server->port))
        return server;
    wmi_end(server);
    return NULL;
}

void wmi_end(struct wmi_server *server)
{
    if (!server)
        return;
    listener_close(server->listener);
    free(server->access_limit);
    free(server);
}
