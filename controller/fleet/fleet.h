/* SPDX-License-Identifier: MIT */
/*
 * All hosts of a run through one event loop.
 *
 * The only owner of libuv. Admits at most `forks` jobs at a time, and not all
 * of them in one moment (fleet_pace.h), resolves names without blocking
 * (literal addresses skip the resolver), steps each job when its descriptor or
 * deadline is due, and hands every finished job to `on_done` exactly once;
 * then its session is gone. The schedule says which host is next; one that is
 * to be tried again is told with its last result. Hosts that were never
 * admitted when the run stopped early are told to `on_not_tried`.
 *
 * SIGINT and SIGTERM: the first stops admission and lets running jobs end,
 * the second stops what is at work (struct work_ops), the third leaves it.
 * fleet_run restores the signal handlers.
 */
#ifndef CONTROLLER_FLEET_H
#define CONTROLLER_FLEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/log.h"
#include "controller/job/job.h"
#include "controller/job/link.h"
#include "controller/fleet/schedule.h"

/* What is going on, for a person to look at. */
struct fleet_view {
    uint64_t now_ms;
    size_t at_work;
    size_t waiting;  /* hosts that are tried again later */
    uint64_t due_ms; /* until the first of them is */
    bool ending;     /* no more hosts are begun */
    /* Of those at work the one that is longest in its phase; NULL: none. */
    const char *slowest;
    const char *phase;
    uint64_t phase_ms;
};

struct fleet_config {
    /*
     * Which host is begun when; NULL: all, in their order. It outlives the
     * call, which may be made again after FLEET_ASKS.
     */
    struct schedule *schedule;
    /* What is done with each host; NULL: a job of `plan`. */
    const struct work_ops *work;
    const void *work_context;
    const struct job_plan *plan;
    const struct target *targets;
    size_t target_count;
    size_t forks;
    /* How jump hosts are reached; NULL where no target has one. */
    const struct link_plan *links;
    const struct log *log;
    void *context;
    /* The request of that target (NULL bytes for ping and trust). */
    int (*request)(void *context, const struct target *target,
                   struct blob *request, struct err *err);
    /* What the store knows; leaves `cache` zeroed when nothing. */
    void (*cache)(void *context, const struct target *target,
                  struct target_cache *cache);
    /*
     * A finished host; owns `result`, `job` is NULL where it was no job. -1
     * stops the run (the store could not keep it): no more hosts are
     * admitted.
     */
    int (*on_done)(void *context, const struct target *target, struct job *job,
                   struct result *result, struct err *err);
    void (*on_not_tried)(void *context, const struct target *target);
    /* Once a loop turn after on_done calls, to commit them; may be NULL. */
    int (*on_turn)(void *context, struct err *err);
    /* Ten times a second; may be NULL. */
    void (*on_look)(void *context, const struct fleet_view *view);
};

/*
 * What ended the run. FLEET_ENOUGH: schedule_why tells why no more hosts were
 * begun. FLEET_ASKS: the canaries are done; after schedule_agree or
 * schedule_stop call again, with the same targets.
 */
enum fleet_end {
    FLEET_ALL_DONE,
    FLEET_INTERRUPTED,
    FLEET_STOPPED,
    FLEET_ENOUGH,
    FLEET_ASKS,
};

/* -1 when the loop itself could not be set up (nothing was contacted). */
int fleet_run(const struct fleet_config *config, enum fleet_end *end,
              struct err *err);

/*
 * Raises the limit of open descriptors to the hard limit and returns how
 * many jobs fit, at most `wanted`; says so at -v when fewer. `through`: there
 * are jump hosts.
 */
size_t fleet_forks_possible(size_t wanted, bool through, const struct log *log);

#endif
