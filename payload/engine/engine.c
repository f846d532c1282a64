/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. Every setting has one `struct work`. The first pass
 * reads and compares all of them and publishes an entry for each that is
 * done with that: all of them in check, those that need no write in apply,
 * unless a write that comes first may settle their conflict, or what they
 * cannot be read for.
 * What is left then goes into the snapshot, and the second pass writes.
 *
 * The second pass reads once more before it writes, because the write of
 * one setting may have changed what another one stands on. `before` and the
 * snapshot keep what the first pass saw: it is what undo, going backwards,
 * has to arrive at. It also goes past what is done already, since a setting
 * that only waits for winmgmt may be the last one that needs the restart.
 */
#include "payload/engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "payload/engine/engine_restart.h"
#include "payload/win32/errors.h"
#include "payload/engine/work.h"

#define NO_SNAPSHOT_HINT                                                       \
    "make room in the folder and look at what guards it; nothing is written "  \
    "that could not be put back"

struct engine *engine_new(const struct setting_list *list,
                          const struct engine_host *host)
{
    struct engine *engine =
        calloc(1, sizeof *engine + list->count * sizeof *engine->works);
    if (engine == NULL)
        return NULL;
    engine->host = host;
    engine->count = list->count;
    for (size_t i = 0; i < list->count; i++)
        engine->works[i].setting = &list->items[i];
    return engine;
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    for (size_t i = 0; i < engine->count; i++) {
        cJSON_Delete(engine->works[i].before);
        cJSON_Delete(engine->works[i].entry);
        cJSON_Delete(engine->works[i].superseded);
    }
    free(engine);
}

/* The entry of a setting is made public; -1 when memory is short. */
static int finish(struct engine *engine, struct work *work, const cJSON *after,
                  const struct verdict *verdict)
{
    cJSON *entry = work_entry(work, after, verdict);
    engine->host->lock(engine->host->context);
    work->entry = entry;
    engine->current = NULL;
    engine->host->unlock(engine->host->context);
    return entry != NULL ? 0 : -1;
}

static void begin(struct engine *engine, const struct work *work)
{
    engine->host->lock(engine->host->context);
    engine->current = work;
    engine->host->unlock(engine->host->context);
}

static bool deadline_passed(const struct engine *engine)
{
    return engine->host->now_ms(engine->host->context) >= engine->deadline_ms;
}

static bool is_cancelled(const struct engine *engine)
{
    const struct engine_host *host = engine->host;
    return host->cancelled != NULL && host->cancelled(host->context);
}

static bool calls_for_write(const struct engine *engine,
                            enum setting_verdict verdict)
{
    return verdict == SETTING_DIFFERS || (verdict == SETTING_IRREVERSIBLE &&
                                          engine->host->allow_irreversible);
}

/*
 * A run that ended half-way is asked for again under its id. What it wrote
 * then is its change all the same: `before` is the state before that write.
 */
static bool recall(const struct engine *engine, struct work *work)
{
    const cJSON *earlier =
        engine->host->earlier(engine->host->context, work->setting->id);
    if (earlier == NULL || cJSON_Compare(earlier, work->before, true))
        return false;
    cJSON *copy = cJSON_Duplicate(earlier, true);
    if (copy == NULL)
        return false;
    cJSON_Delete(work->before);
    work->before = copy;
    return true;
}

/*
 * Two settings may stand on the same thing, such as two rules of one name:
 * the write of the earlier one can settle what is a conflict for the later.
 */
static bool may_settle(const struct engine *engine, const struct work *work)
{
    for (const struct work *w = engine->works; w < work; w++)
        if (w->entry == NULL)
            return true;
    return false;
}

/*
 * Not to be read yet. An account that an earlier setting of this run makes is
 * a difference; whatever else may be settled by what is written first, such
 * as a service that has to run for this. The second pass sees what becomes of
 * it.
 */
static int look_later(struct engine *engine, struct work *work, bool apply,
                      struct verdict *verdict)
{
    bool to_come = verdict->reason.code == CODE_ACCOUNT_TO_COME;
    if (apply && (to_come || may_settle(engine, work)))
        return 0;
    if (to_come) {
        verdict->state = "drift";
        setting_hint(work->setting, "%s", verdict->reason.text);
        verdict->reason = (struct setting_reason){.code = 0};
    }
    return finish(engine, work, NULL, verdict);
}

