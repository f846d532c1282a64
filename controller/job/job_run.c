/* SPDX-License-Identifier: MIT */
/*
 * The life of one command, and what is tried when it ends otherwise than
 * with a result.
 *
 * A *miss* is a command that ended without the start mark: nothing of ours
 * ran. On the warm way it leads to the cold way, on the cold way to the other
 * form of path, and after both to `look`. Where the payload ran and only the
 * request is missing, that alone is brought, once. After the start mark nothing
 * is ever run afresh: the same command with the same run id is given again, and
 * the payload answers it with the result it saved.
 */
#include "controller/job/job_machine.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "judgement/judgement.h"

/*
 * Who says more than this beside documents is read at that pace: a few that
 * never end would take the time of all others, and TCP lets them wait.
 */
#define NOISE_AT_ONCE 4194304u
#define NOISE_PAUSE 1000

/* How long until a turn is asked for again. */
#define TURN_PAUSE 100

/* Somebody else's run is asked about again after 1, 2, 4, 8, 10, 10... s. */
#define BUSY_FIRST_WAIT 1000

/* --- what is run ---------------------------------------------------------- */

static int settled_command(struct job *job, bool request_is_cached)
{
    char program[sizeof PROTOCOL_PAYLOAD_PREFIX + PROTOCOL_HASH_LEN + 4];
    char request[sizeof PROTOCOL_REQUEST_PREFIX + PROTOCOL_HASH_LEN + 5];
    snprintf(program, sizeof program, PROTOCOL_PAYLOAD_PREFIX "%s.exe",
             job->plan->payload.hash);
    snprintf(request, sizeof request, PROTOCOL_REQUEST_PREFIX "%s.json",
             job->request.hash);
    struct payload_command command = {
        .form = job->cache.shell,
        .folder = job->cache.folder,
        .program = program,
        .verb = verb_word(job->plan->verb),
        .request = request_is_cached ? request : job->names.request,
        .run = job->plan->run,
    };
    job->form = job->cache.shell;
    return payload_command_make(job->command, &command, &job->err);
}

static int one_time_command(struct job *job)
{
    struct payload_command command = {
        .form = job->form,
        .program = job->names.payload,
        .verb = verb_word(job->plan->verb),
        .request = job->names.request,
        .run = job->plan->run,
    };
    return payload_command_make(job->command, &command, &job->err);
}

static enum pace begin_cold(struct job *job)
{
    job->cold = true;
    job->form =
        job->cache.shell == SHELL_UNKNOWN ? SHELL_BACKSLASH : job->cache.shell;
    if (one_time_command(job))
        return job_conclude(job, FAULT_EXEC, job->err.text);
    job_set_state(job, JOB_upload_payload);
    return GO_ON;
}

/* Windows deletes no program that runs: clean's is not the one it deletes. */
static bool payload_is_cached(const struct job *job)
{
    return job->plan->verb != VERB_CLEAN && job->cache.folder[0] &&
           job->cache.shell != SHELL_UNKNOWN &&
           strcmp(job->cache.payload_hash, job->plan->payload.hash) == 0;
}

enum pace job_begin_work(struct job *job)
{
    if (job_may_work(job)) { /* connected again: the same command */
        job_set_state(job, job->stopping && !job->told ? JOB_tell : JOB_exec);
        return GO_ON;
    }
    if (job->request.secret && !job->plan->transport->trusts(job->transport)) {
        char text[400];
        snprintf(text, sizeof text,
                 "%.200s: the request holds a password, which was not sent: "
                 "the host's key was not known before this run",
                 job->result->address);
        return job_conclude(job, FAULT_HOSTKEY_UNKNOWN, text);
    }
    if (one_time_names_make(&job->names, job->request.hash, &job->err))
        return job_conclude(job, FAULT_UPLOAD, job->err.text);
    bool request_is_cached =
        strcmp(job->cache.request_hash, job->request.hash) == 0;
    /* What a damaged store would make unsafe to run goes the cold way. */
    if (!payload_is_cached(job) || settled_command(job, request_is_cached))
        return begin_cold(job);
    job_set_state(job, request_is_cached ? JOB_exec : JOB_upload_request);
    return GO_ON;
}

/* --- what it prints ------------------------------------------------------- */

static int refuse(struct err *err, const char *why)
{
    return err_set(err, FAULT_BAD_RESULT, "the start mark is not believed: %s",
                   why);
}

static bool member_is(const cJSON *object, const char *key, const char *text)
{
    const char *found = json_text(object, key);
    return found && strcmp(found, text) == 0;
}

