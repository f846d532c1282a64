/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. A service takes a control only in some of its
 * states, so each turn looks first, asks when it can, and looks again after
 * a tenth of the time that the service itself says it needs. It is asked
 * once: to be asked again is refused by most services while they obey.
 *
 * Others may start it again between two looks, as every client of WMI does:
 * it was stopped all the same.
 */
#include "payload/service/service_turn.h"

#include <stdbool.h>

#define PAUSE_LEAST_MS 50u
#define PAUSE_MOST_MS 1000u

static bool wait_a_little(const struct service_status *now,
                          unsigned long long until)
{
    unsigned long ms = now->wait_hint_ms / 10;
    if (service_now_ms() >= until)
        return false;
    if (ms < PAUSE_LEAST_MS)
        ms = PAUSE_LEAST_MS;
    service_pause(ms > PAUSE_MOST_MS ? PAUSE_MOST_MS : ms);
    return true;
}

/* True when a service that was sent a control may have taken it. */
static bool taken(unsigned long code, bool *asked)
{
    /* One that did not answer in time may have heard it. */
    *asked = code == 0 || code == SERVICE_CODE_TIMEOUT;
    return *asked || code == SERVICE_CODE_BUSY;
}

unsigned long service_turn_on(const char *name, unsigned long long until)
{
    struct service_status now;
    bool started = false;
    bool continued = false;
    do {
        unsigned long code = service_query(name, &now);
        if (code != 0 || now.state == SERVICE_RUNS)
            return code;
        if (now.state == SERVICE_IS_PAUSED) {
            code = continued ? 0 : service_begin_continue(name);
            if (!continued && !taken(code, &continued))
                return code;
            continue;
        }
        if (started && now.state == SERVICE_AT_REST)
            return now.exit_code != 0 ? now.exit_code : SERVICE_CODE_NOT_ACTIVE;
        if (started || now.state == SERVICE_CONTINUES ||
            now.state == SERVICE_PAUSES)
            continue;
        code = service_begin_start(name);
        /* Also said of one that is on its way down: it is asked again. */
        if (code != 0 && code != SERVICE_CODE_ALREADY_RUNNING)
            return code;
        started = code == 0;
    } while (wait_a_little(&now, until));
    return SERVICE_CODE_TIMEOUT;
}

/* What was seen of one that was asked to stop. */
struct stop {
    bool asked;
    bool goes_down;
    /* As it was asked. */
    unsigned long pid;
    unsigned long state;
};

static bool came_back(struct stop *stop, const struct service_status *now)
{
    if (!stop->asked)
        return false;
    stop->goes_down |= now->state == SERVICE_GOES_DOWN;
    if (now->state == SERVICE_COMES_UP && stop->state != SERVICE_COMES_UP)
        return true;
    return now->state == SERVICE_RUNS &&
           (stop->goes_down || now->pid != stop->pid);
}

unsigned long service_turn_off(const char *name, unsigned long long until)
{
    struct service_status now;
    struct stop stop = {.asked = false};
    do {
        unsigned long code = service_query(name, &now);
        if (code != 0 || now.state == SERVICE_AT_REST || came_back(&stop, &now))
            return code;
        if (stop.asked)
            continue;
        stop.pid = now.pid;
        stop.state = now.state;
        code = service_begin_stop(name);
        if (code == SERVICE_CODE_NOT_ACTIVE)
            return 0;
        if (!taken(code, &stop.asked))
            return code;
    } while (wait_a_little(&now, until));
    return SERVICE_CODE_TIMEOUT;
}

unsigned long service_turn_to_pause(const char *name, unsigned long long until)
{
    struct service_status now;
    bool asked = false;
    unsigned long code = service_query(name, &now);
    if (code == 0 && now.state != SERVICE_PAUSES &&
        now.state != SERVICE_IS_PAUSED)
        code = service_turn_on(name, until);
    if (code != 0)
        return code;
    do {
        code = service_query(name, &now);
        if (code != 0 || now.state == SERVICE_IS_PAUSED)
            return code;
        if (asked || now.state == SERVICE_PAUSES)
            continue;
        code = service_begin_pause(name);
        if (!taken(code, &asked))
            return code;
    } while (wait_a_little(&now, until));
    return SERVICE_CODE_TIMEOUT;
}

unsigned service_time_left(unsigned long long deadline_ms, unsigned most_ms)
{
    unsigned long long now_ms = service_now_ms();
    if (deadline_ms <= now_ms)
        return 0;
    return deadline_ms - now_ms < most_ms ? (unsigned)(deadline_ms - now_ms)
                                          : most_ms;
}
