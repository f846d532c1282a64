/* SPDX-License-Identifier: MIT */
/*
 * Self-relative security descriptors as Windows keeps them in the registry:
 * judged strictly, read entry by entry, and changed for one account only.
 *
 * A change works on the bytes themselves: it puts one entry in, takes one
 * out or sets a mask, and moves what lies behind. Everything else (other
 * entries whatever their type, owner, group, control, system list, room
 * that is left over) stays as it is, byte for byte, so that a change and its
 * opposite give the first bytes again.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_DESCRIPTOR_H
#define PAYLOAD_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "payload/descriptor/sid.h"

#define DESCRIPTOR_ALLOW 0u
#define DESCRIPTOR_DENY 1u
#define DESCRIPTOR_CONTAINERS 0x02u /* containers below inherit it */
#define DESCRIPTOR_NO_PROPAGATE 0x04u
#define DESCRIPTOR_INHERIT_ONLY 0x08u
#define DESCRIPTOR_INHERITED 0x10u

/* Valid whenever a function here has made it. */
struct descriptor {
    unsigned char *bytes;
    size_t len;
};

/* Copies `bytes`. -1 when they are no valid descriptor: err says why. */
int descriptor_init(struct descriptor *descriptor, const unsigned char *bytes,
                    size_t len, struct err *err);

struct descriptor_grant {
    const char *sid; /* as text */
    uint32_t mask;
};

/*
 * One that allows `grants`; owner and group are Administrators. The list
 * comes last, as no function of Windows has it: that tells what was built
 * here from what was there before.
 */
int descriptor_build(struct descriptor *descriptor,
                     const struct descriptor_grant *grants, size_t count,
                     struct err *err);

/* The parts of `from` in the order in which descriptor_build puts them. */
int descriptor_arrange(struct descriptor *descriptor,
                       const struct descriptor *from, struct err *err);

void descriptor_release(struct descriptor *descriptor);

/* COM takes a descriptor without both for invalid. */
bool descriptor_has_owner_and_group(const struct descriptor *descriptor);

/* Without a list everybody may do everything. */
bool descriptor_has_list(const struct descriptor *descriptor);
size_t descriptor_count(const struct descriptor *descriptor);

struct descriptor_entry {
    size_t at; /* offset of its bytes; 0: none yet */
    size_t len;
    size_t next; /* number of the one behind it */
    unsigned type;
    unsigned flags;
    bool plain; /* allow or deny: the two below are filled */
    uint32_t mask;
    struct sid sid;
};

/* The next entry of the list, the first one after a zeroed one. */
bool descriptor_next(const struct descriptor *descriptor,
                     struct descriptor_entry *entry);

/* The bytes of all entries, one behind the other; there must be a list. */
const unsigned char *descriptor_entries(const struct descriptor *descriptor,
                                        size_t *len);

/* --- changes ------------------------------------------------------------- */

/*
 * Adds the bits of `mask` to the allow entry with these flags for exactly
 * this SID; where there is none, a new one goes behind all denials and in
 * front of what is inherited. -1 when there is no list, or no room in it.
 */
int descriptor_allow(struct descriptor *descriptor, const struct sid *sid,
                     uint32_t mask, unsigned flags, struct err *err);

/*
 * Takes the bits of `mask` from every allow entry for exactly this SID that
 * has no other flags than these; one that is left with no bit, or none but
 * `base`, goes.
 */
void descriptor_withdraw(struct descriptor *descriptor, const struct sid *sid,
                         uint32_t mask, uint32_t base, unsigned flags);

/* True for what the two above write: plain, allow, no other flags, this SID. */
bool descriptor_is_own(const struct descriptor_entry *entry,
                       const struct sid *sid, unsigned flags);

/* What came from a container above goes. */
void descriptor_take_out_inherited(struct descriptor *descriptor);

/* Takes one out; `entry` then stands in front of the one behind it. */
void descriptor_take_out(struct descriptor *descriptor,
                         struct descriptor_entry *entry);

/* Puts the bytes of an entry in, as number `index`. */
int descriptor_put_in(struct descriptor *descriptor, size_t index,
                      const unsigned char *entry, size_t len, struct err *err);

#endif
