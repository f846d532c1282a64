/* SPDX-License-Identifier: MIT */
/*
 * The rules of the running Windows Firewall, through INetFwPolicy2.
 *
 * All settings of a run share one store. It opens the firewall at the first
 * use and walks the rules once; after a write of ours the next use walks
 * them again. Rules are always found by walking, never by
 * INetFwRules::Item, because several rules may have one name.
 *
 * COM must be up, and still be up when the last user drops the store.
 */
#ifndef PAYLOAD_FIREWALL_STORE_H
#define PAYLOAD_FIREWALL_STORE_H

#include <windows.h>
#include <ole2.h>

#include <netfw.h>
#include <stdbool.h>
#include <stddef.h>

#include "payload/firewall/firewall_policy.h"
#include "payload/firewall/rule.h"
#include "payload/engine/setting.h"

/* A rule in the firewall, with what nearly every question is about. */
struct live_rule {
    INetFwRule *rule;
    char *name;
    char *grouping;
};

struct firewall_store {
    size_t users;
    INetFwPolicy2 *policy; /* NULL: not opened yet */
    INetFwRules *rules;
    bool loaded; /* `items` is what the firewall has */
    struct live_rule *items;
    size_t count;
    size_t unread; /* rules whose name or group cannot be read: left out */
    HRESULT unread_code; /* of the last one */
    struct firewall_policy judged;
};

/*
 * Which rules are meant; `argument` is the caller's. A filter may read more
 * of the rule than its name and grouping.
 */
typedef bool (*firewall_filter)(const struct live_rule *item,
                                const void *argument);

/* Rules that were read, each beside its live one, which the store owns. */
struct firewall_pick {
    struct rule_list rules;
    INetFwRule **lives; /* valid until firewall_store_forget */
};

/* With no user yet; NULL when memory is short. Touches nothing. */
struct firewall_store *firewall_store_new(void);
void firewall_store_use(struct firewall_store *store);
void firewall_store_drop(struct firewall_store *store);

/* Opens and walks unless that is done. -1 with `reason`. */
int firewall_store_load(struct firewall_store *store,
                        struct setting_reason *reason);

/* Tells in a hint that some rules could not be read, if so. */
void firewall_store_hint(const struct firewall_store *store,
                         struct setting *setting);

/* The rules may have changed: the next load walks them again. */
void firewall_store_forget(struct firewall_store *store);

/* Loads, and reads the rules that are meant. -1 with `reason`. */
int firewall_store_pick(struct firewall_store *store, firewall_filter filter,
                        const void *argument, struct firewall_pick *pick,
                        struct setting_reason *reason);
void firewall_pick_release(struct firewall_pick *pick);

/* Everything of one rule. -1 with `reason`. */
int firewall_read_rule(INetFwRule *live, struct rule *rule,
                       struct setting_reason *reason);

/* What INetFwPolicy2 and group policy say of the profiles. */
void firewall_read_policy(INetFwPolicy2 *policy, struct firewall_policy *out);

/* Fills `reason` for a failed call, with the hint for its code; -1. */
int firewall_fail(struct setting_reason *reason, HRESULT hr, const char *what);

#endif
