/* SPDX-License-Identifier: MIT */
#include "payload/firewall/firewall_policy.h"

#include "payload/firewall/rule.h"

#define WORDS_SIZE 32 /* "domain, private, public" */

static const char *const profile_names[FIREWALL_PROFILE_COUNT] = {
    "domain", "private", "public"};

/* The profiles of which `member` holds. */
#define PROFILES_WITH(policy, member)                                          \
    (((policy)->profiles[0].member ? SETTINGS_PROFILE_DOMAIN : 0) |            \
     ((policy)->profiles[1].member ? SETTINGS_PROFILE_PRIVATE : 0) |           \
     ((policy)->profiles[2].member ? SETTINGS_PROFILE_PUBLIC : 0))

unsigned firewall_policy_deciding(const struct firewall_policy *policy,
                                  unsigned profiles)
{
    unsigned in_use = profiles & policy->current;
    return in_use != 0 ? in_use : profiles;
}

/* As firewall_policy_deciding, but a fault of unused profiles counts if all
 * have it. */
static unsigned faulty(const struct firewall_policy *policy, unsigned profiles,
                       unsigned fault)
{
    if ((profiles & policy->current) == 0 && (profiles & ~fault) != 0)
        return 0;
    return firewall_policy_deciding(policy, profiles) & fault;
}

static bool merge_blocks(const struct firewall_policy *policy,
                         unsigned profiles, struct setting_reason *reason)
{
    char words[WORDS_SIZE];
    unsigned ignored =
        faulty(policy, profiles, PROFILES_WITH(policy, local_rules_ignored));
    if (ignored == 0)
        return false;
    rule_profiles_text(ignored, words, sizeof words);
    setting_reason_set(
        reason, FIREWALL_GP_OVERRIDE,
        "set \"Apply local firewall rules\" to Yes in the policy, or add the "
        "rule to the policy itself",
        "group policy ignores local firewall rules in profile %s "
        "(AllowLocalPolicyMerge = 0)",
        words);
    reason->name = "NET_FW_MODIFY_STATE_GP_OVERRIDE";
    return true;
}

static bool override_blocks(const struct firewall_policy *policy,
                            unsigned profiles, struct setting_reason *reason)
{
    char words[WORDS_SIZE];
    if (policy->modify_state != FIREWALL_GP_OVERRIDE ||
        (profiles & policy->current) == 0)
        return false;
    rule_profiles_text(profiles & policy->current, words, sizeof words);
    setting_reason_set(
        reason, FIREWALL_GP_OVERRIDE,
        "change the firewall in the policy that applies to "
        "this machine (gpresult /scope computer /h FILE.html shows which one)",
        "group policy overrides local firewall rules in the "
        "current profile (%s)",
        words);
    reason->name = "NET_FW_MODIFY_STATE_GP_OVERRIDE";
    return true;
}

static bool shields_block(const struct firewall_policy *policy,
                          unsigned profiles, struct setting_reason *reason)
{
    char words[WORDS_SIZE];
    unsigned blocked =
        faulty(policy, profiles, PROFILES_WITH(policy, block_inbound));
    if (policy->modify_state == FIREWALL_INBOUND_BLOCKED)
        blocked |= profiles & policy->current;
    if (blocked == 0)
        return false;
    rule_profiles_text(blocked, words, sizeof words);
    setting_reason_set(reason, FIREWALL_INBOUND_BLOCKED,
                       "turn off \"Block all incoming connections\" for that "
                       "profile, in the policy if it comes from there",
                       "the firewall blocks all inbound traffic in profile "
                       "%s, whatever the rules allow",
                       words);
    reason->name = "NET_FW_MODIFY_STATE_INBOUND_BLOCKED";
    return true;
}

bool firewall_policy_blocks(const struct firewall_policy *policy,
                            unsigned profiles, bool inbound,
                            struct setting_reason *reason)
{
    return merge_blocks(policy, profiles, reason) ||
           override_blocks(policy, profiles, reason) ||
           (inbound && shields_block(policy, profiles, reason));
}

