/* SPDX-License-Identifier: MIT */
/*
 * The port lists of a rule and its ICMP types: comma lists on the COM side,
 * the fields LPort, LPort2_10, RPort, RPort2_10, ICMP4 and ICMP6 in the
 * registry.
 */
#ifndef LAB_FIREWALL_PORTS_H
#define LAB_FIREWALL_PORTS_H

#include "rule.h"

#include <oleauto.h>

enum port_side { PORT_LOCAL, PORT_REMOTE };

/*
 * Replaces the ports of one side; "*", an empty list and NULL lift the limit.
 * E_INVALIDARG when the protocol is not TCP or UDP yet, and for what is not a
 * port, a range or one of Windows' words; the rule is then half done: set on
 * a copy.
 */
HRESULT ports_put(struct fw_rule *, enum port_side, const WCHAR *list);

/* "*" without a limit, NULL where the protocol has no ports. */
HRESULT ports_get(const struct fw_rule *, enum port_side, BSTR *list);

/* The same for ICMP: "8:*,3:4", "*" for all, only with ICMP as protocol. */
HRESULT icmp_put(struct fw_rule *, const WCHAR *list);
HRESULT icmp_get(const struct fw_rule *, BSTR *list);

#endif
