/* SPDX-License-Identifier: MIT */
#include "payload/descriptor/account_set.h"

#include <stdlib.h>

#include "base/json.h"
#include "payload/account/account.h"

struct account_set {
    size_t users;
    const struct settings *settings;
    const char *const *first;
    size_t stride;
    size_t count;
    unsigned flags;
    bool looked_up;
    struct sid sids[];
};

struct account_set *account_set_new(const struct settings *settings,
                                    const char *const *first, size_t stride,
                                    size_t count, unsigned flags)
{
    struct account_set *set =
        calloc(1, sizeof *set + count * sizeof set->sids[0]);
    if (set != NULL)
        *set = (struct account_set){.users = 1,
                                    .settings = settings,
                                    .first = first,
                                    .stride = stride,
                                    .count = count,
                                    .flags = flags};
    return set;
}

struct account_set *account_set_share(struct account_set *set)
{
    set->users++;
    return set;
}

void account_set_release(struct account_set *set)
{
    if (set != NULL && --set->users == 0)
        free(set);
}

static int look_up(struct account_set *set, size_t number,
                   struct setting_reason *reason)
{
    const char *const *name =
        (const void *)((const char *)set->first + number * set->stride);
    if (account_find_asked(set->settings, *name, &set->sids[number], reason) ==
        0)
        return 0;
    set->sids[number].len = 0;
    return -1;
}

void account_set_recall(struct account_set *set, size_t number,
                        const cJSON *state)
{
    struct sid sid;
    const char *text = json_text(state, "sid");
    if (text != NULL && sid_parse(&sid, text))
        set->sids[number] = sid;
}

int account_set_find(struct account_set *set, size_t own,
                     struct entry_accounts *accounts,
                     struct setting_reason *reason)
{
    struct setting_reason ignored;
    /* Those of the others matter only where they are known. */
    for (size_t i = 0; !set->looked_up && i < set->count; i++)
        if (set->sids[i].len == 0)
            (void)look_up(set, i, &ignored);
    set->looked_up = true;
    *accounts = (struct entry_accounts){.sids = set->sids,
                                        .count = set->count,
                                        .own = own,
                                        .flags = set->flags};
    return set->sids[own].len != 0 ? 0 : look_up(set, own, reason);
}
