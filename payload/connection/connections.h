/* SPDX-License-Identifier: MIT */
/*
 * The verb verify: real connections to other machines' WMI, several at once,
 * each on a thread of its own. One that does not end is given up in time and
 * told so: no dead target takes the others' turn.
 */
#ifndef PAYLOAD_CONNECTIONS_H
#define PAYLOAD_CONNECTIONS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/*
 * The member "connections" of protocol.h for the wishes of `request`, which
 * is sane; the caller frees. It returns before `deadline_ms` of
 * GetTickCount64. `stuck` becomes true when threads are left that still work
 * with `request`: then it must stay as it is, and the process has to be ended
 * by force. NULL when memory is short.
 */
cJSON *connections_make(const cJSON *request, unsigned long long deadline_ms,
                        bool *stuck);

#endif
