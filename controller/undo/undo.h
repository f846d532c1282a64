/* SPDX-License-Identifier: MIT */
/*
 * What has to be put back, host by host: read out of the store (or, where
 * that does not know, filled by controller/undo/from_target.h).
 *
 * Of one run: every setting that its results say it wrote, with the state
 * before and after. Of all runs (`all`): of each setting the oldest state
 * before and the newest state after, undos included. An undo can be undone
 * too, by its run id.
 */
#ifndef CONTROLLER_UNDO_H
#define CONTROLLER_UNDO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "controller/job/kept_target.h"
#include "controller/store/store.h"

struct undo_host {
    struct kept_target kept; /* how it was reached; `wmi` as it was asked */
    cJSON *earlier_wmi;      /* array: what older runs asked, newest first */
    cJSON *identity;         /* of the installation, or NULL */
    cJSON *settings;         /* array of {"id", "before", "after"} */
    char run[48];            /* from-target: the newest run in it */
};

struct undo_plan {
    char run[48]; /* the run that is undone; with `all` the newest of them */
    char *inventory;
    struct undo_host **hosts;
    size_t count;
    void *index; /* tsearch: the hosts by name */
    /*
     * Lines, or NULL: of which runs and hosts the store does not know what
     * was written (lost, died, killed), and what to do about it.
     */
    char *unsure;
};

/*
 * `run` as store_run_find takes it; NULL or "last" is the newest apply that
 * wrote something, or may have: `unsure`. -1 with nothing to release, also
 * when there is nothing to put back.
 */
int undo_plan_make(struct undo_plan *plan, struct store *store, const char *run,
                   bool all, struct err *err);
void undo_plan_release(struct undo_plan *plan);

/* All hosts of a run, by its whole id, as it reached them; no settings. */
int undo_plan_hosts(struct undo_plan *plan, struct store *store,
                    const char *run, struct err *err);

/*
 * A further host of which nothing is put back yet. Takes `kept`, also when
 * memory is short: NULL. Its name is new to the plan.
 */
struct undo_host *undo_plan_add(struct undo_plan *plan,
                                struct kept_target *kept);

/* The host of that name, or NULL. */
const struct undo_host *undo_plan_host(const struct undo_plan *plan,
                                       const char *name);

/*
 * The member "undo" of a host's request (see payload/protocol.h); free with
 * cJSON_Delete. NULL when memory is short.
 */
cJSON *undo_request(const struct undo_host *host, bool force);

#endif
