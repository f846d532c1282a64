/* SPDX-License-Identifier: MIT */
/*
 * The accounts that the items of one list in a request name. The settings of
 * the list share it; the last one to release it frees it.
 */
#ifndef PAYLOAD_ACCOUNT_SET_H
#define PAYLOAD_ACCOUNT_SET_H

#include "payload/descriptor/entries.h"
#include "payload/engine/setting.h"

struct account_set;

/*
 * `first` is the name in the first of `count` items of `settings`, which
 * stand `stride` bytes apart and outlive the set; `flags` are those of
 * entry_accounts. NULL when memory is short.
 */
struct account_set *account_set_new(const struct settings *settings,
                                    const char *const *first, size_t stride,
                                    size_t count, unsigned flags);
struct account_set *account_set_share(struct account_set *set);
void account_set_release(struct account_set *set); /* NULL is fine */

/*
 * Number `number` is the account with the SID that a state's member "sid"
 * tells, also where it is gone: its entries are not.
 */
void account_set_recall(struct account_set *set, size_t number,
                        const cJSON *state);

/*
 * All that are known, with `own` in question, as long as the set lives.
 * -1 with `reason` when that one is not known.
 */
int account_set_find(struct account_set *set, size_t own,
                     struct entry_accounts *accounts,
                     struct setting_reason *reason);

#endif
