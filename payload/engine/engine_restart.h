/* SPDX-License-Identifier: MIT */
/*
 * The one restart of winmgmt in a run: which settings wait for it, behind
 * which of them it comes, what it makes of those. engine.c and its like only.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_ENGINE_RESTART_H
#define PAYLOAD_ENGINE_RESTART_H

#include "payload/engine/engine.h"
#include "payload/engine/work.h"

struct engine {
    const struct engine_host *host;
    size_t count;
    const struct work *current; /* for the watchdog; NULL between settings */
    unsigned long long deadline_ms;
    struct work works[];
};

/* Whether an earlier run wrote it and winmgmt has not restarted since. */
bool engine_waits_already(const struct engine *engine, const struct work *work);

/* What holds, but not yet for WMI. */
void engine_wait(struct work *work, struct verdict *verdict);

/* What the restart will take along, in the setting's hints. */
void engine_tell_restart(const struct engine *engine, const struct work *work);

/* The last one that may have to wait; count when there is none. */
size_t engine_last_to_wait(const struct engine *engine);

/* If one waits. -1 when memory is short. */
int engine_restart_once(struct engine *engine);

#endif
