/* SPDX-License-Identifier: MIT */
#include "payload/firewall/firewall_put.h"

#include <string.h>

#include "payload/firewall/rule_plan.h"

/*
 * One pass over all properties. With `from` NULL everything is set, else
 * what differs. `hr` stops the rest once it has failed.
 */
struct put {
    INetFwRule *live;
    const struct rule *from;
    const struct rule *to;
    HRESULT hr;
    const char *step;
};

static HRESULT put_bstr(INetFwRule *live, enum rule_text which, BSTR text)
{
    switch (which) {
#define PUT_TEXT(symbol, key, property)                                        \
    case RULE_##symbol:                                                        \
        return INetFwRule_put_##property(live, text);
        RULE_TEXTS(PUT_TEXT)
    default:
        return E_INVALIDARG;
    }
}

static HRESULT put_newer_bstr(INetFwRule *live, enum rule_text which, BSTR text)
{
    INetFwRule3 *third = NULL;
    HRESULT hr =
        INetFwRule_QueryInterface(live, &IID_INetFwRule3, (void **)&third);
    if (FAILED(hr))
        return hr;
    switch (which) {
#define PUT_NEWER_TEXT(symbol, key, property)                                  \
    case RULE_##symbol:                                                        \
        hr = INetFwRule3_put_##property(third, text);                          \
        break;
        RULE_NEWER_TEXTS(PUT_NEWER_TEXT)
    default:
        hr = E_INVALIDARG;
    }
    COM_RELEASE(third);
    return hr;
}

/* A property without text is unset by NULL, as Windows returns it. */
static HRESULT put_utf8(INetFwRule *live, enum rule_text which,
                        const char *text)
{
    BSTR bstr = *text != '\0' ? com_bstr(text) : NULL;
    if (*text != '\0' && bstr == NULL)
        return E_OUTOFMEMORY;
    HRESULT hr = which < RULE_PACKAGE ? put_bstr(live, which, bstr)
                                      : put_newer_bstr(live, which, bstr);
    SysFreeString(bstr);
    return hr;
}

static bool has_ports(long protocol)
{
    return protocol == RULE_PROTOCOL_TCP || protocol == RULE_PROTOCOL_UDP;
}

static bool has_icmp(long protocol)
{
    return protocol == 1 || protocol == 58;
}

/* What an unset property is called where Windows wants a word for it. */
static const char *text_to_put(const struct rule *rule, enum rule_text which)
{
    const char *text = rule_text(rule, which);
    if (*text != '\0')
        return text;
    switch (which) {
    case RULE_LOCAL_PORTS:
    case RULE_REMOTE_PORTS:
        return has_ports(rule->protocol) ? "*" : "";
    case RULE_ICMP:
        return has_icmp(rule->protocol) ? "*" : "";
    case RULE_LOCAL_ADDRESSES:
    case RULE_REMOTE_ADDRESSES:
        return "*";
    case RULE_INTERFACE_TYPES:
        return "All";
    default:
        return "";
    }
}

/* Whether the property has to be left to the protocol that is set. */
static bool belongs_elsewhere(const struct rule *rule, enum rule_text which)
{
    if (which == RULE_LOCAL_PORTS || which == RULE_REMOTE_PORTS)
        return !has_ports(rule->protocol) && *rule_text(rule, which) == '\0';
    return which == RULE_ICMP && !has_icmp(rule->protocol);
}

static void put_text(struct put *put, enum rule_text which, const char *step)
{
    const char *text = text_to_put(put->to, which);
    if (FAILED(put->hr) || belongs_elsewhere(put->to, which))
        return;
    if (put->from == NULL ? *text == '\0'
                          : strcmp(text, text_to_put(put->from, which)) == 0)
        return;
    put->step = step;
    put->hr = put_utf8(put->live, which, text);
}

