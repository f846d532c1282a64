/* SPDX-License-Identifier: MIT */
/*
 * A local account as far as the setting `account` is about it, and what the
 * wish means for it. As a state:
 *
 *   {"sid", "disabled", "must_change_password", "password_never_expires",
 *    "expires": seconds since 1970 | "never", "denied": [right, ...]}
 *   {"absent": "account"}
 *
 * What changes by itself or cannot be put back stays out of it: a lockout,
 * the age of the password, the password. Free of windows.h.
 */
#ifndef PAYLOAD_USER_STATE_H
#define PAYLOAD_USER_STATE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "payload/engine/setting.h"
#include "payload/descriptor/sid.h"

#define USER_NEVER 0xFFFFFFFFul /* TIMEQ_FOREVER of lmaccess.h */

/* The rights to log on at the machine and over Remote Desktop, denied. */
#define USER_DENIED_INTERACTIVE 1u
#define USER_DENIED_REMOTE 2u
#define USER_DENIED_ALL 3u
#define USER_DENIED_COUNT 2
extern const char *const user_denied_names[USER_DENIED_COUNT];

struct user_state {
    struct sid sid; /* `len` 0: there is no such account */
    bool disabled;
    bool must_change; /* the password at the next logon: somebody said so */
    bool outdated; /* the password: older than the machine's policy lets it */
    bool password_never_expires;
    bool locked;
    unsigned long expires; /* the account: seconds since 1970, USER_NEVER */
    unsigned denied;       /* USER_DENIED_* */
};

/* NULL when memory is short. */
cJSON *user_state_make(const struct user_state *user);

/* What `state` tells of; false when it is none. */
bool user_state_read(const cJSON *state, struct user_state *user);

/* What the account has to become; `now` in seconds since 1970. */
struct user_state user_state_wanted(const struct user_state *user,
                                    const struct account_wish *wish,
                                    unsigned long now);

/* True when something has to be changed; hints say what was found. */
bool user_state_differs(const struct user_state *user,
                        const struct account_wish *wish, unsigned long now,
                        struct setting *setting);

#endif
