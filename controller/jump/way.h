/* SPDX-License-Identifier: MIT */
/*
 * Ways to hosts that are reached through a jump host.
 *
 * Who wants to reach a host opens a way and gets a descriptor, one end of a
 * pair of sockets, at once; it is readable once the way is open or has failed,
 * and way_opened says which. From then on it is an ordinary connection. The
 * other end belongs to a link (controller/job/link.h), which is logged in on
 * the jump host and carries many ways.
 *
 * Both meet at a gate: there is one for each jump host as it is reached,
 * with the ways that wait for a link. A gate asks for a link when it has none
 * and a way waits. It asks for more, up to GATE_LINKS_MAX, where each waits
 * for an answer of the jump host about one target, which holds up the rest.
 *
 * What a gate does about failures: a jump host that refuses the login or has
 * a wrong key is not asked again in this run, all its ways fail with what it
 * said. One that cannot be reached fails the ways that wait, and is asked
 * again for later ones, with growing pauses; after GATE_TRIES_MAX times in a
 * row those fail at once, for GATE_REST_MS. A link that is lost was there, so
 * GATE_TRIES_MAX more are tried before the waiting ways are told.
 *
 * Nothing here blocks. A way lives until both sides have let it go.
 */
#ifndef CONTROLLER_WAY_H
#define CONTROLLER_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"
#include "controller/result/fault.h"
#include "controller/ssh/transport.h"
#include "inventory/target.h"

#define GATE_LINKS_MAX 8
#define GATE_TRIES_MAX 3
#define GATE_REST_MS 30000

struct ways;
struct gate;
struct way;

/* All of a run; NULL when memory is short. */
struct ways *ways_new(void);
/* When no way and no link is left. */
void ways_free(struct ways *ways);

/* --- who goes ------------------------------------------------------------- */

/*
 * A way to a port of `target` through its jump host, which looks the name up;
 * `target` outlives it. NULL with a fault in `err`.
 */
struct way *way_open(struct ways *ways, const struct target *target,
                     uint16_t port, struct err *err);
/* The descriptor; it stays the way's own. */
int way_fd(const struct way *way);
/* IO_AGAIN until it is decided. IO_FAIL: `err->code` is an enum fault. */
enum io way_opened(struct way *way, struct err *err);
/* How it ended, once it has. */
enum way_end_kind {
    WAY_NO_LINK, /* the jump host could not be used at all */
    WAY_REFUSED, /* it could not reach the target, or not in time */
    WAY_LOST,    /* it was lost while it carried this way, or opened it */
    WAY_OVER,
};
enum way_end_kind way_kind(const struct way *way);
/*
 * The address that the jump host has on its side, for all that is known here:
 * the one that it is reached at. False: not known.
 */
bool way_from(const struct way *way, struct sockaddr_storage *address);
void way_close(struct way *way);

/*
 * The hosts that a run will come to, counted: a link ends when nobody is left
 * for it.
 */
void ways_expect(struct ways *ways, const struct target *target);
void ways_done_with(struct ways *ways, const struct target *target);

/* --- who carries ---------------------------------------------------------- */

/* A gate that a link has to be made for now; NULL: none. */
struct gate *ways_wanting(struct ways *ways, uint64_t now_ms);

const struct target *gate_jump(const struct gate *gate);
size_t gate_links(const struct gate *gate);
/* Readable when there is something new at the gate. */
int gate_bell(const struct gate *gate);
void gate_bell_heard(struct gate *gate);

/* A link for it was made, and is there until gate_link_ended. */
void gate_link_made(struct gate *gate);
/* It cannot take ways for now, or can again. */
void gate_link_stuck(struct gate *gate, bool stuck);
/* Not before this is it to connect. */
uint64_t gate_due(const struct gate *gate);
bool gate_is_wanted(const struct gate *gate); /* hosts are left for it */
/* One link less; `stuck`: it was. */
void gate_link_ended(struct gate *gate, bool stuck);
/*
 * Before that: why a link could not be made, or was lost. Fails the ways that
 * wait where they are not to wait for another link.
 */
void gate_failed(struct gate *gate, const struct err *why, uint64_t now_ms);
/* Puts "jump host gate-1: " before the text. */
void gate_name(const struct gate *gate, struct err *err);
/* Where it was reached. */
void gate_reached_at(struct gate *gate, const struct sockaddr_storage *address);
/* The jump host did what it was asked to. */
void gate_well(struct gate *gate);

/* The next that waits, the caller's from now on; NULL: none. */
struct way *gate_take(struct gate *gate);
/* The link's end of the pair, non-blocking; the way's own. */
int way_inner_fd(const struct way *way);
const char *way_host(const struct way *way);
uint16_t way_port(const struct way *way);
/* Seconds to reach the target; 0: as usual. */
unsigned way_timeout_s(const struct way *way);
/* It is open. -1: nobody is there any more. */
int way_tell_open(struct way *way);
/* Lets it go; `why` (not NULL where it was not open) goes to the other side. */
void way_end(struct way *way, const struct err *why, enum way_end_kind kind);

#endif
