/* SPDX-License-Identifier: MIT */
#include "controller/undo/undo_settings.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"

static cJSON *entry_of(const cJSON *settings, const char *id)
{
    cJSON *entry;
    cJSON_ArrayForEach (entry, settings)
        if (strcmp(json_text(entry, "id"), id) == 0)
            return entry;
    return NULL;
}

static bool add_copy(cJSON *to, const char *key, const cJSON *value)
{
    cJSON *copy =
        value != NULL ? cJSON_Duplicate(value, 1) : cJSON_CreateNull();
    if (copy != NULL && cJSON_AddItemToObject(to, key, copy))
        return true;
    cJSON_Delete(copy);
    return false;
}

static int add_entry(cJSON *settings, const cJSON *setting, const cJSON *after)
{
    cJSON *entry = cJSON_CreateObject();
    if (entry != NULL &&
        cJSON_AddStringToObject(entry, "id", json_text(setting, "id")) &&
        add_copy(entry, "before", json_member(setting, "before")) &&
        add_copy(entry, "after", after) &&
        cJSON_AddItemToArray(settings, entry))
        return 0;
    cJSON_Delete(entry);
    return -1;
}

static bool is_sid(const char *text)
{
    return text != NULL && strncmp(text, "S-1-", 4) == 0;
}

/* "sid" is a word, not a SID, where a group was still to be made. */
static bool of_another_account(const cJSON *older, const cJSON *newer)
{
    const char *then = json_text(older, "sid");
    const char *now = json_text(newer, "sid");
    return is_sid(then) && is_sid(now) && strcmp(then, now) != 0;
}

int undo_settings_take(cJSON *settings, const cJSON *setting,
                       const cJSON *after)
{
    cJSON *entry = entry_of(settings, json_text(setting, "id"));
    if (entry == NULL)
        return add_entry(settings, setting, after);
    if (of_another_account(json_member(setting, "before"),
                           json_member(entry, "before")))
        return 0;
    cJSON_DeleteItemFromObjectCaseSensitive(entry, "before");
    return add_copy(entry, "before", json_member(setting, "before")) ? 0 : -1;
}

void undo_settings_drop_settled(cJSON *settings)
{
    cJSON *next;
    for (cJSON *entry = settings->child; entry != NULL; entry = next) {
        next = entry->next;
        if (json_equal(json_member(entry, "before"),
                       json_member(entry, "after")))
            cJSON_Delete(cJSON_DetachItemViaPointer(settings, entry));
    }
}
