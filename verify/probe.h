/* SPDX-License-Identifier: MIT */
/*
 * One host's RPC, asked from outside and without a login: a state machine
 * that the fleet steps in place of a job.
 *
 *   resolve -> connect (TCP 135) -> bind -> alive (ServerAlive2)
 *     -> [look: does anything else of the machine answer?]
 *     -> wmi_connect -> wmi_bind -> done
 *
 * It only gathers findings (verify/findings.h); what they mean for a host
 * that is to be open or closed to us is judged at the end (verify/layers.h).
 * Every state has a deadline. An answer is read as hostile (verify/rpc.h) and
 * is at most 64 KiB in 64 fragments, so that no peer gets more than a moment
 * of the loop.
 *
 * `look` is a connection to the machine's SSH port that says nothing: where
 * port 135 is silent it tells a firewall that drops from a machine that is
 * switched off.
 */
#ifndef VERIFY_PROBE_H
#define VERIFY_PROBE_H

#include <cjson/cJSON.h>

#include "base/log.h"
#include "controller/job/work.h"
#include "verify/admission.h"
#include "verify/tcp.h"

/* Milliseconds; probe_timeouts_default fills it. */
struct probe_timeouts {
    uint64_t resolve, connect, answer, look;
    uint64_t host; /* the whole host; 0: none */
};

struct probe_timeouts probe_timeouts_default(void);

/* What all probes of a run share; outlives them. */
struct probe_plan {
    const char *run;
    const struct tcp_ops *tcp;
    void *tcp_context;
    struct probe_timeouts timeouts;
    enum expectation expectation;
    /*
     * What is known of the machine: the newest result that has facts, as
     * docs/result.schema.json describes it, owned by the caller; NULL when
     * nothing is. May be NULL itself.
     */
    cJSON *(*known)(void *context, const struct target *target);
    void *context;
    const struct log *log;
};

/* A probe as the fleet's work; `begin` takes a struct probe_plan. */
extern const struct work_ops probe_work;

#endif
