/* SPDX-License-Identifier: MIT */
#include "judgement/bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/word.h"
#include "judgement/evidence.h"

#define TEXT_MAX 600

/* --- facts ---------------------------------------------------------------- */

static struct evidence evidence_of(const struct bench *bench)
{
    return (struct evidence){.facts = bench->host->facts};
}

const cJSON *bench_fact(const struct bench *bench, const char *path)
{
    const struct evidence evidence = evidence_of(bench);
    return evidence_at(&evidence, path);
}

long bench_policy(const struct bench *bench, const char *name, long absent)
{
    const cJSON *number = json_member(bench_fact(bench, "policy"), name);
    return cJSON_IsNumber(number) && number->valuedouble >= 0 &&
                   number->valuedouble <= 4294967295.0
               ? (long)number->valuedouble
               : absent;
}

bool bench_fact_is(const struct bench *bench, const char *path,
                   const char *text)
{
    const cJSON *node = bench_fact(bench, path);
    return cJSON_IsString(node) && word_same(node->valuestring, text);
}

bool bench_in_domain(const struct bench *bench)
{
    return bench_fact_is(bench, "joined.kind", "domain");
}

bool bench_holds(const cJSON *list, const char *text)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        if (cJSON_IsString(item) && word_same(item->valuestring, text))
            return true;
    }
    return false;
}

unsigned bench_profiles(const struct bench *bench)
{
    const struct evidence evidence = evidence_of(bench);
    return evidence_profiles(&evidence);
}

/* --- wishes --------------------------------------------------------------- */

static long after_apply(const struct bench *bench, enum dword_wish wish,
                        const char *policy)
{
    if (wish == DWORD_NOT_ASKED)
        return bench_policy(bench, policy, 0);
    return wish == DWORD_ONE ? 1 : 0;
}

long bench_filter_off(const struct bench *bench)
{
    return after_apply(bench, bench->wish->token_filter_policy,
                       "local_account_token_filter_policy");
}

long bench_callback(const struct bench *bench)
{
    return after_apply(bench, bench->wish->anonymous_callback,
                       "allow_anonymous_callback");
}

bool bench_is_asynchronous(const struct bench *bench)
{
    return cJSON_IsTrue(json_member(bench->host->access, "asynchronous"));
}

bool bench_is_door(const struct rule_wish *rule)
{
    return rule->present && rule->direction == RULE_IN &&
           (word_same(rule->service, "rpcss") ||
            word_same(rule->service, "winmgmt"));
}

/* --- verdicts ------------------------------------------------------------- */

static cJSON *find_setting(const struct bench *bench, const char *id)
{
    cJSON *setting;
    cJSON_ArrayForEach (setting, bench->settings) {
        const char *own = json_text(setting, "id");
        if (own != NULL && strcmp(own, id) == 0)
            return setting;
    }
    return NULL;
}

static void add_hint(cJSON *hints, const char *text)
{
    if (!bench_holds(hints, text))
        json_add_text(hints, text);
}

void bench_say(struct bench *bench, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (*bench->hints == NULL)
        *bench->hints = cJSON_CreateArray();
    add_hint(*bench->hints, text);
}

void bench_note(struct bench *bench, const char *id, const char *text)
{
    cJSON *setting = find_setting(bench, id);
    cJSON *hints = json_member(setting, "hints");
    if (setting == NULL)
        return;
    if (!cJSON_IsArray(hints)) {
        cJSON_DeleteItemFromObjectCaseSensitive(setting, "hints");
        hints = cJSON_AddArrayToObject(setting, "hints");
    }
    add_hint(hints, text);
}

static bool may_turn(const cJSON *setting)
{
    static const char *const states[] = {"ok", "changed", "drift",
                                         "pending_restart"};
    const char *state = json_text(setting, "state");
    for (size_t i = 0; state != NULL && i < sizeof states / sizeof *states; i++)
        if (strcmp(state, states[i]) == 0)
            return true;
    return false;
}

