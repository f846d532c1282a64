/* SPDX-License-Identifier: MIT */
/*
 * The account that `account` names, as it is on the machine: read, made,
 * changed, deleted. Whether it should be is not judged here.
 *
 * Each returns 0, or -1 with `reason`. Nothing has to be closed.
 */
#ifndef PAYLOAD_LOCAL_USER_H
#define PAYLOAD_LOCAL_USER_H

#include "payload/account/account_memory.h"
#include "payload/account/netapi.h"
#include "payload/account/user_state.h"

struct local_user {
    const struct account_wish *wish;
    struct account_memory *memory;
    struct netapi net;
    wchar_t name[NETAPI_NAME_COUNT];
    struct user_state state;    /* without a SID: there is none */
    unsigned long flags;        /* UF_* as they are */
    unsigned long password_age; /* seconds */
};

/* And reads it. `settings` outlive it. */
int local_user_open(const struct settings *settings, struct local_user *user,
                    struct setting_reason *reason);
/* Anew, after a change. */
int local_user_read(struct local_user *user, struct setting_reason *reason);

/* With the password of the wish, and no other property of it. */
int local_user_make(struct local_user *user, struct setting_reason *reason);
int local_user_set_password(struct local_user *user,
                            struct setting_reason *reason);

/* Makes what stands there `wanted`, each part only where it differs. */
int local_user_put(struct local_user *user, const struct user_state *wanted,
                   struct setting_reason *reason);

/* With its rights and what is recorded of its password. */
int local_user_delete(struct local_user *user, struct setting_reason *reason);

#endif
