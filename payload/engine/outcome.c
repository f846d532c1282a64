/* SPDX-License-Identifier: MIT */
#include "payload/engine/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/win32/errors.h"

static const char *class_word(enum failure_class class)
{
    static const char *const words[] = {"",
#define X(symbol, word) word,
                                        PROTOCOL_ERRORS(X)
#undef X
    };
    return words[class];
}

int failure_set(struct failure *failure, enum failure_class class,
                unsigned long code, const char *hint, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(failure->text, sizeof failure->text, format, args);
    va_end(args);
    snprintf(failure->hint, sizeof failure->hint, "%s",
             hint != NULL ? hint : "");
    failure->class = class;
    failure->code = code;
    return -1;
}

static bool add_text(cJSON *object, const char *key, const char *text)
{
    return text != NULL ? cJSON_AddStringToObject(object, key, text) != NULL
                        : cJSON_AddNullToObject(object, key) != NULL;
}

static bool add_reference(cJSON *object, const char *key, cJSON *item,
                          cJSON *(*otherwise)(cJSON *, const char *))
{
    return item != NULL ? cJSON_AddItemReferenceToObject(object, key, item)
                        : otherwise(object, key) != NULL;
}

static bool add_failure(cJSON *object, const struct failure *failure)
{
    if (failure->class == FAILURE_NONE)
        return cJSON_AddNullToObject(object, "error") != NULL;
    cJSON *error =
        error_to_json(failure->code, NULL, failure->text, failure->hint);
    if (error != NULL &&
        cJSON_AddStringToObject(error, "class", class_word(failure->class)) !=
            NULL &&
        cJSON_AddItemToObject(object, "error", error))
        return true;
    cJSON_Delete(error);
    return false;
}

static bool add_members(cJSON *object, const struct outcome *outcome,
                        const struct failure *failure)
{
    return cJSON_AddNumberToObject(object, "protocol", PROTOCOL_VERSION) &&
           add_text(object, "run", outcome->run) &&
           add_text(object, "verb", outcome->verb) &&
           add_text(object, "request", outcome->request) &&
           add_text(object, "payload", outcome->payload) &&
           add_text(object, "computer", outcome->computer) &&
           add_reference(object, "identity", outcome->identity,
                         cJSON_AddNullToObject) &&
           add_text(object, "folder", outcome->folder) &&
           cJSON_AddBoolToObject(object, "settled", outcome->settled) &&
           cJSON_AddBoolToObject(object, "request_settled",
                                 outcome->request_settled) &&
           add_failure(object, failure) &&
           add_reference(object, "facts", outcome->facts,
                         cJSON_AddObjectToObject) &&
           add_reference(object, "settings", outcome->settings,
                         cJSON_AddArrayToObject) &&
           (outcome->snapshots == NULL ||
            add_reference(object, "snapshots", outcome->snapshots,
                          cJSON_AddNullToObject)) &&
           (outcome->connections == NULL ||
            add_reference(object, "connections", outcome->connections,
                          cJSON_AddNullToObject)) &&
           add_reference(object, "hints", outcome->hints,
                         cJSON_AddArrayToObject) &&
           cJSON_AddNumberToObject(object, "elapsed_ms",
                                   (double)outcome->elapsed_ms) &&
           cJSON_AddTrueToObject(object, "complete");
}

static char *print_once(const struct outcome *outcome,
                        const struct failure *failure)
{
    cJSON *object = cJSON_CreateObject();
    char *text = NULL;
    if (object != NULL && add_members(object, outcome, failure))
        text = json_print_ascii(object);
    cJSON_Delete(object);
    return text;
}

char *outcome_print(const struct outcome *outcome,
                    const struct failure *failure)
{
    char *text = print_once(outcome, failure);
    if (text == NULL || strlen(text) <= PROTOCOL_RESULT_MAX)
        return text;
    struct failure too_long;
    struct outcome bare = *outcome;
    failure_set(&too_long, FAILURE_PAYLOAD_FAILED, 0,
                "ask for fewer settings in one run, or look at the saved "
                "snapshot in the folder",
                "the result has %lu bytes, more than a controller takes",
                (unsigned long)strlen(text));
    free(text);
    bare.settings = NULL;
    bare.connections = NULL;
    return print_once(&bare, &too_long);
}

char *outcome_print_start(const char *run, const char *payload)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *started = cJSON_AddObjectToObject(object, "started");
    char *text = NULL;
    if (cJSON_AddNumberToObject(started, "protocol", PROTOCOL_VERSION) &&
        add_text(started, "run", run) && add_text(started, "payload", payload))
        text = json_print_ascii(object);
    cJSON_Delete(object);
    return text;
}