static cJSON *make_error(const struct bench_reason *reason, const char *text)
{
    cJSON *error = cJSON_CreateObject();
    if (reason->code != NULL)
        cJSON_AddStringToObject(error, "code", reason->code);
    else
        cJSON_AddNullToObject(error, "code");
    cJSON_AddStringToObject(error, "name", reason->name);
    cJSON_AddStringToObject(error, "text", text);
    cJSON_AddStringToObject(error, "hint", reason->hint);
    return error;
}

/* Whole or not at all: a blocked setting says why. */
static bool turn(struct bench *bench, cJSON *setting,
                 const struct bench_reason *reason, const char *text)
{
    if (!may_turn(setting))
        return false;
    cJSON *state = cJSON_CreateString("blocked");
    cJSON *error = make_error(reason, text);
    if (state == NULL || error == NULL ||
        !cJSON_ReplaceItemInObjectCaseSensitive(setting, "state", state)) {
        cJSON_Delete(state);
        cJSON_Delete(error);
        return false;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(setting, "error");
    if (!cJSON_AddItemToObject(setting, "error", error))
        cJSON_Delete(error);
    bench->turned = true;
    return true;
}

static bool opens(const cJSON *setting)
{
    const char *id = json_text(setting, "id");
    const cJSON *desired = json_member(setting, "desired");
    const char *service = json_text(desired, "service");
    const char *direction = json_text(desired, "direction");
    const char *state = json_text(desired, "state");
    if (id == NULL)
        return false;
    if (strcmp(id, "firewall.wmi_group") == 0)
        return cJSON_IsTrue(json_member(desired, "enabled"));
    return strncmp(id, "firewall.rules[", 15) == 0 &&
           word_same(state, "present") && word_same(direction, "in") &&
           (word_same(service, "rpcss") || word_same(service, "winmgmt"));
}

static bool grants(const cJSON *setting)
{
    const char *id = json_text(setting, "id");
    const char *state = json_text(json_member(setting, "desired"), "state");
    return id != NULL && !word_same(state, "absent") &&
           (strncmp(id, "namespaces[", 11) == 0 ||
            strncmp(id, "dcom.permissions[", 17) == 0);
}

static bool names_account(const cJSON *setting, const char *account)
{
    const cJSON *desired = json_member(setting, "desired");
    return !word_same(json_text(desired, "state"), "absent") &&
           (word_same(json_text(desired, "account"), account) ||
            bench_holds(json_member(desired, "members"), account));
}

static void say_with_hint(struct bench *bench,
                          const struct bench_reason *reason, const char *text)
{
    bench_say(bench, "%s: %s", text, reason->hint);
}

void bench_block_all(struct bench *bench, const struct bench_reason *reason,
                     const char *format, ...)
{
    static bool (*const kinds[])(const cJSON *) = {opens, grants};
    char text[TEXT_MAX];
    bool stopped = false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < 2 && !stopped; i++) {
        cJSON *setting;
        cJSON_ArrayForEach (setting, bench->settings) {
            if (kinds[i](setting))
                stopped |= turn(bench, setting, reason, text);
        }
    }
    if (!stopped)
        say_with_hint(bench, reason, text);
}

void bench_block_account(struct bench *bench, const char *account,
                         const struct bench_reason *reason, const char *format,
                         ...)
{
    char text[TEXT_MAX];
    bool stopped = false;
    cJSON *setting;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cJSON_ArrayForEach (setting, bench->settings) {
        if (names_account(setting, account))
            stopped |= turn(bench, setting, reason, text);
    }
    if (!stopped)
        say_with_hint(bench, reason, text);
}

void bench_block_setting(struct bench *bench, const char *id,
                         const struct bench_reason *reason, const char *format,
                         ...)
{
    char text[TEXT_MAX];
    cJSON *setting = find_setting(bench, id);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (setting == NULL || !turn(bench, setting, reason, text))
        say_with_hint(bench, reason, text);
}
