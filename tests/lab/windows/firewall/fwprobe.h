/* SPDX-License-Identifier: MIT */
/*
 * fwprobe walks what Microsoft documents of the firewall's COM interfaces and
 * prints TAP. It is a client like any other: it includes nothing of the
 * stand-in, creates its objects by CoCreateInstance and sees the store only
 * through COM and through the registry.
 */
#ifndef LAB_FIREWALL_FWPROBE_H
#define LAB_FIREWALL_FWPROBE_H

#include <stdbool.h>
#include <windows.h>

#include <oleauto.h>

#include <netfw.h>

#include "../tap.h"

#define NOT_FOUND HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)
#define NO_SERVICE ((HRESULT)0x800706D9)
#define WMI_GROUP L"@FirewallAPI.dll,-34251"
#define WMI_GROUP_LONG L"@%SystemRoot%\\system32\\firewallapi.dll,-34251"
#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

struct probe {
    INetFwPolicy2 *policy;
    INetFwRules *rules;
    struct tap tap;
};

typedef HRESULT(STDMETHODCALLTYPE *text_getter)(INetFwRule3 *, BSTR *);
typedef HRESULT(STDMETHODCALLTYPE *text_setter)(INetFwRule3 *, BSTR);

/* Calls a setter with a BSTR made of `value`; NULL stays NULL. */
HRESULT put_text(INetFwRule3 *, text_setter, const WCHAR *value);

/* Whether the getter succeeds with exactly this text; NULL: a NULL BSTR. */
bool has_text(INetFwRule3 *, text_getter, const WCHAR *value);

/* A fresh rule, NULL on failure. */
INetFwRule3 *fresh_rule(void);

/*
 * A fresh TCP rule of that name that is in, active, allowing port 4711; in
 * the collection if `join`. NULL on failure.
 */
INetFwRule3 *make_rule(struct probe *, const WCHAR *name, bool join);

/* Item(name); NULL unless it succeeds. */
INetFwRule3 *item(struct probe *, const WCHAR *name, HRESULT *hr);
HRESULT remove_rule(struct probe *, const WCHAR *name);
LONG rule_count(struct probe *);

HRESULT enable_group(struct probe *, LONG mask, const WCHAR *group,
                     VARIANT_BOOL enable);
HRESULT group_state(struct probe *, LONG mask, const WCHAR *group,
                    VARIANT_BOOL *enabled);

/* The text of a rule in the registry: free() it; NULL when there is none. */
WCHAR *stored_rule(const WCHAR *id);
bool store_rule(const WCHAR *id, const WCHAR *text);
void forget_rule(const WCHAR *id);

/* Whether the registry has a rule whose text contains `part`. */
bool store_has(const WCHAR *part);

/* The sections, each one group of tests. */
void probe_objects(struct probe *);
void probe_enumeration(struct probe *);
void probe_fresh_rule(struct probe *);
void probe_live_rule(struct probe *);
void probe_names(struct probe *);
void probe_addresses(struct probe *);
void probe_ports(struct probe *);
void probe_store(struct probe *);
void probe_groups(struct probe *);
void probe_partial(struct probe *);
void probe_split(struct probe *);
void probe_english(struct probe *);
void probe_german(struct probe *);
void probe_server(struct probe *);
void probe_profiles(struct probe *);
void probe_two_profiles(struct probe *);
void probe_policy(struct probe *);
void probe_mode_policy_override(struct probe *);
void probe_mode_no_local_merge(struct probe *);
void probe_mode_block_all(struct probe *);
void probe_mode_access_denied(struct probe *);
void probe_mode_service_stopped(struct probe *);
void probe_mode_write_ignored(struct probe *);
void probe_mode_group_missing(struct probe *);
void probe_mode_group_spelling(struct probe *);
void probe_mode_block_action(struct probe *);

#endif
