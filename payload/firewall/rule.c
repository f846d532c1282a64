/* SPDX-License-Identifier: MIT */
#include "payload/firewall/rule.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/settings/settings.h"

#define TEXT_KEY(symbol, key, property) [RULE_##symbol] = (key),
static const char *const text_keys[RULE_TEXT_COUNT] = {
    RULE_TEXTS(TEXT_KEY) RULE_NEWER_TEXTS(TEXT_KEY)};

static const struct {
    unsigned bit;
    const char *word;
} profile_words[] = {
    {SETTINGS_PROFILE_DOMAIN, "domain"},
    {SETTINGS_PROFILE_PRIVATE, "private"},
    {SETTINGS_PROFILE_PUBLIC, "public"},
};

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

/* A number that the request and the state write as a word. */
struct number_word {
    long number;
    const char *word;
};

static const struct number_word direction_words[] = {
    {RULE_IN, "in"}, {RULE_OUT, "out"}, {0, NULL}};
static const struct number_word action_words[] = {
    {RULE_ACTION_BLOCK, "block"}, {RULE_ACTION_ALLOW, "allow"}, {0, NULL}};
static const struct number_word protocol_words[] = {{RULE_PROTOCOL_TCP, "tcp"},
                                                    {RULE_PROTOCOL_UDP, "udp"},
                                                    {RULE_PROTOCOL_ANY, "any"},
                                                    {0, NULL}};

void rule_release(struct rule *rule)
{
    for (size_t i = 0; i < RULE_TEXT_COUNT; i++)
        free(rule->text[i]);
    cJSON_Delete(rule->interfaces);
    free(rule->program_path);
    memset(rule, 0, sizeof *rule);
}

void rule_list_release(struct rule_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        rule_release(&list->items[i]);
    free(list->items);
    *list = (struct rule_list){NULL, 0};
}

const char *rule_text(const struct rule *rule, enum rule_text which)
{
    return rule->text[which] != NULL ? rule->text[which] : "";
}

int rule_set_text(struct rule *rule, enum rule_text which, const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return -1;
    free(rule->text[which]);
    rule->text[which] = copy;
    return 0;
}

unsigned rule_profiles(const struct rule *rule)
{
    return (unsigned)rule->profiles & SETTINGS_PROFILE_ALL;
}

cJSON *rule_profiles_to_json(unsigned profiles)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < ARRAY_LEN(profile_words) && array != NULL; i++) {
        if ((profiles & profile_words[i].bit) == 0)
            continue;
        cJSON *word = cJSON_CreateString(profile_words[i].word);
        if (!cJSON_AddItemToArray(array, word)) {
            cJSON_Delete(word);
            cJSON_Delete(array);
            array = NULL;
        }
    }
    return array;
}

void rule_profiles_text(unsigned profiles, char *text, size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(profile_words); i++) {
        if ((profiles & profile_words[i].bit) == 0 || len >= size)
            continue;
        int added = snprintf(text + len, size - len, "%s%s",
                             len > 0 ? ", " : "", profile_words[i].word);
        len += added > 0 ? (size_t)added : 0;
    }
}

static int add_text(cJSON *object, const char *key, const char *text)
{
    if (text == NULL || *text == '\0')
        return 0;
    return cJSON_AddStringToObject(object, key, text) != NULL ? 0 : -1;
}

static int add_number(cJSON *object, const char *key, long number)
{
    return cJSON_AddNumberToObject(object, key, (double)number) != NULL ? 0
                                                                        : -1;
}

static int add_word(cJSON *object, const char *key, long number,
                    const struct number_word *words)
{
    for (; words->word != NULL; words++) {
        if (words->number == number)
            return add_text(object, key, words->word);
    }
    return add_number(object, key, number);
}

cJSON *rule_protocol_to_json(long protocol)
{
    for (size_t i = 0; protocol_words[i].word != NULL; i++) {
        if (protocol_words[i].number == protocol)
            return cJSON_CreateString(protocol_words[i].word);
    }
    return cJSON_CreateNumber((double)protocol);
}

/* All three bits and "all" are not the same to Windows, so not here. */
static int add_profiles(cJSON *object, long profiles)
{
    if (profiles == RULE_PROFILES_ALL)
        return add_text(object, "profiles", "all");
    if ((profiles & ~(long)SETTINGS_PROFILE_ALL) != 0)
        return add_number(object, "profiles", profiles);
    cJSON *array = rule_profiles_to_json((unsigned)profiles);
    if (cJSON_AddItemToObject(object, "profiles", array))
        return 0;
    cJSON_Delete(array);
    return -1;
}

static int add_rarities(cJSON *object, const struct rule *rule)
{
    if (rule->edge_traversal &&
        cJSON_AddTrueToObject(object, "edge_traversal") == NULL)
        return -1;
    if (rule->edge_options != 0 &&
        add_number(object, "edge_options", rule->edge_options) != 0)
        return -1;
    if (rule->secure_flags != 0 &&
        add_number(object, "secure_flags", rule->secure_flags) != 0)
        return -1;
    if (rule->interfaces == NULL)
        return 0;
    cJSON *copy = cJSON_Duplicate(rule->interfaces, 1);
    if (cJSON_AddItemToObject(object, "interfaces", copy))
        return 0;
    cJSON_Delete(copy);
    return -1;
}

