/* SPDX-License-Identifier: MIT */
/*
 * firewall.wmi_group: the built-in rules of WMI, enabled in exactly the
 * profiles that are asked for, or closed in them.
 *
 * On clients one rule serves the private and the public profile together.
 * Windows may split it when the group is enabled for one of them, or enable
 * it whole; that is seen only afterwards. So the group is read again after
 * the call, and where more changed than was asked it is put back as it was:
 * a port that nobody asked for is worse than a setting that failed.
 *
 * An undo may run in another language than the apply did. So it reads the
 * rules under the names that they had then, and puts none of those back.
 */
#include "base/word.h"
#include "payload/firewall/firewall_settings.h"

#include <stdlib.h>
#include <string.h>

#include "payload/win32/com.h"
#include "payload/win32/errors.h"
#include "payload/firewall/firewall_edit.h"
#include "payload/firewall/firewall_reach.h"
#include "payload/firewall/rule_group.h"
#include "payload/firewall/rule_match.h"

#define USE_RULES_HINT                                                         \
    "one built-in rule serves several profiles: use firewall.rules, which "    \
    "have profiles of their own"

struct group_setting {
    struct firewall_store *store;
    bool enabled;
    unsigned profiles;
    struct rule_list told; /* in an undo: the rules as they were told then */
};

static bool in_group(const struct live_rule *item, const void *argument)
{
    (void)argument;
    return rule_group_is_wmi(item->grouping);
}

static cJSON *group_read(struct setting *setting, struct setting_reason *reason)
{
    struct group_setting *group = setting->data;
    struct firewall_pick pick;
    if (firewall_store_pick(group->store, in_group, NULL, &pick, reason) != 0)
        return NULL;
    cJSON *state = NULL;
    if (rule_group_take_names(&pick.rules, &group->told) == 0)
        state = rule_list_to_json(&pick.rules);
    if (state == NULL)
        setting_fail_memory(reason);
    firewall_pick_release(&pick);
    return state;
}

/* The group may be open for the local subnet while the controller is not. */
static void hint_subnet(struct setting *setting, const struct rule_list *rules)
{
    const struct group_setting *group = setting->data;
    unsigned now = group->profiles & group->store->judged.current;
    struct firewall_peer peer;
    firewall_peer_read(&peer);
    if (peer.other_subnet &&
        !rule_group_reaches(rules, now != 0 ? now : group->profiles,
                            peer.address))
        setting_hint(setting,
                     "the built-in rules let in the local subnet only, and "
                     "the SSH client %s is in another one: for a collector "
                     "there use firewall.rules with remote_addresses",
                     peer.address);
}

static void hint_policy_opens(struct setting *setting,
                              const struct rule_list *rules)
{
    const struct group_setting *group = setting->data;
    VARIANT_BOOL open = VARIANT_FALSE;
    const char *grouping = rules->count > 0
                               ? rule_text(&rules->items[0], RULE_GROUPING)
                               : "@FirewallAPI.dll,-34251";
    BSTR name = com_bstr(grouping);
    if (rule_group_open(rules) == 0 && group->store->policy != NULL &&
        name != NULL &&
        INetFwPolicy2_get_IsRuleGroupCurrentlyEnabled(group->store->policy,
                                                      name, &open) == S_OK &&
        open != VARIANT_FALSE)
        setting_hint(setting,
                     "closed here, but group policy keeps the group open");
    SysFreeString(name);
}

static enum setting_verdict say_missing(struct setting_reason *reason)
{
    setting_reason_set(reason, CODE_GROUP_MISSING,
                       "use firewall.rules instead, or bring the built-in "
                       "rules back (netsh advfirewall export, then reset: "
                       "that removes every other rule too)",
                       "the rule group of WMI (firewallapi.dll,-34251) does "
                       "not exist on this machine");
    return SETTING_BLOCKED;
}

