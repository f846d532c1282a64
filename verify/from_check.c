/* SPDX-License-Identifier: MIT */
#include "verify/from.h"

#include <string.h>

#include "base/json.h"
#include "payload/protocol.h"

#define TEXT_MAX_LEN 1000
#define STEPS_MAX 80
#define NUMBER_MAX 1e9

static int refuse(struct err *err, const char *why)
{
    return err_set(err, FAULT_BAD_RESULT, "the answer is not believed: %s",
                   why);
}

static bool is_step(const char *word)
{
    static const char *const words[] = {
#define X(name) #name,
        PROTOCOL_STEPS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], word) == 0)
            return true;
    }
    return false;
}

static bool is_code(const char *text)
{
    return strlen(text) == 10 && strncmp(text, "0x", 2) == 0 &&
           strspn(text + 2, "0123456789ABCDEF") == 8;
}

static bool has(const cJSON *list, const char *text)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        if (strcmp(item->valuestring, text) == 0)
            return true;
    }
    return false;
}

/* Absent, or a text that is not too long. */
static bool may_be_text(const cJSON *object, const char *key)
{
    const cJSON *item = json_member(object, key);
    return item == NULL ||
           (cJSON_IsString(item) && strlen(item->valuestring) <= TEXT_MAX_LEN);
}

static bool may_be_number(const cJSON *object, const char *key)
{
    const cJSON *item = json_member(object, key);
    return item == NULL || (cJSON_IsNumber(item) && item->valuedouble >= 0 &&
                            item->valuedouble <= NUMBER_MAX);
}

static int check_step(const cJSON *step, const cJSON *asked, struct err *err)
{
    const char *word = json_text(step, "step");
    const char *code = json_text(step, "code");
    const char *path = json_text(step, "namespace");
    if (word == NULL || !is_step(word))
        return refuse(err, "a connection has a step that is none");
    if (!may_be_text(step, "name") || !may_be_text(step, "text") ||
        !may_be_text(step, "code") || !may_be_text(step, "namespace"))
        return refuse(err, "a step of a connection says what is no text");
    if (code != NULL && !is_code(code))
        return refuse(err, "a step of a connection has a code that is none");
    if (path == NULL ? strcmp(word, "locator") != 0
                     : !has(json_member(asked, "namespaces"), path))
        return refuse(err, "a connection is to a namespace nobody asked for");
    if (!may_be_number(step, "rows") || !may_be_number(step, "elapsed_ms"))
        return refuse(err, "a step of a connection counts what cannot be");
    return 0;
}

static int check_one(const cJSON *connection, const cJSON *asked,
                     struct err *err)
{
    const char *host = json_text(connection, "host");
    const cJSON *steps = json_member(connection, "steps");
    const cJSON *step;
    if (host == NULL || strcmp(host, json_text(asked, "host")) != 0)
        return refuse(err, "it tells of another host than was asked for");
    if (!cJSON_IsArray(steps) || cJSON_GetArraySize(steps) > STEPS_MAX)
        return refuse(err, "a connection has no short list of steps");
    cJSON_ArrayForEach (step, steps) {
        if (check_step(step, asked, err))
            return -1;
    }
    return 0;
}

int from_check(const cJSON *connections, const cJSON *verify, struct err *err)
{
    const cJSON *targets = json_member(verify, "targets");
    if (!cJSON_IsArray(connections) ||
        cJSON_GetArraySize(connections) != cJSON_GetArraySize(targets))
        return refuse(err, "it does not tell of each host that was asked for");
    const cJSON *connection = connections->child;
    const cJSON *asked;
    cJSON_ArrayForEach (asked, targets) {
        if (check_one(connection, asked, err))
            return -1;
        connection = connection->next;
    }
    return 0;
}
