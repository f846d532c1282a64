/* SPDX-License-Identifier: MIT */
/*
 * The two kinds of settings of the firewall family. Each appends its
 * settings to the list; all of them share `store`. -1: memory is short.
 */
#ifndef PAYLOAD_FIREWALL_SETTINGS_H
#define PAYLOAD_FIREWALL_SETTINGS_H

#include "payload/firewall/firewall_store.h"
#include "payload/engine/setting.h"
#include "payload/settings/settings.h"

/* firewall.wmi_group */
int firewall_group_plan(const struct settings *settings,
                        struct firewall_store *store,
                        struct setting_list *list);

/* firewall.rules[<name>] */
int firewall_rules_plan(const struct settings *settings,
                        struct firewall_store *store,
                        struct setting_list *list);

/*
 * Whether an enabled rule with the action Block takes away all that the wish
 * allows in the profiles in use; `program` is the wish's, expanded. Where it
 * takes only a part, the setting gets a hint.
 */
bool firewall_is_obstructed(struct setting *setting,
                            struct firewall_store *store,
                            const struct rule_wish *wish, const char *program,
                            struct setting_reason *reason);

#endif
