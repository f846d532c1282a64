/* SPDX-License-Identifier: MIT */
#include "payload/firewall/rule_group.h"

#include <string.h>

#include "base/word.h"
#include "payload/settings/address_set.h"
#include "payload/firewall/rule_match.h"
#include "payload/settings/settings.h"

#define WMI_GROUP_END "firewallapi.dll,-34251"

bool rule_group_is_wmi(const char *grouping)
{
    size_t len = strlen(grouping);
    size_t end_len = sizeof WMI_GROUP_END - 1;
    if (len < end_len || !word_same(grouping + len - end_len, WMI_GROUP_END))
        return false;
    return *grouping == '@' && len > end_len &&
           strchr("@\\/", grouping[len - end_len - 1]) != NULL;
}

bool rule_group_same_kind(const struct rule *a, const struct rule *b)
{
    static const enum rule_text compared[] = {
        RULE_PROGRAM,      RULE_SERVICE,         RULE_LOCAL_PORTS,
        RULE_REMOTE_PORTS, RULE_LOCAL_ADDRESSES, RULE_REMOTE_ADDRESSES,
    };
    if (a->direction != b->direction || a->protocol != b->protocol ||
        a->action != b->action)
        return false;
    for (size_t i = 0; i < sizeof compared / sizeof *compared; i++) {
        if (!word_same(rule_text(a, compared[i]), rule_text(b, compared[i])))
            return false;
    }
    return true;
}

/* The profiles that rules of one kind have: all, or where enabled. */
static unsigned kind_profiles(const struct rule_list *list,
                              const struct rule *kind, bool enabled_only)
{
    unsigned profiles = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct rule *rule = &list->items[i];
        if ((rule->enabled || !enabled_only) &&
            rule_group_same_kind(rule, kind))
            profiles |= rule_profiles(rule);
    }
    return profiles;
}

static unsigned kind_wanted(const struct rule_list *before,
                            const struct rule *kind, bool enabled,
                            unsigned profiles)
{
    return enabled ? kind_profiles(before, kind, false) & profiles
                   : kind_profiles(before, kind, true) & ~profiles;
}

bool rule_group_agrees(const struct rule_list *list, bool enabled,
                       unsigned profiles)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct rule *kind = &list->items[i];
        if (kind->action == RULE_ACTION_ALLOW &&
            kind_profiles(list, kind, true) !=
                kind_wanted(list, kind, enabled, profiles))
            return false;
    }
    return true;
}

enum group_effect rule_group_effect(const struct rule_list *before,
                                    const struct rule_list *after, bool enabled,
                                    unsigned profiles)
{
    const struct rule_list *lists[] = {before, after};
    enum group_effect effect = GROUP_EXACT;
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < lists[l]->count; i++) {
            const struct rule *kind = &lists[l]->items[i];
            unsigned was = kind_profiles(before, kind, true);
            unsigned changed = was ^ kind_profiles(after, kind, true);
            unsigned asked = was ^ kind_wanted(before, kind, enabled, profiles);
            if (kind->action != RULE_ACTION_ALLOW)
                asked = 0;
            if ((changed & ~asked) != 0)
                return GROUP_BEYOND;
            if ((asked & ~changed) != 0)
                effect = GROUP_SHORT;
        }
    }
    return effect;
}

/* The rule of that kind, of that name if there is one; or NULL. */
static const struct rule *find_kind(const struct rule_list *list,
                                    const struct rule *kind)
{
    const struct rule *found = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct rule *rule = &list->items[i];
        if (!rule_group_same_kind(rule, kind))
            continue;
        if (found == NULL || rule_has_name(rule, rule_text(kind, RULE_NAME)))
            found = rule;
    }
    return found;
}

int rule_group_take_names(struct rule_list *list, const struct rule_list *names)
{
    for (size_t i = 0; i < list->count; i++) {
        struct rule *rule = &list->items[i];
        const struct rule *named = find_kind(names, rule);
        if (named != NULL &&
            (rule_set_text(rule, RULE_NAME, rule_text(named, RULE_NAME)) != 0 ||
             rule_set_text(rule, RULE_DESCRIPTION,
                           rule_text(named, RULE_DESCRIPTION)) != 0))
            return -1;
    }
    return 0;
}

unsigned rule_group_served(const struct rule_list *list)
{
    unsigned profiles = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].action == RULE_ACTION_ALLOW)
            profiles |= rule_profiles(&list->items[i]);
    }
    return profiles;
}

unsigned rule_group_open(const struct rule_list *list)
{
    unsigned profiles = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].action == RULE_ACTION_ALLOW &&
            list->items[i].enabled)
            profiles |= rule_profiles(&list->items[i]);
    }
    return profiles;
}

bool rule_group_reaches(const struct rule_list *list, unsigned profiles,
                        const char *address)
{
    struct address_set allowed;
    struct address_set peer;
    bool reaches = true;
    bool failed = false;
    address_set_init(&allowed);
    address_set_init(&peer);
    for (size_t i = 0; i < list->count && !failed; i++) {
        const struct rule *rule = &list->items[i];
        if (rule->action == RULE_ACTION_ALLOW && rule->direction == RULE_IN &&
            (rule_profiles(rule) & profiles) != 0)
            failed = address_set_add(&allowed,
                                     rule_text(rule, RULE_REMOTE_ADDRESSES));
    }
    if (!failed && address_set_add(&peer, address) == 0 &&
        (allowed.range_count > 0 || allowed.word_count > 0))
        reaches = address_set_covers(&allowed, &peer);
    address_set_release(&peer);
    address_set_release(&allowed);
    return reaches;
}

const struct rule *rule_group_blocker(const struct rule_list *list,
                                      unsigned profiles)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].action == RULE_ACTION_BLOCK &&
            (rule_profiles(&list->items[i]) & profiles) != 0)
            return &list->items[i];
    }
    return NULL;
}

bool rule_group_straddles(const struct rule_list *list, unsigned profiles)
{
    for (size_t i = 0; i < list->count; i++) {
        unsigned served = rule_profiles(&list->items[i]);
        if (list->items[i].action == RULE_ACTION_ALLOW &&
            (served & profiles) != 0 && (served & ~profiles) != 0)
            return true;
    }
    return false;
}
