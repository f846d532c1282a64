/* SPDX-License-Identifier: MIT */
/*
 * The hosts that the command line chooses, and how to reach them: inventory,
 * selection, known_hosts, passwords. What check, apply, ping and trust have
 * in common before anything is contacted.
 *
 * Life cycle: chosen_open, then (for verbs that connect) chosen_connect,
 * chosen_close. Every problem is told on standard error.
 */
#ifndef CONTROLLER_CHOSEN_H
#define CONTROLLER_CHOSEN_H

#include "base/log.h"
#include "controller/job/link.h"
#include "controller/options.h"
#include "controller/ssh/ssh.h"
#include "controller/undo/undo.h"
#include "inventory/inventory.h"

struct chosen {
    struct inventory *inventory;
    struct target_list targets;
    struct ssh_context ssh;
    struct ssh_context jump_ssh; /* for the jump hosts themselves */
    struct ways *ways;           /* NULL: no target has a jump host */
    struct link_plan links;
    struct proxy_commands *commands; /* NULL: no target has one */
    char *password;    /* the one for targets without an own, or NULL */
    char *last_secret; /* what chosen_password gave out last */
    char known_hosts[4096];
    char user[256];
};

/* 0, or -1 after telling what is wrong; chosen_close is due in both cases. */
int chosen_open(struct chosen *chosen, const struct options *options,
                enum inventory_need need, const struct log *log);

/*
 * The same for undo: the hosts of `plan`, as they were reached then, or as
 * the inventory has them where the command line names one. `plan` outlives
 * `chosen`.
 */
int chosen_open_undo(struct chosen *chosen, const struct options *options,
                     const struct undo_plan *plan, const struct log *log);

/*
 * Whether this run sends the target the password of the account that it is
 * to have: an apply, and the setting is not left out.
 */
bool chosen_sends_password(const struct options *options,
                           const struct target *target);

/*
 * Opens known_hosts, asks for the password where the options say so, and
 * runs the commands that passwords come from: nothing blocks later; reads
 * the passwords that the run sends, to know that they are there. 0 or -1.
 */
int chosen_connect(struct chosen *chosen, const struct options *options,
                   const struct log *log);
/* Whether any target has a jump host. */
bool chosen_goes_through(const struct chosen *chosen);
/* Whether each is connected to without a jump host or command between. */
bool chosen_is_direct(const struct chosen *chosen);
/* The deadlines of a host, with what the options say of them. */
struct job_timeouts chosen_timeouts(const struct options *options);
/* For fleet_config; NULL where no target has a jump host. */
const struct link_plan *chosen_links(const struct chosen *chosen);
void chosen_close(struct chosen *chosen);

/* Prints problems; returns true when there was an error among them. */
bool chosen_tell(const struct problems *problems, const struct log *log);

#endif
