/* SPDX-License-Identifier: MIT */
/*
 * The judging of what a target answered. Everything is checked before the
 * first member is taken over, so that an answer counts as a whole or not at
 * all. Texts too long are cut rather than refused: a long reason is no lie.
 */
#include "controller/result/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "payload/protocol.h"

#define TEXT_MAX 1000
#define ID_MAX 159
#define SETTINGS_MAX 4096
#define HINTS_MAX 200

static int refuse(struct err *err, const char *why)
{
    return err_set(err, FAULT_BAD_RESULT, "the answer is not believed: %s",
                   why);
}

/* In the order of PROTOCOL_STATES: worst first. */
static const char *const state_words[] = {
#define X(name) #name,
    PROTOCOL_STATES(X)
#undef X
};

enum state {
#define X(name) STATE_##name,
    PROTOCOL_STATES(X)
#undef X
        STATE_COUNT
};

/* STATE_COUNT when it is none of the closed list. */
static enum state state_of(const char *word)
{
    int i = 0;
    while (i < STATE_COUNT && strcmp(word, state_words[i]) != 0)
        i++;
    return (enum state)i;
}

static enum status status_of(enum state worst, enum verb verb)
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

static bool is_error_class(const char *word)
{
    static const char *const words[] = {
#define X(symbol, word) word,
        PROTOCOL_ERRORS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return false;
}

static bool absent(const cJSON *node)
{
    return node == NULL || cJSON_IsNull(node);
}

static bool equals(const cJSON *object, const char *key, const char *expected)
{
    const char *text = json_text(object, key);
    return text != NULL && strcmp(text, expected) == 0;
}

/* Cuts at the last whole character that fits. */
static void cut_text(cJSON *node)
{
    char *text = cJSON_IsString(node) ? node->valuestring : NULL;
    if (text == NULL || strlen(text) <= TEXT_MAX)
        return;
    size_t len = TEXT_MAX;
    while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
        len--;
    text[len] = '\0';
}

static int check_texts(cJSON *list, struct err *err)
{
    if (absent(list))
        return 0;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > HINTS_MAX)
        return refuse(err, "hints are no short list");
    cJSON *item = NULL;
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsString(item))
            return refuse(err, "a hint is no text");
        cut_text(item);
    }
    return 0;
}

