/* SPDX-License-Identifier: MIT */
#include "rule.h"

#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

/* Windows writes the fields of a rule in this order. */
static const WCHAR *const key_order[] = {
    L"Action",    L"Active",     L"Dir",       L"Protocol",  L"Profile",
    L"LPort",     L"LPort2_10",  L"LPort2_20", L"LPort2_24", L"LPort2_25",
    L"LPort2_29", L"RPort",      L"RPort2_10", L"RPort2_25", L"RPort2_28",
    L"ICMP4",     L"ICMP6",      L"IF",        L"IFType",    L"LA4",
    L"LA6",       L"RA4",        L"RA42",      L"RA6",       L"RA62",
    L"App",       L"Svc",        L"Name",      L"Desc",      L"EmbedCtxt",
    L"Platform",  L"Platform2",  L"RMauth",    L"RUAuth",    L"LUAuth",
    L"LUOwn",     L"AppPkgId",   L"Edge",      L"Defer",     L"Security",
    L"Security2", L"Security2_9"};

void rule_init(struct fw_rule *rule)
{
    *rule = (struct fw_rule){.minor = RULE_VERSION_NEW};
}

static void field_release(struct fw_field *field)
{
    free(field->key);
    free(field->value);
}

void rule_release(struct fw_rule *rule)
{
    for (size_t i = 0; i < rule->count; i++)
        field_release(&rule->fields[i]);
    free(rule->fields);
    rule_init(rule);
}

static HRESULT rule_reserve(struct fw_rule *rule)
{
    size_t capacity = rule->capacity ? rule->capacity * 2 : 16;
    struct fw_field *fields;

    if (rule->count < rule->capacity)
        return S_OK;
    if (rule->count >= RULE_FIELDS_MAX)
        return E_INVALIDARG;
    fields = realloc(rule->fields, capacity * sizeof *fields);
    if (!fields)
        return E_OUTOFMEMORY;
    rule->fields = fields;
    rule->capacity = capacity;
    return S_OK;
}

/* Takes over both strings, also when it fails. */
static HRESULT rule_insert(struct fw_rule *rule, size_t at, WCHAR *key,
                           WCHAR *value)
{
    struct fw_field field = {key, value};
    HRESULT hr = key && value ? rule_reserve(rule) : E_OUTOFMEMORY;

    if (FAILED(hr)) {
        field_release(&field);
        return hr;
    }
    memmove(rule->fields + at + 1, rule->fields + at,
            (rule->count - at) * sizeof *rule->fields);
    rule->fields[at] = field;
    rule->count++;
    return S_OK;
}

HRESULT rule_copy(struct fw_rule *copy, const struct fw_rule *rule)
{
    HRESULT hr = S_OK;

    rule_init(copy);
    copy->minor = rule->minor;
    for (size_t i = 0; i < rule->count && SUCCEEDED(hr); i++)
        hr = rule_insert(copy, i, wide_copy(rule->fields[i].key),
                         wide_copy(rule->fields[i].value));
    if (FAILED(hr))
        rule_release(copy);
    return hr;
}

/* Reads "v2.NN|" and gives what follows, NULL when it is not that. */
static const WCHAR *parse_version(const WCHAR *text, unsigned *minor)
{
    const WCHAR *bar = wcschr(text, L'|');
    unsigned long number;
    WCHAR digits[4] = {0};
    size_t len;

    if (!bar || !wide_starts(text, L"v2."))
        return NULL;
    len = (size_t)(bar - text) - 3;
    if (len == 0 || len >= ARRAY_LEN(digits))
        return NULL;
    memcpy(digits, text + 3, len * sizeof *digits);
    if (!wide_number(digits, RULE_VERSION_MAX, &number) ||
        number < RULE_VERSION_MIN)
        return NULL;
    *minor = (unsigned)number;
    return bar + 1;
}

