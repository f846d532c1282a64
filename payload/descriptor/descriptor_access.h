/* SPDX-License-Identifier: MIT */
/*
 * What the list of a security descriptor means for somebody.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_DESCRIPTOR_ACCESS_H
#define PAYLOAD_DESCRIPTOR_ACCESS_H

#include "payload/descriptor/descriptor.h"

/* Whom a token stands for: the last `deny_only` count in denials alone. */
struct descriptor_token {
    struct sid *sids;
    size_t count;
    size_t deny_only;
    bool below; /* asked is what reaches all containers below, not the list's */
};

/*
 * Which of `wanted` the token is allowed, as Windows decides: in the order
 * of the list, the first entry that speaks of a bit decides it. Entries of
 * other types than plain ones allow nothing.
 */
uint32_t descriptor_allowed(const struct descriptor *descriptor,
                            const struct descriptor_token *token,
                            uint32_t wanted);

/* The first SID of the token that an entry denies one of `wanted`. */
bool descriptor_denied(const struct descriptor *descriptor,
                       const struct descriptor_token *token, uint32_t wanted,
                       struct sid *who);

/* All bits of the plain allow entries for exactly this SID. */
uint32_t descriptor_granted(const struct descriptor *descriptor,
                            const struct sid *sid);

/*
 * COM's old format has the mask 1 in every entry and means all rights; an
 * entry of it beside one of the new format makes the whole invalid.
 */
enum descriptor_format {
    DESCRIPTOR_FORMAT_NEW,
    DESCRIPTOR_FORMAT_OLD,
    DESCRIPTOR_FORMAT_MIXED,
};
enum descriptor_format
descriptor_com_format(const struct descriptor *descriptor);

#endif
