/* SPDX-License-Identifier: MIT */
/*
 * What answers at the port of WMI's service, in the process of that service:
 * connections to namespaces, queries, and asynchronous ones whose results go
 * to the client's sink.
 *
 * Read when the service starts, and not again: the limit of calls, the level
 * of a host of its own, the port, AllowAnonymousCallback.
 */
#ifndef LAB_REMOTE_WMI_H
#define LAB_REMOTE_WMI_H

struct wmi_server;

/* NULL: it cannot listen; the service then runs without remote callers. */
struct wmi_server *wmi_begin(void);
void wmi_end(struct wmi_server *);

#endif
