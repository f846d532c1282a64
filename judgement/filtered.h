/* SPDX-License-Identifier: MIT */
/*
 * Which of the accounts in the facts are local administrators, and of which
 * of them UAC filters the token over the network.
 */
#ifndef JUDGEMENT_FILTERED_H
#define JUDGEMENT_FILTERED_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "payload/settings/token_filter.h"

/* The policies as the facts have them; what is not set counts as Windows'
 * default. */
struct token_filter filtered_policies(const cJSON *facts);

/* A local user whose RID is 500. */
bool filtered_is_built_in(const cJSON *account);

/*
 * Whether `filter` takes the administrator out of the token of that item of
 * "accounts". A domain's account is not filtered; of one of which the facts
 * do not say that it is local, nothing is concluded.
 */
bool filtered_account(const struct token_filter *filter, const cJSON *account);

#endif
