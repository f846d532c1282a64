/* SPDX-License-Identifier: MIT */
#include "payload/facts/facts.h"

#include <stdlib.h>

void facts_put(cJSON *object, const char *key, cJSON *item)
{
    if (item != NULL && !cJSON_AddItemToObject(object, key, item))
        cJSON_Delete(item);
}

void facts_put_text(cJSON *object, const char *key, char *text)
{
    if (text != NULL)
        cJSON_AddStringToObject(object, key, text);
    free(text);
}

cJSON *facts_collect(void)
{
    cJSON *facts = cJSON_CreateObject();
    if (facts == NULL)
        return NULL;
    facts_machine(facts);
    facts_policy(facts);
    facts_winmgmt(facts);
    return facts;
}

void facts_after_work(cJSON *facts, const struct settings *settings)
{
    facts_policy(facts);
    facts_winmgmt(facts);
    facts_logon_rights(facts);
    facts_firewall_products(facts);
    facts_accounts(facts, settings);
    facts_namespaces(facts, settings);
}