static int judge_mark(const struct job *job, const char *text, size_t len,
                      struct err *err)
{
    cJSON *root = json_parse("start mark", text, len, err);
    const cJSON *mark = root ? json_member(root, "started") : NULL;
    const cJSON *protocol = mark ? json_member(mark, "protocol") : NULL;
    int failed = 0;
    if (mark == NULL)
        failed = refuse(err, "it is none");
    else if (!cJSON_IsNumber(protocol) ||
             protocol->valuedouble != PROTOCOL_VERSION)
        failed = refuse(err, "it has another protocol version");
    else if (!member_is(mark, "run", job->plan->run))
        failed = refuse(err, "it is of another run");
    else if (!member_is(mark, "payload", job->plan->payload.hash))
        failed = refuse(err, "it is of another program");
    cJSON_Delete(root);
    return failed;
}

static int take_mark(struct job *job, const char *text, size_t len,
                     struct err *err)
{
    if (judge_mark(job, text, len, err))
        return -1;
    job->started = true;
    job->working = true;
    job->cache.shell = job->form;
    if (job->run_deadline == 0 || job->unsure)
        job->run_deadline = job->now + job->plan->timeouts.run;
    job->unsure = false;
    buf_drop_front(&job->frames.noise, job->noise_before);
    return 0;
}

_Static_assert(sizeof((struct target_cache *)NULL)->folder ==
                   sizeof((struct result_settled *)NULL)->folder,
               "a folder that was told fits where it is kept");

static void take_cache(struct job *job, const struct result_settled *settled)
{
    struct target_cache *cache = &job->cache;
    /* A clean that removed nothing leaves the last request there, too. */
    if (job->plan->verb == VERB_CLEAN && settled->payload &&
        strcmp(cache->payload_hash, job->plan->payload.hash) == 0 &&
        strcmp(cache->folder, settled->folder) == 0)
        return;
    *cache = (struct target_cache){.shell = job->form};
    memcpy(cache->folder, settled->folder, sizeof cache->folder);
    if (settled->payload)
        memcpy(cache->payload_hash, job->plan->payload.hash,
               sizeof cache->payload_hash);
    if (settled->request)
        memcpy(cache->request_hash, job->request.hash,
               sizeof cache->request_hash);
}

/* What the machine's facts say of the settings that it judged by itself. */
static void consider(struct job *job)
{
    struct result *result = job->result;
    const struct judgement_host host = {
        .facts = result->facts,
        .wmi = job->target->wmi,
        .access = job->target->access,
        .collector = job->target->collector,
    };
    if (result->fault != FAULT_NONE ||
        (result->verb != VERB_CHECK && result->verb != VERB_APPLY))
        return;
    if (judgement_of_host(&host, result->settings, &result->hints))
        result_derive_status(result);
}

static int take_answer(struct job *job, const char *text, size_t len,
                       struct err *err)
{
    struct result_expect expect = {
        .run = job->plan->run,
        .verb = job->plan->verb,
        .request_hash = job->request.hash,
        .payload_hash = job->plan->payload.hash,
    };
    struct result_settled settled = {0};
    if (result_judge(job->result, &expect, text, len, &settled, err))
        return -1;
    consider(job);
    job->answered = true;
    job->working = false;
    take_cache(job, &settled);
    return 0;
}

int job_on_document(void *context, const char *text, size_t len,
                    struct err *err)
{
    struct job *job = context;
    if (!job->started)
        return take_mark(job, text, len, err);
    if (!job->answered)
        return take_answer(job, text, len, err);
    return 0; /* nothing is asked of what follows a whole result */
}

/* --- running -------------------------------------------------------------- */

enum pace job_do_exec(struct job *job)
{
    switch (
        job->plan->transport->exec(job->transport, job->command, &job->err)) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        return job_broke(job);
    case IO_DONE:
        break;
    }
    frames_restart(&job->frames);
    job_mind_turn(job);
    job->noise_before = job->working ? 0 : job->frames.noise.len;
    job->channel_open = true;
    job->started = false;
    job->answered = false;
    job_set_state(job, JOB_start);
    return GO_ON;
}

static uint64_t busy_wait(const struct job *job)
{
    return job_backoff(BUSY_FIRST_WAIT, job->busy_waits);
}

/* Another run works there: worth waiting, but not for ever. */
static bool ask_later(struct job *job)
{
    if (job->result->fault != FAULT_BUSY)
        return false;
    if (job->busy_until == 0)
        job->busy_until = job->now + job->plan->timeouts.run;
    job->run_deadline = 0;
    job->asked_again = false;
    return job->now + busy_wait(job) < job->busy_until;
}

/*
 * The store said that the machine has the request, and another controller's
 * took its place since. What was brought in this run cannot be missing.
 */
static bool lacks_request(const struct job *job)
{
    const struct result *result = job->result;
    return result->fault == FAULT_PAYLOAD_FAILED &&
           result->fault_name != NULL &&
           strcmp(result->fault_name, PROTOCOL_REQUEST_MISSING) == 0 &&
           !job->request_complete;
}