static enum setting_verdict say_blocker(const struct rule *blocker,
                                        struct setting_reason *reason)
{
    setting_reason_set(reason, CODE_BLOCKED_BY_RULE,
                       "the machine was hardened: set the rule's action to "
                       "Allow if WMI is wanted here",
                       "the group's rule \"%.100s\" has the action Block, "
                       "which wins over every rule that allows",
                       rule_text(blocker, RULE_NAME));
    return SETTING_BLOCKED;
}

static enum setting_verdict judge_open(struct setting *setting,
                                       const struct rule_list *rules,
                                       struct setting_reason *reason)
{
    const struct group_setting *group = setting->data;
    char words[32];
    const struct rule *blocker = rule_group_blocker(rules, group->profiles);
    unsigned unserved = group->profiles & ~rule_group_served(rules);
    firewall_policy_hints(&group->store->judged, group->profiles, true,
                          setting);
    hint_subnet(setting, rules);
    if (firewall_policy_blocks(&group->store->judged, group->profiles, true,
                               reason))
        return SETTING_BLOCKED;
    if (rules->count == 0)
        return say_missing(reason);
    if (blocker != NULL)
        return say_blocker(blocker, reason);
    if (!rule_group_agrees(rules, true, group->profiles))
        return SETTING_DIFFERS;
    if (unserved == 0)
        return SETTING_AGREES;
    rule_profiles_text(unserved, words, sizeof words);
    setting_reason_set(reason, ERROR_NOT_FOUND,
                       "use firewall.rules, which have profiles of their own",
                       "the group has no rule for profile %s", words);
    return SETTING_BLOCKED;
}

static enum setting_verdict judge_closed(struct setting *setting,
                                         const struct rule_list *rules)
{
    const struct group_setting *group = setting->data;
    if (!rule_group_agrees(rules, false, group->profiles))
        return SETTING_DIFFERS;
    hint_policy_opens(setting, rules);
    return SETTING_AGREES;
}

static enum setting_verdict group_compare(struct setting *setting,
                                          const cJSON *state,
                                          struct setting_reason *reason)
{
    const struct group_setting *group = setting->data;
    struct rule_list rules = {NULL, 0};
    if (rule_list_from_json(&rules, state) != 0) {
        setting_fail_memory(reason);
        return SETTING_BLOCKED;
    }
    firewall_store_hint(group->store, setting);
    enum setting_verdict verdict = group->enabled
                                       ? judge_open(setting, &rules, reason)
                                       : judge_closed(setting, &rules);
    rule_list_release(&rules);
    return verdict;
}

/* One call for one spelling of the group's name. */
static HRESULT enable_spelling(const struct firewall_store *store,
                               const char *grouping, unsigned profiles,
                               bool enable)
{
    BSTR name = com_bstr(grouping);
    if (name == NULL)
        return E_OUTOFMEMORY;
    HRESULT hr =
        INetFwPolicy2_EnableRuleGroup(store->policy, (long)profiles, name,
                                      enable ? VARIANT_TRUE : VARIANT_FALSE);
    SysFreeString(name);
    return hr;
}

/* Whether an earlier rule has the same spelling. */
static bool spelled_before(const struct rule_list *rules, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (word_same(rule_text(&rules->items[i], RULE_GROUPING),
                      rule_text(&rules->items[at], RULE_GROUPING)))
            return true;
    }
    return false;
}

/* Every spelling; S_FALSE as soon as Windows does not know one of them. */
static HRESULT enable_group(const struct firewall_store *store,
                            const struct rule_list *rules, unsigned profiles,
                            bool enable)
{
    HRESULT hr = S_OK;
    for (size_t i = 0; i < rules->count && hr == S_OK && profiles != 0; i++) {
        if (!spelled_before(rules, i))
            hr = enable_spelling(store,
                                 rule_text(&rules->items[i], RULE_GROUPING),
                                 profiles, enable);
    }
    return hr;
}

