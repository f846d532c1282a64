/* SPDX-License-Identifier: MIT */
/*
 * The local account that reads WMI: made, kept fit to log on over the
 * network, deleted. Its password is written when the account is made and
 * when that is asked for, never read, and never part of a state.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/account/token.h"
#include "payload/win32/errors.h"
#include "payload/win32/file.h"
#include "payload/account/local_user.h"
#include "payload/account/password_record.h"
#include "payload/win32/system.h"

#define EPOCH_S 11644473600ull /* 1970, in seconds since 1601 */
#define TICKS_PER_SECOND 10000000ull
#define RID_ADMINISTRATOR 500
#define RID_GUEST 501
#define SECRET_SHOWN "********"

static unsigned long now_s(void)
{
    return (unsigned long)(file_time_now() / TICKS_PER_SECOND - EPOCH_S);
}

/* --- reading ------------------------------------------------------------- */

static cJSON *read_account(struct setting *setting,
                           struct setting_reason *reason)
{
    struct local_user user;
    return local_user_open(setting->data, &user, reason) == 0
               ? user_state_make(&user.state)
               : NULL;
}

/* --- judging ------------------------------------------------------------- */

static enum setting_verdict judge_password(struct setting *setting,
                                           const struct local_user *user,
                                           struct setting_reason *reason)
{
    const struct account_wish *wish = user->wish;
    if (!wish->password_given)
        return SETTING_AGREES;
    enum password_record found = password_record_judge(
        &user->state.sid, user->password_age, wish->password);
    if (found == PASSWORD_OURS)
        return SETTING_AGREES;
    if (wish->update_password)
        return SETTING_DIFFERS;
    if (found != PASSWORD_NOT_RECORDED) {
        setting_reason_set(reason, CODE_IRREVERSIBLE,
                           "\"update_password\": true sets it; the one that "
                           "stands there is lost then",
                           found == PASSWORD_OTHER
                               ? "%s: the password of the inventory is another "
                                 "one than was set here"
                               : "%s: somebody set another password since",
                           wish->name);
        return SETTING_IRREVERSIBLE;
    }
    setting_hint(setting,
                 "%s: the account was not made here, so whether it has the "
                 "password of the inventory is not known; "
                 "\"update_password\": true sets it",
                 wish->name);
    return SETTING_AGREES;
}

static enum setting_verdict judge_present(struct setting *setting,
                                          const struct local_user *user,
                                          struct setting_reason *reason)
{
    if (user->state.sid.len == 0) {
        if (user->wish->password_given)
            return SETTING_DIFFERS;
        setting_reason_set(reason, NERR_UserNotFound,
                           "say in `account.password` where its password is",
                           "%s: there is no such account, and without a "
                           "password none is made",
                           user->wish->name);
        return SETTING_BLOCKED;
    }
    enum setting_verdict password = judge_password(setting, user, reason);
    bool differs =
        user_state_differs(&user->state, user->wish, now_s(), setting);
    return differs ? SETTING_DIFFERS : password;
}

/* Whom no request may touch, or delete. */
static bool is_protected(const struct local_user *user, bool deleting,
                         struct setting_reason *reason)
{
    uint32_t rid = sid_last_part(&user->state.sid);
    const char *why = NULL;
    if (user->state.sid.len == 0)
        return false;
    if (rid == RID_ADMINISTRATOR || rid == RID_GUEST)
        why = "it is one of Windows' own accounts";
    else if (deleting && system_is_own_sid(user->state.sid.bytes))
        why = "this very login is the account";
    if (why != NULL)
        setting_reason_set(reason, CODE_PROTECTED_ACCOUNT,
                           "name another account in `account`", "%s: %s",
                           user->wish->name, why);
    return why != NULL;
}

/*
 * The denials are for accounts that only read. Whoever looks after the
 * machine with this one would be shut out of its console, so that has to be
 * asked for by name.
 */
static bool shuts_out(struct setting *setting, const struct local_user *user,
                      struct setting_reason *reason)
{
    const struct user_state *state = &user->state;
    const char *why = NULL;
    if (!user->wish->present || state->sid.len == 0 ||
        !user->wish->network_logon_only || state->denied == USER_DENIED_ALL)
        return false;
    if (system_is_own_sid(state->sid.bytes))
        why = "this very login is the account";
    else if (account_is_administrator(user->memory, &state->sid))
        why = "it is an administrator of the machine";
    if (why != NULL && user->wish->network_logon_said)
        setting->risk = "an administrator of the machine can no longer log on "
                        "at it, or over Remote Desktop";
    if (why == NULL || user->wish->network_logon_said)
        return false;
    setting_reason_set(reason, CODE_PROTECTED_ACCOUNT,
                       "name another account, or say it: "
                       "\"network_logon_only\": false leaves it the logon, "
                       "true takes it",
                       "%s: %s, and could no longer log on at the machine "
                       "itself, or over Remote Desktop",
                       user->wish->name, why);
    return true;
}

static enum setting_verdict judge_absent(const struct local_user *user,
                                         struct setting_reason *reason)
{
    if (user->state.sid.len == 0)
        return SETTING_AGREES;
    setting_reason_set(reason, CODE_IRREVERSIBLE,
                       "apply --allow-irreversible deletes it",
                       "%s: the account is there; once deleted, no undo "
                       "brings its SID and its password back",
                       user->wish->name);
    return SETTING_IRREVERSIBLE;
}