/* Takes away what the next protocol cannot have, then sets the protocol. */
static void put_protocol(struct put *put)
{
    static const enum rule_text bound[] = {RULE_LOCAL_PORTS, RULE_REMOTE_PORTS,
                                           RULE_ICMP};
    const struct rule *from = put->from;
    if (FAILED(put->hr) ||
        (from != NULL && from->protocol == put->to->protocol))
        return;
    put->step = "the rule's protocol";
    for (size_t i = 0; i < sizeof bound / sizeof *bound && from != NULL; i++) {
        const char *text = rule_text(from, bound[i]);
        if (SUCCEEDED(put->hr) && *text != '\0' && strcmp(text, "*") != 0)
            put->hr = put_utf8(put->live, bound[i], "*");
    }
    if (SUCCEEDED(put->hr))
        put->hr = INetFwRule_put_Protocol(put->live, put->to->protocol);
}

/* After a change of protocol the ports stand at "*", whatever `from` says. */
static void put_bound_text(struct put *put, enum rule_text which,
                           const char *step)
{
    const struct rule *from = put->from;
    const struct rule reset = {.protocol = put->to->protocol};
    if (from != NULL && from->protocol != put->to->protocol)
        put->from = &reset;
    put_text(put, which, step);
    put->from = from;
}

static SAFEARRAY *make_interfaces(const cJSON *names)
{
    ULONG count = (ULONG)cJSON_GetArraySize(names);
    SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 0, count);
    const cJSON *name;
    LONG at = 0;
    cJSON_ArrayForEach (name, names) {
        VARIANT item;
        VariantInit(&item);
        item.vt = VT_BSTR;
        item.bstrVal =
            cJSON_IsString(name) ? com_bstr(name->valuestring) : NULL;
        HRESULT hr = array != NULL ? SafeArrayPutElement(array, &at, &item)
                                   : E_OUTOFMEMORY;
        VariantClear(&item);
        at++;
        if (FAILED(hr)) {
            SafeArrayDestroy(array);
            return NULL;
        }
    }
    return array;
}

static void put_interfaces(struct put *put)
{
    VARIANT value;
    int count = cJSON_GetArraySize(put->to->interfaces);
    if (FAILED(put->hr) ||
        (put->from == NULL
             ? count == 0
             : count == cJSON_GetArraySize(put->from->interfaces) &&
                   (count == 0 || cJSON_Compare(put->from->interfaces,
                                                put->to->interfaces, 1))))
        return;
    put->step = "the rule's interfaces";
    VariantInit(&value);
    if (count > 0) {
        value.parray = make_interfaces(put->to->interfaces);
        if (value.parray == NULL) {
            put->hr = E_OUTOFMEMORY;
            return;
        }
        value.vt = VT_ARRAY | VT_VARIANT;
    }
    put->hr = INetFwRule_put_Interfaces(put->live, value);
    VariantClear(&value);
}

/* The options say more than the flag, where this Windows has them. */
static void put_edge(struct put *put)
{
    INetFwRule2 *second = NULL;
    const struct rule *from = put->from;
    const struct rule *to = put->to;
    if (FAILED(put->hr) ||
        (from == NULL ? !to->edge_traversal && to->edge_options == 0
                      : from->edge_traversal == to->edge_traversal &&
                            from->edge_options == to->edge_options))
        return;
    put->step = "the rule's edge traversal";
    if (SUCCEEDED(INetFwRule_QueryInterface(put->live, &IID_INetFwRule2,
                                            (void **)&second)))
        put->hr = INetFwRule2_put_EdgeTraversalOptions(
            second, to->edge_options != 0 ? to->edge_options
                    : to->edge_traversal  ? 1
                                          : 0);
    else
        put->hr = INetFwRule_put_EdgeTraversal(
            put->live, to->edge_traversal ? VARIANT_TRUE : VARIANT_FALSE);
    COM_RELEASE(second);
}

static void put_secure_flags(struct put *put)
{
    INetFwRule3 *third = NULL;
    long has = put->from != NULL ? put->from->secure_flags : 0;
    if (FAILED(put->hr) || has == put->to->secure_flags)
        return;
    put->step = "the rule's security flags";
    put->hr =
        INetFwRule_QueryInterface(put->live, &IID_INetFwRule3, (void **)&third);
    if (SUCCEEDED(put->hr))
        put->hr = INetFwRule3_put_SecureFlags(third, put->to->secure_flags);
    COM_RELEASE(third);
}

