/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. Each admitted host has a slot: its job, one timer and,
 * while the job waits for its descriptor, one poll handle. Whatever happens
 * to a slot ends in slot_step, which asks the job what it waits for and arms
 * exactly that. After each turn of the loop new hosts are admitted and
 * finished ones are committed.
 */
#include "controller/fleet/fleet_slot.h"

#include <signal.h>
#include <stdlib.h>

#include "controller/fleet/fleet_jobs.h"

/* How often a person is told how far it is. */
#define LOOK_MS 100

/* --- admitting ------------------------------------------------------------ */

/* -1 stops admission: the host was not tried. */
static int admit(struct fleet *fleet, size_t host)
{
    const struct target *target = &fleet->config->targets[host];
    struct slot *slot = calloc(1, sizeof *slot);
    if (slot == NULL)
        return err_set(fleet->err, 0, "%s: no memory for this host",
                       target->name);
    slot->work = fleet->ops->begin(fleet->ops_context, target,
                                   fleet_time(fleet), fleet->err);
    if (slot->work == NULL) {
        free(slot);
        return -1;
    }
    slot->ops = fleet->ops;
    slot->target = target;
    slot->host = host;
    slot_begin(slot, fleet);
    return 0;
}

/* One that cannot be made leaves its gate asking; the ways end in time. */
static void admit_links(struct fleet *fleet)
{
    const struct link_plan *plan = fleet->config->links;
    struct gate *gate = NULL;
    while (plan != NULL &&
           (gate = ways_wanting(plan->ways, fleet_time(fleet))) != NULL) {
        struct slot *slot = calloc(1, sizeof *slot);
        struct link *link =
            slot != NULL ? link_new(plan, gate, fleet_time(fleet)) : NULL;
        if (link == NULL) {
            free(slot);
            return;
        }
        slot->ops = &link_work;
        slot->work = link;
        slot->target = link_target(link);
        slot_begin(slot, fleet);
    }
}

/* Those of nobody's any more. */
static void end_links(struct fleet *fleet)
{
    while (fleet->links != NULL) {
        link_work.cancel(fleet->links->work);
        slot_step(fleet->links);
    }
}

static void expect_ways(struct fleet *fleet)
{
    const struct fleet_config *config = fleet->config;
    for (size_t i = 0; config->links != NULL && i < config->target_count; i++)
        if (!schedule_tried(fleet->schedule, i))
            ways_expect(config->links->ways, &config->targets[i]);
}

static void on_time(uv_timer_t *timer)
{
    struct fleet *fleet = timer->data;
    fleet->waits = false;
}

static void wait_until(struct fleet *fleet, uint64_t due_ms)
{
    uint64_t now = uv_now(&fleet->loop);
    fleet->waits = due_ms > 0;
    if (fleet->waits)
        uv_timer_start(&fleet->due, on_time, due_ms > now ? due_ms - now : 0,
                       0);
}

static void admit_all(struct fleet *fleet)
{
    fleet->waits = false;
    uint64_t now = uv_now(&fleet->loop);
    while (fleet->active < fleet->config->forks) {
        uint64_t due_ms = fleet_pace_due(&fleet->pace, now);
        if (due_ms > now) {
            wait_until(fleet, due_ms);
            return;
        }
        struct schedule_next next = schedule_next(fleet->schedule, now);
        if (next.answer == SCHEDULE_WAIT)
            wait_until(fleet, next.due_ms);
        fleet->asks = next.answer == SCHEDULE_ASK;
        if (next.answer != SCHEDULE_ADMIT)
            return;
        fleet_pace_begun(&fleet->pace, now);
        if (admit(fleet, next.host)) {
            schedule_done(fleet->schedule, next.host, SCHEDULE_NOT_BEGUN, 0);
            fleet_stop(fleet, "the run was stopped");
        }
    }
}

/* --- for a person to look at ---------------------------------------------- */

