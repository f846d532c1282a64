/* SPDX-License-Identifier: MIT */
/* What goes to the hosts of a run, and what becomes of their results. */
#include "controller/run.h"

#include <stdlib.h>

#include "base/json.h"
#include "controller/known_target.h"
#include "inventory/fold.h"

static int undo_request_of(struct run *run, const struct target *target,
                           struct blob *request, struct err *err)
{
    const struct undo_host *host = undo_plan_host(&run->undo, target->name);
    cJSON *undo = host != NULL ? undo_request(host, run->options->force) : NULL;
    if (undo == NULL)
        return err_set(err, 0, "out of memory");
    int failed = requests_get(run->requests, target->wmi, undo, request, err);
    cJSON_Delete(undo);
    return failed;
}

static int apply_request_of(struct run *run, const struct target *target,
                            struct blob *request, struct err *err)
{
    if (!chosen_sends_password(run->options, target))
        return requests_get(run->requests, target->wmi, NULL, request, err);
    char *password = secret_read_account(run->chosen.inventory, target, err);
    if (password == NULL)
        return -1;
    int failed =
        requests_get_secret(run->requests, target->wmi, password, request, err);
    secret_free(password);
    return failed;
}

int run_on_request(void *context, const struct target *target,
                   struct blob *request, struct err *err)
{
    struct run *run = context;
    if (run_goes_via(run))
        return verify_from_request(&run->via, run->requests, request, err);
    if (run->verb == VERB_PING) {
        *request = (struct blob){0};
        return 0;
    }
    if (run->verb == VERB_CLEAN)
        return requests_get_bare(run->requests, request, err);
    bool again = table_get_text(&run->resumed.cancelled, target->name) != NULL;
    int failed =
        requests_set_again(run->requests, again ? run->fresh_id : NULL, err);
    if (!failed)
        failed = run->verb == VERB_UNDO
                     ? undo_request_of(run, target, request, err)
                     : apply_request_of(run, target, request, err);
    return failed ? err_prefix(err, target->name) : 0;
}

void run_on_cache(void *context, const struct target *target,
                  struct target_cache *cache)
{
    struct run *run = context;
    known_target_get(run->store, run->log, target, cache);
}

static int hold(struct run *run, struct result *result, struct err *err)
{
    if (run->held_count == run->held_capacity) {
        size_t capacity = run->held_capacity ? run->held_capacity * 2 : 64;
        struct result **held = realloc(run->held, capacity * sizeof *held);
        if (held == NULL)
            return err_set(err, 0, "out of memory");
        run->held = held;
        run->held_capacity = capacity;
    }
    run->held[run->held_count++] = result;
    return 0;
}

/* Takes the result. Without memory for its host, that is told at once. */
static void lose_one(struct run *run, struct result *result)
{
    size_t count = run->unkept_count;
    char **grown = realloc(run->unkept, (count + 1) * sizeof *grown);
    if (grown != NULL) {
        run->unkept = grown;
        grown[run->unkept_count++] = result->host;
        result->host = NULL;
    } else {
        log_line(run->log, LOG_ERROR, "%s: its result could not be kept",
                 result->host);
    }
    result_free(result);
}

/* The store took nothing since its last commit. Takes `result` too; -1. */
static int lose(struct run *run, struct result *result)
{
    for (size_t i = 0; i < run->held_count; i++)
        lose_one(run, run->held[i]);
    run->held_count = 0;
    if (result != NULL)
        lose_one(run, result);
    return -1;
}

void run_tell_unkept(const struct run *run)
{
    struct buf names;
    if (run->unkept_count == 0)
        return;
    buf_init(&names, SIZE_MAX);
    bool folded = fold_names(&names, (const char *const *)run->unkept,
                             run->unkept_count) == 0;
    log_line(run->log, LOG_ERROR,
             "%s: %s could not be kept and so is not shown; make room for the "
             "store, then go on with --resume %s",
             folded ? names.data : "some hosts",
             run->unkept_count == 1 ? "its result" : "what they answered",
             run->id);
    buf_release(&names);
}

/* Owned by the caller; NULL: memory is short. */
static char *text_of(const struct result *result)
{
    cJSON *object = result_to_json(result);
    char *text = object != NULL ? json_print(object, -1) : NULL;
    cJSON_Delete(object);
    return text;
}

