/* SPDX-License-Identifier: MIT */
/*
 * undo --from-target: what is to be put back, asked of the machines
 * themselves, shown, and agreed to.
 *
 * Life cycle: from_target_open, then chosen_connect, from_target_plan,
 * from_target_agreed; from_target_release. What is wrong is told on standard
 * error.
 */
#ifndef CONTROLLER_FROM_TARGET_H
#define CONTROLLER_FROM_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "controller/chosen.h"
#include "controller/job/job.h"
#include "controller/report/live.h"
#include "controller/options.h"
#include "controller/store/store.h"
#include "controller/undo/undo.h"

struct from_target {
    const struct options *options;
    const struct log *log;
    struct store *store;
    struct chosen *chosen;
    struct live *live;
    struct undo_plan *undo; /* filled: what is to be put back */
    const char *run;        /* how its id begins, or NULL: the newest */
    char run_id[48];
    struct undo_plan stored; /* the hosts of that run, as the store has them */
    /*
     * The outcome of every other host: it could not be reached, its
     * snapshots are not believed, or there is nothing to put back.
     */
    struct result **rest;
    size_t rest_count;
    bool interrupted; /* nothing was written */
};

/*
 * Chooses the hosts: of the run that is named, where the store has it and no
 * inventory is given, else of the inventory. 0 or -1.
 */
int from_target_open(struct from_target *from);

/*
 * Asks all chosen hosts, under the run of `plan`, which is that of the undo to
 * come. 0 or -1. In `chosen` then those with something to
 * put back come first, undo->count of them, with the `wmi` that was asked of
 * them.
 */
int from_target_plan(struct from_target *from, const struct job_plan *plan);

/* Shows the plan, and true when it was agreed to (--yes, or a yes). */
bool from_target_agreed(const struct from_target *from);

void from_target_release(struct from_target *from);

#endif