/* First pass: published at once unless the setting is going to be written. */
static int look(struct engine *engine, struct work *work, bool apply)
{
    struct setting *setting = work->setting;
    struct verdict verdict = {.state = "failed"};
    begin(engine, work);
    cJSON *state = work_read(setting, &verdict);
    if (state == NULL)
        return look_later(engine, work, apply, &verdict);
    work->before = cJSON_Duplicate(state, true);
    enum setting_verdict compared =
        setting->ops->compare(setting, state, &verdict.reason);
    bool recalled = apply && work->before != NULL && recall(engine, work);
    int status = work->before != NULL ? 0 : -1;
    bool open =
        apply && (calls_for_write(engine, compared) ||
                  (compared == SETTING_CONFLICT && may_settle(engine, work)));
    if (status == 0 && !open) {
        verdict.state = verdict_word(compared);
        if (recalled && compared == SETTING_AGREES)
            verdict.state = "changed";
        if (compared == SETTING_AGREES && engine_waits_already(engine, work))
            engine_wait(work, &verdict);
        if (!apply && (work->waits || (compared == SETTING_DIFFERS &&
                                       setting->restart_winmgmt)))
            engine_tell_restart(engine, work);
        status = finish(engine, work, state, &verdict);
    }
    cJSON_Delete(state);
    return status;
}

/* What the first pass could not read is kept before its write, too. */
static int keep_before(struct engine *engine, struct work *work,
                       const cJSON *state, struct verdict *verdict)
{
    struct err err;
    if (work->before != NULL)
        return 0;
    work->before = cJSON_Duplicate(state, true);
    if (work->before == NULL)
        return -1;
    (void)recall(engine, work);
    cJSON *settings = cJSON_CreateArray();
    cJSON *entry = work_snapshot(work);
    if (entry == NULL || !cJSON_AddItemToArray(settings, entry))
        cJSON_Delete(entry);
    else if (engine->host->snapshot(engine->host->context, settings, &err) == 0)
        entry = NULL;
    else
        setting_reason_set(&verdict->reason, CODE_NO_SNAPSHOT, NO_SNAPSHOT_HINT,
                           "not written: %s", err.text);
    cJSON_Delete(settings);
    return entry == NULL ? 0 : -1;
}

static void change_state(struct engine *engine, struct work *work,
                         const cJSON *state, cJSON **after,
                         struct verdict *verdict)
{
    struct setting *setting = work->setting;
    enum setting_verdict compared =
        setting->ops->compare(setting, state, &verdict->reason);
    if (calls_for_write(engine, compared)) {
        verdict->state = "failed";
        if (keep_before(engine, work, state, verdict) != 0)
            return;
        work->lost = compared == SETTING_IRREVERSIBLE;
        work_write(setting, state, after, verdict);
        return;
    }
    verdict->state = verdict_word(compared);
    if (compared == SETTING_AGREES && work->before != NULL &&
        !cJSON_Compare(state, work->before, true)) /* by another's write */
        verdict->state = "changed";
}

/* Second pass. */
static int change(struct engine *engine, struct work *work)
{
    struct verdict verdict = {.state = "failed"};
    cJSON *after = NULL;
    begin(engine, work);
    cJSON *state = work_read(work->setting, &verdict);
    if (state != NULL)
        change_state(engine, work, state, &after, &verdict);
    if (strcmp(verdict.state, "changed") == 0 &&
        (work->setting->restart_winmgmt || engine_waits_already(engine, work)))
        engine_wait(work, &verdict);
    int status = finish(engine, work, after != NULL ? after : state, &verdict);
    cJSON_Delete(state);
    cJSON_Delete(after);
    return status;
}

/* What is to be written, as it stands; NULL when memory is short. */
static cJSON *make_snapshot(const struct engine *engine)
{
    cJSON *settings = cJSON_CreateArray();
    for (size_t i = 0; settings != NULL && i < engine->count; i++) {
        if (engine->works[i].entry != NULL || engine->works[i].before == NULL)
            continue;
        cJSON *entry = work_snapshot(&engine->works[i]);
        if (entry != NULL && cJSON_AddItemToArray(settings, entry))
            continue;
        cJSON_Delete(entry);
        cJSON_Delete(settings);
        settings = NULL;
    }
    return settings;
}

