/* SPDX-License-Identifier: MIT */
#include "tests/farm/model.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_SIZE 160

struct work {
    cJSON *state;
    const cJSON *options;
    const char *verb;
    cJSON *settings;
};

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* --- how a setting stands ------------------------------------------------- */

static cJSON *absent(void)
{
    cJSON *state = cJSON_CreateObject();
    cJSON_AddStringToObject(state, "absent", "value");
    return state;
}

static cJSON *present_state(const struct work *work, const char *id)
{
    const cJSON *found = member(work->state, id);
    return found != NULL ? cJSON_Duplicate(found, 1) : absent();
}

static void put_state(struct work *work, const char *id, const cJSON *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(work->state, id);
    cJSON_AddItemToObject(work->state, id, cJSON_Duplicate(value, 1));
}

static void tell(struct work *work, const char *id, const char *word,
                 const cJSON *desired, cJSON *before, cJSON *after)
{
    cJSON *setting = cJSON_CreateObject();
    cJSON_AddStringToObject(setting, "id", id);
    cJSON_AddStringToObject(setting, "state", word);
    cJSON_AddItemToObject(setting, "desired",
                          desired != NULL ? cJSON_Duplicate(desired, 1)
                                          : cJSON_CreateNull());
    cJSON_AddItemToObject(setting, "before", before);
    cJSON_AddItemToObject(setting, "after", after);
    cJSON_AddTrueToObject(setting, "restorable");
    cJSON_AddItemToArray(work->settings, setting);
}

/* --- check and apply ------------------------------------------------------ */

static bool is_absent_word(const cJSON *desired)
{
    return cJSON_IsString(desired) &&
           strcmp(desired->valuestring, "absent") == 0;
}

static void work_on(struct work *work, const char *id, const cJSON *desired)
{
    cJSON *before = present_state(work, id);
    cJSON *wanted =
        is_absent_word(desired) ? absent() : cJSON_Duplicate(desired, 1);
    bool stands = cJSON_Compare(before, wanted, 1);
    bool writes = strcmp(work->verb, "apply") == 0 && !stands;
    if (writes)
        put_state(work, id, wanted);
    tell(work, id,
         stands   ? "ok"
         : writes ? "changed"
                  : "drift",
         desired, before, present_state(work, id));
    cJSON_Delete(wanted);
}

/* What a list's item is called by: "DCOM" of firewall.rules[DCOM]. */
static const char *item_name(const cJSON *item)
{
    static const char *const keys[] = {"name", "account", "path", "group"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const cJSON *text = member(item, keys[i]);
        if (cJSON_IsString(text))
            return text->valuestring;
    }
    return cJSON_IsString(item) ? item->valuestring : "item";
}

static bool is_told(const struct work *work, const char *id)
{
    const cJSON *setting = NULL;
    cJSON_ArrayForEach (setting, work->settings)
        if (strcmp(member(setting, "id")->valuestring, id) == 0)
            return true;
    return false;
}

static void work_on_list(struct work *work, const char *id, const cJSON *list)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, list) {
        char item_id[ID_SIZE];
        snprintf(item_id, sizeof item_id, "%.60s[%.60s]", id, item_name(item));
        for (int number = 2; is_told(work, item_id); number++)
            snprintf(item_id, sizeof item_id, "%.60s[%.60s#%d]", id,
                     item_name(item), number);
        work_on(work, item_id, item);
    }
}

static void work_on_family(struct work *work, const cJSON *family)
{
    static const char *const whole[] = {"fixed_port", "account"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(family->string, whole[i]) == 0) {
            work_on(work, family->string, family);
            return;
        }
    if (cJSON_IsArray(family))
        work_on_list(work, family->string, family);
    const cJSON *value = NULL;
    if (!cJSON_IsObject(family))
        return;
    cJSON_ArrayForEach (value, family) {
        char id[ID_SIZE];
        snprintf(id, sizeof id, "%.60s.%.60s", family->string, value->string);
        if (cJSON_IsArray(value))
            work_on_list(work, id, value);
        else
            work_on(work, id, value);
    }
}

static bool names(const cJSON *list, const char *family)
{
    const cJSON *word = NULL;
    cJSON_ArrayForEach (word, list)
        if (cJSON_IsString(word) && strcmp(word->valuestring, family) == 0)
            return true;
    return false;
}

static void work_on_all(struct work *work, const cJSON *wmi)
{
    const cJSON *only = member(work->options, "only");
    const cJSON *skip = member(work->options, "skip");
    const cJSON *family = NULL;
    cJSON_ArrayForEach (family, wmi)
        if ((only == NULL || names(only, family->string)) &&
            !names(skip, family->string))
            work_on_family(work, family);
}

/* --- undo ----------------------------------------------------------------- */

static void put_back(struct work *work, const cJSON *setting, bool force)
{
    const cJSON *id = member(setting, "id");
    const cJSON *earlier = member(setting, "before");
    const cJSON *written = member(setting, "after");
    if (!cJSON_IsString(id) || earlier == NULL)
        return;
    cJSON *before = present_state(work, id->valuestring);
    const char *word = "conflict";
    if (cJSON_Compare(before, earlier, 1)) {
        word = "ok";
    } else if (force || written == NULL || cJSON_IsNull(written) ||
               cJSON_Compare(before, written, 1)) {
        word = "changed";
        put_state(work, id->valuestring, earlier);
    }
    tell(work, id->valuestring, word, NULL, before,
         present_state(work, id->valuestring));
}

static void put_all_back(struct work *work, const cJSON *undo)
{
    const cJSON *setting = NULL;
    cJSON_ArrayForEach (setting, member(undo, "settings"))
        put_back(work, setting, cJSON_IsTrue(member(undo, "force")));
}

cJSON *model_work(cJSON **state, const cJSON *request, const char *verb)
{
    const cJSON *wmi = member(request, "wmi");
    const cJSON *undo = member(request, "undo");
    bool undoing = strcmp(verb, "undo") == 0;
    if (!cJSON_IsObject(wmi) || undoing != cJSON_IsObject(undo))
        return NULL;
    if (*state == NULL)
        *state = cJSON_CreateObject();
    struct work work = {.state = *state,
                        .options = member(request, "options"),
                        .verb = verb,
                        .settings = cJSON_CreateArray()};
    if (undoing)
        put_all_back(&work, undo);
    else
        work_on_all(&work, wmi);
    return work.settings;
}
