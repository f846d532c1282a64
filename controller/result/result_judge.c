/* SPDX-License-Identifier: MIT */
/*
 * The judging of what a target answered. Everything is checked before the
 * first member is taken over, so that an answer counts as a whole or not at
 * all. Texts too long are cut rather than refused: a long reason is no lie.
 */
#include "controller/result/result_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

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

static bool equals(const cJSON *object, const char *key, const char *expected)
{
    const char *text = json_text(object, key);
    return text != NULL && strcmp(text, expected) == 0;
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
    if ((!result_absent(payload) && !cJSON_IsBool(payload)) ||
        (!result_absent(request) && !cJSON_IsBool(request)))
        return result_refuse(err, "\"settled\" is neither true nor false");
    *settled = (struct result_settled){.payload = cJSON_IsTrue(payload),
                                       .request = cJSON_IsTrue(request)};
    if (result_absent(folder)) {
        *settled = (struct result_settled){0};
        return 0;
    }
    if (!cJSON_IsString(folder) || !folder_is_sane(folder->valuestring))
        return result_refuse(err, "its folder is no path that may be run");
    snprintf(settled->folder, sizeof settled->folder, "%s",
             folder->valuestring);
    return 0;
}

static int check_error(cJSON *error, struct err *err)
{
    if (result_absent(error))
        return 0;
    if (result_check_reason(error, err))
        return -1;
    const char *word = json_text(error, "class");
    if (word == NULL || !is_error_class(word))
        return result_refuse(err, "its error is of no known class");
    return 0;
}

static int check_header(const cJSON *root, const struct result_expect *expect,
                        struct err *err)
{
    if (!cJSON_IsObject(root))
        return result_refuse(err, "it is no object");
    const cJSON *protocol = json_member(root, "protocol");
    if (!cJSON_IsNumber(protocol) || protocol->valuedouble != PROTOCOL_VERSION)
        return result_refuse(err, "it has another protocol version");
    if (!equals(root, "run", expect->run))
        return result_refuse(err, "it is of another run");
    if (!equals(root, "verb", verb_word(expect->verb)))
        return result_refuse(err, "it is of another verb");
    if (!equals(root, "request", expect->request_hash))
        return result_refuse(err, "it is of another request");
    if (!equals(root, "payload", expect->payload_hash))
        return result_refuse(err, "another program made it");
    const cJSON *last = root->child;
    while (last->next)
        last = last->next;
    if (strcmp(last->string, "complete") != 0 || !cJSON_IsTrue(last))
        return result_refuse(err, "its end mark is missing");
    return 0;
}

/* Objects or null, texts or null, and a time that is one. */
static int check_rest(cJSON *root, struct err *err)
{
    const cJSON *identity = json_member(root, "identity");
    const cJSON *facts = json_member(root, "facts");
    cJSON *computer = json_member(root, "computer");
    const cJSON *elapsed = json_member(root, "elapsed_ms");
    if ((!result_absent(identity) && !cJSON_IsObject(identity)) ||
        (!result_absent(facts) && !cJSON_IsObject(facts)))
        return result_refuse(err, "its facts or its identity are no object");
    if (!result_absent(computer) && !cJSON_IsString(computer))
        return result_refuse(err, "its computer name is no text");
    result_cut_text(computer);
    if (!result_absent(elapsed) &&
        (!cJSON_IsNumber(elapsed) || !(elapsed->valuedouble >= 0) ||
         elapsed->valuedouble > 1e9))
        return result_refuse(err, "its time is none");
    if (check_error(json_member(root, "error"), err))
        return -1;
    return result_check_texts(json_member(root, "hints"), err);
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
    if (!result_absent(elapsed))
        cJSON_AddNumberToObject(result->timing, "payload_ms",
                                elapsed->valuedouble);
}

/* Nothing in here can fail: without memory a detail is missing. */
static void take_over(struct result *result, cJSON *root, enum state worst)
{
    const cJSON *error = json_member(root, "error");
    forget_error(result);
    if (result_absent(error)) {
        result->status = result_status_of(worst, result->verb);
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
    result_drop_unknown_members(result->settings);
    const char *computer = json_text(root, "computer");
    if (computer && result->facts && !json_member(result->facts, "computer"))
        cJSON_AddStringToObject(result->facts, "computer", computer);
    take_elapsed(result, json_member(root, "elapsed_ms"));
}

int result_judge(struct result *result, const struct result_expect *expect,
                 const char *text, size_t len, struct result_settled *settled,
                 struct err *err)
{
    if (len > PROTOCOL_RESULT_MAX)
        return result_refuse(err, "it is too long");
    cJSON *root = json_parse("answer", text, len, err);
    if (root == NULL) {
        if (err)
            err->code = FAULT_BAD_RESULT;
        return -1;
    }
    struct result_settled found = {0};
    enum state worst = STATE_skipped;
    int failed = check_header(root, expect, err) || check_rest(root, err) ||
                 result_check_settings(json_member(root, "settings"),
                                       expect->verb, &worst, err) ||
                 check_settled(root, &found, err);
    if (!failed) {
        take_over(result, root, worst);
        *settled = found;
    }
    cJSON_Delete(root);
    return failed ? -1 : 0;
}
