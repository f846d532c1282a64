/* SPDX-License-Identifier: MIT */
/*
 * One account's rights in an access list, wanted present or absent, whatever
 * the list guards. Present rights that the account has through a group are
 * there; absent ones are taken only from entries of its own.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_GRANT_H
#define PAYLOAD_GRANT_H

#include "payload/descriptor/descriptor_access.h"
#include "payload/engine/setting.h"

struct grant_question {
    const char *where; /* what texts begin with */
    const char *tool;  /* where people change it: "dcomcnfg" */
    const struct sid *sid;
    const struct descriptor_token *token;
    uint32_t bits;
    bool present;
    bool own;           /* present: an entry of the account's own is asked */
    unsigned flags;     /* of the entry: DESCRIPTOR_CONTAINERS or none */
    unsigned own_flags; /* that entries of the account's own may have */
    uint32_t base;      /* a bit that alone is no right */
};

enum grant_state {
    GRANT_AS_ASKED,
    GRANT_TO_CHANGE,
    GRANT_NO_USE, /* even the changed list would not do what is asked */
    GRANT_FAILED, /* it cannot be changed: err says why */
};

/* Whether the list does what is asked; `changed`: one that was changed. */
enum grant_state grant_look(const struct grant_question *question,
                            const struct descriptor *list,
                            struct descriptor *changed, struct err *err);

/* Changes the list so. -1 when there is no room. */
int grant_change(const struct grant_question *question, struct descriptor *list,
                 struct err *err);

/* SETTING_CONFLICT with "<where>: <what>". */
enum setting_verdict grant_conflict(const struct grant_question *question,
                                    unsigned long code, const char *hint,
                                    const char *what,
                                    struct setting_reason *reason);

/* Tells who is denied in `changed`, which is GRANT_NO_USE. */
enum setting_verdict grant_denied(const struct grant_question *question,
                                  const struct descriptor *changed,
                                  struct setting_reason *reason);

#endif
