/* SPDX-License-Identifier: MIT */
/*
 * One remote connection to WMI, step by step, as Microsoft's example "Getting
 * WMI Data from a Remote Computer" makes it. Read only.
 *
 *   locator      IWbemLocator is made
 *   connect      ConnectServer to \\ADDRESS\NAMESPACE with user and password
 *   blanket      CoSetProxyBlanket: packet privacy, impersonation
 *   query        ExecQuery, semi-synchronous; one row is read
 *   async_query  ExecQueryAsync through unsecapp.exe (IUnsecuredApartment),
 *                in the first namespace only
 *
 * The user name: ConnectServer's page wants DOMAIN\user for an account of
 * another domain than the caller's; a local account of the target is
 * COMPUTER\user, with the target's computer name. `.\user` would be an account
 * of the caller's own machine. The name is sent as it comes.
 *
 * The thread that calls it may stick in a call for minutes.
 */
#ifndef PAYLOAD_ATTEMPT_H
#define PAYLOAD_ATTEMPT_H

#include "payload/connection/wish.h"

/* One step that has begun or has come to its end. */
struct attempt_step {
    const char *step; /* static */
    const char *path; /* the namespace; NULL: none yet */
    unsigned long code;
    long rows;        /* -1: no rows in this step */
    const char *text; /* what the row said; NULL: nothing */
};

struct attempt_listener {
    void *context;
    /* On the attempt's own thread; the texts are good until it returns. */
    void (*begun)(void *context, const struct attempt_step *step);
    void (*ended)(void *context, const struct attempt_step *step);
};

/* Up to the first step that fails; a namespace that is closed ends only it. */
void attempt_make(const struct wish *wish,
                  const struct attempt_listener *listener);

#endif
