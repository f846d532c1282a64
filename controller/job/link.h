/* SPDX-License-Identifier: MIT */
/*
 * One login on a jump host, which carries the ways of its gate
 * (controller/jump/way.h): a state machine that the fleet steps like a host's.
 *
 *   pause -> resolve -> connect -> banner -> kex -> hostkey -> login
 *     -> forward -> done
 *
 * Every state but `forward` has a deadline. It ends when the jump host cannot
 * be used, when the connection is lost, or when no host is left for it; there
 * is no result of it: what went wrong is told to the ways. It is itself a
 * target, so its own way may lead through another jump host.
 */
#ifndef CONTROLLER_LINK_H
#define CONTROLLER_LINK_H

#include "base/log.h"
#include "controller/job/job.h"
#include "controller/jump/tunnel.h"
#include "controller/jump/way.h"
#include "controller/job/work.h"

/* What all links of a run share; outlives them. */
struct link_plan {
    struct ways *ways;
    const struct transport_ops *transport;
    const struct tunnel_ops *tunnels;
    void *transport_context;
    struct job_timeouts timeouts;
    const struct log *log;
};

struct link;

/* In its first state; NULL when memory is short. */
struct link *link_new(const struct link_plan *plan, struct gate *gate,
                      uint64_t now_ms);
const struct target *link_target(const struct link *link);

/* The link as work; `begin` and `take_result` are NULL. */
extern const struct work_ops link_work;

#endif
