/* SPDX-License-Identifier: MIT */
/*
 * Results of an asynchronous query on their way to the client, and the doors
 * they pass. MS-WMI 3.1.1.1.3: a call to the sink that fails ends the
 * operation, and nobody tells the client.
 */
#ifndef LAB_REMOTE_CALLBACK_H
#define LAB_REMOTE_CALLBACK_H

#include "caller.h"

/* Whether the client's objects can be resolved at all: S_OK, 0x800706BA. */
HRESULT callback_reach(DWORD own, DWORD client);

/* Runs the question's query in a thread of its own. */
HRESULT callback_begin(DWORD client, const struct message *question,
                       const struct caller *);

#endif
