/* SPDX-License-Identifier: MIT */
/*
 * IWbemServices of another target: queries, semi-synchronous and
 * asynchronous, and namespaces below. Everything else is not supported.
 */
#ifndef LAB_REMOTE_REMOTE_SERVICES_H
#define LAB_REMOTE_REMOTE_SERVICES_H

#include <windows.h>

#include <wbemcli.h>

/*
 * ConnectServer to `server` (a name or an address that is not this machine),
 * with the namespace as namespace_name() wants it without a server. NULL
 * user: the caller's token, which has no credentials for the network.
 */
HRESULT remote_connect(const WCHAR *server, const WCHAR *name,
                       const WCHAR *user, const WCHAR *password,
                       const WCHAR *authority, IWbemServices **out);

#endif
