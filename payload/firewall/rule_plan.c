/* SPDX-License-Identifier: MIT */
#include "payload/firewall/rule_plan.h"

#include <string.h>

#include "base/word.h"
#include "payload/firewall/rule_group.h"
#include "payload/firewall/rule_match.h"

static bool same_interfaces(const struct rule *a, const struct rule *b)
{
    int count = cJSON_GetArraySize(a->interfaces);
    if (count != cJSON_GetArraySize(b->interfaces))
        return false;
    return count == 0 || cJSON_Compare(a->interfaces, b->interfaces, 1);
}

bool rule_identical(const struct rule *a, const struct rule *b)
{
    for (int i = 0; i < RULE_TEXT_COUNT; i++) {
        if (strcmp(rule_text(a, (enum rule_text)i),
                   rule_text(b, (enum rule_text)i)) != 0)
            return false;
    }
    return a->direction == b->direction && a->protocol == b->protocol &&
           a->action == b->action && a->profiles == b->profiles &&
           a->edge_options == b->edge_options &&
           a->secure_flags == b->secure_flags && a->enabled == b->enabled &&
           a->edge_traversal == b->edge_traversal && same_interfaces(a, b);
}

static bool same_group(const struct rule *a, const struct rule *b)
{
    return word_same(rule_text(a, RULE_GROUPING),
                     rule_text(b, RULE_GROUPING)) &&
           rule_group_same_kind(a, b);
}

static bool same_rule(const struct rule *a, const struct rule *b)
{
    return rule_has_name(a, rule_text(b, RULE_NAME)) && same_group(a, b);
}

static bool both_ours(const struct rule *a, const struct rule *b)
{
    return rule_is_ours(a) && rule_is_ours(b);
}

bool rule_plan_has(const size_t *pairs, size_t count, size_t index)
{
    for (size_t i = 0; i < count; i++) {
        if (pairs[i] == index)
            return true;
    }
    return false;
}

static void pair_by(bool (*alike)(const struct rule *, const struct rule *),
                    const struct rule_list *current,
                    const struct rule_list *wanted, size_t *pairs)
{
    for (size_t i = 0; i < current->count; i++) {
        for (size_t j = 0; j < wanted->count; j++) {
            if (pairs[i] == RULE_PLAN_NONE &&
                !rule_plan_has(pairs, current->count, j) &&
                alike(&current->items[i], &wanted->items[j]))
                pairs[i] = j;
        }
    }
}

void rule_plan(const struct rule_list *current, const struct rule_list *wanted,
               size_t *pairs)
{
    for (size_t i = 0; i < current->count; i++)
        pairs[i] = RULE_PLAN_NONE;
    pair_by(rule_identical, current, wanted, pairs);
    pair_by(same_rule, current, wanted, pairs);
    pair_by(same_group, current, wanted, pairs);
    pair_by(both_ours, current, wanted, pairs);
}
