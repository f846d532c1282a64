/* SPDX-License-Identifier: MIT */
/*
 * What a wish about a WMI namespace means for its list of entries.
 *
 * A list is what WMI gives: entries of the namespace's own, then those that
 * it inherits. Only its own ones are ever changed, and of those only plain
 * allow entries of the account in question.
 *
 * The state of a setting is every entry of the namespace's own, as bytes
 * and in words, but for allow entries of the other accounts that the
 * request names there: settings that share a list do not see each other's
 * changes. Inherited entries are not in it, nor what WMI keeps for itself.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_NAMESPACE_LIST_H
#define PAYLOAD_NAMESPACE_LIST_H

#include "payload/descriptor/descriptor_access.h"
#include "payload/descriptor/entries.h"
#include "payload/engine/setting.h"

/* Flags that an entry may have that a wish about its account changes. */
#define NAMESPACE_OWN_FLAGS 0x0Fu

extern const struct right_words namespace_words;

/* {"sid", "namespace": {"value", "entries"}}; NULL when memory is short. */
cJSON *namespace_list_state(const struct descriptor *list,
                            const struct entry_accounts *accounts);

/*
 * Makes `list` one that gives `state` again while the other accounts keep
 * what they have in it; inherited entries go. 0/-1.
 */
int namespace_list_put_back(struct descriptor *list, const cJSON *state,
                            const struct entry_accounts *accounts,
                            struct err *err);

struct namespace_question {
    const char *path;
    const struct grant_wish *wish;
    const struct sid *sid;
    const struct descriptor_token *token;
    bool parent_changes; /* this run takes rights away further up */
};

/* Whether the list does what is wished; `reason` for what is in the way. */
enum setting_verdict
namespace_list_judge(const struct namespace_question *question,
                     const struct descriptor *list,
                     struct setting_reason *reason);

/* Changes the list so; inherited entries go. 0/-1. */
int namespace_list_change(const struct namespace_question *question,
                          struct descriptor *list, struct err *err);

#endif
