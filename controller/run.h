/* SPDX-License-Identifier: MIT */
/*
 * What the parts of one run share: cmd_run.c and run_results.c only.
 *
 * A result travels: job -> store (open transaction) -> held here -> commit
 * at the end of the loop turn -> its file (--outdir) and recap. So nothing is
 * shown that a crash could still take back. Where the store takes no more, what
 * is held goes to `unkept`, of which names alone are told.
 */
#ifndef CONTROLLER_RUN_H
#define CONTROLLER_RUN_H

#include "controller/chosen.h"
#include "controller/undo/from_target.h"
#include "controller/report/live.h"
#include "controller/report/outdir.h"
#include "controller/report/recap.h"
#include "controller/requests.h"
#include "controller/rerun.h"
#include "controller/fleet/schedule.h"
#include "controller/store/store.h"
#include "controller/verify_from.h"

struct run {
    const struct options *options;
    const struct log *log; /* that of `live` */
    struct live live;
    enum verb verb;
    char id[PROTOCOL_RUN_ID_MAX + 1];
    char fresh_id[PROTOCOL_RUN_ID_MAX + 1]; /* resumed: never used before */
    struct resumed resumed;                 /* the run that is gone on with */
    struct undo_plan undo;                  /* undo: what to put back where */
    struct from_target from; /* zeroed where it is not asked for */
    struct verify_from via;  /* as that */
    struct chosen chosen;
    struct requests *requests;
    struct store *store;
    struct recap *recap;
    struct outdir *outdir; /* NULL: not asked for */
    struct schedule *schedule;
    struct turns turns;
    char *sources; /* the inventories as given, for the store and the recap */
    char *again;   /* this run's selection, as words after a verb */
    char *apply;   /* the same for an apply */
    struct result **held; /* stored, not yet committed */
    size_t held_count;
    size_t held_capacity;
    char **unkept; /* hosts whose results the store did not take */
    size_t unkept_count;
};

/* verify --from: the fleet is one collector, the targets are its business. */
static inline bool run_goes_via(const struct run *run)
{
    return run->via.options != NULL;
}

/*
 * Stores `result` and holds it for the end of the turn; takes it. `job` is
 * what it came from, or NULL.
 */
int run_keep(struct run *run, const struct job *job, struct result *result,
             struct err *err);

/* Says by name whose results could not be kept. */
void run_tell_unkept(const struct run *run);

/* What struct fleet_config asks for, with the run as its context. */
int run_on_request(void *context, const struct target *target,
                   struct blob *request, struct err *err);
void run_on_cache(void *context, const struct target *target,
                  struct target_cache *cache);
int run_on_done(void *context, const struct target *target, struct job *job,
                struct result *result, struct err *err);
int run_on_turn(void *context, struct err *err);
void run_on_not_tried(void *context, const struct target *target);
void run_on_look(void *context, const struct fleet_view *view);

#endif