static void find_slowest(struct fleet *fleet, struct fleet_view *view)
{
    uint64_t now = fleet_time(fleet);
    for (const struct slot *slot = fleet->slots; slot; slot = slot->next) {
        uint64_t since = now;
        const char *phase = fleet->ops->phase(slot->work, &since);
        uint64_t ms = now > since ? now - since : 0;
        if (view->slowest && ms <= view->phase_ms)
            continue;
        view->slowest = slot->target->name;
        view->phase = phase;
        view->phase_ms = ms;
    }
}

static void on_look(uv_timer_t *look)
{
    struct fleet *fleet = look->data;
    uint64_t due = 0;
    struct fleet_view view = {
        .now_ms = uv_now(&fleet->loop),
        .at_work = fleet->active,
        .ending = schedule_why(fleet->schedule) != NULL,
    };
    if (!view.ending)
        view.waiting = schedule_waiting(fleet->schedule, &due);
    view.due_ms = due > view.now_ms ? due - view.now_ms : 0;
    if (fleet->ops->phase)
        find_slowest(fleet, &view);
    fleet->config->on_look(fleet->config->context, &view);
}

static void on_beat(uv_timer_t *beat)
{
    fleet_time(beat->data);
}

static void start_look(struct fleet *fleet)
{
    uv_timer_init(&fleet->loop, &fleet->look);
    fleet->look.data = fleet;
    if (fleet->config->on_look)
        uv_timer_start(&fleet->look, on_look, LOOK_MS, LOOK_MS);
}

/* --- the whole run -------------------------------------------------------- */

static void end_all(struct fleet *fleet, void (*end)(void *work))
{
    struct slot *next = NULL;
    for (struct slot *slot = fleet->slots; slot; slot = next) {
        next = slot->next;
        end(slot->work);
        slot_step(slot);
    }
}

static void tell_interrupted(const struct fleet *fleet)
{
    const struct log *log = fleet->config->log;
    if (fleet->interrupts == 1)
        log_line(log, LOG_WARNING,
                 "interrupted: no further host is begun, %zu at work are "
                 "waited for; Ctrl-C once more tells them to stop",
                 fleet->active);
    else if (fleet->active > 0)
        log_line(log, LOG_WARNING,
                 "%zu are told to stop before their next setting, and waited "
                 "for, 10 s at most; Ctrl-C once more leaves them at work",
                 fleet->active);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    struct fleet *fleet = handle->data;
    const struct work_ops *ops = fleet->ops;
    schedule_stop(fleet->schedule, "interrupted");
    if (++fleet->interrupts == 2)
        end_all(fleet, ops->stop != NULL ? ops->stop : ops->cancel);
    else if (fleet->interrupts > 2)
        end_all(fleet, ops->cancel);
    if (fleet->interrupts <= 2)
        tell_interrupted(fleet);
}

static int start_signals(struct fleet *fleet)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    int failed = 0;
    for (size_t i = 0; i < 2; i++) {
        uv_signal_init(&fleet->loop, &fleet->signals[i]);
        fleet->signals[i].data = fleet;
        int code = uv_signal_start(&fleet->signals[i], on_signal, numbers[i]);
        if (code)
            failed = err_set(fleet->err, 0, "signals: %s", uv_strerror(code));
    }
    return failed;
}

static void end_turn(struct fleet *fleet)
{
    const struct fleet_config *config = fleet->config;
    if (fleet->done_this_turn && config->on_turn &&
        config->on_turn(config->context, fleet->err))
        fleet_stop(fleet, "the run was stopped");
    fleet->done_this_turn = false;
    admit_all(fleet);
    admit_links(fleet);
}

static void run_loop(struct fleet *fleet)
{
    uv_update_time(&fleet->loop);
    expect_ways(fleet);
    end_turn(fleet);
    while (fleet->active > 0 || fleet->waits || fleet->done_this_turn) {
        if (fleet->active > 0 || fleet->waits)
            uv_run(&fleet->loop, UV_RUN_ONCE);
        end_turn(fleet);
    }
    end_links(fleet);
}

