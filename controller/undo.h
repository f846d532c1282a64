/* SPDX-License-Identifier: MIT */
/*
 * What has to be put back, host by host: read out of the store.
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
#include "controller/kept_target.h"
#include "controller/store.h"

struct undo_host {
    struct kept_target kept; /* how it was reached; `wmi` as it was asked */
    cJSON *earlier_wmi;      /* array: what older runs asked, newest first */
    cJSON *identity;         /* of the installation, or NULL */
    cJSON *settings;         /* array of {"id", "before", "after"} */
};

struct undo_plan {
    char run[48]; /* the run that is undone; with `all` the newest of them */
    char *inventory;
    struct undo_host *hosts;
    size_t count;
};

/*
 * `run` as store_run_find takes it; NULL or "last" is the newest apply that
 * wrote something. -1 with nothing to release, also when there is nothing to
 * put back.
 */
int undo_plan_make(struct undo_plan *plan, struct store *store, const char *run,
                   bool all, struct err *err);
void undo_plan_release(struct undo_plan *plan);

/* The host of that name, or NULL. */
const struct undo_host *undo_plan_host(const struct undo_plan *plan,
                                       const char *name);

/*
 * The member "undo" of a host's request (see payload/protocol.h); free with
 * cJSON_Delete. NULL when memory is short.
 */
cJSON *undo_request(const struct undo_host *host, bool force);

#endif
