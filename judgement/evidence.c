/* SPDX-License-Identifier: MIT */
#include "judgement/evidence.h"

#include <stdio.h>
#include <string.h>

#include "payload/settings/settings.h"

const cJSON *evidence_at(const struct evidence *evidence, const char *path)
{
    const cJSON *node = evidence->facts;
    while (node != NULL && *path != '\0') {
        char key[64];
        size_t len = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)len, path);
        node = cJSON_GetObjectItemCaseSensitive(node, key);
        path += len + (path[len] == '.');
    }
    return node;
}

bool evidence_number(const struct evidence *evidence, const char *path,
                     double *number)
{
    const cJSON *node = evidence_at(evidence, path);
    if (!cJSON_IsNumber(node))
        return false;
    *number = node->valuedouble;
    return true;
}

const char *evidence_text(const struct evidence *evidence, const char *path)
{
    return cJSON_GetStringValue(evidence_at(evidence, path));
}

static bool list_has(const cJSON *list, const char *text)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, text) == 0)
            return true;
    }
    return false;
}

bool evidence_has(const struct evidence *evidence, const char *path,
                  const char *text)
{
    return list_has(evidence_at(evidence, path), text);
}

unsigned evidence_profiles(const struct evidence *evidence)
{
    static const char path[] = "firewall.current_profiles";
    return (evidence_has(evidence, path, "domain") ? SETTINGS_PROFILE_DOMAIN
                                                   : 0) |
           (evidence_has(evidence, path, "private") ? SETTINGS_PROFILE_PRIVATE
                                                    : 0) |
           (evidence_has(evidence, path, "public") ? SETTINGS_PROFILE_PUBLIC
                                                   : 0);
}

static const char *member(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

const cJSON *evidence_setting(const struct evidence *evidence, const char *id)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, evidence->settings) {
        const char *found = member(setting, "id");
        if (found != NULL && strcmp(found, id) == 0)
            return cJSON_GetObjectItemCaseSensitive(setting, "after");
    }
    return NULL;
}

bool evidence_state(const struct evidence *evidence, const char *prefix,
                    const char *state)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, evidence->settings) {
        const char *id = member(setting, "id");
        const char *is = member(setting, "state");
        if (id != NULL && is != NULL &&
            strncmp(id, prefix, strlen(prefix)) == 0 && strcmp(is, state) == 0)
            return true;
    }
    return false;
}
