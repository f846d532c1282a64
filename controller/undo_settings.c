/* SPDX-License-Identifier: MIT */
#include "controller/undo_settings.h"

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

int undo_settings_take(cJSON *settings, const cJSON *setting,
                       const cJSON *after)
{
    cJSON *entry = entry_of(settings, json_text(setting, "id"));
    if (entry == NULL)
        return add_entry(settings, setting, after);
    cJSON_DeleteItemFromObjectCaseSensitive(entry, "before");
    return add_copy(entry, "before", json_member(setting, "before")) ? 0 : -1;
}
