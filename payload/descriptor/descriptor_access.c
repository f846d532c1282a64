/* SPDX-License-Identifier: MIT */
#include "payload/descriptor/descriptor_access.h"

/* An allowance that stops at the next level does not reach all below. */
static bool counts(const struct descriptor_entry *entry, bool below)
{
    if (!below)
        return (entry->flags & DESCRIPTOR_INHERIT_ONLY) == 0;
    return (entry->flags & DESCRIPTOR_CONTAINERS) != 0 &&
           (entry->type == DESCRIPTOR_DENY ||
            (entry->flags & DESCRIPTOR_NO_PROPAGATE) == 0);
}

/* The SID of the entry among those of the token that count for it. */
static bool concerns(const struct descriptor_entry *entry,
                     const struct descriptor_token *token)
{
    if (!entry->plain || !counts(entry, token->below))
        return false;
    size_t count = token->count;
    if (entry->type == DESCRIPTOR_ALLOW)
        count -= token->deny_only;
    for (size_t i = 0; i < count; i++) {
        if (sid_same(&entry->sid, &token->sids[i]))
            return true;
    }
    return false;
}

uint32_t descriptor_allowed(const struct descriptor *descriptor,
                            const struct descriptor_token *token,
                            uint32_t wanted)
{
    struct descriptor_entry entry = {0};
    uint32_t open = wanted; /* not decided yet */
    uint32_t allowed = 0;
    if (!descriptor_has_list(descriptor))
        return wanted;
    while (open != 0 && descriptor_next(descriptor, &entry)) {
        if (!concerns(&entry, token))
            continue;
        if (entry.type == DESCRIPTOR_ALLOW)
            allowed |= open & entry.mask;
        open &= ~entry.mask;
    }
    return allowed;
}

bool descriptor_denied(const struct descriptor *descriptor,
                       const struct descriptor_token *token, uint32_t wanted,
                       struct sid *who)
{
    struct descriptor_entry entry = {0};
    while (descriptor_next(descriptor, &entry)) {
        if (!concerns(&entry, token) || entry.type != DESCRIPTOR_DENY ||
            (entry.mask & wanted) == 0)
            continue;
        *who = entry.sid;
        return true;
    }
    return false;
}

uint32_t descriptor_granted(const struct descriptor *descriptor,
                            const struct sid *sid)
{
    struct descriptor_entry entry = {0};
    uint32_t granted = 0;
    while (descriptor_next(descriptor, &entry)) {
        if (entry.plain && entry.type == DESCRIPTOR_ALLOW &&
            sid_same(&entry.sid, sid))
            granted |= entry.mask;
    }
    return granted;
}

enum descriptor_format
descriptor_com_format(const struct descriptor *descriptor)
{
    struct descriptor_entry entry = {0};
    size_t old = 0;
    size_t all = 0;
    while (descriptor_next(descriptor, &entry)) {
        all += entry.plain;
        old += entry.plain && entry.mask == 1;
    }
    return old == 0     ? DESCRIPTOR_FORMAT_NEW
           : old == all ? DESCRIPTOR_FORMAT_OLD
                        : DESCRIPTOR_FORMAT_MIXED;
}