/* Without a snapshot nothing is written: every open setting has failed. */
static void refuse_writes(struct engine *engine, const char *why)
{
    for (size_t i = 0; i < engine->count; i++) {
        struct work *work = &engine->works[i];
        struct verdict verdict = {.state = "failed"};
        if (work->entry != NULL)
            continue;
        setting_reason_set(&verdict.reason, CODE_NO_SNAPSHOT, NO_SNAPSHOT_HINT,
                           "not written: %s", why);
        (void)finish(engine, work, work->before, &verdict);
    }
}

static int save_snapshot(struct engine *engine, struct err *err)
{
    cJSON *settings = make_snapshot(engine);
    int status =
        settings == NULL
            ? err_set(err, 0, "snapshot: memory is short")
            : engine->host->snapshot(engine->host->context, settings, err);
    cJSON_Delete(settings);
    if (status != 0)
        refuse_writes(engine, err->text);
    return status;
}

/* One setting of a pass, if it is still open. */
static enum engine_end step(struct engine *engine, struct work *work,
                            bool writing, bool apply, struct err *err)
{
    if (work->entry != NULL)
        return ENGINE_DONE;
    if (deadline_passed(engine))
        return ENGINE_TIMEOUT;
    if (is_cancelled(engine))
        return ENGINE_CANCELLED;
    int status = writing ? change(engine, work) : look(engine, work, apply);
    if (status == 0)
        return ENGINE_DONE;
    err_set(err, 0, "%s: memory is short", work->setting->id);
    return ENGINE_FAILED;
}

static enum engine_end pass(struct engine *engine, bool writing, bool apply,
                            struct err *err)
{
    size_t last = writing ? engine_last_to_wait(engine) : engine->count;
    enum engine_end end = ENGINE_DONE;
    for (size_t i = 0; end == ENGINE_DONE && i < engine->count; i++) {
        end = step(engine, &engine->works[i], writing, apply, err);
        if (end == ENGINE_DONE && i == last &&
            engine_restart_once(engine) != 0) {
            err_set(err, 0, "memory is short");
            end = ENGINE_FAILED;
        }
    }
    return end;
}

static enum engine_end both_passes(struct engine *engine, bool apply,
                                   struct err *err)
{
    enum engine_end end = pass(engine, false, apply, err);
    if (end != ENGINE_DONE || !apply)
        return end;
    if (engine_open_count(engine) > 0 && save_snapshot(engine, err) != 0)
        return ENGINE_FAILED;
    return pass(engine, true, apply, err);
}

/* Nothing was written of what has no entry yet. */
static enum engine_end skip_rest(struct engine *engine, struct err *err)
{
    err_set(err, 0, "%lu of %lu settings were not reached",
            (unsigned long)engine_open_count(engine),
            (unsigned long)engine->count);
    for (size_t i = 0; i < engine->count; i++) {
        struct work *work = &engine->works[i];
        const struct verdict verdict = {.state = "skipped"};
        if (work->entry == NULL &&
            finish(engine, work, work->before, &verdict) != 0)
            return ENGINE_FAILED;
    }
    return ENGINE_CANCELLED;
}

enum engine_end engine_run(struct engine *engine, bool apply,
                           unsigned long long deadline_ms, struct err *err)
{
    engine->deadline_ms = deadline_ms;
    for (size_t i = 0; i < engine->count; i++)
        engine->works[i].setting->deadline_ms = deadline_ms;
    enum engine_end end = both_passes(engine, apply, err);
    return end == ENGINE_CANCELLED ? skip_rest(engine, err) : end;
}

size_t engine_open_count(const struct engine *engine)
{
    size_t open = 0;
    for (size_t i = 0; i < engine->count; i++)
        open += engine->works[i].entry == NULL;
    return open;
}

cJSON *engine_settings(const struct engine *engine, const char *interrupted)
{
    cJSON *settings = cJSON_CreateArray();
    for (size_t i = 0; settings != NULL && i < engine->count; i++) {
        const struct work *work = &engine->works[i];
        bool added = true;
        if (work->entry != NULL)
            added = cJSON_AddItemReferenceToArray(settings, work->entry);
        else if (interrupted != NULL && work == engine->current)
            added = work_add_interrupted(settings, work, interrupted);
        if (added)
            continue;
        cJSON_Delete(settings);
        settings = NULL;
    }
    return settings;
}
