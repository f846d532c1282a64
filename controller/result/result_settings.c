/* SPDX-License-Identifier: MIT */
#include "controller/result/result_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "payload/settings/own_file.h"

#define TEXT_MAX 1000
#define ID_MAX 159
#define SETTINGS_MAX 4096
#define HINTS_MAX 200

int result_refuse(struct err *err, const char *why)
{
    return err_set(err, FAULT_BAD_RESULT, "the answer is not believed: %s",
                   why);
}

static const char *const state_words[] = {
#define X(name) #name,
    PROTOCOL_STATES(X)
#undef X
};

/* STATE_COUNT when it is none of the closed list. */
static enum state state_of(const char *word)
{
    int i = 0;
    while (i < STATE_COUNT && strcmp(word, state_words[i]) != 0)
        i++;
    return (enum state)i;
}

enum status result_status_of(enum state worst, enum verb verb)
{
    switch (worst) {
    case STATE_failed:
        return STATUS_FAILED;
    case STATE_conflict:
        return STATUS_CONFLICT;
    case STATE_blocked:
        return STATUS_BLOCKED;
    case STATE_irreversible:
        return verb_writes(verb) ? STATUS_BLOCKED : STATUS_DRIFT;
    case STATE_drift:
        return STATUS_DRIFT;
    case STATE_pending_restart:
        return verb_writes(verb) ? STATUS_CHANGED : STATUS_DRIFT;
    case STATE_changed:
        return STATUS_CHANGED;
    case STATE_ok:
    case STATE_skipped:
    case STATE_COUNT:
        break;
    }
    return STATUS_OK;
}

bool result_absent(const cJSON *node)
{
    return node == NULL || cJSON_IsNull(node);
}

void result_cut_text(cJSON *node)
{
    char *text = cJSON_IsString(node) ? node->valuestring : NULL;
    if (text == NULL || strlen(text) <= TEXT_MAX)
        return;
    size_t len = TEXT_MAX;
    while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
        len--;
    text[len] = '\0';
}

int result_check_texts(cJSON *list, struct err *err)
{
    if (result_absent(list))
        return 0;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > HINTS_MAX)
        return result_refuse(err, "hints are no short list");
    cJSON *item = NULL;
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsString(item))
            return result_refuse(err, "a hint is no text");
        result_cut_text(item);
    }
    return 0;
}

int result_check_reason(cJSON *reason, struct err *err)
{
    static const char *const keys[] = {"code", "name", "text", "hint"};
    if (!cJSON_IsObject(reason))
        return result_refuse(err, "an error is no object");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        cJSON *text = json_member(reason, keys[i]);
        if (!result_absent(text) && !cJSON_IsString(text))
            return result_refuse(err, "a part of an error is no text");
        result_cut_text(text);
    }
    return 0;
}

bool result_id_is_sane(const char *id)
{
    size_t len = strlen(id);
    if (len == 0 || len > ID_MAX || id[0] < 'a' || id[0] > 'z')
        return false;
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        size_t took = utf8_decode(id + at, len - at, &code);
        if (took == 0 || code < 0x20 || (code >= 0x7F && code < 0xA0))
            return false;
        at += took;
    }
    return true;
}

/*
 * What clean removes are files of ours, and only a snapshot blocks: the name
 * of another file, and another state, no payload tells.
 */
static int check_cleaned(const char *id, enum state state, struct err *err)
{
    static const char snapshot[] = "folder[u-";
    if (!own_file_id_is_sane(id))
        return result_refuse(err, "it tells of a file that is not wmifleet's");
    if (state == STATE_changed || state == STATE_failed ||
        state == STATE_drift || state == STATE_skipped ||
        (state == STATE_blocked &&
         strncmp(id, snapshot, sizeof snapshot - 1) == 0))
        return 0;
    return result_refuse(err, "a file has no state that clean leaves");
}

static int check_setting(cJSON *setting, enum verb verb, enum state *worst,
                         struct err *err)
{
    if (!cJSON_IsObject(setting))
        return result_refuse(err, "a setting is no object");
    const char *id = json_text(setting, "id");
    if (id == NULL || !result_id_is_sane(id))
        return result_refuse(err, "a setting has no usable id");
    const char *word = json_text(setting, "state");
    enum state state = word == NULL ? STATE_COUNT : state_of(word);
    if (state == STATE_COUNT)
        return result_refuse(err, "a setting has no known state");
    if (verb == VERB_CHECK && state == STATE_changed)
        return result_refuse(err, "a check says that it changed something");
    if (verb == VERB_CLEAN && check_cleaned(id, state, err))
        return -1;
    const cJSON *restorable = json_member(setting, "restorable");
    if (!result_absent(restorable) && !cJSON_IsBool(restorable))
        return result_refuse(err, "\"restorable\" is neither true nor false");
    cJSON *risk = json_member(setting, "risk");
    if (!result_absent(risk) && !cJSON_IsString(risk))
        return result_refuse(err, "a risk is no text");
    result_cut_text(risk);
    cJSON *reason = json_member(setting, "error");
    if (!result_absent(reason) && result_check_reason(reason, err))
        return -1;
    if (state < *worst)
        *worst = state;
    return result_check_texts(json_member(setting, "hints"), err);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_unique(const cJSON *settings, size_t count, struct err *err)
{
    const char **ids = calloc(count + 1, sizeof *ids);
    if (ids == NULL)
        return result_refuse(err, "no memory to judge it");
    size_t filled = 0;
    const cJSON *setting = NULL;
    cJSON_ArrayForEach (setting, settings)
        ids[filled++] = json_text(setting, "id");
    qsort(ids, count, sizeof *ids, compare_texts);
    size_t i = 1;
    while (i < count && strcmp(ids[i - 1], ids[i]) != 0)
        i++;
    free(ids);
    return i < count ? result_refuse(err, "it tells a setting twice") : 0;
}

int result_check_settings(const cJSON *settings, enum verb verb,
                          enum state *worst, struct err *err)
{
    *worst = STATE_skipped;
    if (!cJSON_IsArray(settings))
        return result_refuse(err, "it has no list of settings");
    size_t count = (size_t)cJSON_GetArraySize(settings);
    if (count > SETTINGS_MAX)
        return result_refuse(err, "it has too many settings");
    cJSON *setting = NULL;
    cJSON_ArrayForEach (setting, settings) {
        if (check_setting(setting, verb, worst, err))
            return -1;
    }
    return check_unique(settings, count, err);
}

void result_drop_unknown_members(cJSON *settings)
{
    static const char *const known[] = {"id",     "state", "desired",
                                        "before", "after", "restorable",
                                        "risk",   "error", "hints"};
    cJSON *setting = NULL;
    cJSON_ArrayForEach (setting, settings) {
        cJSON *next = NULL;
        for (cJSON *member = setting->child; member; member = next) {
            next = member->next;
            size_t i = 0;
            while (i < sizeof known / sizeof *known &&
                   strcmp(member->string, known[i]) != 0)
                i++;
            if (i == sizeof known / sizeof *known)
                cJSON_Delete(cJSON_DetachItemViaPointer(setting, member));
        }
    }
}

void result_derive_status(struct result *result)
{
    enum state worst = STATE_skipped;
    const cJSON *setting;
    if (result->fault != FAULT_NONE)
        return;
    cJSON_ArrayForEach (setting, result->settings) {
        enum state state = state_of(json_text(setting, "state"));
        if (state < worst)
            worst = state;
    }
    result->status = result_status_of(worst, result->verb);
}
