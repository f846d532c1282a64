/* SPDX-License-Identifier: MIT */
/*
 * verify --from: what a collector machine tells of its connections to the
 * targets (the member "connections" of payload/protocol.h), made into one
 * verdict for each layer: connect, namespace, query, async_query.
 *
 * The answer passes through the collector and holds words of the targets:
 * from_check accepts it as a whole or not at all, and nothing of it is
 * judged before. `drift` is a door that is closed, `failed` an end that no
 * setting explains. Where the inventory does not admit the collector, a
 * closed firewall is `ok` and an open one the drift.
 */
#ifndef VERIFY_FROM_H
#define VERIFY_FROM_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/err.h"
#include "controller/result/result.h"
#include "judgement/evidence.h"
#include "verify/admission.h"

/*
 * 0 when `connections` answers exactly the request's member "verify": its
 * targets, in their order, with known steps, namespaces that were asked for,
 * and numbers that can be. -1 with FAULT_BAD_RESULT.
 */
int from_check(const cJSON *connections, const cJSON *verify, struct err *err);

struct from_view {
    const char *collector; /* its inventory name */
    const char *from;      /* its address; NULL: known by name only */
    struct admission admission;
    struct evidence evidence; /* what is known of the target */
    bool asynchronous;
    /* The user's COMPUTER\ is a guess: no check has seen the target's name. */
    bool computer_guessed;
};

/*
 * Fills layers, hints and status of `result` by the checked answer for that
 * target, `asked` being its part of the request. False: the collector did not
 * come to this target, nothing is filled.
 */
bool from_judge(struct result *result, const struct from_view *view,
                const cJSON *asked, const cJSON *connection);

#endif
