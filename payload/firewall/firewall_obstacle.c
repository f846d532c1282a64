/* SPDX-License-Identifier: MIT */
/*
 * Rules with the action Block, which win over every rule that allows:
 * hardened machines have some.
 */
#include "payload/firewall/firewall_settings.h"

#include "payload/win32/errors.h"
#include "payload/firewall/rule_match.h"

static bool is_enabled_block(const struct live_rule *item)
{
    VARIANT_BOOL enabled = VARIANT_FALSE;
    NET_FW_ACTION action = NET_FW_ACTION_ALLOW;
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

/* What the rule takes away of the wish; nothing when it cannot be read. */
static enum rule_obstacle judge(struct setting *setting,
                                const struct live_rule *item,
                                const struct rule_wish *wish,
                                const char *program, unsigned counting,
                                struct setting_reason *reason)
{
    struct rule rule = {0};
    struct setting_reason unread = {0};
    if (firewall_read_rule(item->rule, &rule, &unread) != 0) {
        setting_hint(setting,
                     "the rule \"%.100s\" has the action Block and cannot be "
                     "read: whether it takes away what this rule allows is "
                     "not known",
                     item->name);
        return RULE_HARMLESS;
    }
    enum rule_obstacle obstacle =
        rule_obstructs(&rule, wish, program, counting);
    if (obstacle == RULE_BLOCKS_ALL)
        say_blocked(&rule, reason);
    else if (obstacle == RULE_BLOCKS_SOME)
        setting_hint(setting,
                     "the rule \"%.100s\" blocks part of what this rule "
                     "allows, and Block wins",
                     rule_text(&rule, RULE_NAME));
    rule_release(&rule);
    return obstacle;
}

bool firewall_is_obstructed(struct setting *setting,
                            struct firewall_store *store,
                            const struct rule_wish *wish, const char *program,
                            struct setting_reason *reason)
{
    struct setting_reason unread = {0};
    unsigned counting =
        firewall_policy_deciding(&store->judged, wish->profiles);
    if (firewall_store_load(store, &unread) != 0)
        return false;
    for (size_t i = 0; i < store->count; i++) {
        const struct live_rule *item = &store->items[i];
        if (is_enabled_block(item) &&
            judge(setting, item, wish, program, counting, reason) ==
                RULE_BLOCKS_ALL)
            return true;
    }
    return false;
}
