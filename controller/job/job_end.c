/* SPDX-License-Identifier: MIT */
/* How a host ends, and what is told of it then. */
#include "controller/job/job_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Connecting again waits 0.5, 1, 2, 4, 8, 10, 10... s, or about that. */
#define RETRY_FIRST_WAIT 500
/* So often a host goes on after its jump host was lost. */
#define LOST_WAYS_MAX 3

void job_drop_session(struct job *job)
{
    if (job->transport)
        job->plan->transport->free(job->transport);
    job->transport = NULL;
    job->channel_open = false;
    frames_restart(&job->frames);
    job_mind_turn(job);
}

/*
 * The phase is a stage of the way that a person knows; what is done about a
 * failure beside that way belongs to the stage that failed.
 */
static void note_phase(struct job *job)
{
    enum job_state state = job->state;
    if (job->result->fault == FAULT_LOST)
        state = job->unsure ? JOB_start : JOB_run;
    else if (job->result->fault == FAULT_BUSY)
        state = JOB_run; /* whatever was done to ask again */
    else if (state > JOB_run && state < JOB_done)
        state = job->started ? JOB_run : JOB_start;
    snprintf(job->result->phase, JOB_PHASE_SIZE, "%s", job_word(state));
}

enum job_state job_tidy_state(const struct job *job)
{
    return job->payload_file.there || job->request_file.there ? JOB_cleanup
                                                              : JOB_disconnect;
}

/* Where to look for a target's keys is of no use for a jump host's. */
static void hint_at_jump(struct result *result)
{
    static const char jump[] = "jump host ";
    static const char hint[] =
        "it logs in with its own user and key: those of its host in the "
        "inventory, or user@host and your keys; see docs/jump-hosts.md";
    if (result->fault != FAULT_AUTH || result->fault_text == NULL ||
        strncmp(result->fault_text, jump, sizeof jump - 1) != 0)
        return;
    char *copy = strdup(hint);
    if (copy == NULL)
        return;
    free(result->fault_hint);
    result->fault_hint = copy;
}

void job_settle(struct job *job, enum fault fault, const char *text)
{
    job->concluded = true;
    job->working = false;
    if (fault != FAULT_NONE)
        result_fail(job->result, fault, text);
    if (job->target->jump != NULL)
        hint_at_jump(job->result);
    if (job->result->fault != FAULT_NONE)
        note_phase(job);
}

enum pace job_conclude(struct job *job, enum fault fault, const char *text)
{
    job_settle(job, fault, text);
    job_set_state(job,
                  job->channel_open ? JOB_close_channel : job_tidy_state(job));
    return GO_ON;
}

/* A clean that leaves a file is none. */
static void tell_not_clean(struct job *job, const char *name)
{
    static const char text[] = "the login's profile folder still has it: the "
                               "machine did not let it be removed";
    static const char hint[] = "somebody holds it, a virus scanner for "
                               "instance: clean again later; what is older "
                               "than five minutes goes then";
    char id[64];
    cJSON *setting = cJSON_CreateObject();
    snprintf(id, sizeof id, "profile[%s]", name);
    cJSON_AddStringToObject(setting, "id", id);
    cJSON_AddStringToObject(setting, "state", "failed");
    cJSON_AddStringToObject(setting, "desired", "absent");
    cJSON_AddStringToObject(setting, "before", "present");
    cJSON_AddStringToObject(setting, "after", "present");
    cJSON *error = cJSON_AddObjectToObject(setting, "error");
    cJSON_AddStringToObject(error, "text", text);
    cJSON_AddStringToObject(error, "hint", hint);
    if (job->result->settings == NULL)
        job->result->settings = cJSON_CreateArray();
    if (!cJSON_AddItemToArray(job->result->settings, setting))
        cJSON_Delete(setting);
    job->result->status = STATUS_FAILED;
}

static void tell_leftovers(struct job *job)
{
    char text[256];
    if (!job->payload_file.there && !job->request_file.there)
        return;
    if (job->plan->verb == VERB_CLEAN && job->result->fault == FAULT_NONE) {
        if (job->payload_file.there)
            tell_not_clean(job, job->names.payload);
        if (job->request_file.there)
            tell_not_clean(job, job->names.request);
        return;
    }
    snprintf(text, sizeof text,
             "left in the login's profile folder: %s%s%s; the next run "
             "removes what is old",
             job->payload_file.there ? job->names.payload : "",
             job->payload_file.there && job->request_file.there ? ", " : "",
             job->request_file.there ? job->names.request : "");
    result_add_hint(job->result, text);
}

static void tell_timing(struct job *job)
{
    if (job->result->timing == NULL)
        job->result->timing = cJSON_CreateObject();
    for (int i = 0; i < JOB_STATE_COUNT && job->result->timing; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s_ms", job_word((enum job_state)i));
        if (job->spent[i] > 0)
            cJSON_AddNumberToObject(job->result->timing, key,
                                    (double)job->spent[i]);
    }
}

static void tell_noise(struct job *job)
{
    const struct frames *frames = &job->frames;
    struct buf text;
    if (frames->noise.len == 0)
        return;
    /* An escape takes four bytes for one at most, \u{N} fewer. */
    buf_init(&text, 4 * FRAMES_NOISE_MAX + 64);
    log_escape(&text, frames->noise.data, frames->noise.len);
    if (frames->noise_dropped > 0)
        buf_addf(&text, " (and %zu bytes more)", frames->noise_dropped);
    free(job->result->noise);
    job->result->noise = buf_take(&text);
}