/* What EnableRuleGroup would do, where it does not know the group. */
static HRESULT enable_one_by_one(const struct firewall_pick *pick,
                                 const struct group_setting *group)
{
    HRESULT hr = S_OK;
    for (size_t i = 0; i < pick->rules.count && SUCCEEDED(hr); i++) {
        const struct rule *rule = &pick->rules.items[i];
        unsigned served = rule_profiles(rule);
        bool inside = (served & ~group->profiles) == 0;
        bool outside = (served & group->profiles) == 0;
        bool wanted = group->enabled && inside;
        if (rule->action != RULE_ACTION_ALLOW || (!inside && !outside) ||
            (outside && !group->enabled) || rule->enabled == wanted)
            continue;
        hr = INetFwRule_put_Enabled(pick->lives[i],
                                    wanted ? VARIANT_TRUE : VARIANT_FALSE);
    }
    return hr;
}

/*
 * Closes first, so that no moment is wider than both states. A group with
 * blocking rules is never closed as a whole: that would take them away too.
 */
static HRESULT apply_group(const struct firewall_pick *pick,
                           const struct group_setting *group)
{
    const struct firewall_store *store = group->store;
    unsigned outside = SETTINGS_PROFILE_ALL & ~group->profiles;
    HRESULT hr = S_FALSE;
    if (rule_group_blocker(&pick->rules, SETTINGS_PROFILE_ALL) == NULL) {
        hr = S_OK;
        if (!group->enabled)
            hr = enable_group(store, &pick->rules, group->profiles, false);
        else if ((rule_group_open(&pick->rules) & outside) != 0)
            hr = enable_group(store, &pick->rules, outside, false);
        if (hr == S_OK && group->enabled)
            hr = enable_group(store, &pick->rules, group->profiles, true);
    }
    return hr == S_FALSE ? enable_one_by_one(pick, group) : hr;
}

static int put_group_back(struct group_setting *group,
                          const struct rule_list *before,
                          struct setting_reason *reason)
{
    struct setting_reason failure = {0};
    firewall_store_forget(group->store);
    if (firewall_put_back(group->store, in_group, NULL, before, &failure) == 0)
        return 0;
    setting_reason_set(reason, failure.code,
                       "look at the group's rules in wf.msc",
                       "more was changed than was asked, and putting it back "
                       "failed: %.200s",
                       failure.text);
    return -1;
}

/*
 * The profiles in which rules stay open only because they serve wanted ones
 * too; 0 when a rule for unwanted ones alone is open, which has another cause.
 */
static unsigned stuck_open(const struct rule_list *rules, unsigned wanted)
{
    unsigned stuck = 0;
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->items[i];
        unsigned served = rule_profiles(rule);
        if (!rule->enabled || rule->action != RULE_ACTION_ALLOW)
            continue;
        if ((served & wanted) == 0)
            return 0;
        stuck |= served & ~wanted;
    }
    return stuck;
}

static int fail_stuck(unsigned stuck, struct setting_reason *reason)
{
    char words[32];
    rule_profiles_text(stuck, words, sizeof words);
    return setting_reason_set(reason, CODE_NOT_EFFECTIVE, USE_RULES_HINT,
                              "the group was open in profile %s before and "
                              "stays open there, because Windows switches its "
                              "rules for several profiles at once",
                              words);
}

/* Reads the group again and takes back what went beyond. */
static int settle_group(struct setting *setting, const struct rule_list *before,
                        struct setting_reason *reason)
{
    struct group_setting *group = setting->data;
    struct firewall_pick after;
    firewall_store_forget(group->store);
    if (firewall_store_pick(group->store, in_group, NULL, &after, reason) != 0)
        return -1;
    enum group_effect effect = rule_group_effect(
        before, &after.rules, group->enabled, group->profiles);
    unsigned stuck =
        group->enabled ? stuck_open(&after.rules, group->profiles) : 0;
    firewall_pick_release(&after);
    if (effect == GROUP_SHORT && stuck != 0)
        return fail_stuck(stuck, reason);
    if (effect == GROUP_SHORT && rule_group_straddles(before, group->profiles))
        setting_hint(setting, "%s", USE_RULES_HINT);
    if (effect != GROUP_BEYOND)
        return 0;
    if (put_group_back(group, before, reason) != 0)
        return -1;
    setting_reason_set(reason, CODE_NOT_EFFECTIVE, USE_RULES_HINT,
                       "Windows changed the group in other profiles than was "
                       "asked, so it was put back as it was");
    return -1;
}

