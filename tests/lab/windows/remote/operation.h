/* SPDX-License-Identifier: MIT */
/*
 * An asynchronous query on the client's side: a sink, and a port at which the
 * other machine's service delivers. What comes there has to pass this
 * machine's firewall, on its way to unsecapp.exe or to the client's own
 * program; what does not pass is nobody's to hear of.
 */
#ifndef LAB_REMOTE_OPERATION_H
#define LAB_REMOTE_OPERATION_H

#include "wire.h"

#include <wbemcli.h>

/* Listens for the results of one query to `server`. NULL: it cannot. */
struct operation *operation_new(DWORD server, IWbemObjectSink *);

/* What the question has to say so that the answer finds back. */
void operation_put(const struct operation *, struct message *question);

bool operation_is_of(const struct operation *, IWbemObjectSink *);
bool operation_is_done(const struct operation *);

/* Tells the sink that its query was cancelled, if callbacks get through. */
void operation_cancel(struct operation *);

/* Lets the sink go; the port closes in a thread of its own, as the caller may
 * stand in a callback. */
void operation_end(struct operation *);

#endif
