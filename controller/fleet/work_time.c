/* SPDX-License-Identifier: MIT */
#include "controller/fleet/work_time.h"

void work_time_init(struct work_time *time, uint64_t now_ms)
{
    *time = (struct work_time){.seen_ms = now_ms};
}

uint64_t work_time_at(struct work_time *time, uint64_t now_ms)
{
    if (now_ms < time->seen_ms)
        now_ms = time->seen_ms;
    uint64_t stretch = now_ms - time->seen_ms;
    if (stretch > WORK_TIME_STEP_MS)
        time->lost_ms += stretch - WORK_TIME_STEP_MS;
    time->seen_ms = now_ms;
    return now_ms - time->lost_ms;
}
