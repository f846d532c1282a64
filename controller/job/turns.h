/* SPDX-License-Identifier: MIT */
/*
 * Which hosts of a run collect a large answer.
 *
 * An answer may have PROTOCOL_RESULT_MAX bytes and hundreds of hosts are at
 * work at a time, so a few dozen that send that much at once would take more
 * memory than all others. What is longer than TURNS_FREE_LEN is therefore read
 * on from TURNS_COUNT hosts at a time; meanwhile TCP lets the others wait. No
 * payload's answer is nearly so long, so only they wait, and who falls silent
 * in its turn holds up only them, until its deadline.
 *
 * Zeroed: nobody has a turn. Who took one gives it back once.
 */
#ifndef CONTROLLER_TURNS_H
#define CONTROLLER_TURNS_H

#include <stdbool.h>

#define TURNS_COUNT 4
#define TURNS_FREE_LEN 262144u

struct turns {
    unsigned taken;
};

/* False when others have them all. */
static inline bool turns_take(struct turns *turns)
{
    if (turns->taken == TURNS_COUNT)
        return false;
    turns->taken++;
    return true;
}

static inline void turns_give(struct turns *turns)
{
    turns->taken--;
}

#endif