cJSON *rule_to_json(const struct rule *rule)
{
    cJSON *object = cJSON_CreateObject();
    bool done =
        object != NULL &&
        add_text(object, "name", rule->text[RULE_NAME]) == 0 &&
        cJSON_AddBoolToObject(object, "enabled", rule->enabled) != NULL &&
        add_word(object, "action", rule->action, action_words) == 0 &&
        add_word(object, "direction", rule->direction, direction_words) == 0 &&
        add_profiles(object, rule->profiles) == 0 &&
        add_word(object, "protocol", rule->protocol, protocol_words) == 0;
    for (size_t i = 0; i < RULE_TEXT_COUNT && done; i++) {
        if (i != RULE_NAME)
            done = add_text(object, text_keys[i], rule->text[i]) == 0;
    }
    if (done && add_rarities(object, rule) == 0)
        return object;
    cJSON_Delete(object);
    return NULL;
}

/* A whole number that fits into Windows' LONG, of 32 bits. */
static bool is_long(double number)
{
    return number >= INT32_MIN && number <= INT32_MAX &&
           number == (double)(int32_t)number;
}

/* An absent member is `absent`; -1 when the value is neither kind. */
static int take_number(const cJSON *object, const char *key,
                       const struct number_word *words, long absent, long *out)
{
    const cJSON *value = json_member(object, key);
    if (value == NULL) {
        *out = absent;
        return 0;
    }
    if (cJSON_IsNumber(value)) {
        if (!is_long(value->valuedouble))
            return -1;
        *out = (long)value->valuedouble;
        return 0;
    }
    for (; cJSON_IsString(value) && words != NULL && words->word != NULL;
         words++) {
        if (strcmp(words->word, value->valuestring) == 0) {
            *out = words->number;
            return 0;
        }
    }
    return -1;
}

static int take_profiles(const cJSON *object, long *out)
{
    static const struct number_word all[] = {{RULE_PROFILES_ALL, "all"},
                                             {0, NULL}};
    const cJSON *array = json_member(object, "profiles");
    const cJSON *item;
    if (!cJSON_IsArray(array))
        return take_number(object, "profiles", all, 0, out);
    *out = 0;
    cJSON_ArrayForEach (item, array) {
        for (size_t i = 0; i < ARRAY_LEN(profile_words); i++) {
            if (cJSON_IsString(item) &&
                strcmp(item->valuestring, profile_words[i].word) == 0)
                *out |= (long)profile_words[i].bit;
        }
    }
    return 0;
}

static int take_all(struct rule *rule, const cJSON *json)
{
    const cJSON *interfaces = json_member(json, "interfaces");
    if (take_number(json, "action", action_words, RULE_ACTION_ALLOW,
                    &rule->action) != 0 ||
        take_number(json, "direction", direction_words, RULE_IN,
                    &rule->direction) != 0 ||
        take_number(json, "protocol", protocol_words, RULE_PROTOCOL_ANY,
                    &rule->protocol) != 0 ||
        take_profiles(json, &rule->profiles) != 0 ||
        take_number(json, "edge_options", NULL, 0, &rule->edge_options) != 0 ||
        take_number(json, "secure_flags", NULL, 0, &rule->secure_flags) != 0)
        return -1;
    rule->enabled = cJSON_IsTrue(json_member(json, "enabled"));
    rule->edge_traversal = cJSON_IsTrue(json_member(json, "edge_traversal"));
    for (size_t i = 0; i < RULE_TEXT_COUNT; i++) {
        const char *text = json_text(json, text_keys[i]);
        if (text != NULL && rule_set_text(rule, (enum rule_text)i, text) != 0)
            return -1;
    }
    if (cJSON_IsArray(interfaces))
        rule->interfaces = cJSON_Duplicate(interfaces, 1);
    return cJSON_IsArray(interfaces) && rule->interfaces == NULL ? -1 : 0;
}

int rule_from_json(struct rule *rule, const cJSON *json)
{
    struct rule made = {0};
    if (!cJSON_IsObject(json) || take_all(&made, json) != 0) {
        rule_release(&made);
        return -1;
    }
    *rule = made;
    return 0;
}

/* An element of a state while it is being sorted. */
struct sorted {
    char *text;
    cJSON *json;
};

static int compare_sorted(const void *left, const void *right)
{
    const struct sorted *a = left;
    const struct sorted *b = right;
    return strcmp(a->text, b->text);
}

static int fill_sorted(struct sorted *items, const struct rule_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        items[i].json = rule_to_json(&list->items[i]);
        if (items[i].json == NULL)
            return -1;
        items[i].text = json_print(items[i].json, -1);
        if (items[i].text == NULL)
            return -1;
    }
    qsort(items, list->count, sizeof *items, compare_sorted);
    return 0;
}

cJSON *rule_list_to_json(const struct rule_list *list)
{
    cJSON *array = cJSON_CreateArray();
    struct sorted *items = calloc(list->count + 1, sizeof *items);
    bool failed =
        array == NULL || items == NULL || fill_sorted(items, list) != 0;
    for (size_t i = 0; i < list->count && items != NULL; i++) {
        if (failed || !cJSON_AddItemToArray(array, items[i].json)) {
            cJSON_Delete(items[i].json);
            failed = true;
        }
        free(items[i].text);
    }
    free(items);
    if (!failed)
        return array;
    cJSON_Delete(array);
    return NULL;
}

int rule_list_from_json(struct rule_list *list, const cJSON *array)
{
    struct rule_list made = {NULL, 0};
    const cJSON *item;
    made.items =
        calloc((size_t)cJSON_GetArraySize(array) + 1, sizeof *made.items);
    if (!cJSON_IsArray(array) || made.items == NULL) {
        free(made.items);
        return -1;
    }
    cJSON_ArrayForEach (item, array) {
        if (rule_from_json(&made.items[made.count], item) != 0) {
            rule_list_release(&made);
            return -1;
        }
        made.count++;
    }
    *list = made;
    return 0;
}
