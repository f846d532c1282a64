/* SPDX-License-Identifier: MIT */
/*
 * What the files of the fleet share: fleet.c admits and ends, fleet_slot.c
 * holds one host at work. Nobody else includes this.
 *
 * A slot lives from slot_begin until its work says that it waits for nothing:
 * then its result has been taken, and the loop frees it.
 */
#ifndef CONTROLLER_FLEET_SLOT_H
#define CONTROLLER_FLEET_SLOT_H

#include <uv.h>

#include "controller/fleet/fleet.h"
#include "controller/fleet/fleet_lookup.h"
#include "controller/fleet/fleet_pace.h"
#include "controller/fleet/fleet_watch.h"
#include "controller/fleet/work_time.h"

struct fleet;

struct slot {
    struct fleet *fleet;
    const struct work_ops *ops;
    const struct target *target;
    size_t host; /* its place among the targets; of a link: 0 */
    void *work;
    uv_timer_t timer;
    struct fleet_watch *watch;
    struct fleet_lookup *lookup;
    struct slot *previous;
    struct slot *next;
};

struct fleet {
    const struct fleet_config *config;
    const struct work_ops *ops;
    const void *ops_context;
    uv_loop_t loop;
    uv_signal_t signals[2];
    uv_timer_t due;  /* of hosts that are to be tried again */
    uv_timer_t beat; /* so that silence counts: see work_time.h */
    uv_timer_t look; /* for config->on_look */
    struct work_time time;
    struct names *names;
    struct slot *slots;
    size_t active;      /* of them at work on hosts */
    struct slot *links; /* and those that work for them */
    struct schedule *schedule;
    struct fleet_pace pace;
    struct result **kept; /* of a host that is tried again: its last result */
    bool waits;           /* for `due` */
    bool asks;
    bool done_this_turn;
    bool stopped;
    unsigned interrupts;
    struct err *err;
};

/* The time to charge hosts at work with. */
uint64_t fleet_time(struct fleet *fleet);

/* Begins nothing more, for good. */
void fleet_stop(struct fleet *fleet, const char *why);

/* Hands a result over; `job` is NULL where it was no job, or is gone. */
void fleet_tell_done(struct fleet *fleet, const struct target *target,
                     struct job *job, struct result *result);

/* Takes a slot with its ops, work and target, and steps it. */
void slot_begin(struct slot *slot, struct fleet *fleet);

/* Does what can be done now; the slot may be gone afterwards. */
void slot_step(struct slot *slot);

#endif
