/* SPDX-License-Identifier: MIT */
/*
 * What the single-valued fields of a rule mean, and whether a rule as a whole
 * is one that Windows accepts.
 */
#ifndef LAB_FIREWALL_MEANING_H
#define LAB_FIREWALL_MEANING_H

#include "rule.h"

#include <windows.h>

#define PROFILE_BITS 7L /* domain 1, private 2, public 4 */
#define PROTOCOL_TCP 6L
#define PROTOCOL_UDP 17L
#define PROTOCOL_ICMP4 1L
#define PROTOCOL_ICMP6 58L
#define PROTOCOL_ANY 256L

/* A rule as CoCreateInstance gives it: any traffic in, not active. */
HRESULT rule_defaults(struct fw_rule *);

/* True when `key` is there and its value is `value`, whatever the case. */
bool rule_is(const struct fw_rule *, const WCHAR *key, const WCHAR *value);

/* PROTOCOL_ANY when the rule names none; -1 for what is not a number. */
LONG rule_protocol(const struct fw_rule *);
HRESULT rule_set_protocol(struct fw_rule *, LONG protocol);

/* Bits of PROFILE_BITS; NET_FW_PROFILE2_ALL when the rule names none. */
LONG rule_profiles(const struct fw_rule *);
HRESULT rule_set_profiles(struct fw_rule *, LONG profiles);

HRESULT rule_set_active(struct fw_rule *, bool active);

/*
 * Turns a mask as callers pass it into PROFILE_BITS; 0 when it is not one:
 * nothing set, or bits that are no profile and not NET_FW_PROFILE2_ALL.
 */
LONG profile_mask(LONG mask);

/* A string that may stand in a rule: no bar, at most 10,000 characters. */
bool value_allowed(const WCHAR *value);

/*
 * E_INVALIDARG when fields contradict each other: ports without TCP or UDP,
 * ICMP types without that protocol, edge traversal outbound, a profile or a
 * protocol that is none.
 */
HRESULT rule_check(const struct fw_rule *);

/*
 * As rule_check(), and a rule of the collection must be complete: a name, an
 * action and a direction.
 */
HRESULT rule_verify(const struct fw_rule *);

#endif
