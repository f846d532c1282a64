/* SPDX-License-Identifier: MIT */
/*
 * Writing to the running firewall. Windows has no transaction here: every
 * property that is set on a rule in the firewall counts at once. So a rule
 * that gets more than one new property is disabled meanwhile, and what fails
 * half way is taken back.
 *
 * Each returns 0, or -1 with `reason`. A change of the set of rules makes
 * the store forget, and with it every pick.
 */
#ifndef PAYLOAD_FIREWALL_EDIT_H
#define PAYLOAD_FIREWALL_EDIT_H

#include "payload/firewall/firewall_store.h"
#include "payload/firewall/rule.h"

/* Adds a new rule, even beside one of the same name. */
int firewall_add(struct firewall_store *store, const struct rule *rule,
                 struct setting_reason *reason);

/* Makes the live rule, which is `from`, into `to`; the store keeps it. */
int firewall_change(INetFwRule *live, const struct rule *from,
                    const struct rule *to, struct setting_reason *reason);

/*
 * Removes exactly this rule. Windows removes by name, so where others have
 * that name too it is first given one that nobody else has.
 */
int firewall_remove(struct firewall_store *store, INetFwRule *live,
                    const char *name, struct setting_reason *reason);

/* Makes the rules that the filter picks into `wanted`, exactly. */
int firewall_put_back(struct firewall_store *store, firewall_filter filter,
                      const void *argument, const struct rule_list *wanted,
                      struct setting_reason *reason);

#endif
