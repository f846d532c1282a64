/* SPDX-License-Identifier: MIT */
#include "controller/fleet/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Between two tries of a host that is not there. */
#define AGAIN_FIRST_MS 15000
#define AGAIN_LONGEST_MS 300000

struct waiting {
    size_t host;
    uint64_t due_ms;
};

struct schedule {
    struct schedule_plan plan;
    size_t hosts;
    size_t next;      /* never begun: next..hosts */
    size_t batch_end; /* of the batch at work */
    size_t batch_at;  /* which of plan.batches; the canary is before 0 */
    size_t batch_size;
    size_t batch_good;
    size_t working;
    size_t bad; /* whose last outcome was bad */
    size_t max_bad;
    uint64_t until_ms;
    bool canary_now;
    bool asked;
    struct waiting *waiting;
    size_t waiting_count;
    unsigned *tries; /* of each host */
    char why[160];
};

/* --- words ---------------------------------------------------------------- */

static const char *read_share(struct schedule_share *share, const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || number > 1000000)
        return NULL;
    share->number = (unsigned)number;
    share->percent = *end == '%';
    if (share->percent && number > 100)
        return NULL;
    return end + share->percent;
}

int schedule_read_batches(struct schedule_plan *plan, const char *text,
                          struct err *err)
{
    const char *at = text;
    for (plan->batch_count = 0; plan->batch_count < SCHEDULE_BATCHES_MAX;) {
        struct schedule_share *share = &plan->batches[plan->batch_count++];
        at = read_share(share, at);
        if (at == NULL || share->number == 0 || (*at != ',' && *at != '\0'))
            break;
        if (*at++ == '\0')
            return 0;
    }
    return err_set(
        err, 0,
        "--serial %s: sizes of batches are wanted, as in 1,10%%,100%%"
        " (%d at most)",
        text, SCHEDULE_BATCHES_MAX);
}

int schedule_read_max_fail(struct schedule_plan *plan, const char *text,
                           struct err *err)
{
    const char *end = read_share(&plan->max_fail, text);
    if (end == NULL || *end != '\0')
        return err_set(err, 0,
                       "--max-fail %s: a number of hosts is wanted, or a share "
                       "such as 5%%",
                       text);
    plan->limited = true;
    return 0;
}

/* --- batches -------------------------------------------------------------- */

static size_t share_of(const struct schedule_share *share, size_t hosts)
{
    return share->percent ? hosts * share->number / 100 : share->number;
}

static void begin_batch(struct schedule *schedule)
{
    const struct schedule_plan *plan = &schedule->plan;
    size_t left = schedule->hosts - schedule->next;
    size_t size = left;
    if (schedule->canary_now) {
        size = plan->canary;
    } else if (plan->batch_count > 0) {
        size = share_of(&plan->batches[schedule->batch_at], schedule->hosts);
        if (schedule->batch_at + 1 < plan->batch_count)
            schedule->batch_at++;
    }
    size = size == 0 ? 1 : size;
    schedule->batch_size = size < left ? size : left;
    schedule->batch_end = schedule->next + schedule->batch_size;
    schedule->batch_good = 0;
}

struct schedule *schedule_new(const struct schedule_plan *plan, size_t hosts)
{
    struct schedule *schedule = calloc(1, sizeof *schedule);
    if (schedule == NULL)
        return NULL;
    schedule->plan = *plan;
    schedule->hosts = hosts;
    schedule->tries = calloc(hosts + 1, sizeof *schedule->tries);
    schedule->waiting = calloc(hosts + 1, sizeof *schedule->waiting);
    if (schedule->tries == NULL || schedule->waiting == NULL) {
        schedule_free(schedule);
        return NULL;
    }
    schedule->max_bad =
        plan->limited ? share_of(&plan->max_fail, hosts) : SIZE_MAX;
    schedule->canary_now = plan->canary > 0;
    begin_batch(schedule);
    return schedule;
}

void schedule_free(struct schedule *schedule)
{
    if (schedule == NULL)
        return;
    free(schedule->tries);
    free(schedule->waiting);
    free(schedule);
}

/* --- what is next --------------------------------------------------------- */

static struct schedule_next answer(enum schedule_answer answer)
{
    return (struct schedule_next){.answer = answer};
}

static struct schedule_next begin(struct schedule *schedule, size_t host)
{
    schedule->tries[host]++;
    schedule->working++;
    return (struct schedule_next){SCHEDULE_ADMIT, host, 0};
}

static size_t soonest_of(const struct schedule *schedule)
{
    size_t soonest = 0;
    for (size_t i = 1; i < schedule->waiting_count; i++) {
        if (schedule->waiting[i].due_ms < schedule->waiting[soonest].due_ms)
            soonest = i;
    }
    return soonest;
}

