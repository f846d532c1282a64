/* SPDX-License-Identifier: MIT */
/*
 * One host, from name look-up to result: a state machine without sockets.
 *
 *   resolve -> connect -> banner -> kex -> hostkey -> login -> exec -> start
 *     -> run -> drain -> close_channel -> [upload_payload, upload_request,
 *     again exec when files were missing] -> cleanup -> disconnect -> done
 *
 * Beside that way lie three waits: `busy` (another run works there), `look`
 * (the payload did not start: is it still there?) and `recover` (the
 * connection broke after the start mark, or for a verb that writes broke or
 * stayed silent since the command was given: connect again, give the same
 * command, which the payload answers with the result that it has). Where the
 * job is to stop, `tell` gives the payload that word on a second channel.
 *
 * A transient fault before the payload is run is tried again as often as the
 * target's `retries` says; where it says nothing JOB_RETRIES_DEFAULT times, but
 * not after a deadline.
 *
 * A job never waits and never reads the clock: the fleet calls job_step with
 * the time, and job_wait says what for the next step is due. Every state has
 * a deadline. A job ends exactly once, with one result; whatever its
 * transport, target or memory do.
 */
#ifndef CONTROLLER_JOB_H
#define CONTROLLER_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "controller/job/payload_command.h"
#include "controller/job/turns.h"
#include "controller/result/result.h"
#include "controller/ssh/transport.h"
#include "controller/job/work.h"
#include "inventory/target.h"
#include "payload/protocol.h"

#define JOB_RETRIES_DEFAULT 2

/* What the store knows a target to have. Zeroed: nothing is known. */
struct target_cache {
    enum shell_form shell;
    char folder[260];
    char payload_hash[PROTOCOL_HASH_LEN + 1];
    char request_hash[PROTOCOL_HASH_LEN + 1];
};

/* A file to bring: bytes and their hash. */
struct blob {
    const void *data;
    size_t len;
    bool secret; /* it holds a password: not for a host whose key is new */
    char hash[PROTOCOL_HASH_LEN + 1];
};

/* Deadlines in milliseconds, by state; job_timeouts_default fills it. */
struct job_timeouts {
    uint64_t resolve, connect, banner, kex, login, start, run, upload, close;
    uint64_t host; /* the whole host; 0: none */
};

struct job_timeouts job_timeouts_default(void);

/* What all jobs of a run share; outlives them. */
struct job_plan {
    enum verb verb;
    const char *run;
    struct blob payload;
    const struct transport_ops *transport;
    void *transport_context;
    struct turns *turns; /* of all jobs of the run that give a command */
    struct job_timeouts timeouts;
    const struct log *log;
};

struct job;

/*
 * A job for `target` in its first state. `request` is copied (not its
 * bytes); `cache` too, and may be NULL. NULL when memory is short.
 */
struct job *job_new(const struct job_plan *plan, const struct target *target,
                    const struct blob *request,
                    const struct target_cache *cache, uint64_t now_ms);
void job_free(struct job *job);

/* Does all that can be done at `now_ms` and says what to wait for. */
struct job_wait job_step(struct job *job, uint64_t now_ms);

/*
 * The look-up's answer: addresses in the order in which to try them (the next
 * one when connecting fails), or none and why.
 */
void job_resolved(struct job *job, const struct job_address *addresses,
                  size_t count, const char *error_text);

/*
 * Ends the job soon: at its next step as `cancelled`, but where a payload may
 * be at work it is told to stop, and what it did until then is waited for, ten
 * seconds at most.
 */
void job_stop(struct job *job);
/* Ends the job at its next step, as `cancelled`. */
void job_cancel(struct job *job);

/* Name of the present state: "login". */
const char *job_state_word(const struct job *job);
/* When that began, in the time of job_step. */
uint64_t job_state_since(const struct job *job);
/*
 * What had to be brought: "warm" (nothing), "new request" or "cold" (the
 * payload too). NULL where no work was begun.
 */
const char *job_way(const struct job *job);

/* Once finished: the result, owned by the caller from now on. */
struct result *job_take_result(struct job *job);
/* What the target is known to have now, for the store. */
const struct target_cache *job_cache(const struct job *job);
/* VERB_TRUST: the key that was seen, or NULL. */
const struct host_key *job_host_key(const struct job *job);

#endif
