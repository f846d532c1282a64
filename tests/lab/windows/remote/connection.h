/* SPDX-License-Identifier: MIT */
/*
 * A client's way to one namespace of another target: activation at its TCP
 * 135, the login at the port that this tells, and calls to that one process
 * of its service from then on.
 */
#ifndef LAB_REMOTE_CONNECTION_H
#define LAB_REMOTE_CONNECTION_H

#include "../wbem/namespace.h"
#include "identity.h"

struct connection {
    DWORD address;
    unsigned port;
    DWORD process; /* of the service there */
    WCHAR name[NAMESPACE_LEN_MAX];
};

/* S_OK, or the code of the first layer that is closed. */
HRESULT connection_open(struct connection *, DWORD address, const WCHAR *name,
                        const struct identity *);

/*
 * One call: `action` with a query, in this identity. `more` is appended to
 * the question, unless NULL. The code of the answer, whose pairs are in
 * `answer` (initialised, to be released).
 */
HRESULT connection_call(const struct connection *, const WCHAR *action,
                        const WCHAR *query, const struct identity *,
                        const struct message *more, struct message *answer);

#endif