/* Reads one "Key=Value|"; *text is then behind the bar. */
static HRESULT parse_field(struct fw_rule *rule, const WCHAR **text)
{
    const WCHAR *bar = wcschr(*text, L'|');
    const WCHAR *equals = wcschr(*text, L'=');
    HRESULT hr;

    if (!bar || !equals || equals > bar || equals == *text)
        return E_INVALIDARG;
    hr = rule_insert(rule, rule->count,
                     wide_copy_part(*text, (size_t)(equals - *text)),
                     wide_copy_part(equals + 1, (size_t)(bar - equals - 1)));
    *text = bar + 1;
    return hr;
}

HRESULT rule_parse(struct fw_rule *rule, const WCHAR *text)
{
    HRESULT hr = S_OK;

    rule_init(rule);
    text = parse_version(text, &rule->minor);
    if (!text || !*text)
        hr = E_INVALIDARG;
    while (SUCCEEDED(hr) && *text)
        hr = parse_field(rule, &text);
    if (FAILED(hr))
        rule_release(rule);
    return hr;
}

WCHAR *rule_format(const struct fw_rule *rule)
{
    struct text text;
    WCHAR version[16];

    text_init(&text);
    swprintf(version, ARRAY_LEN(version), L"v2.%u|", rule->minor);
    text_add(&text, version);
    for (size_t i = 0; i < rule->count; i++) {
        text_add(&text, rule->fields[i].key);
        text_add(&text, L"=");
        text_add(&text, rule->fields[i].value);
        text_add(&text, L"|");
    }
    return text_take(&text);
}

const WCHAR *rule_next(const struct fw_rule *rule, const WCHAR *key, size_t *at)
{
    while (*at < rule->count) {
        const struct fw_field *field = &rule->fields[(*at)++];

        if (wcscmp(field->key, key) == 0)
            return field->value;
    }
    return NULL;
}

const WCHAR *rule_get(const struct fw_rule *rule, const WCHAR *key)
{
    size_t at = 0;

    return rule_next(rule, key, &at);
}

static size_t key_rank(const WCHAR *key)
{
    size_t rank = 0;

    while (rank < ARRAY_LEN(key_order) && wcscmp(key, key_order[rank]) != 0)
        rank++;
    return rank;
}

static size_t rule_place(const struct fw_rule *rule, const WCHAR *key)
{
    size_t place = rule->count;
    size_t rank = key_rank(key);

    while (rank < ARRAY_LEN(key_order) && place > 0 &&
           key_rank(rule->fields[place - 1].key) > rank)
        place--;
    return place;
}

HRESULT rule_add(struct fw_rule *rule, const WCHAR *key, const WCHAR *value)
{
    return rule_insert(rule, rule_place(rule, key), wide_copy(key),
                       wide_copy(value));
}

static void rule_remove_at(struct fw_rule *rule, size_t at)
{
    field_release(&rule->fields[at]);
    rule->count--;
    memmove(rule->fields + at, rule->fields + at + 1,
            (rule->count - at) * sizeof *rule->fields);
}

void rule_drop(struct fw_rule *rule, const WCHAR *key)
{
    for (size_t i = rule->count; i > 0; i--)
        if (wcscmp(rule->fields[i - 1].key, key) == 0)
            rule_remove_at(rule, i - 1);
}

void rule_drop_prefix(struct fw_rule *rule, const WCHAR *prefix)
{
    for (size_t i = rule->count; i > 0; i--)
        if (wide_starts(rule->fields[i - 1].key, prefix))
            rule_remove_at(rule, i - 1);
}

HRESULT rule_set(struct fw_rule *rule, const WCHAR *key, const WCHAR *value)
{
    size_t at = 0;
    WCHAR *copy;

    if (!value || !*value) {
        rule_drop(rule, key);
        return S_OK;
    }
    if (!rule_next(rule, key, &at))
        return rule_add(rule, key, value);
    copy = wide_copy(value);
    if (!copy)
        return E_OUTOFMEMORY;
    for (size_t i = rule->count; i > at; i--)
        if (wcscmp(rule->fields[i - 1].key, key) == 0)
            rule_remove_at(rule, i - 1);
    free(rule->fields[at - 1].value);
    rule->fields[at - 1].value = copy;
    return S_OK;
}
