/* SPDX-License-Identifier: MIT */
/*
 * From a name to addresses, without blocking the fleet's loop: a thread of
 * fleet_names.h asks the system's resolver.
 */
#ifndef CONTROLLER_FLEET_LOOKUP_H
#define CONTROLLER_FLEET_LOOKUP_H

#include <stdbool.h>

#include "controller/fleet/fleet_names.h"
#include "controller/job/work.h"

struct fleet_lookup; /* NULL: none is under way */

/* The answer, once: addresses in the order in which to try them, or none and
 * why. */
typedef void fleet_addresses(void *context, const struct job_address *addresses,
                             size_t count, const char *error_text);

/* True when `name` is an address itself: no resolver is needed. */
bool fleet_literal(const char *name, uint16_t port, struct job_address *out);

/*
 * Begins a look-up: NULL, and `answer` is called from the loop, after which
 * *lookup is NULL. Else why it cannot begin; `answer` is not called.
 */
const char *fleet_lookup_begin(struct fleet_lookup **lookup,
                               struct names *names, const char *name,
                               uint16_t port, fleet_addresses *answer,
                               void *context);

/* No answer comes any more; *lookup is NULL. */
void fleet_lookup_abandon(struct fleet_lookup **lookup);

#endif
