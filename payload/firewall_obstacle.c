/* SPDX-License-Identifier: MIT */
/*
 * Rules with the action Block, which win over every rule that allows:
 * hardened machines have some.
 */
#include "payload/firewall_settings.h"

#include "payload/errors.h"
#include "payload/rule_match.h"

static bool is_enabled_block(const struct live_rule *item, const void *argument)
{
    VARIANT_BOOL enabled = VARIANT_FALSE;
    NET_FW_ACTION action = NET_FW_ACTION_ALLOW;
    (void)argument;
    return SUCCEEDED(INetFwRule_get_Action(item->rule, &action)) &&
           action == NET_FW_ACTION_BLOCK &&
           SUCCEEDED(INetFwRule_get_Enabled(item->rule, &enabled)) &&
           enabled != VARIANT_FALSE;
}

static void say_blocked(const struct rule *rule, struct setting_reason *reason)
{
    setting_reason_set(reason, CODE_BLOCKED_BY_RULE,
                       "disable or delete that rule if the access is wanted",
                       "the rule \"%.100s\" has the action Block for the same "
                       "traffic, and Block wins over Allow",
                       rule_text(rule, RULE_NAME));
}

bool firewall_is_obstructed(struct setting *setting,
                            struct firewall_store *store,
                            const struct rule_wish *wish, const char *program,
                            struct setting_reason *reason)
{
    struct setting_reason unread = {0};
    struct firewall_pick pick;
    unsigned counting =
        firewall_policy_deciding(&store->judged, wish->profiles);
    bool blocked = false;
    if (firewall_store_pick(store, is_enabled_block, NULL, &pick, &unread) != 0)
        return false;
    for (size_t i = 0; i < pick.rules.count && !blocked; i++) {
        const struct rule *rule = &pick.rules.items[i];
        enum rule_obstacle obstacle =
            rule_obstructs(rule, wish, program, counting);
        blocked = obstacle == RULE_BLOCKS_ALL;
        if (blocked)
            say_blocked(rule, reason);
        else if (obstacle == RULE_BLOCKS_SOME)
            setting_hint(setting,
                         "the rule \"%.100s\" blocks part of what this rule "
                         "allows, and Block wins",
                         rule_text(rule, RULE_NAME));
    }
    firewall_pick_release(&pick);
    return blocked;
}
