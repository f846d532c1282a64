/* SPDX-License-Identifier: MIT */
/* One host at work, or one link that works for hosts. */
#include "controller/fleet/fleet_slot.h"

#include <stdlib.h>

#include "controller/fleet/fleet_jobs.h"

/* Without a watch (no memory for one) a job is looked at this often. */
#define BLIND_STEP_MS 100

/* --- the time ------------------------------------------------------------- */

uint64_t fleet_time(struct fleet *fleet)
{
    return work_time_at(&fleet->time, uv_now(&fleet->loop));
}

/* --- looking up a name ---------------------------------------------------- */

static void on_addresses(void *context, const struct job_address *addresses,
                         size_t count, const char *error_text)
{
    struct slot *slot = context;
    slot->ops->resolved(slot->work, addresses, count, error_text);
    slot_step(slot);
}

/* True when the answer is here already. */
static bool resolve(struct slot *slot)
{
    const struct target *target = slot->target;
    struct job_address address;
    if (fleet_literal(target->address, target->port, &address)) {
        slot->ops->resolved(slot->work, &address, 1, NULL);
        return true;
    }
    if (slot->lookup)
        return false;
    const char *failed =
        fleet_lookup_begin(&slot->lookup, slot->fleet->names, target->address,
                           target->port, on_addresses, slot);
    if (failed)
        slot->ops->resolved(slot->work, NULL, 0, failed);
    return failed != NULL;
}

/* --- one host ------------------------------------------------------------- */

static void on_slot_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static struct slot **row_of(const struct slot *slot)
{
    return slot->ops == &link_work ? &slot->fleet->links : &slot->fleet->slots;
}

static void slot_enter(struct slot *slot)
{
    struct slot **row = row_of(slot);
    slot->next = *row;
    if (slot->next)
        slot->next->previous = slot;
    *row = slot;
    slot->fleet->active += slot->ops != &link_work;
}

static void slot_unlink(struct slot *slot)
{
    if (slot->previous)
        slot->previous->next = slot->next;
    else
        *row_of(slot) = slot->next;
    if (slot->next)
        slot->next->previous = slot->previous;
    slot->fleet->active -= slot->ops != &link_work;
}

void fleet_stop(struct fleet *fleet, const char *why)
{
    fleet->stopped = true;
    schedule_stop(fleet->schedule, why);
}

void fleet_tell_done(struct fleet *fleet, const struct target *target,
                     struct job *job, struct result *result)
{
    fleet->done_this_turn = true;
    if (fleet->config->on_done(fleet->config->context, target, job, result,
                               fleet->err))
        fleet_stop(fleet, "the run was stopped");
}

static enum schedule_outcome outcome_of(const struct result *result)
{
    if (result->status == STATUS_UNREACHABLE &&
        (fault_transient(result->fault) || result->fault == FAULT_RESOLVE))
        return SCHEDULE_AGAIN;
    return result_went_wrong(result) ? SCHEDULE_BAD : SCHEDULE_GOOD;
}

/* Tells the result, or keeps it when the host is to be tried again. */
static void take_result(struct slot *slot, struct result *result)
{
    struct fleet *fleet = slot->fleet;
    struct result **kept = &fleet->kept[slot->host];
    if (*kept != NULL)
        result->attempts += (*kept)->attempts;
    result_free(*kept);
    *kept = NULL;
    if (schedule_done(fleet->schedule, slot->host, outcome_of(result),
                      uv_now(&fleet->loop))) {
        *kept = result;
        return;
    }
    if (fleet->config->links != NULL)
        ways_done_with(fleet->config->links->ways, slot->target);
    fleet_tell_done(fleet, slot->target,
                    fleet->ops == &fleet_jobs ? slot->work : NULL, result);
}

static void slot_finish(struct slot *slot)
{
    fleet_watch_close(&slot->watch);
    fleet_lookup_abandon(&slot->lookup);
    slot_unlink(slot);
    if (slot->ops != &link_work)
        take_result(slot, slot->ops->take_result(slot->work));
    slot->ops->free(slot->work);
    uv_close((uv_handle_t *)&slot->timer, on_slot_closed);
}

static void on_due(uv_timer_t *timer)
{
    slot_step(timer->data);
}

static void on_ready(void *slot)
{
    slot_step(slot);
}

void slot_step(struct slot *slot)
{
    const struct work_ops *ops = slot->ops;
    uint64_t now = fleet_time(slot->fleet);
    struct job_wait wait = ops->step(slot->work, now);
    while (wait.what == JOB_FOR_ADDRESS && resolve(slot))
        wait = ops->step(slot->work, now);
    if (wait.what == JOB_FOR_NOTHING) {
        slot_finish(slot);
        return;
    }
    uint64_t ms = wait.deadline_ms > now ? wait.deadline_ms - now : 0;
    if (wait.what != JOB_FOR_IO)
        fleet_watch_close(&slot->watch);
    else if (fleet_watch_set(&slot->watch, &slot->fleet->loop, wait.io,
                             on_ready, slot) &&
             ms > BLIND_STEP_MS)
        ms = BLIND_STEP_MS;
    uv_timer_start(&slot->timer, on_due, ms, 0);
}

void slot_begin(struct slot *slot, struct fleet *fleet)
{
    slot->fleet = fleet;
    uv_timer_init(&fleet->loop, &slot->timer);
    slot->timer.data = slot;
    slot_enter(slot);
    slot_step(slot);
}
