/* SPDX-License-Identifier: MIT */
#include "payload/service/fixed_port_reach.h"

#include <stdlib.h>

#include "payload/firewall/firewall_program.h"
#include "payload/firewall/firewall_store.h"
#include "payload/firewall/rule_match.h"

/* Few are, and only those are read whole. */
static bool is_enabled_inbound(const struct live_rule *item,
                               const void *argument)
{
    VARIANT_BOOL enabled = VARIANT_FALSE;
    NET_FW_RULE_DIRECTION direction = NET_FW_RULE_DIR_OUT;
    (void)argument;
    return SUCCEEDED(INetFwRule_get_Direction(item->rule, &direction)) &&
           direction == NET_FW_RULE_DIR_IN &&
           SUCCEEDED(INetFwRule_get_Enabled(item->rule, &enabled)) &&
           enabled != VARIANT_FALSE;
}

/* The profiles in use in which a rule is needed at all. */
static unsigned filtered(const struct firewall_policy *policy)
{
    unsigned profiles = 0;
    for (unsigned i = 0; i < FIREWALL_PROFILE_COUNT; i++) {
        if (!policy->profiles[i].off && !policy->profiles[i].inbound_allowed)
            profiles |= 1u << i;
    }
    return profiles & firewall_policy_deciding(policy, SETTINGS_PROFILE_ALL);
}

static bool is_let_in(struct firewall_store *store, unsigned port)
{
    const char *program = "%systemroot%\\system32\\svchost.exe";
    struct rule_wish wish = {.direction = RULE_IN,
                             .service = "winmgmt",
                             .protocol = RULE_PROTOCOL_TCP};
    struct firewall_pick pick;
    struct setting_reason ignored;
    if (firewall_store_pick(store, is_enabled_inbound, NULL, &pick, &ignored) !=
        0)
        return true;
    char *path = firewall_program_path(program);
    wish.program = path != NULL ? path : program;
    wish.profiles = filtered(&store->judged);
    bool found = wish.profiles == 0;
    for (size_t i = 0; !found && i < pick.rules.count; i++)
        found = rule_admits(&pick.rules.items[i], &wish, path, port);
    free(path);
    firewall_pick_release(&pick);
    return found;
}

void fixed_port_reach(struct setting *setting, const struct settings *settings)
{
    struct firewall_store *store = NULL;
    if (settings->wmi_group.enabled == FLAG_NOT_ASKED &&
        settings->rule_count == 0)
        store = firewall_store_new();
    if (store == NULL)
        return;
    firewall_store_use(store);
    if (!is_let_in(store, (unsigned)settings->fixed_port.port))
        setting_hint(setting,
                     "no firewall rule lets TCP port %d of winmgmt in: ask for "
                     "firewall.wmi_group or for the rule `WMI`",
                     settings->fixed_port.port);
    firewall_store_drop(store);
}
