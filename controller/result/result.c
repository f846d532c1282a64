/* SPDX-License-Identifier: MIT */
#include "controller/result/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static const char *const verb_words[] = {
#define X(symbol, word) word,
    VERB_LIST(X)
#undef X
};

const char *verb_word(enum verb verb)
{
    return verb_words[verb];
}

int verb_from_word(const char *word, enum verb *verb)
{
    for (size_t i = 0; i < sizeof verb_words / sizeof *verb_words; i++) {
        if (strcmp(word, verb_words[i]) == 0) {
            *verb = (enum verb)i;
            return 0;
        }
    }
    return -1;
}

enum verb verb_shown(const char *word)
{
    enum verb verb = VERB_CHECK;
    (void)verb_from_word(word, &verb);
    return verb;
}

static const char *const status_words[] = {
#define X(symbol, word) word,
    STATUS_LIST(X)
#undef X
};

bool verb_writes(enum verb verb)
{
    return verb == VERB_APPLY || verb == VERB_UNDO || verb == VERB_CLEAN;
}

const char *status_word(enum status status)
{
    return status_words[status];
}

int status_from_word(const char *word, enum status *status)
{
    for (int i = 0; i < STATUS_COUNT; i++) {
        if (strcmp(word, status_words[i]) == 0) {
            *status = (enum status)i;
            return 0;
        }
    }
    return -1;
}

struct result *result_new(const char *host, const char *address,
                          const char *run, enum verb verb)
{
    struct result *result = calloc(1, sizeof *result);
    if (result == NULL)
        return NULL;
    result->verb = verb;
    result->host = strdup(host);
    result->address = strdup(address);
    result->run = strdup(run);
    if (result->host && result->address && result->run)
        return result;
    result_free(result);
    return NULL;
}

void result_free(struct result *result)
{
    if (result == NULL)
        return;
    free(result->host);
    free(result->address);
    free(result->run);
    free(result->phase);
    free(result->fault_code);
    free(result->fault_name);
    free(result->fault_text);
    free(result->fault_hint);
    cJSON_Delete(result->facts);
    cJSON_Delete(result->identity);
    cJSON_Delete(result->settings);
    cJSON_Delete(result->layers);
    cJSON_Delete(result->hints);
    cJSON_Delete(result->snapshots);
    cJSON_Delete(result->connections);
    cJSON_Delete(result->timing);
    free(result->noise);
    free(result);
}

static void replace_text(char **place, const char *text)
{
    char *copy = text == NULL ? NULL : strdup(text);
    free(*place);
    *place = copy;
}

static enum status fault_status(enum fault fault)
{
    switch (fault_group(fault)) {
    case GROUP_UNREACHABLE:
        return STATUS_UNREACHABLE;
    case GROUP_CANCELLED:
        return STATUS_CANCELLED;
    case GROUP_FAILED:
        break;
    }
    return STATUS_FAILED;
}

/* Without memory the class alone tells what happened. */
void result_fail(struct result *result, enum fault fault, const char *text)
{
    result->fault = fault;
    result->status = fault_status(fault);
    replace_text(&result->fault_code, NULL);
    replace_text(&result->fault_name, NULL);
    replace_text(&result->fault_text, text);
    replace_text(&result->fault_hint, fault_hint(fault));
}

void result_add_hint(struct result *result, const char *text)
{
    if (result->hints == NULL)
        result->hints = cJSON_CreateArray();
    json_add_text(result->hints, text);
}

double result_seconds(const struct result *result)
{
    double ms = 0;
    const cJSON *stage;
    cJSON_ArrayForEach (stage, result->timing) {
        /* A part of the time that the run of it took. */
        if (cJSON_IsNumber(stage) && strcmp(stage->string, "payload_ms") != 0)
            ms += stage->valuedouble;
    }
    return ms / 1000;
}

bool result_went_wrong(const struct result *result)
{
    size_t counts[STATUS_COUNT] = {0};
    counts[result->status] = 1;
    int status = result_exit_status(result->verb, counts);
    return status != 0 && status != 3;
}

int result_exit_status(enum verb verb, const size_t counts[STATUS_COUNT])
{
    size_t failed = counts[STATUS_FAILED] + counts[STATUS_CONFLICT] +
                    counts[STATUS_CANCELLED];
    size_t unreachable = counts[STATUS_UNREACHABLE] + counts[STATUS_NOT_TRIED];
    size_t differing = counts[STATUS_DRIFT] + counts[STATUS_BLOCKED];
    /* Of clean, drift is what its dry run found. */
    if (verb == VERB_CLEAN) {
        failed += counts[STATUS_BLOCKED];
        differing = counts[STATUS_DRIFT];
    } else if (verb_writes(verb)) {
        failed += differing;
        differing = 0;
    }
    if (failed > 0)
        return unreachable > 0 ? 6 : 2;
    if (unreachable > 0)
        return 4;
    return differing > 0 ? 3 : 0;
}