/* {"code", "name", "text", "hint"}, each a text or null. */
static int check_reason(cJSON *reason, struct err *err)
{
    static const char *const keys[] = {"code", "name", "text", "hint"};
    if (!cJSON_IsObject(reason))
        return refuse(err, "an error is no object");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        cJSON *text = json_member(reason, keys[i]);
        if (!absent(text) && !cJSON_IsString(text))
            return refuse(err, "a part of an error is no text");
        cut_text(text);
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

static int check_setting(cJSON *setting, enum verb verb, enum state *worst,
                         struct err *err)
{
    if (!cJSON_IsObject(setting))
        return refuse(err, "a setting is no object");
    const char *id = json_text(setting, "id");
    if (id == NULL || !result_id_is_sane(id))
        return refuse(err, "a setting has no usable id");
    const char *word = json_text(setting, "state");
    enum state state = word == NULL ? STATE_COUNT : state_of(word);
    if (state == STATE_COUNT)
        return refuse(err, "a setting has no known state");
    if (verb == VERB_CHECK && state == STATE_changed)
        return refuse(err, "a check says that it changed something");
    const cJSON *restorable = json_member(setting, "restorable");
    if (!absent(restorable) && !cJSON_IsBool(restorable))
        return refuse(err, "\"restorable\" is neither true nor false");
    cJSON *risk = json_member(setting, "risk");
    if (!absent(risk) && !cJSON_IsString(risk))
        return refuse(err, "a risk is no text");
    cut_text(risk);
    cJSON *reason = json_member(setting, "error");
    if (!absent(reason) && check_reason(reason, err))
        return -1;
    if (state < *worst)
        *worst = state;
    return check_texts(json_member(setting, "hints"), err);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_unique(const cJSON *settings, size_t count, struct err *err)
{
    const char **ids = calloc(count + 1, sizeof *ids);
    if (ids == NULL)
        return refuse(err, "no memory to judge it");
    size_t filled = 0;
    const cJSON *setting = NULL;
    cJSON_ArrayForEach (setting, settings)
        ids[filled++] = json_text(setting, "id");
    qsort(ids, count, sizeof *ids, compare_texts);
    size_t i = 1;
    while (i < count && strcmp(ids[i - 1], ids[i]) != 0)
        i++;
    free(ids);
    return i < count ? refuse(err, "it tells a setting twice") : 0;
}

static int check_settings(const cJSON *settings, enum verb verb,
                          enum state *worst, struct err *err)
{
    *worst = STATE_skipped;
    if (!cJSON_IsArray(settings))
        return refuse(err, "it has no list of settings");
    size_t count = (size_t)cJSON_GetArraySize(settings);
    if (count > SETTINGS_MAX)
        return refuse(err, "it has too many settings");
    cJSON *setting = NULL;
    cJSON_ArrayForEach (setting, settings) {
        if (check_setting(setting, verb, worst, err))
            return -1;
    }
    return check_unique(settings, count, err);
}

/* A drive, and nothing that a command line would take for something else. */
static bool folder_is_sane(const char *folder)
{
    size_t len = strlen(folder);
    return len > 3 && len < sizeof((struct result_settled *)NULL)->folder &&
           folder[1] == ':' && folder[2] == '\\' &&
           strspn(folder, PROTOCOL_COMMAND_CHARACTERS) == len &&
           strstr(folder, "..") == NULL;
}

static int check_settled(const cJSON *root, struct result_settled *settled,
                         struct err *err)
{
    const cJSON *folder = json_member(root, "folder");
    const cJSON *payload = json_member(root, "settled");
    const cJSON *request = json_member(root, "request_settled");
    if ((!absent(payload) && !cJSON_IsBool(payload)) ||
        (!absent(request) && !cJSON_IsBool(request)))
        return refuse(err, "\"settled\" is neither true nor false");
    *settled = (struct result_settled){.payload = cJSON_IsTrue(payload),
                                       .request = cJSON_IsTrue(request)};
    if (absent(folder)) {
        *settled = (struct result_settled){0};
        return 0;
    }
    if (!cJSON_IsString(folder) || !folder_is_sane(folder->valuestring))
        return refuse(err, "its folder is no path that may be run");
    snprintf(settled->folder, sizeof settled->folder, "%s",
             folder->valuestring);
    return 0;
}

static int check_error(cJSON *error, struct err *err)
{
    if (absent(error))
        return 0;
    if (check_reason(error, err))
        return -1;
    const char *word = json_text(error, "class");
    if (word == NULL || !is_error_class(word))
        return refuse(err, "its error is of no known class");
    return 0;
}

static int check_header(const cJSON *root, const struct result_expect *expect,
                        struct err *err)
{
    if (!cJSON_IsObject(root))
        return refuse(err, "it is no object");
    const cJSON *protocol = json_member(root, "protocol");
    if (!cJSON_IsNumber(protocol) || protocol->valuedouble != PROTOCOL_VERSION)
        return refuse(err, "it has another protocol version");
    if (!equals(root, "run", expect->run))
        return refuse(err, "it is of another run");
    if (!equals(root, "verb", verb_word(expect->verb)))
        return refuse(err, "it is of another verb");
    if (!equals(root, "request", expect->request_hash))
        return refuse(err, "it is of another request");
    if (!equals(root, "payload", expect->payload_hash))
        return refuse(err, "another program made it");
    const cJSON *last = root->child;
    while (last->next)
        last = last->next;
    if (strcmp(last->string, "complete") != 0 || !cJSON_IsTrue(last))
        return refuse(err, "its end mark is missing");
    return 0;
}

/* Objects or null, texts or null, and a time that is one. */
static int check_rest(cJSON *root, struct err *err)
{
    const cJSON *identity = json_member(root, "identity");
    const cJSON *facts = json_member(root, "facts");
    cJSON *computer = json_member(root, "computer");
    const cJSON *elapsed = json_member(root, "elapsed_ms");
    if ((!absent(identity) && !cJSON_IsObject(identity)) ||
        (!absent(facts) && !cJSON_IsObject(facts)))
        return refuse(err, "its facts or its identity are no object");
    if (!absent(computer) && !cJSON_IsString(computer))
        return refuse(err, "its computer name is no text");
    cut_text(computer);
    if (!absent(elapsed) &&
        (!cJSON_IsNumber(elapsed) || !(elapsed->valuedouble >= 0) ||
         elapsed->valuedouble > 1e9))
        return refuse(err, "its time is none");
    if (check_error(json_member(root, "error"), err))
        return -1;
    return check_texts(json_member(root, "hints"), err);
}

static void take(cJSON **place, cJSON *root, const char *key)
{
    cJSON *node = cJSON_DetachItemFromObjectCaseSensitive(root, key);
    if (cJSON_IsNull(node)) {
        cJSON_Delete(node);
        node = NULL;
    }
    cJSON_Delete(*place);
    *place = node;
}

static void take_text(char **place, const cJSON *object, const char *key)
{
    const char *text = json_text(object, key);
    char *copy = text == NULL ? NULL : strdup(text);
    if (copy == NULL)
        return;
    free(*place);
    *place = copy;
}

/* Only members that the protocol knows reach the store and the reports. */
static void drop_unknown_members(cJSON *settings)
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

static void take_error(struct result *result, const cJSON *error)
{
    result_fail(result, fault_from_word(json_text(error, "class")),
                json_text(error, "text"));
    take_text(&result->fault_code, error, "code");
    take_text(&result->fault_name, error, "name");
    take_text(&result->fault_hint, error, "hint");
}

/* An earlier answer of this host may have been a failure: busy. */
static void forget_error(struct result *result)
{
    char **texts[] = {&result->fault_code, &result->fault_name,
                      &result->fault_text, &result->fault_hint};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
    result->fault = FAULT_NONE;
}

static void take_elapsed(struct result *result, const cJSON *elapsed)
{
    if (result->timing == NULL)
        result->timing = cJSON_CreateObject();
    cJSON_DeleteItemFromObjectCaseSensitive(result->timing, "payload_ms");
    if (!absent(elapsed))
        cJSON_AddNumberToObject(result->timing, "payload_ms",
                                elapsed->valuedouble);
}

/* Nothing in here can fail: without memory a detail is missing. */
static void take_over(struct result *result, cJSON *root, enum state worst)
{
    const cJSON *error = json_member(root, "error");
    forget_error(result);
    if (absent(error)) {
        result->status = status_of(worst, result->verb);
    } else {
        take_error(result, error);
    }
    take(&result->facts, root, "facts");
    take(&result->identity, root, "identity");
    take(&result->settings, root, "settings");
    take(&result->hints, root, "hints");
    if (result->verb == VERB_SNAPSHOTS)
        take(&result->snapshots, root, "snapshots");
    if (result->verb == VERB_VERIFY)
        take(&result->connections, root, "connections");
    drop_unknown_members(result->settings);
    const char *computer = json_text(root, "computer");
    if (computer && result->facts && !json_member(result->facts, "computer"))
        cJSON_AddStringToObject(result->facts, "computer", computer);
    take_elapsed(result, json_member(root, "elapsed_ms"));
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
    result->status = status_of(worst, result->verb);
}

int result_judge(struct result *result, const struct result_expect *expect,
                 const char *text, size_t len, struct result_settled *settled,
                 struct err *err)
{
    if (len > PROTOCOL_RESULT_MAX)
        return refuse(err, "it is too long");
    cJSON *root = json_parse("answer", text, len, err);
    if (root == NULL) {
        if (err)
            err->code = FAULT_BAD_RESULT;
        return -1;
    }
    struct result_settled found = {0};
    enum state worst = STATE_skipped;
    int failed = check_header(root, expect, err) || check_rest(root, err) ||
                 check_settings(json_member(root, "settings"), expect->verb,
                                &worst, err) ||
                 check_settled(root, &found, err);
    if (!failed) {
        take_over(result, root, worst);
        *settled = found;
    }
    cJSON_Delete(root);
    return failed ? -1 : 0;
}
