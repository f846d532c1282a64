/* SPDX-License-Identifier: MIT */
/* What a caller meets in each failure mode, set before fwprobe runs. */
#include "fwprobe.h"

#include <stdlib.h>
#include <wchar.h>

#define SAY(probe, expression)                                                 \
    tap_check(&probe->tap, expression, "%s", #expression)
#define WMI_RULE L"WMI-RPCSS-In-TCP"
#define WMI_NAME L"Windows Management Instrumentation (DCOM-In)"

static NET_FW_MODIFY_STATE modify_state(struct probe *probe)
{
    NET_FW_MODIFY_STATE state = (NET_FW_MODIFY_STATE)9;

    INetFwPolicy2_get_LocalPolicyModifyState(probe->policy, &state);
    return state;
}

void probe_mode_policy_override(struct probe *probe)
{
    SAY(probe, modify_state(probe) == NET_FW_MODIFY_STATE_GP_OVERRIDE);
}

void probe_mode_no_local_merge(struct probe *probe)
{
    VARIANT_BOOL state = 7;
    BSTR group = SysAllocString(WMI_GROUP);

    SAY(probe, modify_state(probe) == NET_FW_MODIFY_STATE_GP_OVERRIDE);
    tap_check_hr(&probe->tap, enable_group(probe, 7, WMI_GROUP, VARIANT_TRUE),
                 S_OK, "the group is stored as on");
    INetFwPolicy2_get_IsRuleGroupCurrentlyEnabled(probe->policy, group, &state);
    SAY(probe, state == VARIANT_FALSE);
    enable_group(probe, 7, WMI_GROUP, VARIANT_FALSE);
    SysFreeString(group);
}

void probe_mode_block_all(struct probe *probe)
{
    VARIANT_BOOL blocked = 7;

    SAY(probe, modify_state(probe) == NET_FW_MODIFY_STATE_INBOUND_BLOCKED);
    INetFwPolicy2_get_BlockAllInboundTraffic(probe->policy,
                                             NET_FW_PROFILE2_PUBLIC, &blocked);
    SAY(probe, blocked == VARIANT_TRUE);
}

/* Every call that writes, with what it should say. */
static void probe_writes(struct probe *probe, HRESULT wanted)
{
    INetFwRule3 *fresh = make_rule(probe, L"fwprobe mode", false);
    INetFwRule3 *live;
    HRESULT hr;

    tap_check_hr(&probe->tap, enable_group(probe, 7, WMI_GROUP, VARIANT_TRUE),
                 wanted, "a group is switched");
    tap_check_hr(&probe->tap, remove_rule(probe, WMI_NAME), wanted,
                 "a rule is removed");
    tap_check_hr(&probe->tap,
                 INetFwPolicy2_put_FirewallEnabled(
                     probe->policy, NET_FW_PROFILE2_PUBLIC, VARIANT_FALSE),
                 wanted, "the firewall is switched");
    if (fresh) {
        tap_check_hr(&probe->tap,
                     INetFwRules_Add(probe->rules, (INetFwRule *)fresh), wanted,
                     "a rule is added");
        INetFwRule3_Release(fresh);
    }
    live = item(probe, WMI_NAME, &hr);
    if (live) {
        tap_check_hr(&probe->tap, INetFwRule3_put_Enabled(live, VARIANT_TRUE),
                     wanted, "a rule is changed");
        INetFwRule3_Release(live);
    }
}

static void probe_unchanged(struct probe *probe, LONG before)
{
    WCHAR *text = stored_rule(WMI_RULE);
    VARIANT_BOOL on = 7;

    tap_check(&probe->tap, text && wcsstr(text, L"|Active=FALSE|"),
              "the registry is as it was");
    free(text);
    SAY(probe, rule_count(probe) == before);
    SAY(probe, !store_has(L"fwprobe mode"));
    INetFwPolicy2_get_FirewallEnabled(probe->policy, NET_FW_PROFILE2_PUBLIC,
                                      &on);
    SAY(probe, on == VARIANT_TRUE);
}

void probe_mode_access_denied(struct probe *probe)
{
    LONG before = rule_count(probe);

    SAY(probe, before > 50);
    probe_writes(probe, E_ACCESSDENIED);
    probe_unchanged(probe, before);
}

void probe_mode_write_ignored(struct probe *probe)
{
    LONG before = rule_count(probe);

    probe_writes(probe, S_OK);
    probe_unchanged(probe, before);
}

void probe_mode_service_stopped(struct probe *probe)
{
    IUnknown *items = NULL;
    VARIANT_BOOL on = 7;
    LONG number = 0;
    HRESULT hr;

    probe_writes(probe, NO_SERVICE);
    tap_check_hr(&probe->tap, INetFwRules_get_Count(probe->rules, &number),
                 NO_SERVICE, "counting");
    tap_check_hr(&probe->tap, INetFwRules_get__NewEnum(probe->rules, &items),
                 NO_SERVICE, "enumerating");
    item(probe, WMI_NAME, &hr);
    tap_check_hr(&probe->tap, hr, NO_SERVICE, "looking for a rule");
    tap_check_hr(&probe->tap, group_state(probe, 7, WMI_GROUP, &on), NO_SERVICE,
                 "asking for a group");
    tap_check_hr(&probe->tap,
                 INetFwPolicy2_get_FirewallEnabled(probe->policy,
                                                   NET_FW_PROFILE2_PUBLIC, &on),
                 NO_SERVICE, "asking for the firewall's state");
}

void probe_mode_group_missing(struct probe *probe)
{
    VARIANT_BOOL state = 7;
    INetFwRule3 *rule;
    HRESULT hr;

    tap_check_hr(&probe->tap, enable_group(probe, 7, WMI_GROUP, VARIANT_TRUE),
                 S_FALSE, "the group is switched");
    tap_check_hr(&probe->tap, group_state(probe, 7, WMI_GROUP, &state), S_FALSE,
                 "the group is asked for");
    rule = item(probe, WMI_NAME, &hr);
    tap_check_hr(&probe->tap, hr, NOT_FOUND, "a rule of the group");
    if (rule)
        INetFwRule3_Release(rule);
}

void probe_mode_group_spelling(struct probe *probe)
{
    WCHAR *text;
    INetFwRule3 *rule;
    HRESULT hr;

    tap_check_hr(&probe->tap, enable_group(probe, 7, WMI_GROUP, VARIANT_TRUE),
                 S_FALSE, "the usual spelling");
    tap_check_hr(&probe->tap,
                 enable_group(probe, 7, WMI_GROUP_LONG, VARIANT_TRUE), S_OK,
                 "the other spelling");
    rule = item(probe, WMI_NAME, &hr);
    if (tap_check_hr(&probe->tap, hr, S_OK, "a rule of the group")) {
        SAY(probe, has_text(rule, rule->lpVtbl->get_Grouping, WMI_GROUP_LONG));
        INetFwRule3_Release(rule);
    }
    enable_group(probe, 7, WMI_GROUP_LONG, VARIANT_FALSE);
    text = stored_rule(WMI_RULE);
    SAY(probe, text && wcsstr(text, L"|EmbedCtxt=" WMI_GROUP L"|"));
    free(text);
}

void probe_mode_block_action(struct probe *probe)
{
    NET_FW_ACTION action = NET_FW_ACTION_MAX;
    VARIANT_BOOL active = 7;
    INetFwRule3 *rule;
    HRESULT hr;

    tap_check_hr(&probe->tap, enable_group(probe, 7, WMI_GROUP, VARIANT_TRUE),
                 S_OK, "the group is switched");
    rule = item(probe, WMI_NAME, &hr);
    if (!tap_check_hr(&probe->tap, hr, S_OK, "a rule of the group"))
        return;
    INetFwRule3_get_Action(rule, &action);
    INetFwRule3_get_Enabled(rule, &active);
    SAY(probe, action == NET_FW_ACTION_BLOCK && active == VARIANT_TRUE);
    INetFwRule3_Release(rule);
}
