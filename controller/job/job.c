/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. job_step first looks at what came from outside (a
 * cancel, a deadline), then calls the function of the present state until
 * one says WAIT; each makes one operation of the transport. The result is
 * made with the job, so that the end can always be told: from then on a
 * failing allocation costs a detail, never the result.
 */
#include "controller/job/job_machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One read may bring a whole result with what the shell prints around it. */
#define OUTPUT_MAX (PROTOCOL_RESULT_MAX + 65536u)
/*
 * One read brings at most what the channel's window let the server send
 * before, and what it receives itself: a quarter of a MiB each.
 */
#define ERRORS_MAX 1048576u

/*
 * A jump host has deadlines of its own: for its login, for each target, and
 * for those that are before this one. What passes this one is a mistake.
 */
#define THROUGH_MS 600000

/* The slowest upload that is waited for, in bytes a millisecond. */
#define UPLOAD_RATE 16

/* So long, too, sshd lets a login take: nobody waits longer for others. */
#define OTHERS_MS 120000

struct state_info {
    const char *word;
    size_t timeout; /* offset in struct job_timeouts */
    enum fault fault;
    const char *what;
    enum pace (*step)(struct job *job);
};

static const struct state_info states[] = {
#define X(state, timeout, ms, fault, what)                                     \
    {#state, offsetof(struct job_timeouts, timeout), fault, what,              \
     job_do_##state},
    JOB_STATE_LIST(X)
#undef X
};

struct job_timeouts job_timeouts_default(void)
{
    struct job_timeouts timeouts = {0};
#define X(state, timeout, ms, fault, what) timeouts.timeout = ms;
    JOB_STATE_LIST(X)
#undef X
    return timeouts;
}

static uint64_t later(uint64_t now, uint64_t ms)
{
    return ms > UINT64_MAX - now ? UINT64_MAX : now + ms;
}

static uint64_t state_timeout(const struct job *job, enum job_state state)
{
    const char *timeouts = (const char *)&job->plan->timeouts;
    uint64_t ms = 0;
    memcpy(&ms, timeouts + states[state].timeout, sizeof ms);
    if (state == JOB_connect && job->target->jump != NULL)
        return THROUGH_MS;
    if (state == JOB_connect && job->target->connect_timeout_s > 0)
        return job->target->connect_timeout_s * UINT64_C(1000);
    if (state == JOB_upload_payload)
        return ms + job->plan->payload.len / UPLOAD_RATE;
    if (state == JOB_upload_request)
        return ms + job->request.len / UPLOAD_RATE;
    return ms;
}

static uint64_t state_deadline(const struct job *job, enum job_state state)
{
    uint64_t deadline = later(job->now, state_timeout(job, state));
    if (state == JOB_busy)
        return job->busy_until;
    bool run_counts = state == JOB_run || state == JOB_recover ||
                      (job_may_work(job) && state < JOB_run);
    if (run_counts && job->run_deadline < deadline)
        return job->run_deadline;
    return deadline;
}

void job_set_state(struct job *job, enum job_state state)
{
    uint64_t spent = job->now - job->entered;
    log_line(job->plan->log, LOG_DEBUG, "%s: %s -> %s after %" PRIu64 " ms",
             job->target->name, states[job->state].word, states[state].word,
             spent);
    job->spent[job->state] += spent;
    job->state = state;
    job->entered = job->now;
    job->wake = 0;
    job->deadline = state_deadline(job, state);
}

enum pace job_sleep(struct job *job, uint64_t ms)
{
    job->wake = later(job->now, ms);
    return WAIT;
}

uint64_t job_backoff(uint64_t first, unsigned tries)
{
    uint64_t ms = first << (tries < 16 ? tries : 16);
    return ms < 10000 ? ms : 10000;
}

const char *job_word(enum job_state state)
{
    return states[state].word;
}

const char *job_state_what(enum job_state state)
{
    return states[state].what;
}

enum fault job_state_fault(enum job_state state)
{
    return states[state].fault;
}

const char *job_state_word(const struct job *job)
{
    return job_word(job->state);
}

uint64_t job_state_since(const struct job *job)
{
    return job->entered;
}

const char *job_way(const struct job *job)
{
    if (job->command[0] == '\0')
        return job->cold ? "cold" : NULL;
    if (job->cold)
        return "cold";
    return job->request_complete ? "new request" : "warm";
}

/* --- life cycle ----------------------------------------------------------- */

static struct result *first_result(const struct job_plan *plan,
                                   const struct target *target)
{
    char address[300];
    bool colon = strchr(target->address, ':') != NULL;
    snprintf(address, sizeof address, colon ? "[%.255s]:%u" : "%.255s:%u",
             target->address, (unsigned)target->port);
    struct result *result =
        result_new(target->name, address, plan->run, plan->verb);
    /* Room for any state's word, so that the phase can always be told. */
    if (result)
        result->phase = calloc(1, JOB_PHASE_SIZE);
    if (result && result->phase)
        return result;
    result_free(result);
    return NULL;
}

struct job *job_new(const struct job_plan *plan, const struct target *target,
                    const struct blob *request,
                    const struct target_cache *cache, uint64_t now_ms)
{
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return NULL;
    job->plan = plan;
    job->target = target;
    if (request)
        job->request = *request;
    if (cache)
        job->cache = *cache;
    job->now = now_ms;
    job->entered = now_ms;
    job->deadline = state_deadline(job, JOB_resolve);
    if (plan->timeouts.host > 0)
        job->host_deadline = later(now_ms, plan->timeouts.host);
    frames_init(&job->frames, job_on_document, job);
    buf_init(&job->out, OUTPUT_MAX);
    buf_init(&job->errors, ERRORS_MAX);
    if (!target_needs_address(target))
        job->address_count = 1; /* which the transport does not look at */
    job->result = first_result(plan, target);
    if (job->result)
        return job;
    job_free(job);
    return NULL;
}

void job_free(struct job *job)
{
    if (job == NULL)
        return;
    job_drop_session(job);
    frames_release(&job->frames);
    buf_release(&job->out);
    buf_release(&job->errors);
    free((char *)job->key.type);
    free((unsigned char *)job->key.blob);
    result_free(job->result);
    free(job);
}

struct result *job_take_result(struct job *job)
{
    struct result *result = job->state == JOB_done ? job->result : NULL;
    if (result)
        job->result = NULL;
    return result;
}

const struct target_cache *job_cache(const struct job *job)
{
    return &job->cache;
}

const struct host_key *job_host_key(const struct job *job)
{
    return job->key.blob ? &job->key : NULL;
}

void job_cancel(struct job *job)
{
    job->cancelled = true;
}

void job_resolved(struct job *job, const struct job_address *addresses,
                  size_t count, const char *error_text)
{
    if (job->state != JOB_resolve)
        return;
    if (count > JOB_ADDRESSES_MAX)
        count = JOB_ADDRESSES_MAX;
    if (count > 0)
        memcpy(job->addresses, addresses, count * sizeof *addresses);
    job->address_count = count;
    job->unresolved = count == 0;
    if (count == 0)
        err_set(&job->err, FAULT_RESOLVE, "%.200s: %s", job->target->address,
                error_text ? error_text : "the name has no address");
}

/* --- stepping ------------------------------------------------------------- */

static enum pace on_lost(struct job *job)
{
    char text[sizeof job->err.text];
    snprintf(text, sizeof text,
             "%.100s: the result was not collected in time after the "
             "connection broke: %.300s",
             job->result->address, job->err.text);
    return job_fail(job, FAULT_LOST, text);
}

static enum pace on_deadline(struct job *job)
{
    const struct state_info *info = &states[job->state];
    if (job->state == JOB_drain) {
        job_set_state(job, JOB_close_channel);
        return GO_ON;
    }
    if (job->concluded)
        return job_finish(job);
    if (job->state == JOB_busy)
        return job_conclude(job, FAULT_BUSY, job->result->fault_text);
    if (job_may_work(job) && job->state != JOB_run &&
        job->now >= job->run_deadline)
        return on_lost(job);
    err_set(&job->err, (int)info->fault,
            "%s: %s did not come within %" PRIu64 " s", job->result->address,
            info->what, (job->deadline - job->entered + 999) / 1000);
    if (job_may_have_begun(job))
        job->err.code = FAULT_LOST;
    if (job->state == JOB_connect && job->address_at + 1 < job->address_count)
        return job_next_address(job);
    if (job->state == JOB_run)
        return job_fail(job, info->fault, job->err.text);
    return job_broke(job);
}

static enum pace on_host_deadline(struct job *job)
{
    enum fault fault = states[job->state].fault;
    job->unsure = job->unsure || job_may_have_begun(job);
    if (job_may_work(job) && job->state != JOB_run)
        fault = FAULT_LOST;
    else if (job->busy_until > 0 && job->state != JOB_run)
        fault = FAULT_BUSY;
    err_set(&job->err, (int)fault,
            "%s: the %" PRIu64
            " s for the whole host were over while waiting for %s",
            job->result->address, job->plan->timeouts.host / 1000,
            states[job->state].what);
    return job_fail(job, fault == FAULT_NONE ? FAULT_EXEC : fault,
                    job->err.text);
}

static enum pace on_cancel(struct job *job)
{
    char text[128];
    snprintf(text, sizeof text, "interrupted while waiting for %s%s",
             states[job->state].what,
             job_may_work(job) || job_may_have_begun(job)
                 ? "; the payload may still be at work"
                 : "");
    return job_fail(job, FAULT_CANCELLED, text);
}

static enum pace step_once(struct job *job)
{
    enum pace pace;
    if (job->state == JOB_done)
        return WAIT;
    if (job->cancelled)
        return on_cancel(job);
    if (job_stop_is_due(job, &pace))
        return pace;
    if (job->host_deadline > 0 && job->now >= job->host_deadline)
        return on_host_deadline(job);
    if (job->now >= job->deadline)
        return on_deadline(job);
    if (job->wake > job->now)
        return WAIT;
    job->wake = 0;
    return states[job->state].step(job);
}

static uint64_t next_due(const struct job *job)
{
    uint64_t due = job->deadline;
    if (job->host_deadline > 0 && job->host_deadline < due)
        due = job->host_deadline;
    if (job->stop_by > 0 && job->stop_by < due)
        due = job->stop_by;
    if (job->wake > 0 && job->wake < due)
        due = job->wake;
    return due > 0 ? due : 1;
}

/* What waits for other hosts has its own time afterwards. */
static void wait_for_others(struct job *job, struct job_wait *wait)
{
    uint64_t again = later(job->now, wait->io.again_ms);
    if (job->now - job->entered < OTHERS_MS)
        job->deadline = state_deadline(job, job->state);
    wait->deadline_ms = next_due(job);
    if (again < wait->deadline_ms)
        wait->deadline_ms = again;
}

struct job_wait job_step(struct job *job, uint64_t now_ms)
{
    if (now_ms > job->now)
        job->now = now_ms;
    while (step_once(job) == GO_ON)
        continue;
    struct job_wait wait = {.what = JOB_FOR_NOTHING, .io = {.fd = -1}};
    if (job->state == JOB_done)
        return wait;
    wait.deadline_ms = next_due(job);
    wait.what = JOB_FOR_TIME;
    if (job->state == JOB_resolve)
        wait.what = JOB_FOR_ADDRESS;
    else if (job->wake == 0 && job->transport)
        wait.io = job->plan->transport->wait(job->transport);
    if (wait.io.fd >= 0)
        wait.what = JOB_FOR_IO;
    else if (wait.io.again_ms > 0)
        wait_for_others(job, &wait);
    return wait;
}
