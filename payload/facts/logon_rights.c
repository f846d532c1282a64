/* SPDX-License-Identifier: MIT */
/* Who may log on from the network, as the local security policy has it. */
#include "payload/facts/facts.h"

#include "payload/account/rights.h"

void facts_logon_rights(cJSON *facts)
{
    cJSON *object = cJSON_CreateObject();
    facts_put(object, "allow_network", rights_network_logon(false));
    facts_put(object, "deny_network", rights_network_logon(true));
    facts_put(facts, "logon_rights", object);
}
