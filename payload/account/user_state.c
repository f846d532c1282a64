/* SPDX-License-Identifier: MIT */
#include "payload/account/user_state.h"

#include <string.h>

#include "base/json.h"

const char *const user_denied_names[USER_DENIED_COUNT] = {
    "SeDenyInteractiveLogonRight", "SeDenyRemoteInteractiveLogonRight"};

static bool add_denied(cJSON *state, unsigned denied)
{
    cJSON *list = cJSON_AddArrayToObject(state, "denied");
    bool added = list != NULL;
    for (unsigned i = 0; added && i < USER_DENIED_COUNT; i++) {
        if ((denied & 1u << i) != 0)
            added = cJSON_AddItemToArray(
                list, cJSON_CreateString(user_denied_names[i]));
    }
    return added;
}

cJSON *user_state_make(const struct user_state *user)
{
    char sid[SID_TEXT_MAX];
    cJSON *state = cJSON_CreateObject();
    bool made;
    if (user->sid.len == 0) {
        made = cJSON_AddStringToObject(state, "absent", "account") != NULL;
    } else {
        sid_print(&user->sid, sid);
        made = cJSON_AddStringToObject(state, "sid", sid) &&
               cJSON_AddBoolToObject(state, "disabled", user->disabled) &&
               cJSON_AddBoolToObject(state, "must_change_password",
                                     user->must_change) &&
               cJSON_AddBoolToObject(state, "password_never_expires",
                                     user->password_never_expires) &&
               (user->expires == USER_NEVER
                    ? cJSON_AddStringToObject(state, "expires", "never")
                    : cJSON_AddNumberToObject(state, "expires",
                                              (double)user->expires)) &&
               add_denied(state, user->denied);
    }
    if (made)
        return state;
    cJSON_Delete(state);
    return NULL;
}

static bool is_true(const cJSON *state, const char *key)
{
    return cJSON_IsTrue(json_member(state, key));
}

bool user_state_read(const cJSON *state, struct user_state *user)
{
    const char *sid = json_text(state, "sid");
    const cJSON *expires = json_member(state, "expires");
    const cJSON *right;
    struct user_state found = {
        .disabled = is_true(state, "disabled"),
        .must_change = is_true(state, "must_change_password"),
        .password_never_expires = is_true(state, "password_never_expires"),
        .expires = USER_NEVER,
    };
    if (sid == NULL ? json_member(state, "absent") == NULL
                    : !sid_parse(&found.sid, sid))
        return false;
    if (cJSON_IsNumber(expires) && expires->valuedouble >= 0 &&
        expires->valuedouble < USER_NEVER)
        found.expires = (unsigned long)expires->valuedouble;
    cJSON_ArrayForEach (right, json_member(state, "denied")) {
        for (unsigned i = 0; i < USER_DENIED_COUNT; i++) {
            if (cJSON_IsString(right) &&
                strcmp(right->valuestring, user_denied_names[i]) == 0)
                found.denied |= 1u << i;
        }
    }
    *user = found;
    return true;
}

struct user_state user_state_wanted(const struct user_state *user,
                                    const struct account_wish *wish,
                                    unsigned long now)
{
    struct user_state wanted = *user;
    wanted.disabled = false;
    wanted.must_change = false;
    wanted.outdated = false;
    wanted.locked = false;
    wanted.password_never_expires = wish->password_never_expires;
    wanted.denied = wish->network_logon_only ? USER_DENIED_ALL : 0;
    if (user->expires <= now)
        wanted.expires = USER_NEVER;
    return wanted;
}

bool user_state_differs(const struct user_state *user,
                        const struct account_wish *wish, unsigned long now,
                        struct setting *setting)
{
    const struct user_state wanted = user_state_wanted(user, wish, now);
    const struct {
        bool found;
        const char *what;
    } rows[] = {
        {user->disabled, "disabled"},
        {user->locked, "locked out after wrong passwords"},
        {user->expires != wanted.expires, "expired"},
        {user->must_change || user->outdated,
         "with a password that has to be changed before it "
         "can log on"},
        {!user->password_never_expires && wanted.password_never_expires,
         "with a password that expires"},
        {user->password_never_expires && !wanted.password_never_expires,
         "with a password that never expires"},
        {(wanted.denied & ~user->denied) != 0,
         "with the right to log on at the machine itself"},
        {(user->denied & ~wanted.denied) != 0,
         "without the right to log on at the machine itself"},
    };
    bool differs = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].found)
            continue;
        differs = true;
        setting_hint(setting, "%s was found %s", wish->name, rows[i].what);
    }
    return differs;
}
