/* SPDX-License-Identifier: MIT */
/*
 * The address lists of a rule: comma lists on the COM side, the fields LA4,
 * LA6, RA4 and RA6 in the registry.
 *
 * A list that is set is checked token by token and comes back normalised: an
 * IPv4 address or subnet with its mask (10.0.0.5/255.255.255.255), an IPv6 one
 * with its prefix length, words in Windows' spelling, IPv4 before IPv6, "*"
 * when there is no limit.
 */
#ifndef LAB_FIREWALL_ADDRESS_H
#define LAB_FIREWALL_ADDRESS_H

#include "rule.h"

#include <oleauto.h>

enum address_side { ADDRESS_LOCAL, ADDRESS_REMOTE };

/*
 * Replaces the addresses of one side. "*", an empty list and NULL lift the
 * limit. A failure leaves the rule half done: set on a copy. E_INVALIDARG for
 * what is no address, 0xD000000D for one that Windows takes no rules for.
 */
HRESULT addresses_put(struct fw_rule *, enum address_side, const WCHAR *list);
HRESULT addresses_get(const struct fw_rule *, enum address_side, BSTR *list);

#endif
