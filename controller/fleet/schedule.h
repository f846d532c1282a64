/* SPDX-License-Identifier: MIT */
/*
 * Which host is begun next, and when none is any more.
 *
 * Hosts are numbered as in the selection and begun in that order: first the
 * canary's, then batch by batch (`--serial`); a batch begins when the one
 * before it has ended. A host that shall be tried again (`--until-done`) is
 * due later, behind those that were not tried at all, with growing pauses.
 *
 * It ends early when more hosts went wrong than are allowed, over the whole
 * run; where nothing was said of how many are, when every host of a batch
 * went wrong; when a canary went wrong, or nobody agreed to go on. Hosts at
 * work are not its business: they end by themselves.
 *
 * Pure: the time is given, nothing is waited for.
 */
#ifndef CONTROLLER_SCHEDULE_H
#define CONTROLLER_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SCHEDULE_BATCHES_MAX 16

/* "10" or "10%" */
struct schedule_share {
    unsigned number;
    bool percent;
};

/* Zeroed: every host at once, nothing stops it. */
struct schedule_plan {
    struct schedule_share batches[SCHEDULE_BATCHES_MAX]; /* the last repeats */
    size_t batch_count;
    unsigned canary; /* hosts */
    bool agreed;     /* go on after good canaries without asking */
    bool limited;    /* max_fail holds */
    struct schedule_share max_fail;
    uint64_t for_ms; /* so long from its first host on a host is tried again */
};

/*
 * Reads "1,10%,100%" or "5%". -1 with what is wrong: 0 and percents above 100
 * are. `max_fail` may be 0.
 */
int schedule_read_batches(struct schedule_plan *plan, const char *text,
                          struct err *err);
int schedule_read_max_fail(struct schedule_plan *plan, const char *text,
                           struct err *err);

struct schedule;

/* NULL when memory is short. */
struct schedule *schedule_new(const struct schedule_plan *plan, size_t hosts);
void schedule_free(struct schedule *schedule);

enum schedule_answer {
    SCHEDULE_ADMIT, /* begin `host` */
    SCHEDULE_WAIT,  /* for hosts at work, or until `due_ms` */
    SCHEDULE_ASK, /* the canaries are good: schedule_agree, or schedule_stop */
    SCHEDULE_END, /* nothing is begun any more */
};

struct schedule_next {
    enum schedule_answer answer;
    size_t host;
    uint64_t due_ms; /* 0: no time, only hosts at work */
};

/* What to do now. A host that is given counts as begun. */
struct schedule_next schedule_next(struct schedule *schedule, uint64_t now_ms);

enum schedule_outcome {
    SCHEDULE_GOOD,
    SCHEDULE_BAD,   /* failed or unreachable: counts against max_fail */
    SCHEDULE_AGAIN, /* not there now: as SCHEDULE_BAD where that was the last */
    SCHEDULE_NOT_BEGUN, /* it could not be begun: as if it was never given */
};

/*
 * True when the host will be tried again: this outcome is not its last. A
 * canary has one try.
 */
bool schedule_done(struct schedule *schedule, size_t host,
                   enum schedule_outcome outcome, uint64_t now_ms);

/* After SCHEDULE_ASK. */
void schedule_agree(struct schedule *schedule);
/* Nothing is begun any more; `why` is kept (one line). */
void schedule_stop(struct schedule *schedule, const char *why);

/*
 * How many hosts are to be tried again, and when the first of them is due
 * (only where there is one).
 */
size_t schedule_waiting(const struct schedule *schedule, uint64_t *due_ms);

/* Why it ended early, or NULL. */
const char *schedule_why(const struct schedule *schedule);

/* Whether the host was ever begun. */
bool schedule_tried(const struct schedule *schedule, size_t host);

#endif