bool firewall_policy_blocks_out(const struct firewall_policy *policy,
                                unsigned profiles)
{
    return (firewall_policy_deciding(policy, profiles) &
            PROFILES_WITH(policy, outbound_blocked)) != 0;
}

static void hint_profiles(struct setting *setting, unsigned profiles,
                          const char *text)
{
    char words[WORDS_SIZE];
    if (profiles == 0)
        return;
    rule_profiles_text(profiles, words, sizeof words);
    setting_hint(setting, "profile %s: %s", words, text);
}

void firewall_policy_hints(const struct firewall_policy *policy,
                           unsigned profiles, bool inbound,
                           struct setting *setting)
{
    char wanted[WORDS_SIZE];
    char current[WORDS_SIZE];
    unsigned in_use = firewall_policy_deciding(policy, profiles);
    if (policy->current != 0 && (profiles & policy->current) == 0) {
        rule_profiles_text(profiles, wanted, sizeof wanted);
        rule_profiles_text(policy->current, current, sizeof current);
        setting_hint(setting,
                     "without effect now: it is for profile %s, and the "
                     "machine's network is %s",
                     wanted, current);
    }
    hint_profiles(setting, in_use & PROFILES_WITH(policy, off),
                  "the firewall is off, so its rules do not matter");
    hint_profiles(setting,
                  profiles & ~in_use &
                      PROFILES_WITH(policy, local_rules_ignored),
                  "group policy ignores local firewall rules there "
                  "(AllowLocalPolicyMerge = 0)");
    if (inbound)
        hint_profiles(setting,
                      profiles & ~in_use & PROFILES_WITH(policy, block_inbound),
                      "all inbound traffic is blocked there");
    else if ((in_use & PROFILES_WITH(policy, outbound_blocked)) == 0)
        hint_profiles(setting, in_use,
                      "outbound traffic is allowed without this rule");
}

static cJSON *profile_to_json(const struct firewall_profile *profile)
{
    cJSON *object = cJSON_CreateObject();
    if (object != NULL &&
        cJSON_AddBoolToObject(object, "enabled", !profile->off) != NULL &&
        cJSON_AddBoolToObject(object, "block_all_inbound",
                              profile->block_inbound) != NULL &&
        cJSON_AddStringToObject(object, "default_inbound",
                                profile->inbound_allowed ? "allow" : "block") !=
            NULL &&
        cJSON_AddStringToObject(object, "default_outbound",
                                profile->outbound_blocked ? "block"
                                                          : "allow") != NULL &&
        cJSON_AddBoolToObject(object, "local_rules",
                              !profile->local_rules_ignored) != NULL)
        return object;
    cJSON_Delete(object);
    return NULL;
}

static const char *modify_state_word(long state)
{
    switch (state) {
    case FIREWALL_GP_OVERRIDE:
        return "gp_override";
    case FIREWALL_INBOUND_BLOCKED:
        return "inbound_blocked";
    default:
        return "ok";
    }
}

/* Adds an owned item; false frees it. */
static bool put(cJSON *object, const char *key, cJSON *item)
{
    if (cJSON_AddItemToObject(object, key, item))
        return true;
    cJSON_Delete(item);
    return false;
}

cJSON *firewall_policy_to_json(const struct firewall_policy *policy)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *profiles = cJSON_CreateObject();
    bool done = object != NULL && profiles != NULL &&
                put(object, "current_profiles",
                    rule_profiles_to_json(policy->current)) &&
                cJSON_AddStringToObject(
                    object, "modify_state",
                    modify_state_word(policy->modify_state)) != NULL;
    for (size_t i = 0; i < FIREWALL_PROFILE_COUNT && done; i++)
        done = put(profiles, profile_names[i],
                   profile_to_json(&policy->profiles[i]));
    if (done && cJSON_AddItemToObject(object, "profiles", profiles))
        return object;
    cJSON_Delete(profiles);
    cJSON_Delete(object);
    return NULL;
}
