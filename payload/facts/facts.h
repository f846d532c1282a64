/* SPDX-License-Identifier: MIT */
/*
 * What a machine is, for the report and for the controller's judgements.
 * Read only, and what cannot be read is left out: a member that is missing
 * says nothing. docs/result.schema.json describes all of them.
 *
 * facts_collect gives what every result tells, failures included;
 * facts_after_work what the run may have changed, or what needs COM.
 */
#ifndef PAYLOAD_FACTS_H
#define PAYLOAD_FACTS_H

#include <cjson/cJSON.h>

#include "payload/settings/settings.h"

/* machine, policies, DCOM and winmgmt. NULL when memory is short. */
cJSON *facts_collect(void);

/*
 * Adds policies, DCOM, winmgmt and rights to log on as they are now, and
 * the accounts and namespaces that `settings` name. COM is up, and the
 * families have added theirs: the firewall's gets its `products`.
 */
void facts_after_work(cJSON *facts, const struct settings *settings);

/* The nouns, each in a file of its name; they add to `facts`. */
void facts_machine(cJSON *facts);
void facts_policy(cJSON *facts);
void facts_winmgmt(cJSON *facts);
void facts_logon_rights(cJSON *facts);
void facts_firewall_products(cJSON *facts);
void facts_accounts(cJSON *facts, const struct settings *settings);
void facts_namespaces(cJSON *facts, const struct settings *settings);

/* Adds an item that may be NULL, which it takes. */
void facts_put(cJSON *object, const char *key, cJSON *item);
/* Takes the text; NULL is left out. */
void facts_put_text(cJSON *object, const char *key, char *text);

#endif
