/* SPDX-License-Identifier: MIT */
/*
 * What stands above the firewall's rules: whether it runs in a profile, and
 * what group policy leaves of local rules. Judged here, read by
 * firewall_store.h.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_FIREWALL_POLICY_H
#define PAYLOAD_FIREWALL_POLICY_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "payload/engine/setting.h"

#define FIREWALL_PROFILE_COUNT 3

/* One profile; what could not be read is as Windows has it by default. */
struct firewall_profile {
    bool off;             /* the firewall does not filter here */
    bool block_inbound;   /* "block all incoming connections" */
    bool inbound_allowed; /* by default, without any rule */
    bool outbound_blocked;
    bool local_rules_ignored; /* AllowLocalPolicyMerge = 0 */
};

/* NET_FW_MODIFY_STATE */
enum firewall_modify_state {
    FIREWALL_MODIFY_OK = 0,
    FIREWALL_GP_OVERRIDE = 1,
    FIREWALL_INBOUND_BLOCKED = 2,
};

struct firewall_policy {
    unsigned current; /* SETTINGS_PROFILE_* of the connected networks */
    long modify_state;
    struct firewall_profile profiles[FIREWALL_PROFILE_COUNT];
};

/*
 * The part of `profiles` that decides whether a rule works now: those in
 * use; all of them when none of them is.
 */
unsigned firewall_policy_deciding(const struct firewall_policy *policy,
                                  unsigned profiles);

/*
 * Whether an allowing rule for `profiles` would be without effect, with the
 * reason. What concerns only profiles that are not in use does not block as
 * long as one that is in use is asked for too.
 */
bool firewall_policy_blocks(const struct firewall_policy *policy,
                            unsigned profiles, bool inbound,
                            struct setting_reason *reason);

/* Whether a profile that decides blocks outbound traffic by default. */
bool firewall_policy_blocks_out(const struct firewall_policy *policy,
                                unsigned profiles);

/* Tells what a person should know of an allowing rule for `profiles`. */
void firewall_policy_hints(const struct firewall_policy *policy,
                           unsigned profiles, bool inbound,
                           struct setting *setting);

/* {"current_profiles", "modify_state", "profiles"}; NULL: memory is short. */
cJSON *firewall_policy_to_json(const struct firewall_policy *policy);

#endif