static void put_numbers(struct put *put)
{
    const struct rule *from = put->from;
    const struct rule *to = put->to;
    if (SUCCEEDED(put->hr) &&
        (from == NULL || from->direction != to->direction)) {
        put->step = "the rule's direction";
        put->hr = INetFwRule_put_Direction(
            put->live, (NET_FW_RULE_DIRECTION)to->direction);
    }
    if (SUCCEEDED(put->hr) && (from == NULL || from->action != to->action)) {
        put->step = "the rule's action";
        put->hr = INetFwRule_put_Action(put->live, (NET_FW_ACTION)to->action);
    }
    if (SUCCEEDED(put->hr) &&
        (from == NULL || from->profiles != to->profiles)) {
        put->step = "the rule's profiles";
        put->hr = INetFwRule_put_Profiles(put->live, to->profiles);
    }
}

static void put_enabled(struct put *put, bool enabled)
{
    if (FAILED(put->hr))
        return;
    put->step = enabled ? "enabling the rule" : "disabling the rule";
    put->hr = INetFwRule_put_Enabled(put->live,
                                     enabled ? VARIANT_TRUE : VARIANT_FALSE);
}

/* Everything but Enabled. */
static void put_properties(struct put *put)
{
    put_text(put, RULE_NAME, "the rule's name");
    put_text(put, RULE_DESCRIPTION, "the rule's description");
    put_text(put, RULE_PROGRAM, "the rule's program");
    put_text(put, RULE_SERVICE, "the rule's service");
    put_protocol(put);
    put_bound_text(put, RULE_LOCAL_PORTS, "the rule's local ports");
    put_bound_text(put, RULE_REMOTE_PORTS, "the rule's remote ports");
    put_bound_text(put, RULE_ICMP, "the rule's ICMP types");
    put_text(put, RULE_LOCAL_ADDRESSES, "the rule's local addresses");
    put_text(put, RULE_REMOTE_ADDRESSES, "the rule's remote addresses");
    put_text(put, RULE_INTERFACE_TYPES, "the rule's interface types");
    put_interfaces(put);
    put_numbers(put);
    put_edge(put);
    for (int i = RULE_PACKAGE; i < RULE_TEXT_COUNT; i++)
        put_text(put, (enum rule_text)i, "the rule's users and packages");
    put_secure_flags(put);
    put_text(put, RULE_GROUPING, "the rule's group");
}

HRESULT firewall_put_all(INetFwRule *made, const struct rule *rule,
                         const char **step)
{
    struct put put = {.live = made, .to = rule};
    put_properties(&put);
    put_enabled(&put, rule->enabled);
    if (FAILED(put.hr))
        *step = put.step;
    return put.hr;
}

/* How many properties two rules do not have in common, up to two. */
static bool differ_in_several(const struct rule *from, const struct rule *to)
{
    int count = 0;
    for (int i = 0; i < RULE_TEXT_COUNT; i++)
        count += strcmp(rule_text(from, (enum rule_text)i),
                        rule_text(to, (enum rule_text)i)) != 0;
    count += from->direction != to->direction;
    count += (from->protocol != to->protocol) * 2; /* takes ports along */
    count += from->action != to->action;
    count += from->profiles != to->profiles;
    count += from->edge_traversal != to->edge_traversal ||
             from->edge_options != to->edge_options;
    count += from->secure_flags != to->secure_flags;
    count += from->enabled != to->enabled;
    return count > 1;
}

HRESULT firewall_put_differences(INetFwRule *live, const struct rule *from,
                                 const struct rule *to, const char **step)
{
    struct put put = {.live = live, .from = from, .to = to};
    bool pause = from->enabled && (!to->enabled || differ_in_several(from, to));
    if (pause)
        put_enabled(&put, false);
    put_properties(&put);
    if (to->enabled && (pause || !from->enabled))
        put_enabled(&put, true);
    if (FAILED(put.hr))
        *step = put.step;
    return put.hr;
}
