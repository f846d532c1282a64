/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "meaning.h"
#include "text.h"

#include <icftypes.h>
#include <stdlib.h>
#include <wchar.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))
#define EDGE_ALLOW 1
#define EDGE_DEFER_APP 2
#define EDGE_DEFER_USER 3

static const WCHAR *const interface_types[] = {L"Lan", L"Wireless",
                                               L"RemoteAccess"};

/* MS-GPFAS 2.2.2.6, in the order of NET_FW_AUTHENTICATE_TYPE. */
static const struct {
    const WCHAR *key;
    const WCHAR *value;
} secure_flags[] = {{L"Security", NULL},
                    {L"Security2_9", L"An-NoEncap"},
                    {L"Security", L"Authenticate"},
                    {L"Security2", L"AnE-Nego"},
                    {L"Security", L"AuthenticateEncrypt"}};

LONG rule_direction(const struct fw_rule *rule)
{
    return rule_is(rule, L"Dir", L"Out") ? NET_FW_RULE_DIR_OUT
                                         : NET_FW_RULE_DIR_IN;
}

HRESULT rule_set_direction(struct fw_rule *rule, LONG direction)
{
    if (direction != NET_FW_RULE_DIR_IN && direction != NET_FW_RULE_DIR_OUT)
        return E_INVALIDARG;
    return rule_set(rule, L"Dir",
                    direction == NET_FW_RULE_DIR_OUT ? L"Out" : L"In");
}

LONG rule_action(const struct fw_rule *rule)
{
    return rule_is(rule, L"Action", L"Block") ? NET_FW_ACTION_BLOCK
                                              : NET_FW_ACTION_ALLOW;
}

HRESULT rule_set_action(struct fw_rule *rule, LONG action)
{
    if (action != NET_FW_ACTION_BLOCK && action != NET_FW_ACTION_ALLOW)
        return E_INVALIDARG;
    return rule_set(rule, L"Action",
                    action == NET_FW_ACTION_BLOCK ? L"Block" : L"Allow");
}

LONG rule_edge(const struct fw_rule *rule)
{
    if (rule_is(rule, L"Defer", L"App"))
        return EDGE_DEFER_APP;
    if (rule_is(rule, L"Defer", L"User"))
        return EDGE_DEFER_USER;
    return rule_is(rule, L"Edge", L"TRUE") ? EDGE_ALLOW : 0;
}

HRESULT rule_set_edge(struct fw_rule *rule, LONG option)
{
    const WCHAR *defer = NULL;
    HRESULT hr;

    if (option < 0 || option > EDGE_DEFER_USER)
        return E_INVALIDARG;
    if (option == EDGE_DEFER_APP)
        defer = L"App";
    if (option == EDGE_DEFER_USER)
        defer = L"User";
    hr = rule_set(rule, L"Edge", option ? L"TRUE" : NULL);
    return FAILED(hr) ? hr : rule_set(rule, L"Defer", defer);
}

LONG rule_secure_flags(const struct fw_rule *rule)
{
    for (size_t i = 1; i < ARRAY_LEN(secure_flags); i++)
        if (rule_is(rule, secure_flags[i].key, secure_flags[i].value))
            return (LONG)i;
    return 0;
}

HRESULT rule_set_secure_flags(struct fw_rule *rule, LONG flags)
{
    if (flags < 0 || flags >= (LONG)ARRAY_LEN(secure_flags))
        return E_INVALIDARG;
    rule_drop_prefix(rule, L"Security");
    return rule_set(rule, secure_flags[flags].key, secure_flags[flags].value);
}

HRESULT interface_types_get(const struct fw_rule *rule, BSTR *out)
{
    const WCHAR *type;
    struct text list;
    size_t at = 0;

    text_init(&list);
    while ((type = rule_next(rule, L"IFType", &at)))
        text_add_item(&list, type);
    if (list.len == 0)
        text_add(&list, L"All");
    return text_take_bstr(&list, out);
}

static HRESULT put_interface_type(struct fw_rule *rule, const WCHAR *type)
{
    for (size_t i = 0; i < ARRAY_LEN(interface_types); i++)
        if (wide_same(type, interface_types[i]))
            return rule_add(rule, L"IFType", interface_types[i]);
    return E_INVALIDARG;
}

HRESULT interface_types_put(struct fw_rule *rule, const WCHAR *list)
{
    WCHAR *type = NULL;
    HRESULT hr;

    rule_drop(rule, L"IFType");
    if (!list || !*list || wide_same(list, L"All"))
        return S_OK;
    while ((hr = wide_next_item(&list, &type)) == S_OK) {
        hr = put_interface_type(rule, type);
        free(type);
        if (FAILED(hr))
            return hr;
    }
    return FAILED(hr) ? hr : S_OK;
}

bool is_program(const WCHAR *value)
{
    if (wide_same(value, L"System"))
        return true;
    if (value[0] == L'%' || wide_starts(value, L"\\\\"))
        return true;
    return value[0] && value[1] == L':' && value[2] == L'\\';
}
