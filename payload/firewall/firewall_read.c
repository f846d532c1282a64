/* SPDX-License-Identifier: MIT */
/* Reading of one rule and of the policy above the rules. */
#include "payload/firewall/firewall_program.h"
#include "payload/firewall/firewall_store.h"

#include <stdlib.h>

#include "payload/win32/com.h"

/*
 * The policy's own spelling of the profiles; "StandardProfile" is the older
 * name of the private one.
 */
#define POLICY_KEY L"SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\"

static HRESULT get_text(INetFwRule *live, enum rule_text which, BSTR *text)
{
    switch (which) {
#define GET_TEXT(symbol, key, property)                                        \
    case RULE_##symbol:                                                        \
        return INetFwRule_get_##property(live, text);
        RULE_TEXTS(GET_TEXT)
    default:
        return E_INVALIDARG;
    }
}

static HRESULT get_newer_text(INetFwRule3 *live, enum rule_text which,
                              BSTR *text)
{
    switch (which) {
#define GET_NEWER_TEXT(symbol, key, property)                                  \
    case RULE_##symbol:                                                        \
        return INetFwRule3_get_##property(live, text);
        RULE_NEWER_TEXTS(GET_NEWER_TEXT)
    default:
        return E_INVALIDARG;
    }
}

/* Consumes the BSTR. */
static HRESULT keep_text(struct rule *rule, enum rule_text which, HRESULT hr,
                         BSTR text)
{
    if (SUCCEEDED(hr)) {
        free(rule->text[which]);
        rule->text[which] = com_text(text);
        if (rule->text[which] == NULL)
            hr = E_OUTOFMEMORY;
    }
    SysFreeString(text);
    return hr;
}

static HRESULT read_texts(INetFwRule *live, struct rule *rule)
{
    HRESULT hr = S_OK;
    for (int i = RULE_NAME; i < RULE_PACKAGE && SUCCEEDED(hr); i++) {
        BSTR text = NULL;
        hr = get_text(live, (enum rule_text)i, &text);
        hr = keep_text(rule, (enum rule_text)i, hr, text);
    }
    return hr;
}

static HRESULT read_numbers(INetFwRule *live, struct rule *rule)
{
    NET_FW_RULE_DIRECTION direction = NET_FW_RULE_DIR_IN;
    NET_FW_ACTION action = NET_FW_ACTION_BLOCK;
    VARIANT_BOOL enabled = VARIANT_FALSE;
    VARIANT_BOOL edge = VARIANT_FALSE;
    HRESULT hr = INetFwRule_get_Direction(live, &direction);
    if (SUCCEEDED(hr))
        hr = INetFwRule_get_Protocol(live, &rule->protocol);
    if (SUCCEEDED(hr))
        hr = INetFwRule_get_Action(live, &action);
    if (SUCCEEDED(hr))
        hr = INetFwRule_get_Profiles(live, &rule->profiles);
    if (SUCCEEDED(hr))
        hr = INetFwRule_get_Enabled(live, &enabled);
    if (SUCCEEDED(hr))
        hr = INetFwRule_get_EdgeTraversal(live, &edge);
    rule->direction = (long)direction;
    rule->action = (long)action;
    rule->enabled = enabled != VARIANT_FALSE;
    rule->edge_traversal = edge != VARIANT_FALSE;
    return hr;
}

/* An element of the interfaces' array, to be freed; NULL: no text. */
static char *interface_name(SAFEARRAY *array, VARTYPE type, LONG index)
{
    VARIANT item;
    BSTR name = NULL;
    char *text = NULL;
    VariantInit(&item);
    if (type == VT_BSTR) {
        if (SUCCEEDED(SafeArrayGetElement(array, &index, &name)))
            text = com_text(name);
        SysFreeString(name);
    } else if (type == VT_VARIANT &&
               SUCCEEDED(SafeArrayGetElement(array, &index, &item))) {
        if (item.vt == VT_BSTR)
            text = com_text(item.bstrVal);
        VariantClear(&item);
    }
    return text;
}

static HRESULT keep_interfaces(struct rule *rule, const VARIANT *value)
{
    LONG first = 0;
    LONG last = -1;
    if ((value->vt & VT_ARRAY) == 0 || value->parray == NULL)
        return S_OK;
    HRESULT hr = SafeArrayGetLBound(value->parray, 1, &first);
    if (SUCCEEDED(hr))
        hr = SafeArrayGetUBound(value->parray, 1, &last);
    if (FAILED(hr) || last < first)
        return hr;
    rule->interfaces = cJSON_CreateArray();
    if (rule->interfaces == NULL)
        return E_OUTOFMEMORY;
    for (LONG i = first; i <= last; i++) {
        char *name = interface_name(value->parray, value->vt & VT_TYPEMASK, i);
        cJSON *item = name != NULL ? cJSON_CreateString(name) : NULL;
        free(name);
        if (!cJSON_AddItemToArray(rule->interfaces, item)) {
            cJSON_Delete(item);
            return E_OUTOFMEMORY;
        }
    }
    return S_OK;
}

static HRESULT read_interfaces(INetFwRule *live, struct rule *rule)
{
    VARIANT value;
    VariantInit(&value);
    HRESULT hr = INetFwRule_get_Interfaces(live, &value);
    if (SUCCEEDED(hr))
        hr = keep_interfaces(rule, &value);
    VariantClear(&value);
    return hr;
}

