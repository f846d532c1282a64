/* SPDX-License-Identifier: MIT */
/*
 * What the fleet does with one host, as the fleet sees it: something that it
 * steps until it has one result. A job (controller/job/job.h: SSH and the
 * payload) is one kind, a probe (verify/probe.h: RPC) the other.
 *
 * It never waits and never reads the clock: the fleet calls `step` with the
 * time, and the answer says what for the next step is due. It ends exactly
 * once, with one result.
 */
#ifndef CONTROLLER_WORK_H
#define CONTROLLER_WORK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "controller/result/result.h"
#include "controller/ssh/transport.h"
#include "inventory/target.h"

enum job_waits_for {
    JOB_FOR_ADDRESS, /* resolve target->address, then `resolved` */
    JOB_FOR_IO,      /* the descriptor, or the deadline */
    JOB_FOR_TIME,    /* the deadline alone */
    JOB_FOR_NOTHING, /* finished: take the result */
};

struct job_wait {
    enum job_waits_for what;
    struct transport_wait io;
    uint64_t deadline_ms; /* absolute, never 0 unless finished */
};

/* One address of a name, port included. */
struct job_address {
    struct sockaddr_storage storage;
    socklen_t len;
};

/* More addresses than this of one name are not tried. */
#define JOB_ADDRESSES_MAX 8

struct work_ops {
    /*
     * The work on `target`, in its first state; NULL and `err` when it cannot
     * be begun: then nothing more is admitted.
     */
    void *(*begin)(const void *context, const struct target *target,
                   uint64_t now_ms, struct err *err);
    /* Does all that can be done at `now_ms` and says what to wait for. */
    struct job_wait (*step)(void *work, uint64_t now_ms);
    /* The answer to JOB_FOR_ADDRESS; none: `error_text` says why. */
    void (*resolved)(void *work, const struct job_address *addresses,
                     size_t count, const char *error_text);
    /*
     * The word for what it does at present, and since when it does that, in
     * the time of `step`. NULL: such work does not tell.
     */
    const char *(*phase)(const void *work, uint64_t *since_ms);
    /*
     * Ends it soon, with what was done until then; NULL: as `cancel`.
     */
    void (*stop)(void *work);
    /* Ends it at its next step, as `cancelled`. */
    void (*cancel)(void *work);
    /* Once finished: the result, owned by the caller from now on. */
    struct result *(*take_result)(void *work);
    void (*free)(void *work);
};

#endif
