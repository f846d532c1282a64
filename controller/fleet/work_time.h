/* SPDX-License-Identifier: MIT */
/*
 * The time as the hosts at work are charged for it.
 *
 * Where the fleet itself comes late (it was stopped, the machine is busy, many
 * handshakes fell into one turn of the loop) the hosts' answers may lie here
 * unread: that is no time of theirs. So of any stretch between two looks at
 * the clock no more than WORK_TIME_STEP_MS counts. Whoever uses it looks at
 * least every WORK_TIME_BEAT_MS while there is nothing else to do: then
 * silence counts in full, and a longer stretch is always the fleet's own.
 *
 * Pure: the time is given. It never goes back and never runs ahead of what is
 * given.
 */
#ifndef CONTROLLER_WORK_TIME_H
#define CONTROLLER_WORK_TIME_H

#include <stdint.h>

#define WORK_TIME_BEAT_MS 250
#define WORK_TIME_STEP_MS 500

struct work_time {
    uint64_t seen_ms; /* when the clock was looked at last */
    uint64_t lost_ms; /* what did not count, all stretches together */
};

/* Begins at `now_ms`, which is also the first time it tells. */
void work_time_init(struct work_time *time, uint64_t now_ms);

/* The time to charge at `now_ms`, in milliseconds. */
uint64_t work_time_at(struct work_time *time, uint64_t now_ms);

#endif
