/* SPDX-License-Identifier: MIT */
#include "ports.h"

#include "meaning.h"
#include "text.h"

#include <stdlib.h>
#include <wchar.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

/* MS-GPFAS 2.2.2.3, with the key that each word is written under. */
static const struct {
    const WCHAR *word;
    enum port_side side;
    const WCHAR *key;
} words[] = {
    {L"RPC", PORT_LOCAL, L"LPort"},
    {L"RPC-EPMap", PORT_LOCAL, L"LPort"},
    {L"Teredo", PORT_LOCAL, L"LPort"},
    {L"IPTLSIn", PORT_LOCAL, L"LPort2_10"},
    {L"IPHTTPSIn", PORT_LOCAL, L"LPort2_10"},
    {L"Ply2Disc", PORT_LOCAL, L"LPort2_20"},
    {L"mDNS", PORT_LOCAL, L"LPort2_25"},
    {L"IPTLSOut", PORT_REMOTE, L"RPort2_10"},
    {L"IPHTTPSOut", PORT_REMOTE, L"RPort2_10"},
};

static bool has_ports(const struct fw_rule *rule)
{
    LONG protocol = rule_protocol(rule);

    return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

static const WCHAR *prefix_of(enum port_side side)
{
    return side == PORT_LOCAL ? L"LPort" : L"RPort";
}

static bool is_range(const WCHAR *token)
{
    WCHAR *copy = wide_copy(token);
    WCHAR *dash = copy ? wcschr(copy, L'-') : NULL;
    unsigned long begin, end;
    bool good = false;

    if (dash) {
        *dash = L'\0';
        good = wide_number(copy, 65535, &begin) &&
               wide_number(dash + 1, 65535, &end) && begin <= end;
    }
    free(copy);
    return good;
}

static HRESULT put_port(struct fw_rule *rule, enum port_side side,
                        const WCHAR *token)
{
    bool local = side == PORT_LOCAL;
    unsigned long number;

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (words[i].side == side && wide_same(token, words[i].word))
            return rule_add(rule, words[i].key, words[i].word);
    if (wide_number(token, 65535, &number))
        return rule_add(rule, local ? L"LPort" : L"RPort", token);
    if (is_range(token))
        return rule_add(rule, local ? L"LPort2_10" : L"RPort2_10", token);
    return E_INVALIDARG;
}

HRESULT ports_put(struct fw_rule *rule, enum port_side side, const WCHAR *list)
{
    WCHAR *token = NULL;
    HRESULT hr;

    rule_drop_prefix(rule, prefix_of(side));
    if (!list || !*list)
        return S_OK;
    if (!has_ports(rule))
        return E_INVALIDARG;
    if (wcscmp(list, L"*") == 0)
        return S_OK;
    while ((hr = wide_next_item(&list, &token)) == S_OK) {
        hr = put_port(rule, side, token);
        free(token);
        if (FAILED(hr))
            return hr;
    }
    return FAILED(hr) ? hr : S_OK;
}

HRESULT ports_get(const struct fw_rule *rule, enum port_side side, BSTR *out)
{
    struct text list;

    text_init(&list);
    for (size_t i = 0; i < rule->count; i++)
        if (wide_starts(rule->fields[i].key, prefix_of(side)))
            text_add_item(&list, rule->fields[i].value);
    if (list.len == 0 && has_ports(rule))
        text_add(&list, L"*");
    return text_take_bstr(&list, out);
}

static const WCHAR *icmp_key(const struct fw_rule *rule)
{
    switch (rule_protocol(rule)) {
    case PROTOCOL_ICMP4:
        return L"ICMP4";
    case PROTOCOL_ICMP6:
        return L"ICMP6";
    default:
        return NULL;
    }
}

static bool is_type_and_code(const WCHAR *token)
{
    WCHAR *copy = wide_copy(token);
    WCHAR *colon = copy ? wcschr(copy, L':') : NULL;
    unsigned long number;
    bool good = false;

    if (colon) {
        *colon = L'\0';
        good = wide_number(copy, 255, &number) &&
               (wcscmp(colon + 1, L"*") == 0 ||
                wide_number(colon + 1, 255, &number));
    }
    free(copy);
    return good;
}

HRESULT icmp_put(struct fw_rule *rule, const WCHAR *list)
{
    const WCHAR *key = icmp_key(rule);
    WCHAR *token = NULL;
    HRESULT hr;

    rule_drop_prefix(rule, L"ICMP");
    if (!list || !*list)
        return S_OK;
    if (!key)
        return E_INVALIDARG;
    if (wcscmp(list, L"*") == 0)
        return S_OK;
    while ((hr = wide_next_item(&list, &token)) == S_OK) {
        hr =
            is_type_and_code(token) ? rule_add(rule, key, token) : E_INVALIDARG;
        free(token);
        if (FAILED(hr))
            return hr;
    }
    return FAILED(hr) ? hr : S_OK;
}

HRESULT icmp_get(const struct fw_rule *rule, BSTR *out)
{
    const WCHAR *key = icmp_key(rule);
    const WCHAR *value;
    struct text list;
    size_t at = 0;

    text_init(&list);
    while (key && (value = rule_next(rule, key, &at)))
        text_add_item(&list, value);
    if (key && list.len == 0)
        text_add(&list, L"*");
    return text_take_bstr(&list, out);
}
