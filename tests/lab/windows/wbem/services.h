/* SPDX-License-Identifier: MIT */
/*
 * The COM objects that a client meets first.
 *
 *     class factory -> locator (IWbemLocator) -> services (IWbemServices)
 *
 * A services object is a connection to one namespace. What concerns
 * __SystemSecurity it answers itself; all else goes to Wine's own object for
 * that namespace, where Wine has one.
 */
#ifndef LAB_WBEM_SERVICES_H
#define LAB_WBEM_SERVICES_H

#include <windows.h>

#include <wbemcli.h>

HRESULT locator_new(REFIID, void **out);

/*
 * A connection. `name` as namespace_name() gives it; the namespace is there
 * and the caller may use it. `process` is the service's.
 */
HRESULT services_new(const WCHAR *name, DWORD process, IWbemServices **out);

/*
 * All of ConnectServer that does not concern its path: S_OK when the service
 * runs or could be started, the namespace is there and lets the caller in.
 */
HRESULT services_connect(const WCHAR *name, IWbemServices **out);

/* Wine's services object for a namespace; NULL when it has none. */
IWbemServices *wine_services(const WCHAR *name);

#endif
