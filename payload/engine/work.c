/* SPDX-License-Identifier: MIT */
#include "payload/engine/work.h"

#include <string.h>

#include "payload/win32/errors.h"

#define NOT_EFFECTIVE_HINT                                                     \
    "the write reported success but reading gives another value: a policy or " \
    "a security product may hold it"
#define WAITS_HINT "takes effect when winmgmt restarts"

const char *verdict_word(enum setting_verdict verdict)
{
    switch (verdict) {
    case SETTING_AGREES:
        return "ok";
    case SETTING_DIFFERS:
        return "drift";
    case SETTING_BLOCKED:
        return "blocked";
    case SETTING_CONFLICT:
        return "conflict";
    case SETTING_IRREVERSIBLE:
        return "irreversible";
    case SETTING_SKIPPED:
        return "skipped";
    case SETTING_FAILED:
        break;
    }
    return "failed";
}

/* --- what is told -------------------------------------------------------- */

/* Adds an owned item; a NULL item is left out where `optional`. */
static bool add_item(cJSON *object, const char *key, cJSON *item, bool optional)
{
    if (item == NULL)
        return optional;
    if (cJSON_AddItemToObject(object, key, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static bool add_copy(cJSON *object, const char *key, const cJSON *item)
{
    return item == NULL ||
           add_item(object, key, cJSON_Duplicate(item, true), false);
}

static bool reason_says_something(const struct verdict *verdict)
{
    return verdict->reason.code != 0 || verdict->reason.text[0] != '\0';
}

static bool add_hints(cJSON *entry, const struct work *work)
{
    if (!add_copy(entry, "hints", work->setting->hints))
        return false;
    if (!work->waits)
        return true;
    cJSON *hints = cJSON_GetObjectItemCaseSensitive(entry, "hints");
    if (hints == NULL)
        hints = cJSON_AddArrayToObject(entry, "hints");
    cJSON *hint = cJSON_CreateString(WAITS_HINT);
    if (cJSON_AddItemToArray(hints, hint))
        return true;
    cJSON_Delete(hint);
    return false;
}

cJSON *work_entry(const struct work *work, const cJSON *after,
                  const struct verdict *verdict)
{
    const struct setting *setting = work->setting;
    const struct setting_reason *reason = &verdict->reason;
    cJSON *entry = cJSON_CreateObject();
    bool built =
        entry != NULL &&
        cJSON_AddStringToObject(entry, "id", setting->id) != NULL &&
        cJSON_AddStringToObject(entry, "state", verdict->state) != NULL &&
        add_copy(entry, "desired", setting->desired) &&
        add_copy(entry, "before", work->before) &&
        add_copy(entry, "after", after) &&
        cJSON_AddBoolToObject(entry, "restorable", !work->lost) != NULL &&
        (setting->risk == NULL ||
         cJSON_AddStringToObject(entry, "risk", setting->risk) != NULL) &&
        (!reason_says_something(verdict) ||
         add_item(entry, "error",
                  error_to_json(reason->code, reason->name, reason->text,
                                reason->hint),
                  false)) &&
        add_hints(entry, work);
    if (built)
        return entry;
    cJSON_Delete(entry);
    return NULL;
}

bool work_add_interrupted(cJSON *settings, const struct work *work,
                          const char *text)
{
    /* The other thread still owns everything of it but what plan made. */
    struct setting known = {.desired = work->setting->desired,
                            .risk = work->setting->risk};
    struct work copy = {.setting = &known};
    struct verdict verdict = {.state = "failed"};
    memcpy(known.id, work->setting->id, sizeof known.id);
    setting_reason_set(&verdict.reason, CODE_INTERRUPTED,
                       "look at the machine's load and event log, then run it "
                       "again",
                       "%s", text);
    cJSON *entry = work_entry(&copy, NULL, &verdict);
    if (entry != NULL && cJSON_AddItemToArray(settings, entry))
        return true;
    cJSON_Delete(entry);
    return false;
}

cJSON *work_snapshot(const struct work *work)
{
    cJSON *entry = cJSON_CreateObject();
    if (entry != NULL &&
        cJSON_AddStringToObject(entry, "id", work->setting->id) != NULL &&
        add_copy(entry, "desired", work->setting->desired) &&
        add_copy(entry, "before", work->before))
        return entry;
    cJSON_Delete(entry);
    return NULL;
}

/* --- what is done -------------------------------------------------------- */

cJSON *work_read(struct setting *setting, struct verdict *verdict)
{
    verdict->reason = (struct setting_reason){.code = 0};
    cJSON *state = setting->ops->read(setting, &verdict->reason);
    if (state != NULL)
        return state;
    verdict->state = "failed";
    if (!reason_says_something(verdict))
        setting_reason_set(&verdict->reason, 0, NULL,
                           "%s: its state could not be read", setting->id);
    return NULL;
}

/* Reads and compares what a write has left; `after` is the caller's. */
static void judge_write(struct setting *setting, cJSON **after,
                        struct verdict *verdict)
{
    *after = work_read(setting, verdict);
    if (*after == NULL)
        return;
    enum setting_verdict compared =
        setting->ops->compare(setting, *after, &verdict->reason);
    if (compared == SETTING_AGREES) {
        verdict->state = "changed";
        return;
    }
    if (compared != SETTING_DIFFERS) { /* what is left needs another hand */
        verdict->state = verdict_word(compared);
        return;
    }
    verdict->state = "failed";
    setting_reason_set(&verdict->reason, CODE_NOT_EFFECTIVE, NOT_EFFECTIVE_HINT,
                       "%s: written, but it did not take", setting->id);
}

void work_write(struct setting *setting, const cJSON *state, cJSON **after,
                struct verdict *verdict)
{
    if (setting->ops->write(setting, state, &verdict->reason) == 0) {
        judge_write(setting, after, verdict);
        return;
    }
    struct setting_reason ignored = {.code = 0};
    verdict->state = "failed";
    if (!reason_says_something(verdict))
        setting_reason_set(&verdict->reason, 0, NULL, "%s: the write failed",
                           setting->id);
    *after = setting->ops->read(setting, &ignored);
}
