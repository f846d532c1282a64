/* SPDX-License-Identifier: MIT */
/*
 * A local group as it is on the machine: found, made, its members put in and
 * out, removed. What changes forgets what was looked up of accounts.
 *
 * Each returns 0, or -1 with `reason`.
 */
#ifndef PAYLOAD_LOCAL_GROUP_H
#define PAYLOAD_LOCAL_GROUP_H

#include <stdbool.h>

#include "payload/account/account_memory.h"
#include "payload/account/netapi.h"

struct local_group {
    const char *text; /* as the request names it */
    struct account_memory *memory;
    struct netapi net;
    wchar_t name[NETAPI_NAME_COUNT];
    struct sid sid; /* `len` 0: there is none */
    LOCALGROUP_MEMBERS_INFO_0 *members;
    DWORD count;
};

/*
 * 0 also when there is none and it may be made. `text` outlives it. Close it
 * in either case.
 */
int local_group_open(struct account_memory *memory, const char *text,
                     bool may_create, struct local_group *group,
                     struct setting_reason *reason);
void local_group_close(struct local_group *group);

/* Whether it had this member when it was opened. */
bool local_group_holds(const struct local_group *group, const struct sid *sid);

int local_group_make(struct local_group *group, struct setting_reason *reason);

/*
 * Puts `sid`, which `name` stands for, in or out; nothing where it is so
 * already, or where there is no SID.
 */
int local_group_put(const struct local_group *group, const char *name,
                    const struct sid *sid, bool in,
                    struct setting_reason *reason);

/* A group of ours goes when nobody else has put anybody in it. */
int local_group_remove(struct local_group *group,
                       struct setting_reason *reason);

#endif
