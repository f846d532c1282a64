/* SPDX-License-Identifier: MIT */
/*
 * Setting the properties of one firewall rule, in the order that Windows
 * asks for: it judges the rule after each of them, so the protocol comes
 * before the ports, and ports go before the protocol that has none.
 *
 * On failure *step says what was being done; static text.
 */
#ifndef PAYLOAD_FIREWALL_PUT_H
#define PAYLOAD_FIREWALL_PUT_H

#include "payload/win32/com.h"

#include <netfw.h>

#include "payload/firewall/rule.h"

/* Fills a rule that is not in the firewall yet. */
HRESULT firewall_put_all(INetFwRule *made, const struct rule *rule,
                         const char **step);

/*
 * Sets what differs. A rule that gets more than one new property is disabled
 * first and enabled last, so that no mixture of both is ever in force.
 */
HRESULT firewall_put_differences(INetFwRule *live, const struct rule *from,
                                 const struct rule *to, const char **step);

#endif
