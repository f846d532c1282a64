/* SPDX-License-Identifier: MIT */
#include "controller/fleet/fleet_pace.h"

/* So far may the beginnings be ahead of their time. */
#define AHEAD_MS ((uint64_t)(FLEET_PACE_BURST - 1) * FLEET_PACE_MS)

uint64_t fleet_pace_due(const struct fleet_pace *pace, uint64_t now_ms)
{
    return pace->owed_ms > now_ms + AHEAD_MS ? pace->owed_ms - AHEAD_MS
                                             : now_ms;
}

void fleet_pace_begun(struct fleet_pace *pace, uint64_t now_ms)
{
    uint64_t from = pace->owed_ms > now_ms ? pace->owed_ms : now_ms;
    pace->owed_ms = from + FLEET_PACE_MS;
}
