/* SPDX-License-Identifier: MIT */
#include "payload/engine/engine_restart.h"

bool engine_waits_already(const struct engine *engine, const struct work *work)
{
    return engine->host->waits(engine->host->context, work->setting->id);
}

void engine_wait(struct work *work, struct verdict *verdict)
{
    work->waits = true;
    verdict->state = "pending_restart";
}

void engine_tell_restart(const struct engine *engine, const struct work *work)
{
    const struct engine_host *host = engine->host;
    const char *names = host->restart_takes(host->context);
    if (names != NULL)
        setting_hint(work->setting, "apply restarts %s", names);
    const char *cuts = host->restart_cuts != NULL && names != NULL
                           ? host->restart_cuts(host->context)
                           : NULL;
    if (cuts != NULL)
        setting_hint(work->setting, "%s", cuts);
}

size_t engine_last_to_wait(const struct engine *engine)
{
    for (size_t i = engine->count; i-- > 0;) {
        const struct work *work = &engine->works[i];
        if (work->waits ||
            (work->entry == NULL && (work->setting->restart_winmgmt ||
                                     engine_waits_already(engine, work))))
            return i;
    }
    return engine->count;
}

/* Another entry takes the place of the published one. */
static int replace_entry(const struct engine *engine, struct work *work,
                         const struct verdict *verdict)
{
    work->waits = false;
    cJSON *entry = work_entry(
        work, cJSON_GetObjectItemCaseSensitive(work->entry, "after"), verdict);
    if (entry == NULL)
        return -1;
    engine->host->lock(engine->host->context);
    work->superseded = work->entry;
    work->entry = entry;
    engine->host->unlock(engine->host->context);
    return 0;
}

int engine_restart_once(struct engine *engine)
{
    const struct engine_host *host = engine->host;
    struct verdict verdict = {.state = "changed"};
    int status = 0;
    size_t waiting = 0;
    for (size_t i = 0; i < engine->count; i++)
        waiting += engine->works[i].waits;
    if (waiting == 0 || host->restart == NULL)
        return 0;
    if (host->restart(host->context, engine->deadline_ms, &verdict.reason) != 0)
        verdict.state = "failed";
    for (size_t i = 0; i < engine->count; i++) {
        if (engine->works[i].waits &&
            replace_entry(engine, &engine->works[i], &verdict) != 0)
            status = -1;
    }
    return status;
}
