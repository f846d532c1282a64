/* SPDX-License-Identifier: MIT */
/*
 * The built-in rule group of WMI: which rules it has, in which profiles it
 * is open, and what a change of it did.
 *
 * One rule may serve several profiles at once, and Windows may split it when
 * it is enabled for some of them. So rules are not counted one by one: those
 * of one kind (same direction, program, service, protocol, ports, addresses
 * and action) are taken together, and a kind is open in the profiles of its
 * enabled rules. Blocking rules open nothing.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_RULE_GROUP_H
#define PAYLOAD_RULE_GROUP_H

#include <stdbool.h>

#include "payload/firewall/rule.h"

/*
 * Whether a Grouping is WMI's. It is a resource, since its name is
 * translated, and its spelling varies:
 * "@FirewallAPI.dll,-34251", "@%SystemRoot%\system32\firewallapi.dll,-34251".
 */
bool rule_group_is_wmi(const char *grouping);

/* Rules that are the same thing for (perhaps) other profiles. */
bool rule_group_same_kind(const struct rule *a, const struct rule *b);

/*
 * Whether the group is as wanted: open in exactly `profiles`, or, where
 * `enabled` is false, closed in `profiles`.
 */
bool rule_group_agrees(const struct rule_list *list, bool enabled,
                       unsigned profiles);

enum group_effect {
    GROUP_EXACT,  /* what was asked, nothing else */
    GROUP_SHORT,  /* less than was asked, nothing else */
    GROUP_BEYOND, /* something that was not asked */
};

/* What became of `before` by asking for that. */
enum group_effect rule_group_effect(const struct rule_list *before,
                                    const struct rule_list *after, bool enabled,
                                    unsigned profiles);

/*
 * Names and descriptions are translated too, into the language of whoever
 * reads them. Each rule of `list` gets those that `names` has for a rule of
 * its kind, and keeps its own where there is none. -1 when memory is short:
 * some have got theirs then.
 */
int rule_group_take_names(struct rule_list *list,
                          const struct rule_list *names);

/* The profiles that have an allowing rule at all. */
unsigned rule_group_served(const struct rule_list *list);

/* The profiles in which some allowing rule is enabled. */
unsigned rule_group_open(const struct rule_list *list);

/*
 * Whether the allowing inbound rules for `profiles` name an address that is
 * on no local subnet: by "any" or by the address itself. True when there is
 * no such rule at all, and when memory is short.
 */
bool rule_group_reaches(const struct rule_list *list, unsigned profiles,
                        const char *address);

/* A blocking rule for one of the profiles, or NULL. */
const struct rule *rule_group_blocker(const struct rule_list *list,
                                      unsigned profiles);

/*
 * Whether one rule serves profiles inside and outside of `profiles`, so that
 * enabling rules one by one cannot give what is asked.
 */
bool rule_group_straddles(const struct rule_list *list, unsigned profiles);

#endif
