/* SPDX-License-Identifier: MIT */
/*
 * verify from the controller: what its probes have in common, and what the
 * store knows for them.
 */
#ifndef CONTROLLER_PROBING_H
#define CONTROLLER_PROBING_H

#include "controller/options.h"
#include "controller/store/store.h"
#include "verify/probe.h"

/* Zeroed before the first use; outlives the plan. */
struct probing {
    struct store *store;
    struct ways *ways; /* NULL: no target has a jump host */
    const struct log *log;
};

/* The plan of a run with that id; refers to all that it is given. */
struct probe_plan probing_plan(struct probing *probing,
                               const struct options *options, const char *run);

#endif