enum pace job_finish(struct job *job)
{
    job_drop_session(job);
    job_set_state(job, JOB_done);
    tell_leftovers(job);
    tell_timing(job);
    tell_noise(job);
    if (job->result->phase[0] == '\0')
        note_phase(job);
    return WAIT;
}

enum pace job_fail(struct job *job, enum fault fault, const char *text)
{
    if (!job->concluded)
        job_settle(job, fault, text);
    return job_finish(job);
}

/* The transport's own class, or that of the state when it gives none. */
static enum fault broken_fault(const struct job *job)
{
    enum fault fault = (enum fault)job->err.code;
    if (fault <= FAULT_NONE || fault > FAULT_CANCELLED)
        fault = job_state_fault(job->state);
    /* Lost is only what was started: before the mark nothing had run. */
    if (fault == FAULT_LOST)
        fault =
            job->state < JOB_exec ? job_state_fault(job->state) : FAULT_EXEC;
    return fault;
}

static bool is_host_key_fault(enum fault fault)
{
    return fault == FAULT_HOSTKEY_UNKNOWN || fault == FAULT_HOSTKEY_CHANGED ||
           fault == FAULT_HOSTKEY_OTHER_HOST;
}

/*
 * How often a connection is tried again that failed at once. Unasked not where
 * a deadline passed in silence: the system has asked several times meanwhile,
 * and a lab that is off would take so many times as long.
 */
static unsigned retries_allowed(const struct job *job)
{
    if (job->target->retries >= 0)
        return (unsigned)job->target->retries;
    /* Behind a jump host the deadline is that one's. */
    if (job->target->jump != NULL && job->err.code == FAULT_TCP_TIMEOUT)
        return 0;
    return job->now < job->deadline ? JOB_RETRIES_DEFAULT : 0;
}

/*
 * From half of `ms` to three halves, by the host's name: those that failed at
 * the same moment shall not all come back at the same moment.
 */
static uint64_t spread(const struct job *job, uint64_t ms)
{
    uint32_t hash = 2166136261u + job->retries + job->lost_ways; /* FNV-1a */
    for (const char *c = job->target->name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return ms / 2 + (hash >> 8) % (ms + 1);
}

/* Asleep in `connect` without a session; that state then begins one. */
static enum pace connect_later(struct job *job, unsigned *tries)
{
    uint64_t wait = spread(job, job_backoff(RETRY_FIRST_WAIT, *tries));
    ++*tries;
    job_drop_session(job);
    job->address_at = 0;
    job_set_state(job, JOB_connect);
    job->deadline += wait;
    return job_sleep(job, wait);
}

bool job_may_have_begun(const struct job *job)
{
    return verb_writes(job->plan->verb) &&
           (job->state == JOB_exec || job->state == JOB_start ||
            job->state == JOB_tell);
}

/*
 * The login ended otherwise than well after a password was sent. Sent again
 * and again, a wrong one locks the account.
 */
static bool password_is_out(const struct job *job)
{
    return job->state == JOB_login && job->transport != NULL &&
           job->plan->transport->sent_password(job->transport);
}

/*
 * The jump host was lost and with it the connection: that is no fault of this
 * host, on which nothing runs. What was uploaded gets other names.
 */
static bool lost_its_way(struct job *job)
{
    const struct transport_ops *transport = job->plan->transport;
    if (job->transport == NULL || password_is_out(job) ||
        transport->way_lost == NULL || !transport->way_lost(job->transport) ||
        job->lost_ways >= LOST_WAYS_MAX)
        return false;
    tell_leftovers(job);
    job->payload_file = (struct one_time_file){0};
    job->request_file = (struct one_time_file){0};
    job->request_complete = false;
    job->cold = false;
    memset(job->tried, 0, sizeof job->tried);
    return true;
}

/*
 * The command was given and the connection broke: whether a payload began to
 * write is not known, and a run's command may be given twice.
 */
static bool became_unsure(struct job *job)
{
    if (job->err.code != FAULT_LOST || !job_may_have_begun(job))
        return false;
    if (!job->unsure)
        job->run_deadline = job->now + job->plan->timeouts.run;
    job->unsure = true;
    return true;
}

bool job_may_work(const struct job *job)
{
    return job->working || job->unsure;
}

enum pace job_broke(struct job *job)
{
    enum fault fault = broken_fault(job);
    if (job->concluded)
        return job_finish(job);
    if (fault == FAULT_BAD_RESULT)
        return job_fail(job, fault, job->err.text);
    if (job_may_work(job) && (is_host_key_fault(fault) || password_is_out(job)))
        return job_fail(job, FAULT_LOST, job->err.text);
    if (job_may_work(job) || became_unsure(job)) {
        job_drop_session(job);
        job->address_at = 0; /* the one that is away now may be the good one */
        job_set_state(job, JOB_recover);
        return job_sleep(job, job_backoff(RETRY_FIRST_WAIT, job->recoveries++));
    }
    if (lost_its_way(job))
        return connect_later(job, &job->lost_ways);
    if (fault_transient(fault) && job->retries < retries_allowed(job))
        return connect_later(job, &job->retries);
    /* Another run was seen working there: that is no unreachable host. */
    if (job->busy_until > 0)
        return job_fail(job, FAULT_BUSY, job->err.text);
    return job_fail(job, fault, job->err.text);
}