static enum pace have_answer(struct job *job, enum io io)
{
    if (!job->concluded && !lacks_request(job) && !ask_later(job))
        job_settle(job, FAULT_NONE, NULL);
    if (io == IO_FAIL)
        return job_broke(job);
    if (io == IO_DONE)
        job_set_state(job, JOB_close_channel);
    else if (job->state != JOB_drain)
        job_set_state(job, JOB_drain);
    return io == IO_DONE ? GO_ON : WAIT;
}

static enum pace ended_without_answer(struct job *job)
{
    bool midway = job->frames.inside;
    if (!job->started && job->working)
        return job_conclude(job, FAULT_LOST,
                            "the payload was asked for the result again and "
                            "no longer starts");
    if (job->started && job->asked_again)
        return job_conclude(
            job, midway ? FAULT_BAD_RESULT : FAULT_PAYLOAD_FAILED,
            midway ? "the answer ends in the middle"
                   : "the payload ended without a result, twice");
    job_set_state(job, JOB_close_channel);
    return GO_ON;
}

static bool answer_is_large(const struct job *job)
{
    return job->frames.document.len > TURNS_FREE_LEN;
}

void job_mind_turn(struct job *job)
{
    if (!job->has_turn || answer_is_large(job))
        return;
    turns_give(job->plan->turns);
    job->has_turn = false;
}

static bool may_read(struct job *job)
{
    if (!job->has_turn && answer_is_large(job))
        job->has_turn = turns_take(job->plan->turns);
    return job->has_turn || !answer_is_large(job);
}

static int feed(struct job *job, struct err *err)
{
    frames_noise(&job->frames, job->errors.data, job->errors.len);
    buf_release(&job->errors);
    int failed = frames_feed(&job->frames, job->out.data, job->out.len, err);
    buf_release(&job->out);
    job_mind_turn(job);
    return failed;
}

static enum pace wait_for_more(struct job *job)
{
    return job->frames.noise_dropped > NOISE_AT_ONCE
               ? job_sleep(job, NOISE_PAUSE)
               : WAIT;
}

enum pace job_do_start(struct job *job)
{
    struct err refused = {0};
    if (!may_read(job))
        return job_sleep(job, TURN_PAUSE);
    enum io io = job->plan->transport->read(job->transport, &job->out,
                                            &job->errors, &job->err);
    /* What came before the end counts, even when the end is a break. */
    int failed = feed(job, &refused);
    if (job->started && job->state == JOB_start)
        job_set_state(job, JOB_run);
    if (failed)
        return io == IO_FAIL
                   ? job_fail(job, FAULT_BAD_RESULT, refused.text)
                   : job_conclude(job, FAULT_BAD_RESULT, refused.text);
    if (job->answered)
        return have_answer(job, io);
    if (io == IO_FAIL)
        return job_broke(job);
    return io == IO_DONE ? ended_without_answer(job) : wait_for_more(job);
}

enum pace job_do_run(struct job *job)
{
    return job_do_start(job);
}

enum pace job_do_drain(struct job *job)
{
    return job_do_start(job);
}

/* --- after a command ------------------------------------------------------ */

static enum pace after_miss(struct job *job)
{
    job->unsure = false;
    job->run_deadline = 0;
    if (!job->cold) {
        job->cache.payload_hash[0] = '\0';
        job->cache.request_hash[0] = '\0';
        return begin_cold(job);
    }
    enum shell_form other =
        job->form == SHELL_SLASH ? SHELL_BACKSLASH : SHELL_SLASH;
    job->tried[job->form] = true;
    if (job->tried[other]) {
        job_set_state(job, JOB_look);
        return GO_ON;
    }
    job->form = other;
    if (one_time_command(job))
        return job_conclude(job, FAULT_EXEC, job->err.text);
    job_set_state(job, JOB_exec);
    return GO_ON;
}

static enum pace bring_request(struct job *job)
{
    job->run_deadline = 0;
    job->asked_again = false;
    if (settled_command(job, false))
        return job_conclude(job, FAULT_EXEC, job->err.text);
    job_set_state(job, JOB_upload_request);
    return GO_ON;
}

static enum pace after_command(struct job *job)
{
    if (job->concluded) {
        job_set_state(job, job_tidy_state(job));
        return GO_ON;
    }
    if (job->answered && lacks_request(job))
        return bring_request(job);
    if (job->answered) {
        job_set_state(job, JOB_busy);
        uint64_t wait = busy_wait(job);
        job->busy_waits++;
        return job_sleep(job, wait);
    }
    if (!job->started)
        return after_miss(job);
    job->asked_again = true;
    job_set_state(job, JOB_exec);
    return GO_ON;
}

enum pace job_do_close_channel(struct job *job)
{
    switch (job->plan->transport->close_channel(job->transport, &job->err)) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        return job_broke(job);
    case IO_DONE:
        break;
    }
    job->channel_open = false;
    return after_command(job);
}

enum pace job_do_busy(struct job *job)
{
    job_set_state(job, JOB_exec);
    return GO_ON;
}
