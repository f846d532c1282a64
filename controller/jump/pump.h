/* SPDX-License-Identifier: MIT */
/*
 * Moves bytes between the ways of a gate and one session that is logged in on
 * the jump host, of which it makes every call.
 *
 * Takes ways from the gate one after the other, opens a tunnel for each, and
 * carries both directions until both have ended or who went has gone. What is
 * on its way is bounded: PUMP_BYTES in each direction of a way. A way that
 * takes nothing is not read for, so that its tunnel's window fills and the
 * other end stops; a tunnel that takes nothing stops its way.
 *
 * The one descriptor to wait for is pump_fd's; it is readable when pump_run is
 * due. Never blocks. The session stays the caller's.
 */
#ifndef CONTROLLER_PUMP_H
#define CONTROLLER_PUMP_H

#include "controller/jump/tunnel.h"
#include "controller/jump/way.h"

#define PUMP_BYTES ((size_t)16 * 1024)

struct pump;

struct pump_plan {
    const struct tunnel_ops *tunnels;
    struct transport *transport;
    int fd; /* the transport's */
    struct gate *gate;
    uint64_t open_ms; /* what a target may take that says nothing itself */
};

/* NULL when memory or descriptors are short. */
struct pump *pump_new(const struct pump_plan *plan);
/* `why`: it goes to all ways, which are lost; NULL: there are none. */
void pump_free(struct pump *pump, const struct err *why);

/*
 * IO_AGAIN, or IO_FAIL when the session is lost, which one is, too, that takes
 * no whole packet for two minutes.
 */
enum io pump_run(struct pump *pump, uint64_t now_ms, struct err *err);

int pump_fd(const struct pump *pump);
/* When it is due at the latest; UINT64_MAX: never. */
uint64_t pump_due(const struct pump *pump);
/* How many ways it carries. */
size_t pump_count(const struct pump *pump);
/* It has waited for some time for an answer about one target. */
bool pump_is_stuck(const struct pump *pump);

#endif
