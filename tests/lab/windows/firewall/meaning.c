/* SPDX-License-Identifier: MIT */
#include "meaning.h"

#include "text.h"

#include <icftypes.h>
#include <stdio.h>
#include <wchar.h>

#define VALUE_MAX 10000u /* MS-FASP 2.2.37: range(1, 10001) with its end */
#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

static const struct {
    LONG bit;
    const WCHAR *name;
} profiles[] = {{NET_FW_PROFILE2_DOMAIN, L"Domain"},
                {NET_FW_PROFILE2_PRIVATE, L"Private"},
                {NET_FW_PROFILE2_PUBLIC, L"Public"}};

HRESULT rule_defaults(struct fw_rule *rule)
{
    HRESULT hr;

    rule_init(rule);
    hr = rule_add(rule, L"Action", L"Block");
    if (SUCCEEDED(hr))
        hr = rule_add(rule, L"Active", L"FALSE");
    if (SUCCEEDED(hr))
        hr = rule_add(rule, L"Dir", L"In");
    if (FAILED(hr))
        rule_release(rule);
    return hr;
}

bool rule_is(const struct fw_rule *rule, const WCHAR *key, const WCHAR *value)
{
    const WCHAR *found = rule_get(rule, key);

    return found && wide_same(found, value);
}

LONG rule_protocol(const struct fw_rule *rule)
{
    const WCHAR *value = rule_get(rule, L"Protocol");
    unsigned long number;

    if (!value)
        return PROTOCOL_ANY;
    return wide_number(value, 255, &number) ? (LONG)number : -1;
}

HRESULT rule_set_protocol(struct fw_rule *rule, LONG protocol)
{
    WCHAR number[16];

    if (protocol < 0 || protocol > PROTOCOL_ANY)
        return E_INVALIDARG;
    if (protocol == PROTOCOL_ANY)
        return rule_set(rule, L"Protocol", NULL);
    swprintf(number, ARRAY_LEN(number), L"%ld", protocol);
    return rule_set(rule, L"Protocol", number);
}

static LONG profile_bit(const WCHAR *name)
{
    for (size_t i = 0; i < ARRAY_LEN(profiles); i++)
        if (wide_same(name, profiles[i].name))
            return profiles[i].bit;
    return 0;
}

LONG rule_profiles(const struct fw_rule *rule)
{
    const WCHAR *name;
    LONG bits = 0;
    size_t at = 0;

    while ((name = rule_next(rule, L"Profile", &at)))
        bits |= profile_bit(name);
    return bits ? bits : NET_FW_PROFILE2_ALL;
}

HRESULT rule_set_profiles(struct fw_rule *rule, LONG mask)
{
    HRESULT hr = S_OK;

    if (!profile_mask(mask))
        return E_INVALIDARG;
    rule_drop(rule, L"Profile");
    if (mask == NET_FW_PROFILE2_ALL)
        return S_OK;
    for (size_t i = 0; i < ARRAY_LEN(profiles) && SUCCEEDED(hr); i++)
        if (mask & profiles[i].bit)
            hr = rule_add(rule, L"Profile", profiles[i].name);
    return hr;
}

HRESULT rule_set_active(struct fw_rule *rule, bool active)
{
    return rule_set(rule, L"Active", active ? L"TRUE" : L"FALSE");
}

LONG profile_mask(LONG mask)
{
    if (mask == NET_FW_PROFILE2_ALL)
        return PROFILE_BITS;
    return mask & ~PROFILE_BITS ? 0 : mask;
}

bool value_allowed(const WCHAR *value)
{
    return !wcschr(value, L'|') && wcslen(value) <= VALUE_MAX;
}

static bool has_prefix(const struct fw_rule *rule, const WCHAR *prefix)
{
    for (size_t i = 0; i < rule->count; i++)
        if (wide_starts(rule->fields[i].key, prefix))
            return true;
    return false;
}

/* The dynamic RPC ports and the endpoint mapper speak TCP, Teredo UDP. */
static bool port_words_fit(const struct fw_rule *rule, LONG protocol)
{
    const WCHAR *port;
    size_t at = 0;

    while ((port = rule_next(rule, L"LPort", &at))) {
        if (wide_starts(port, L"RPC") && protocol != PROTOCOL_TCP)
            return false;
        if (wide_same(port, L"Teredo") && protocol != PROTOCOL_UDP)
            return false;
    }
    return true;
}

static bool protocol_fits(const struct fw_rule *rule)
{
    LONG protocol = rule_protocol(rule);
    bool ports = has_prefix(rule, L"LPort") || has_prefix(rule, L"RPort");

    if (protocol < 0)
        return false;
    if (ports && protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP)
        return false;
    if (rule_get(rule, L"ICMP4") && protocol != PROTOCOL_ICMP4)
        return false;
    if (rule_get(rule, L"ICMP6") && protocol != PROTOCOL_ICMP6)
        return false;
    return port_words_fit(rule, protocol);
}

static bool profiles_known(const struct fw_rule *rule)
{
    const WCHAR *name;
    size_t at = 0;

    while ((name = rule_next(rule, L"Profile", &at)))
        if (!profile_bit(name))
            return false;
    return true;
}

HRESULT rule_check(const struct fw_rule *rule)
{
    if (rule_is(rule, L"Edge", L"TRUE") && !rule_is(rule, L"Dir", L"In"))
        return E_INVALIDARG;
    return protocol_fits(rule) && profiles_known(rule) ? S_OK : E_INVALIDARG;
}

HRESULT rule_verify(const struct fw_rule *rule)
{
    const WCHAR *name = rule_get(rule, L"Name");

    if (!name || !*name || wide_same(name, L"all"))
        return E_INVALIDARG;
    if (!rule_is(rule, L"Dir", L"In") && !rule_is(rule, L"Dir", L"Out"))
        return E_INVALIDARG;
    if (!rule_is(rule, L"Action", L"Allow") &&
        !rule_is(rule, L"Action", L"Block") &&
        !rule_is(rule, L"Action", L"ByPass"))
        return E_INVALIDARG;
    return rule_check(rule);
}
