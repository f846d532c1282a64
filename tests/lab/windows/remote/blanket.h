/* SPDX-License-Identifier: MIT */
/*
 * The security of one proxy: what CoSetProxyBlanket sets, through the proxy's
 * IClientSecurity. Each proxy has its own; nothing is handed on from the
 * services to an enumerator ("Setting the Security on IWbemServices and Other
 * Proxies").
 */
#ifndef LAB_REMOTE_BLANKET_H
#define LAB_REMOTE_BLANKET_H

#include "identity.h"

#include <objidl.h>

/*
 * What a connection has before anybody sets it: WMI's remote default. Wine
 * does not tell what CoInitializeSecurity was given.
 */
enum { LEVEL_DEFAULT = RPC_C_AUTHN_LEVEL_PKT };

struct blanket {
    IClientSecurity iface;
    IUnknown *proxy; /* whose it is; it counts the references */
    DWORD service;
    DWORD level;
    DWORD impersonation;
    WCHAR *user; /* NULL: the caller's token */
    WCHAR *password;
    WCHAR *authority;
};

/* In the memory of the proxy. */
void blanket_init(struct blanket *, IUnknown *proxy);
void blanket_release(struct blanket *);

/* Copies of the texts; NULL user: the caller's token. False: no memory. */
bool blanket_set_user(struct blanket *, const WCHAR *user,
                      const WCHAR *password, const WCHAR *authority);

/* The texts stay the blanket's. */
void blanket_identity(const struct blanket *, struct identity *);

#endif