static enum setting_verdict compare_account(struct setting *setting,
                                            const cJSON *state,
                                            struct setting_reason *reason)
{
    struct local_user user;
    (void)state; /* it lacks the lockout and the age of the password */
    if (netapi_is_controller(reason))
        return SETTING_BLOCKED;
    if (local_user_open(setting->data, &user, reason) != 0 ||
        is_protected(&user, !user.wish->present, reason) ||
        shuts_out(setting, &user, reason))
        return SETTING_CONFLICT;
    return user.wish->present ? judge_present(setting, &user, reason)
                              : judge_absent(&user, reason);
}

/* --- writing ------------------------------------------------------------- */

static int remove_user(struct local_user *user, struct setting_reason *reason)
{
    return is_protected(user, true, reason) ? -1
                                            : local_user_delete(user, reason);
}

static bool wants_password(struct setting *setting,
                           const struct local_user *user)
{
    struct setting_reason ignored;
    enum setting_verdict verdict = judge_password(setting, user, &ignored);
    return verdict == SETTING_DIFFERS ||
           /* Nothing else is left to do: so it was allowed. */
           (verdict == SETTING_IRREVERSIBLE &&
            !user_state_differs(&user->state, user->wish, now_s(), setting));
}

/* When Windows has its password from now. */
static int keep_record(struct local_user *user, struct setting_reason *reason)
{
    if (local_user_read(user, reason) != 0)
        return -1;
    return user->state.sid.len != 0
               ? password_record_keep(&user->state.sid, user->password_age,
                                      user->wish->password, reason)
               : 0;
}

/* An expired password that counts again is as young as one just set. */
static bool becomes_young(const struct local_user *user)
{
    return (user->state.must_change || user->state.outdated) &&
           user->wish->password != NULL &&
           password_record_judge(&user->state.sid, user->password_age,
                                 user->wish->password) == PASSWORD_OURS;
}

static int write_present(struct setting *setting, struct local_user *user,
                         struct setting_reason *reason)
{
    bool made = user->state.sid.len == 0;
    bool secret = made || wants_password(setting, user);
    if (secret && (made ? local_user_make(user, reason)
                        : local_user_set_password(user, reason)) != 0)
        return -1;
    if (secret && keep_record(user, reason) != 0)
        return -1;
    if (user->state.sid.len == 0) /* the engine says that it did not take */
        return 0;
    if (secret && !made)
        setting_hint(setting,
                     "%s: its password was set; no undo brings the one before "
                     "back",
                     user->wish->name);
    struct user_state wanted =
        user_state_wanted(&user->state, user->wish, now_s());
    bool young = becomes_young(user);
    if (local_user_put(user, &wanted, reason) != 0)
        return -1;
    return young ? keep_record(user, reason) : 0;
}

static int write_account(struct setting *setting, const cJSON *state,
                         struct setting_reason *reason)
{
    struct local_user user;
    (void)state;
    if (local_user_open(setting->data, &user, reason) != 0)
        return -1;
    return user.wish->present ? write_present(setting, &user, reason)
                              : remove_user(&user, reason);
}

static int restore_account(struct setting *setting, const cJSON *state,
                           struct setting_reason *reason)
{
    struct local_user user;
    struct user_state wanted;
    if (local_user_open(setting->data, &user, reason) != 0)
        return -1;
    bool there = user.state.sid.len != 0;
    if (!user_state_read(state, &wanted))
        return setting_reason_set(reason, 0, NULL, "%s: this is no state of it",
                                  user.wish->name);
    if (wanted.sid.len == 0)
        return there ? remove_user(&user, reason) : 0;
    if (!there || !sid_same(&wanted.sid, &user.state.sid))
        return setting_reason_set(
            reason, CODE_IRREVERSIBLE,
            "apply makes it anew, with another SID: what it was granted "
            "elsewhere has to be granted anew",
            "%s: the account was deleted: its SID and its password are gone",
            user.wish->name);
    wanted.outdated = user.state.outdated;
    return local_user_put(&user, &wanted, reason);
}

static const struct setting_ops account_ops = {
    .read = read_account,
    .compare = compare_account,
    .write = write_account,
    .restore = restore_account,
};

/* --- planning ------------------------------------------------------------ */

static cJSON *make_desired(const struct account_wish *wish)
{
    cJSON *desired = cJSON_CreateObject();
    bool built =
        cJSON_AddStringToObject(desired, "name", wish->name) != NULL &&
        cJSON_AddStringToObject(desired, "state",
                                wish->present ? "present" : "absent") != NULL;
    if (built && wish->present)
        built = cJSON_AddBoolToObject(desired, "password_never_expires",
                                      wish->password_never_expires) != NULL &&
                cJSON_AddBoolToObject(desired, "network_logon_only",
                                      wish->network_logon_only) != NULL &&
                (!wish->password_given ||
                 cJSON_AddStringToObject(desired, "password", SECRET_SHOWN) !=
                     NULL) &&
                (!wish->update_password ||
                 cJSON_AddTrueToObject(desired, "update_password") != NULL);
    if (built)
        return desired;
    cJSON_Delete(desired);
    return NULL;
}

static int plan(const struct settings *settings, struct setting_list *list,
                struct err *err)
{
    const struct account_wish *wish = &settings->account;
    char id[160];
    if (wish->name == NULL)
        return 0;
    snprintf(id, sizeof id, "account[%s]", wish->name);
    struct setting *setting =
        setting_list_add(list, id, make_desired(wish), &account_ops);
    if (setting == NULL)
        return err_set(err, 0, "account: memory is short");
    setting->data = (void *)settings;
    if (!wish->present)
        setting->risk = "a deleted account's SID and password cannot be "
                        "brought back";
    else if (wish->update_password)
        setting->risk = "a password that is overwritten cannot be brought back";
    return 0;
}

const struct setting_family account_family = {.name = "account", .plan = plan};