static int group_write(struct setting *setting, const cJSON *state,
                       struct setting_reason *reason)
{
    struct group_setting *group = setting->data;
    struct firewall_pick pick;
    (void)state; /* the live rules are needed, and they say the same */
    if (firewall_store_pick(group->store, in_group, NULL, &pick, reason) != 0)
        return -1;
    int status = 0;
    HRESULT hr = apply_group(&pick, group);
    if (FAILED(hr)) {
        struct setting_reason ignored = {0};
        status =
            firewall_fail(reason, hr, "the WMI rule group cannot be changed");
        if (put_group_back(group, &pick.rules, &ignored) != 0)
            setting_hint(setting, "%s", ignored.text);
    } else {
        status = settle_group(setting, &pick.rules, reason);
    }
    firewall_pick_release(&pick);
    firewall_store_forget(group->store);
    return status;
}

static int group_restore(struct setting *setting, const cJSON *state,
                         struct setting_reason *reason)
{
    struct group_setting *group = setting->data;
    struct rule_list wanted = {NULL, 0};
    struct firewall_pick now;
    int status = -1;
    if (firewall_store_pick(group->store, in_group, NULL, &now, reason) != 0)
        return -1;
    if (rule_list_from_json(&wanted, state) != 0 ||
        rule_group_take_names(&wanted, &now.rules) != 0)
        setting_fail_memory(reason);
    else
        status =
            firewall_put_back(group->store, in_group, NULL, &wanted, reason);
    rule_list_release(&wanted);
    firewall_pick_release(&now);
    return status;
}

static void group_recall(struct setting *setting, const cJSON *state)
{
    struct group_setting *group = setting->data;
    if (group->told.count == 0)
        (void)rule_list_from_json(&group->told, state);
}

static void group_release(struct setting *setting)
{
    struct group_setting *group = setting->data;
    if (group == NULL)
        return;
    firewall_store_drop(group->store);
    rule_list_release(&group->told);
    free(group);
}

static const struct setting_ops group_ops = {
    .read = group_read,
    .compare = group_compare,
    .write = group_write,
    .restore = group_restore,
    .recall = group_recall,
    .release = group_release,
};

static cJSON *group_desired(bool enabled, unsigned profiles)
{
    cJSON *desired = cJSON_CreateObject();
    cJSON *words = rule_profiles_to_json(profiles);
    if (desired != NULL &&
        cJSON_AddBoolToObject(desired, "enabled", enabled) != NULL &&
        cJSON_AddItemToObject(desired, "profiles", words))
        return desired;
    cJSON_Delete(words);
    cJSON_Delete(desired);
    return NULL;
}

int firewall_group_plan(const struct settings *settings,
                        struct firewall_store *store, struct setting_list *list)
{
    if (settings->wmi_group.enabled == FLAG_NOT_ASKED)
        return 0;
    bool enabled = settings->wmi_group.enabled == FLAG_ON;
    unsigned profiles = settings->wmi_group.profiles;
    struct setting *setting =
        setting_list_add(list, "firewall.wmi_group",
                         group_desired(enabled, profiles), &group_ops);
    struct group_setting *group = calloc(1, sizeof *group);
    if (setting == NULL || group == NULL) {
        free(group);
        return -1;
    }
    *group = (struct group_setting){
        .store = store, .enabled = enabled, .profiles = profiles};
    firewall_store_use(store);
    setting->data = group;
    return 0;
}
