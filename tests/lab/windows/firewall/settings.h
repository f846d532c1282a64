/* SPDX-License-Identifier: MIT */
/*
 * Everything beside the rules that this stand-in keeps in the registry of its
 * prefix: the lab's own values, the failure modes, the firewall's settings of
 * each profile and the policy that overrides them. Nothing is cached: what
 * `reg` writes from outside holds at the next call.
 */
#ifndef LAB_FIREWALL_SETTINGS_H
#define LAB_FIREWALL_SETTINGS_H

#include <stdbool.h>
#include <windows.h>

#define LAB_KEY L"SOFTWARE\\wmifleet-lab"
#define LAB_MODES_KEY LAB_KEY L"\\Modes"
#define FIREWALL_KEY                                                           \
    L"SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\"         \
    L"FirewallPolicy"
#define FIREWALL_RULES_KEY FIREWALL_KEY L"\\FirewallRules"
#define POLICY_KEY L"SOFTWARE\\Policies\\Microsoft\\WindowsFirewall"
#define POLICY_RULES_KEY POLICY_KEY L"\\FirewallRules"

enum language { LANGUAGE_ENGLISH, LANGUAGE_GERMAN };

/* LAB_KEY "Language": en (also when absent) or de. */
enum language lab_language(void);

/* LAB_KEY "CurrentProfileTypes": a mask, public when absent. */
LONG lab_current_profiles(void);

/* Whether LAB_MODES_KEY has a REG_DWORD `mode` that is not 0. */
bool mode_on(const WCHAR *mode);

/*
 * What every call to the firewall service meets first: S_OK, or 0x800706D9
 * in the mode service-stopped.
 */
HRESULT service_reached(void);

/*
 * As service_reached(), for a call that changes something: E_ACCESSDENIED in
 * the mode access-denied, S_FALSE in the mode write-ignored (report S_OK and
 * change nothing).
 */
HRESULT service_writable(void);

/*
 * A REG_DWORD of one profile (exactly one bit of NET_FW_PROFILE_TYPE2) in the
 * local settings or in the policy; `absent` when it is not there.
 */
DWORD profile_value(LONG profile, const WCHAR *name, DWORD absent);
DWORD policy_value(LONG profile, const WCHAR *name, DWORD absent);
HRESULT profile_set_value(LONG profile, const WCHAR *name, DWORD value);

/* Exactly one of domain, private and public. */
bool is_one_profile(LONG profile);

/* Whether rules made on this machine count in that profile. */
bool local_rules_count(LONG profile);

/* Whether everything inbound is refused in that profile, rules or not. */
bool inbound_blocked(LONG profile);

#endif
