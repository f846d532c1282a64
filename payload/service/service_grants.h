/* SPDX-License-Identifier: MIT */
/*
 * The entries of accounts in the service manager's list, as states of
 * settings that are about one account each.
 *
 *   {"sid", "entries": [{"place": 5, "mask": 131093, "rights": ["connect",
 *    "enumerate", "query_lock", "read_control"]}]}
 *
 * Only the account's own entries are in it: plain, allowing, without flags.
 * `place` counts the entries in front that are of none of the request's
 * accounts. What others have is never written back, so nothing of theirs
 * can be lost.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_SERVICE_GRANTS_H
#define PAYLOAD_SERVICE_GRANTS_H

#include <cjson/cJSON.h>

#include "payload/descriptor/entries.h"

extern const struct right_words service_right_words;

/* NULL when memory is short. */
cJSON *service_grants_state(const struct descriptor *list,
                            const struct entry_accounts *accounts);

/* Makes `list` one that gives `state` again. 0/-1. */
int service_grants_put_back(struct descriptor *list, const cJSON *state,
                            const struct entry_accounts *accounts,
                            struct err *err);

#endif
