/* SPDX-License-Identifier: MIT */
/*
 * An entry of `settings`: {"before": of the oldest apply (absent: an undo
 * alone has it), "after": the state as it was read last (absent: not known),
 * "written": when the newest snapshot was, "applies": [{"run", "before"}], the
 * newest first}.
 */
#include "payload/engine/unused.h"

#include <string.h>

#include "base/json.h"
#include "payload/engine/undo.h"

void unused_init(struct unused *unused, const cJSON *identity)
{
    *unused = (struct unused){.identity = identity,
                              .settings = cJSON_CreateObject(),
                              .runs = cJSON_CreateArray()};
    unused->failed = unused->settings == NULL || unused->runs == NULL;
}

void unused_release(struct unused *unused)
{
    cJSON_Delete(unused->settings);
    cJSON_Delete(unused->runs);
    *unused = (struct unused){.identity = NULL};
}

static bool add_copy(cJSON *object, const char *key, const cJSON *item)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    cJSON *copy = cJSON_Duplicate(item, true);
    if (copy != NULL && cJSON_AddItemToObject(object, key, copy))
        return true;
    cJSON_Delete(copy);
    return false;
}

static void mark(struct unused *unused, const char *run)
{
    const cJSON *known;
    cJSON_ArrayForEach (known, unused->runs) {
        if (strcmp(known->valuestring, run) == 0)
            return;
    }
    cJSON *text = cJSON_CreateString(run);
    if (text == NULL || !cJSON_AddItemToArray(unused->runs, text)) {
        cJSON_Delete(text);
        unused->failed = true;
    }
}

static const cJSON *told_of(const cJSON *result, const char *id)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, json_member(result, "settings")) {
        const char *told = json_text(setting, "id");
        if (told != NULL && strcmp(told, id) == 0)
            return setting;
    }
    return NULL;
}

/* NULL: it was not read. */
static const cJSON *state_after(const cJSON *setting)
{
    const cJSON *after = json_member(setting, "after");
    return cJSON_IsNull(after) ? NULL : after;
}

/* False: the run did not come to it, or nothing became of it. */
static bool was_written(const cJSON *setting, const cJSON *left)
{
    const cJSON *told = told_of(left, json_text(setting, "id"));
    const cJSON *after = state_after(told);
    if (left == NULL)
        return true;
    return told != NULL &&
           (after == NULL ||
            !cJSON_Compare(after, json_member(setting, "before"), true));
}

static bool add_apply(cJSON *entry, const char *run, const cJSON *before)
{
    cJSON *applies = json_member(entry, "applies");
    if (applies == NULL)
        applies = cJSON_AddArrayToObject(entry, "applies");
    cJSON *apply = cJSON_CreateObject();
    if (cJSON_AddStringToObject(apply, "run", run) != NULL &&
        add_copy(apply, "before", before) &&
        cJSON_AddItemToArray(applies, apply))
        return add_copy(entry, "before", before);
    cJSON_Delete(apply);
    return false;
}

/* An undo's own snapshot would only put back what was undone. */
static bool add_setting(struct unused *unused, const cJSON *setting,
                        const char *run, double written, bool apply)
{
    const char *id = json_text(setting, "id");
    cJSON *entry = json_member(unused->settings, id);
    if (entry == NULL) {
        entry = cJSON_AddObjectToObject(unused->settings, id);
        if (cJSON_AddNumberToObject(entry, "written", written) == NULL)
            return false;
    }
    return !apply || add_apply(entry, run, json_member(setting, "before"));
}

void unused_add_snapshot(struct unused *unused, const char *run, double written,
                         const cJSON *tree, const cJSON *left)
{
    const cJSON *settings = json_member(tree, "settings");
    const cJSON *setting;
    const char *verb = json_text(tree, "verb");
    if (!cJSON_IsArray(settings)) {
        mark(unused, run);
        return;
    }
    if (!undo_same_installation(tree, unused->identity))
        return;
    /* Earlier versions did not write which verb it was. */
    bool apply = verb == NULL || strcmp(verb, "apply") == 0;
    cJSON_ArrayForEach (setting, settings) {
        if (json_text(setting, "id") == NULL ||
            json_member(setting, "before") == NULL)
            mark(unused, run);
        else if (was_written(setting, left) &&
                 !add_setting(unused, setting, run, written, apply))
            unused->failed = true;
    }
}

void unused_add_result(struct unused *unused, double written, const cJSON *tree)
{
    cJSON *entry;
    if (!undo_same_installation(tree, unused->identity))
        return;
    cJSON_ArrayForEach (entry, unused->settings) {
        const cJSON *after = state_after(told_of(tree, entry->string));
        if (after == NULL || json_member(entry, "after") != NULL ||
            written < json_member(entry, "written")->valuedouble)
            continue;
        if (!add_copy(entry, "after", after))
            unused->failed = true;
    }
}

/* Of a setting that is not put back: the applies that changed it. */
static void mark_applies(struct unused *unused, const cJSON *entry)
{
    const cJSON *after = json_member(entry, "after");
    const cJSON *apply;
    cJSON_ArrayForEach (apply, json_member(entry, "applies")) {
        if (after == NULL ||
            !cJSON_Compare(after, json_member(apply, "before"), true))
            mark(unused, json_text(apply, "run"));
    }
}

const cJSON *unused_runs(struct unused *unused)
{
    const cJSON *entry;
    cJSON_ArrayForEach (entry, unused->settings) {
        const cJSON *after = json_member(entry, "after");
        if (after == NULL ||
            !cJSON_Compare(after, json_member(entry, "before"), true))
            mark_applies(unused, entry);
    }
    return unused->failed ? NULL : unused->runs;
}