static int put_result(struct run *run, const struct result *result,
                      struct err *err)
{
    char *text = text_of(result);
    if (text == NULL)
        return err_set(err, 0, "out of memory");
    int failed = store_result_put(run->store, run->id, result->host,
                                  (int)result->status, text, err);
    free(text);
    return failed;
}

/* "lab-17: ok in 0.4 s, warm", "lab-18: unreachable in 10.0 s: refused" */
static void tell_end(const struct run *run, const struct job *job,
                     const struct result *result)
{
    const char *way = job != NULL ? job_way(job) : NULL;
    bool fault = result->fault != FAULT_NONE;
    log_line(run->log, LOG_INFO, "%s: %s in %.1f s%s%s%s%s%s%s", result->host,
             status_word(result->status), result_seconds(result),
             way ? ", " : "", way ? way : "", fault ? ": " : "",
             fault ? fault_word(result->fault) : "", fault ? ", at " : "",
             fault ? result->phase : "");
}

int run_keep(struct run *run, const struct job *job, struct result *result,
             struct err *err)
{
    tell_end(run, job, result);
    if (put_result(run, result, err))
        return lose(run, result);
    if (hold(run, result, err) == 0)
        return 0;
    result_free(result);
    return -1;
}

static void not_tried(struct run *run)
{
    const struct target_list *targets = &run->chosen.targets;
    for (size_t i = 0; i < targets->count; i++)
        recap_not_tried(run->recap, targets->items[i].name);
}

/* What the collector said of each target, and of itself where it failed. */
static int keep_answer(struct run *run, const struct job *job,
                       struct result *answer, struct err *err)
{
    const struct target_list *targets = &run->chosen.targets;
    int failed = 0;
    if (!verify_from_check(&run->via, answer)) {
        not_tried(run);
        return run_keep(run, job, answer, err);
    }
    for (size_t i = 0; !failed && i < targets->count; i++) {
        struct result *result = verify_from_result(&run->via, i, answer, err);
        if (result != NULL)
            failed = run_keep(run, NULL, result, err);
        else if (err->code == 0)
            recap_not_tried(run->recap, targets->items[i].name);
        else
            failed = -1;
    }
    result_free(answer);
    return failed;
}

int run_on_done(void *context, const struct target *target, struct job *job,
                struct result *result, struct err *err)
{
    struct run *run = context;
    if (run->chosen.ssh.trials != NULL &&
        trials_stopped(run->chosen.ssh.trials))
        schedule_stop(run->schedule,
                      "the first hosts all refused the password, and Windows "
                      "locks accounts; correct it, then --rerun all");
    if (job != NULL && run->verb != VERB_PING &&
        known_target_put(run->store, target, job_cache(job), err))
        return lose(run, result);
    return run_goes_via(run) ? keep_answer(run, job, result, err)
                             : run_keep(run, job, result, err);
}

static int put_file(struct run *run, const struct result *result,
                    struct err *err)
{
    if (run->outdir == NULL)
        return 0;
    char *text = text_of(result);
    int failed = text != NULL ? outdir_put(run->outdir, result->host, text, err)
                              : err_set(err, 0, "out of memory");
    free(text);
    return failed;
}

/* Shows what is committed. */
static int tell(struct run *run, const struct result *result, struct err *err)
{
    if (put_file(run, result, err))
        return -1;
    if (recap_host(run->recap, result))
        return err_set(err, 0, "standard output: cannot be written");
    return 0;
}

int run_on_turn(void *context, struct err *err)
{
    struct run *run = context;
    int failed = 0;
    if (run->held_count > 0 && store_commit(run->store, err))
        return lose(run, NULL);
    for (size_t i = 0; i < run->held_count; i++) {
        if (!failed)
            failed = tell(run, run->held[i], err);
        result_free(run->held[i]);
    }
    run->held_count = 0;
    return failed;
}

void run_on_not_tried(void *context, const struct target *target)
{
    struct run *run = context;
    if (run_goes_via(run))
        not_tried(run);
    else
        recap_not_tried(run->recap, target->name);
}

void run_on_look(void *context, const struct fleet_view *view)
{
    struct run *run = context;
    live_show(&run->live, view, recap_counts(run->recap));
}