/* Hosts that would have been tried again: what they said last holds. */
static void tell_kept(struct fleet *fleet)
{
    const struct fleet_config *config = fleet->config;
    for (size_t i = 0; i < config->target_count; i++) {
        if (fleet->kept[i] != NULL)
            fleet_tell_done(fleet, &config->targets[i], NULL, fleet->kept[i]);
    }
    if (fleet->done_this_turn)
        end_turn(fleet);
}

static void tell_not_tried(struct fleet *fleet)
{
    const struct fleet_config *config = fleet->config;
    for (size_t i = 0; i < config->target_count; i++) {
        if (!schedule_tried(fleet->schedule, i))
            config->on_not_tried(config->context, &config->targets[i]);
    }
}

/* What the loop still holds are closing handles. */
static void close_loop(struct fleet *fleet)
{
    for (size_t i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&fleet->signals[i], NULL);
    uv_close((uv_handle_t *)&fleet->due, NULL);
    uv_close((uv_handle_t *)&fleet->beat, NULL);
    uv_close((uv_handle_t *)&fleet->look, NULL);
    names_close(fleet->names);
    uv_run(&fleet->loop, UV_RUN_DEFAULT);
    uv_loop_close(&fleet->loop);
}

static enum fleet_end end_of(const struct fleet *fleet)
{
    if (fleet->stopped)
        return FLEET_STOPPED;
    if (fleet->interrupts > 0)
        return FLEET_INTERRUPTED;
    if (fleet->asks)
        return FLEET_ASKS;
    return schedule_why(fleet->schedule) != NULL ? FLEET_ENOUGH
                                                 : FLEET_ALL_DONE;
}

static int run_all(struct fleet *fleet, enum fleet_end *end)
{
    struct sigaction before[2];
    int code = uv_loop_init(&fleet->loop);
    if (code)
        return err_set(fleet->err, 0, "event loop: %s", uv_strerror(code));
    sigaction(SIGINT, NULL, &before[0]);
    sigaction(SIGTERM, NULL, &before[1]);
    uv_timer_init(&fleet->loop, &fleet->due);
    fleet->due.data = fleet;
    uv_timer_init(&fleet->loop, &fleet->beat);
    fleet->beat.data = fleet;
    uv_update_time(&fleet->loop);
    work_time_init(&fleet->time, uv_now(&fleet->loop));
    uv_timer_start(&fleet->beat, on_beat, WORK_TIME_BEAT_MS, WORK_TIME_BEAT_MS);
    start_look(fleet);
    int failed = start_signals(fleet);
    fleet->names = names_open(&fleet->loop, fleet->err);
    if (fleet->names == NULL)
        failed = -1;
    if (!failed) {
        run_loop(fleet);
        *end = end_of(fleet);
        if (*end != FLEET_ASKS) {
            tell_kept(fleet);
            tell_not_tried(fleet);
        }
    }
    close_loop(fleet);
    sigaction(SIGINT, &before[0], NULL);
    sigaction(SIGTERM, &before[1], NULL);
    return failed;
}

int fleet_run(const struct fleet_config *config, enum fleet_end *end,
              struct err *err)
{
    static const struct schedule_plan at_once = {0};
    struct schedule *own = NULL;
    struct fleet fleet = {.config = config,
                          .ops = config->work ? config->work : &fleet_jobs,
                          .ops_context =
                              config->work ? config->work_context : config,
                          .schedule = config->schedule,
                          .err = err};
    if (fleet.schedule == NULL)
        fleet.schedule = own = schedule_new(&at_once, config->target_count);
    fleet.kept = calloc(config->target_count + 1, sizeof *fleet.kept);
    int failed = fleet.schedule == NULL || fleet.kept == NULL
                     ? err_set(err, 0, "out of memory")
                     : run_all(&fleet, end);
    free(fleet.kept);
    schedule_free(own);
    return failed;
}