/* What Windows 7 and Windows 8 added; a rule without it has its default. */
static HRESULT read_newer(INetFwRule *live, struct rule *rule)
{
    INetFwRule2 *second = NULL;
    INetFwRule3 *third = NULL;
    HRESULT hr = S_OK;
    if (SUCCEEDED(INetFwRule_QueryInterface(live, &IID_INetFwRule2,
                                            (void **)&second)))
        hr = INetFwRule2_get_EdgeTraversalOptions(second, &rule->edge_options);
    COM_RELEASE(second);
    if (hr == E_NOTIMPL)
        hr = S_OK;
    if (FAILED(hr) || FAILED(INetFwRule_QueryInterface(live, &IID_INetFwRule3,
                                                       (void **)&third)))
        return hr;
    hr = INetFwRule3_get_SecureFlags(third, &rule->secure_flags);
    for (int i = RULE_PACKAGE; i < RULE_TEXT_COUNT && SUCCEEDED(hr); i++) {
        BSTR text = NULL;
        hr = get_newer_text(third, (enum rule_text)i, &text);
        hr = keep_text(rule, (enum rule_text)i, hr, text);
    }
    COM_RELEASE(third);
    return hr == E_NOTIMPL ? S_OK : hr;
}

int firewall_read_rule(INetFwRule *live, struct rule *rule,
                       struct setting_reason *reason)
{
    struct rule made = {0};
    HRESULT hr = read_texts(live, &made);
    if (SUCCEEDED(hr))
        hr = read_numbers(live, &made);
    if (SUCCEEDED(hr))
        hr = read_interfaces(live, &made);
    if (SUCCEEDED(hr))
        hr = read_newer(live, &made);
    if (SUCCEEDED(hr)) {
        made.program_path =
            firewall_program_path(rule_text(&made, RULE_PROGRAM));
        if (made.program_path == NULL)
            hr = E_OUTOFMEMORY;
    }
    if (SUCCEEDED(hr)) {
        *rule = made;
        return 0;
    }
    firewall_fail(reason, hr, rule_text(&made, RULE_NAME));
    rule_release(&made);
    return -1;
}

/* Whether the key says AllowLocalPolicyMerge = 0. */
static bool merge_is_off(const wchar_t *key)
{
    DWORD value = 1;
    DWORD size = sizeof value;
    HKEY handle = NULL;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0,
                      KEY_QUERY_VALUE | KEY_WOW64_64KEY,
                      &handle) != ERROR_SUCCESS)
        return false;
    LSTATUS status = RegGetValueW(handle, NULL, L"AllowLocalPolicyMerge",
                                  RRF_RT_REG_DWORD, NULL, &value, &size);
    RegCloseKey(handle);
    return status == ERROR_SUCCESS && value == 0;
}

static void read_merge(struct firewall_policy *out)
{
    out->profiles[0].local_rules_ignored =
        merge_is_off(POLICY_KEY L"DomainProfile");
    out->profiles[1].local_rules_ignored =
        merge_is_off(POLICY_KEY L"PrivateProfile") ||
        merge_is_off(POLICY_KEY L"StandardProfile");
    out->profiles[2].local_rules_ignored =
        merge_is_off(POLICY_KEY L"PublicProfile");
}

static void read_profile(INetFwPolicy2 *policy, NET_FW_PROFILE_TYPE2 type,
                         struct firewall_profile *out)
{
    VARIANT_BOOL flag;
    NET_FW_ACTION action;
    if (SUCCEEDED(INetFwPolicy2_get_FirewallEnabled(policy, type, &flag)))
        out->off = flag == VARIANT_FALSE;
    if (SUCCEEDED(
            INetFwPolicy2_get_BlockAllInboundTraffic(policy, type, &flag)))
        out->block_inbound = flag != VARIANT_FALSE;
    if (SUCCEEDED(
            INetFwPolicy2_get_DefaultInboundAction(policy, type, &action)))
        out->inbound_allowed = action == NET_FW_ACTION_ALLOW;
    if (SUCCEEDED(
            INetFwPolicy2_get_DefaultOutboundAction(policy, type, &action)))
        out->outbound_blocked = action == NET_FW_ACTION_BLOCK;
}

void firewall_read_policy(INetFwPolicy2 *policy, struct firewall_policy *out)
{
    static const NET_FW_PROFILE_TYPE2 types[FIREWALL_PROFILE_COUNT] = {
        NET_FW_PROFILE2_DOMAIN, NET_FW_PROFILE2_PRIVATE,
        NET_FW_PROFILE2_PUBLIC};
    NET_FW_MODIFY_STATE state = NET_FW_MODIFY_STATE_OK;
    long current = 0;
    *out = (struct firewall_policy){0};
    if (SUCCEEDED(INetFwPolicy2_get_CurrentProfileTypes(policy, &current)))
        out->current = (unsigned)current & SETTINGS_PROFILE_ALL;
    if (SUCCEEDED(INetFwPolicy2_get_LocalPolicyModifyState(policy, &state)))
        out->modify_state = (long)state;
    for (size_t i = 0; i < FIREWALL_PROFILE_COUNT; i++)
        read_profile(policy, types[i], &out->profiles[i]);
    read_merge(out);
}