static struct schedule_next next_waiting(struct schedule *schedule,
                                         uint64_t now_ms)
{
    size_t soonest = soonest_of(schedule);
    struct waiting found = schedule->waiting[soonest];
    if (found.due_ms > now_ms)
        return (struct schedule_next){SCHEDULE_WAIT, 0, found.due_ms};
    schedule->waiting[soonest] = schedule->waiting[--schedule->waiting_count];
    return begin(schedule, found.host);
}

/*
 * The batch has ended: what it says of the rest. A limit that the user gave
 * is the only one: he may know that a whole room is off.
 */
static void judge_batch(struct schedule *schedule)
{
    const struct schedule_plan *plan = &schedule->plan;
    if (schedule->canary_now && schedule->batch_good < schedule->batch_size)
        schedule_stop(schedule, "a canary went wrong");
    else if (plan->batch_count > 0 && !plan->limited &&
             schedule->batch_good == 0 && schedule->waiting_count == 0)
        schedule_stop(schedule, "every host of a batch went wrong "
                                "(--max-fail 100% goes on)");
}

static bool must_ask(const struct schedule *schedule)
{
    return schedule->canary_now && !schedule->plan.agreed && !schedule->asked &&
           schedule->next < schedule->hosts;
}

struct schedule_next schedule_next(struct schedule *schedule, uint64_t now_ms)
{
    if (schedule->why[0] != '\0')
        return answer(SCHEDULE_END);
    if (schedule->next == 0)
        schedule->until_ms = now_ms + schedule->plan.for_ms;
    if (schedule->next < schedule->batch_end)
        return begin(schedule, schedule->next++);
    if (schedule->next < schedule->hosts) {
        if (schedule->working > 0)
            return answer(SCHEDULE_WAIT);
        judge_batch(schedule);
        if (schedule->why[0] != '\0')
            return answer(SCHEDULE_END);
        if (must_ask(schedule))
            return answer(SCHEDULE_ASK);
        schedule->canary_now = false;
        begin_batch(schedule);
        return begin(schedule, schedule->next++);
    }
    if (schedule->waiting_count > 0)
        return next_waiting(schedule, now_ms);
    return answer(schedule->working > 0 ? SCHEDULE_WAIT : SCHEDULE_END);
}

/* --- what became of it ---------------------------------------------------- */

static bool try_again(struct schedule *schedule, size_t host, uint64_t now_ms)
{
    uint64_t pause = AGAIN_FIRST_MS;
    for (unsigned i = 1; i < schedule->tries[host]; i++)
        pause = pause * 2 < AGAIN_LONGEST_MS ? pause * 2 : AGAIN_LONGEST_MS;
    if (schedule->why[0] != '\0' || now_ms + pause > schedule->until_ms)
        return false;
    schedule->waiting[schedule->waiting_count++] =
        (struct waiting){host, now_ms + pause};
    return true;
}

static void count_bad(struct schedule *schedule)
{
    if (++schedule->bad <= schedule->max_bad || schedule->why[0] != '\0')
        return;
    char why[sizeof schedule->why];
    snprintf(why, sizeof why, "%zu hosts went wrong and --max-fail allows %zu",
             schedule->bad, schedule->max_bad);
    schedule_stop(schedule, why);
}

bool schedule_done(struct schedule *schedule, size_t host,
                   enum schedule_outcome outcome, uint64_t now_ms)
{
    schedule->working--;
    if (outcome == SCHEDULE_NOT_BEGUN) {
        schedule->tries[host]--;
        return false;
    }
    if (outcome == SCHEDULE_AGAIN && !schedule->canary_now &&
        try_again(schedule, host, now_ms))
        return true;
    if (outcome == SCHEDULE_GOOD)
        schedule->batch_good++;
    else
        count_bad(schedule);
    return false;
}

void schedule_agree(struct schedule *schedule)
{
    schedule->asked = true;
}

void schedule_stop(struct schedule *schedule, const char *why)
{
    if (schedule->why[0] == '\0')
        snprintf(schedule->why, sizeof schedule->why, "%s", why);
}

size_t schedule_waiting(const struct schedule *schedule, uint64_t *due_ms)
{
    if (schedule->waiting_count > 0)
        *due_ms = schedule->waiting[soonest_of(schedule)].due_ms;
    return schedule->waiting_count;
}

const char *schedule_why(const struct schedule *schedule)
{
    return schedule->why[0] != '\0' ? schedule->why : NULL;
}

bool schedule_tried(const struct schedule *schedule, size_t host)
{
    return schedule->tries[host] > 0;
}
