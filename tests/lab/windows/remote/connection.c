/* SPDX-License-Identifier: MIT */
#include "connection.h"

#include "place.h"

#include <objbase.h>
#include <wchar.h>

#define UNAVAILABLE HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE)
#define CALL_FAILED HRESULT_FROM_WIN32(RPC_S_CALL_FAILED)
#define APPCOMPAT_KEY L"SOFTWARE\\Microsoft\\Ole\\AppCompat"

/*
 * KB5004442, on the client's side: since November 2022 DCOM raises what is
 * not anonymous to integrity, unless told not to.
 */
static DWORD activation_level(void)
{
    DWORD value, len = sizeof value;

    if (RegGetValueW(HKEY_LOCAL_MACHINE, APPCOMPAT_KEY,
                     L"RaiseActivationAuthenticationLevel", RRF_RT_REG_DWORD,
                     NULL, &value, &len) != ERROR_SUCCESS)
        return RPC_C_AUTHN_LEVEL_PKT_INTEGRITY;
    return value == 0 ? RPC_C_AUTHN_LEVEL_CONNECT
                      : RPC_C_AUTHN_LEVEL_PKT_INTEGRITY;
}

static HRESULT ask(DWORD address, unsigned port, const struct message *question,
                   struct message *answer)
{
    HRESULT hr =
        port == 0 ? UNAVAILABLE
                  : wire_ask(place_address(), address, port, question, answer);

    return FAILED(hr)
               ? hr
               : (HRESULT)message_number(answer, L"code", (DWORD)CALL_FAILED);
}

static HRESULT activate(struct connection *connection,
                        const struct identity *identity)
{
    struct identity raised = *identity;
    struct message question, answer;
    HRESULT hr;

    raised.level = activation_level();
    message_init(&question);
    message_init(&answer);
    message_add(&question, L"action", L"activate");
    identity_put(&question, &raised);
    hr = ask(connection->address, place_rpc_port(connection->address),
             &question, &answer);
    connection->port = message_number(&answer, L"port", 0);
    connection->process = message_number(&answer, L"process", 0);
    message_release(&question);
    message_release(&answer);
    return hr;
}

/*
 * The login is at the process' level, which Wine does not tell: it is taken
 * for the one that asks for everything.
 */
static HRESULT log_in(const struct connection *connection,
                      const struct identity *identity)
{
    struct identity private = *identity;
    struct message answer;
    HRESULT hr;

    private.level = RPC_C_AUTHN_LEVEL_PKT_PRIVACY;
    message_init(&answer);
    hr = connection_call(connection, L"login", L"", &private, NULL, &answer);
    message_release(&answer);
    return hr;
}

HRESULT connection_open(struct connection *connection, DWORD address,
                        const WCHAR *name, const struct identity *identity)
{
    WSADATA data;
    HRESULT hr;

    *connection = (struct connection){.address = address};
    wcscpy(connection->name, name);
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return UNAVAILABLE;
    hr = activate(connection, identity);
    return SUCCEEDED(hr) ? log_in(connection, identity) : hr;
}

static void add_all(struct message *to, const struct message *from)
{
    const WCHAR *name, *value;
    size_t at = 0;

    while (message_next(from, &at, &name, &value))
        message_add(to, name, value);
}

HRESULT connection_call(const struct connection *connection,
                        const WCHAR *action, const WCHAR *query,
                        const struct identity *identity,
                        const struct message *more, struct message *answer)
{
    struct message question;
    HRESULT hr;

    message_init(&question);
    message_add(&question, L"action", action);
    message_add(&question, L"namespace", connection->name);
    message_add(&question, L"query", query);
    message_add_number(&question, L"process", connection->process);
    identity_put(&question, identity);
    if (more)
        add_all(&question, more);
    hr = ask(connection->address, connection->port, &question, answer);
    message_release(&question);
    return hr;
}
