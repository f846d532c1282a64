/* SPDX-License-Identifier: MIT */
/* Rule groups, languages, profiles and policy. */
#include "fwprobe.h"

#include <stdlib.h>
#include <wchar.h>

#define SAY(probe, expression)                                                 \
    tap_check(&probe->tap, expression, "%s", #expression)
#define DOMAIN_RULE L"WMI-RPCSS-In-TCP-NoScope"
#define OTHER_RULE L"WMI-RPCSS-In-TCP"
#define POLICY L"SOFTWARE\\Policies\\Microsoft\\WindowsFirewall"

static bool is_active(const WCHAR *id)
{
    WCHAR *text = stored_rule(id);
    bool active = text && wcsstr(text, L"|Active=TRUE|");

    free(text);
    return active;
}

static bool state_is(struct probe *probe, LONG mask, const WCHAR *group,
                     bool wanted)
{
    VARIANT_BOOL state = 7;

    return group_state(probe, mask, group, &state) == S_OK &&
           state == (wanted ? VARIANT_TRUE : VARIANT_FALSE);
}

static HRESULT current_state(struct probe *probe, const WCHAR *group,
                             VARIANT_BOOL *state)
{
    BSTR text = SysAllocString(group);
    HRESULT hr = INetFwPolicy2_get_IsRuleGroupCurrentlyEnabled(probe->policy,
                                                               text, state);

    SysFreeString(text);
    return hr;
}

static void probe_group_arguments(struct probe *probe)
{
    VARIANT_BOOL state = 7;

    tap_check_hr(&probe->tap, enable_group(probe, 0, WMI_GROUP, VARIANT_TRUE),
                 E_INVALIDARG, "no profile");
    tap_check_hr(&probe->tap, enable_group(probe, 9, WMI_GROUP, VARIANT_TRUE),
                 E_INVALIDARG, "a profile that is none");
    tap_check_hr(&probe->tap, enable_group(probe, 7, NULL, VARIANT_TRUE),
                 E_INVALIDARG, "no group");
    tap_check_hr(&probe->tap, enable_group(probe, 7, L"", VARIANT_TRUE),
                 E_INVALIDARG, "an empty group");
    tap_check_hr(&probe->tap, group_state(probe, 7, WMI_GROUP, NULL), E_POINTER,
                 "no place for the answer");
    tap_check_hr(&probe->tap, group_state(probe, 0, WMI_GROUP, &state),
                 E_INVALIDARG, "no profile to ask for");
    tap_check_hr(&probe->tap,
                 enable_group(probe, 7, L"@none.dll,-1", VARIANT_TRUE), S_FALSE,
                 "a group that nobody has");
    tap_check_hr(&probe->tap, group_state(probe, 7, L"@none.dll,-1", &state),
                 S_FALSE, "the state of a group that nobody has");
    tap_check_hr(&probe->tap,
                 enable_group(probe, 7, WMI_GROUP_LONG, VARIANT_TRUE), S_FALSE,
                 "the group by another path");
    SAY(probe, !is_active(DOMAIN_RULE) && !is_active(OTHER_RULE));
}

void probe_groups(struct probe *probe)
{
    VARIANT_BOOL state = 7;

    probe_group_arguments(probe);
    SAY(probe, state_is(probe, 7, WMI_GROUP, false));
    tap_check_hr(&probe->tap, enable_group(probe, 1, WMI_GROUP, VARIANT_TRUE),
                 S_OK, "on in the domain profile");
    SAY(probe, is_active(DOMAIN_RULE) && !is_active(OTHER_RULE));
    SAY(probe, state_is(probe, 1, WMI_GROUP, true));
    SAY(probe, state_is(probe, 4, WMI_GROUP, false));
    SAY(probe, state_is(probe, 5, WMI_GROUP, false));
    tap_check_hr(&probe->tap, current_state(probe, WMI_GROUP, &state), S_OK,
                 "the group in the current profile");
    SAY(probe, state == VARIANT_FALSE);
    tap_check_hr(&probe->tap,
                 enable_group(probe, NET_FW_PROFILE2_ALL,
                              L"@FIREWALLAPI.DLL,-34251", VARIANT_TRUE),
                 S_OK, "on in all profiles, in capitals");
    SAY(probe, state_is(probe, 7, WMI_GROUP, true));
    SAY(probe, is_active(L"WMI-ASYNC-In-TCP"));
    SAY(probe, !is_active(L"RemoteSvcAdmin-In-TCP"));
    tap_check_hr(&probe->tap, current_state(probe, WMI_GROUP, &state), S_OK,
                 "the group in the current profile");
    SAY(probe, state == VARIANT_TRUE);
    tap_check_hr(&probe->tap, enable_group(probe, 7, WMI_GROUP, VARIANT_FALSE),
                 S_OK, "off");
    SAY(probe, !is_active(DOMAIN_RULE) && !is_active(OTHER_RULE));
}

/* One rule is for Private and Public: it goes on whole. */
void probe_partial(struct probe *probe)
{
    LONG before = rule_count(probe);

    tap_check_hr(&probe->tap, enable_group(probe, 2, WMI_GROUP, VARIANT_TRUE),
                 S_OK, "on in the private profile");
    SAY(probe, is_active(OTHER_RULE) && !is_active(DOMAIN_RULE));
    SAY(probe, state_is(probe, 4, WMI_GROUP, true));
    SAY(probe, rule_count(probe) == before);
    enable_group(probe, 7, WMI_GROUP, VARIANT_FALSE);
}

/* As probe_partial(), where Windows divides the rule. */
void probe_split(struct probe *probe)
{
    LONG before = rule_count(probe);

    tap_check_hr(&probe->tap, enable_group(probe, 2, WMI_GROUP, VARIANT_TRUE),
                 S_OK, "on in the private profile");
    SAY(probe, rule_count(probe) == before + 4);
    SAY(probe, !is_active(OTHER_RULE));
    SAY(probe, state_is(probe, 2, WMI_GROUP, true));
    SAY(probe, state_is(probe, 4, WMI_GROUP, false));
    SAY(probe, store_has(L"|Active=TRUE|Dir=In|Protocol=6|Profile=Private|"
                         L"LPort=135|RA4=LocalSubnet|RA6=LocalSubnet|"));
    SAY(probe, store_has(L"|Active=FALSE|Dir=In|Protocol=6|Profile=Public|"
                         L"LPort=135|RA4=LocalSubnet|RA6=LocalSubnet|"));
    tap_check_hr(&probe->tap, enable_group(probe, 2, WMI_GROUP, VARIANT_TRUE),
                 S_OK, "once more");
    SAY(probe, rule_count(probe) == before + 4);
}

static void probe_language(struct probe *probe, const WCHAR *group,
                           const WCHAR *foreign, const WCHAR *name)
{
    INetFwRule3 *rule;
    HRESULT hr;

    tap_check_hr(&probe->tap, enable_group(probe, 1, foreign, VARIANT_TRUE),
                 S_FALSE, "the group's name in another language");
    tap_check_hr(&probe->tap, enable_group(probe, 1, group, VARIANT_TRUE), S_OK,
                 "the group's name");
    SAY(probe, is_active(DOMAIN_RULE));
    enable_group(probe, 1, WMI_GROUP, VARIANT_FALSE);
    rule = item(probe, name, &hr);
    if (!tap_check_hr(&probe->tap, hr, S_OK, "a rule's name"))
        return;
    SAY(probe, has_text(rule, rule->lpVtbl->get_Name, name));
    SAY(probe, has_text(rule, rule->lpVtbl->get_Grouping, WMI_GROUP));
    INetFwRule3_Release(rule);
    rule = item(probe, L"@FirewallAPI.dll,-34252", &hr);
    tap_check_hr(&probe->tap, hr, NOT_FOUND, "a resource is no rule's name");
}

void probe_english(struct probe *probe)
{
    probe_language(probe, L"Windows Management Instrumentation (WMI)",
                   L"Windows-Verwaltungsinstrumentation (WMI)",
                   L"Windows Management Instrumentation (DCOM-In)");
}

void probe_german(struct probe *probe)
{
    probe_language(probe, L"Windows-Verwaltungsinstrumentation (WMI)",
                   L"Windows Management Instrumentation (WMI)",
                   L"Windows-Verwaltungsinstrumentation (DCOM eingehend)");
}

/* A server has one rule for all profiles where a client has two. */
void probe_server(struct probe *probe)
{
    INetFwRule3 *rule;
    LONG profiles = 0;
    HRESULT hr;

    rule = item(probe, L"Windows Management Instrumentation (DCOM-In)", &hr);
    if (!tap_check_hr(&probe->tap, hr, S_OK, "the rule of a server"))
        return;
    INetFwRule3_get_Profiles(rule, &profiles);
    SAY(probe, profiles == NET_FW_PROFILE2_ALL);
    SAY(probe, has_text(rule, rule->lpVtbl->get_RemoteAddresses, L"*"));
    INetFwRule3_Release(rule);
    SAY(probe, !stored_rule(DOMAIN_RULE));
    tap_check_hr(&probe->tap, enable_group(probe, 1, WMI_GROUP, VARIANT_TRUE),
                 S_OK, "on in the domain profile");
    SAY(probe, state_is(probe, 7, WMI_GROUP, true));
    enable_group(probe, 7, WMI_GROUP, VARIANT_FALSE);
}

static void probe_switches(struct probe *probe, NET_FW_PROFILE_TYPE2 profile)
{
    INetFwPolicy2 *policy = probe->policy;
    NET_FW_ACTION action = NET_FW_ACTION_MAX;
    VARIANT_BOOL on = 7, blocked = 7;

    tap_check_hr(&probe->tap,
                 INetFwPolicy2_get_FirewallEnabled(policy, profile, &on), S_OK,
                 "the firewall's state");
    SAY(probe, on == VARIANT_TRUE);
    tap_check_hr(
        &probe->tap,
        INetFwPolicy2_get_BlockAllInboundTraffic(policy, profile, &blocked),
        S_OK, "whether all is blocked");
    SAY(probe, blocked == VARIANT_FALSE);
    INetFwPolicy2_get_DefaultInboundAction(policy, profile, &action);
    SAY(probe, action == NET_FW_ACTION_BLOCK);
    INetFwPolicy2_get_DefaultOutboundAction(policy, profile, &action);
    SAY(probe, action == NET_FW_ACTION_ALLOW);
    INetFwPolicy2_put_DefaultOutboundAction(policy, profile,
                                            NET_FW_ACTION_BLOCK);
    INetFwPolicy2_get_DefaultOutboundAction(policy, profile, &action);
    SAY(probe, action == NET_FW_ACTION_BLOCK);
    INetFwPolicy2_put_DefaultOutboundAction(policy, profile,
                                            NET_FW_ACTION_ALLOW);
}

void probe_profiles(struct probe *probe)
{
    INetFwPolicy2 *policy = probe->policy;
    NET_FW_MODIFY_STATE state = NET_FW_MODIFY_STATE_GP_OVERRIDE;
    VARIANT_BOOL on = 7;
    LONG current = 0;

    tap_check_hr(&probe->tap,
                 INetFwPolicy2_get_CurrentProfileTypes(policy, &current), S_OK,
                 "the current profiles");
    SAY(probe, current == NET_FW_PROFILE2_PUBLIC);
    probe_switches(probe, NET_FW_PROFILE2_DOMAIN);
    probe_switches(probe, NET_FW_PROFILE2_PRIVATE);
    probe_switches(probe, NET_FW_PROFILE2_PUBLIC);
    tap_check_hr(
        &probe->tap,
        INetFwPolicy2_get_FirewallEnabled(policy, (NET_FW_PROFILE_TYPE2)6, &on),
        E_INVALIDARG, "two profiles at once");
    tap_check_hr(
        &probe->tap,
        INetFwPolicy2_get_FirewallEnabled(policy, NET_FW_PROFILE2_ALL, &on),
        E_INVALIDARG, "all profiles at once");
    tap_check_hr(&probe->tap,
                 INetFwPolicy2_get_LocalPolicyModifyState(policy, &state), S_OK,
                 "whether changes take effect");
    SAY(probe, state == NET_FW_MODIFY_STATE_OK);
}

static void set_policy(const WCHAR *profile, const WCHAR *name, DWORD value)
{
    WCHAR path[128];

    wcscpy(path, POLICY L"\\");
    wcscat(path, profile);
    RegSetKeyValueW(HKEY_LOCAL_MACHINE, path, name, REG_DWORD, &value,
                    sizeof value);
}

/* Domain and public are in use, and answer differently. */
void probe_two_profiles(struct probe *probe)
{
    NET_FW_MODIFY_STATE modify = (NET_FW_MODIFY_STATE)9;
    VARIANT_BOOL state = 7;
    LONG current = 0;

    INetFwPolicy2_get_CurrentProfileTypes(probe->policy, &current);
    SAY(probe, current == 5);
    enable_group(probe, 1, WMI_GROUP, VARIANT_TRUE);
    tap_check_hr(&probe->tap, current_state(probe, WMI_GROUP, &state), S_FALSE,
                 "profiles that disagree");
    SAY(probe, state == VARIANT_TRUE);
    enable_group(probe, 4, WMI_GROUP, VARIANT_TRUE);
    tap_check_hr(&probe->tap, current_state(probe, WMI_GROUP, &state), S_OK,
                 "profiles that agree");
    SAY(probe, state == VARIANT_TRUE);
    enable_group(probe, 7, WMI_GROUP, VARIANT_FALSE);
    set_policy(L"DomainProfile", L"AllowLocalPolicyMerge", 0);
    tap_check_hr(
        &probe->tap,
        INetFwPolicy2_get_LocalPolicyModifyState(probe->policy, &modify),
        S_FALSE, "a policy for one of them");
    SAY(probe, modify == NET_FW_MODIFY_STATE_OK);
    RegDeleteTreeW(HKEY_LOCAL_MACHINE, POLICY);
}

static NET_FW_MODIFY_STATE modify_state(struct probe *probe)
{
    NET_FW_MODIFY_STATE state = (NET_FW_MODIFY_STATE)9;

    INetFwPolicy2_get_LocalPolicyModifyState(probe->policy, &state);
    return state;
}

void probe_policy(struct probe *probe)
{
    static const WCHAR rule[] =
        L"v2.10|Action=Allow|Active=TRUE|Dir=In|Name=p|EmbedCtxt=fwprobe|";
    VARIANT_BOOL state = 7;

    enable_group(probe, 7, WMI_GROUP, VARIANT_TRUE);
    set_policy(L"PublicProfile", L"AllowLocalPolicyMerge", 0);
    SAY(probe, modify_state(probe) == NET_FW_MODIFY_STATE_GP_OVERRIDE);
    current_state(probe, WMI_GROUP, &state);
    SAY(probe, state == VARIANT_FALSE);
    set_policy(L"PublicProfile", L"AllowLocalPolicyMerge", 1);
    SAY(probe, modify_state(probe) == NET_FW_MODIFY_STATE_OK);
    current_state(probe, WMI_GROUP, &state);
    SAY(probe, state == VARIANT_TRUE);
    set_policy(L"PublicProfile", L"DoNotAllowExceptions", 1);
    SAY(probe, modify_state(probe) == NET_FW_MODIFY_STATE_INBOUND_BLOCKED);
    RegSetKeyValueW(HKEY_LOCAL_MACHINE, POLICY L"\\FirewallRules", L"{p}",
                    REG_SZ, rule, sizeof rule);
    tap_check_hr(&probe->tap, current_state(probe, L"fwprobe", &state), S_OK,
                 "a group of the policy");
    SAY(probe, state == VARIANT_TRUE);
    tap_check_hr(&probe->tap, enable_group(probe, 7, L"fwprobe", VARIANT_FALSE),
                 S_FALSE, "a policy's group cannot be switched");
    RegDeleteTreeW(HKEY_LOCAL_MACHINE, POLICY);
    enable_group(probe, 7, WMI_GROUP, VARIANT_FALSE);
}
