/* SPDX-License-Identifier: MIT */
/*
 * The properties of a rule that COM knows as numbers and words and the
 * registry as other words. Setters answer E_INVALIDARG to what is no such
 * value and then leave the rule alone.
 */
#ifndef LAB_FIREWALL_OPTIONS_H
#define LAB_FIREWALL_OPTIONS_H

#include "rule.h"

#include <oleauto.h>

/* NET_FW_RULE_DIRECTION */
LONG rule_direction(const struct fw_rule *);
HRESULT rule_set_direction(struct fw_rule *, LONG direction);

/* NET_FW_ACTION; a rule that lets authenticated traffic by allows it. */
LONG rule_action(const struct fw_rule *);
HRESULT rule_set_action(struct fw_rule *, LONG action);

/* NET_FW_EDGE_TRAVERSAL_TYPE: 0 deny, 1 allow, 2 ask application, 3 user */
LONG rule_edge(const struct fw_rule *);
HRESULT rule_set_edge(struct fw_rule *, LONG option);

/* NET_FW_AUTHENTICATE_TYPE: 0 none to 4 with encryption */
LONG rule_secure_flags(const struct fw_rule *);
HRESULT rule_set_secure_flags(struct fw_rule *, LONG flags);

/* "All", or a comma list of Lan, Wireless and RemoteAccess. */
HRESULT interface_types_get(const struct fw_rule *, BSTR *list);
HRESULT interface_types_put(struct fw_rule *, const WCHAR *list);

/* "System", or a path that does not depend on a working directory. */
bool is_program(const WCHAR *value);

#endif
