/* SPDX-License-Identifier: MIT */
/*
 * What an asynchronous query calls back: an IWbemObjectSink that counts what
 * comes and remembers how it ended. WMI may call it on any thread, and after
 * nobody waits any more; it lives until the last reference is released.
 */
#ifndef PAYLOAD_SINK_H
#define PAYLOAD_SINK_H

#include <windows.h>

#include <wbemcli.h>

struct sink;

/* One reference, the caller's; NULL when memory is short. */
struct sink *sink_new(void);

/* Adds no reference. */
IUnknown *sink_unknown(struct sink *sink);

/*
 * Waits until the query has ended, `ms` at most: its HRESULT and how many
 * objects came, or the HRESULT of ERROR_TIMEOUT.
 */
HRESULT sink_wait(struct sink *sink, unsigned long ms, long *rows);

#endif
