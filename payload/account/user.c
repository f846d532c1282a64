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
#include "payload/account/netapi.h"
#include "payload/account/password_record.h"
#include "payload/account/rights.h"
#include "payload/win32/system.h"
#include "payload/account/user_state.h"
#include "payload/win32/utf16.h"

#define EPOCH_S 11644473600ull /* 1970, in seconds since 1601 */
#define TICKS_PER_SECOND 10000000ull
#define OLDEST_S (30ul * 365 * 24 * 3600)
#define RID_ADMINISTRATOR 500
#define RID_GUEST 501
#define SECRET_SHOWN "********"

/* The account on the machine, while it is worked on. */
struct user {
    const struct account_wish *wish;
    struct account_memory *memory;
    struct netapi net;
    wchar_t name[NETAPI_NAME_COUNT];
    struct user_state state;
    unsigned long flags;        /* UF_* as they are */
    unsigned long password_age; /* seconds */
};

static unsigned long now_s(void)
{
    return (unsigned long)(file_time_now() / TICKS_PER_SECOND - EPOCH_S);
}

static int fail(const struct user *user, const char *what, unsigned long code,
                struct setting_reason *reason)
{
    return netapi_fail(user->wish->name, what, code, reason);
}

/* --- reading ------------------------------------------------------------- */

/*
 * Windows tells in one number that a password has to be changed at the next
 * logon and that it is too old. The second one comes by itself and never to
 * one that does not expire; the first one counts as a password that was never
 * set, whose age is nothing, or longer than Windows is old.
 */
static bool is_outdated(const struct user *user, const USER_INFO_4 *info)
{
    USER_MODALS_INFO_0 *policy = NULL;
    if (info->usri4_password_expired == 0 ||
        (info->usri4_flags & UF_DONT_EXPIRE_PASSWD) != 0 ||
        info->usri4_password_age > OLDEST_S ||
        user->net.modals(NULL, 0, (LPBYTE *)&policy) != 0)
        return false;
    bool outdated = info->usri4_password_age > policy->usrmod0_max_passwd_age;
    user->net.discard(policy);
    return outdated;
}

static int take_info(struct user *user, const USER_INFO_4 *info)
{
    struct user_state *state = &user->state;
    *state = (struct user_state){
        .disabled = (info->usri4_flags & UF_ACCOUNTDISABLE) != 0,
        .locked = (info->usri4_flags & UF_LOCKOUT) != 0,
        .must_change = info->usri4_password_expired != 0,
        .password_never_expires =
            (info->usri4_flags & UF_DONT_EXPIRE_PASSWD) != 0,
        .expires = info->usri4_acct_expires,
    };
    state->outdated = is_outdated(user, info);
    if (state->outdated)
        state->must_change = false;
    user->flags = info->usri4_flags;
    user->password_age = info->usri4_password_age;
    return sid_read(&state->sid, info->usri4_user_sid, SID_LEN_MAX)
               ? 0
               : ERROR_INVALID_DATA;
}

static int read_user(struct user *user, struct setting_reason *reason)
{
    USER_INFO_4 *info = NULL;
    user->state = (struct user_state){.disabled = false};
    unsigned long code = user->net.user(NULL, user->name, 4, (LPBYTE *)&info);
    if (code == NERR_UserNotFound)
        return 0;
    if (code == 0)
        code = (unsigned long)take_info(user, info);
    if (info != NULL)
        user->net.discard(info);
    if (code != 0)
        return fail(user, "the account cannot be read", code, reason);
    code = rights_read(&user->state.sid, &user->state.denied);
    return code == 0 ? 0
                     : fail(user, "its rights cannot be read", code, reason);
}

static int open_user(const struct setting *setting, struct user *user,
                     struct setting_reason *reason)
{
    const struct settings *settings = setting->data;
    wchar_t *name = utf16_from_utf8(settings->account.name);
    *user =
        (struct user){.wish = &settings->account, .memory = settings->memory};
    if (name == NULL || utf16_len(name) >= NETAPI_NAME_COUNT) {
        free(name);
        return setting_fail_memory(reason);
    }
    lstrcpyW(user->name, name);
    free(name);
    if (!netapi_load(&user->net))
        return netapi_fail("netapi32.dll", "it cannot be used", GetLastError(),
                           reason);
    return read_user(user, reason);
}

static cJSON *read_account(struct setting *setting,
                           struct setting_reason *reason)
{
    struct user user;
    return open_user(setting, &user, reason) == 0 ? user_state_make(&user.state)
                                                  : NULL;
}

/* --- judging ------------------------------------------------------------- */

static enum setting_verdict judge_password(struct setting *setting,
                                           const struct user *user,
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
                                          const struct user *user,
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
static bool is_protected(const struct user *user, bool deleting,
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
static bool shuts_out(struct setting *setting, const struct user *user,
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

static enum setting_verdict judge_absent(const struct user *user,
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
    struct user user;
    (void)state; /* it lacks the lockout and the age of the password */
    if (netapi_is_controller(reason))
        return SETTING_BLOCKED;
    if (open_user(setting, &user, reason) != 0 ||
        is_protected(&user, !user.wish->present, reason) ||
        shuts_out(setting, &user, reason))
        return SETTING_CONFLICT;
    return user.wish->present ? judge_present(setting, &user, reason)
                              : judge_absent(&user, reason);
}

/* --- writing ------------------------------------------------------------- */

static wchar_t *take_password(const struct user *user,
                              struct setting_reason *reason)
{
    const char *text = user->wish->password;
    wchar_t *password = text != NULL ? utf16_from_utf8(text) : NULL;
    if (password == NULL)
        setting_reason_set(reason, 0, NULL, "%s: %s", user->wish->name,
                           text != NULL ? "memory is short"
                                        : "the request has no password");
    return password;
}

static void forget_password(wchar_t *password)
{
    SecureZeroMemory(password, utf16_len(password) * sizeof *password);
    free(password);
}

static int make_user(struct user *user, struct setting_reason *reason)
{
    wchar_t *password = take_password(user, reason);
    if (password == NULL)
        return -1;
    USER_INFO_1 info = {
        .usri1_name = user->name,
        .usri1_password = password,
        .usri1_priv = USER_PRIV_USER,
        .usri1_comment = (wchar_t *)L"Reads WMI over the network (wmifleet)",
        .usri1_flags =
            UF_SCRIPT | UF_NORMAL_ACCOUNT |
            (user->wish->password_never_expires ? UF_DONT_EXPIRE_PASSWD : 0u),
    };
    unsigned long code = user->net.add_user(NULL, 1, (LPBYTE)&info, NULL);
    forget_password(password);
    account_memory_forget(user->memory);
    return code == 0 ? 0
                     : fail(user, "the account cannot be made", code, reason);
}

static int set_password(struct user *user, struct setting_reason *reason)
{
    wchar_t *password = take_password(user, reason);
    if (password == NULL)
        return -1;
    USER_INFO_1003 info = {.usri1003_password = password};
    unsigned long code =
        user->net.set_user(NULL, user->name, 1003, (LPBYTE)&info, NULL);
    forget_password(password);
    return code == 0 ? 0
                     : fail(user, "its password cannot be set", code, reason);
}

/* Only level 4 has it, among all that it has to leave as it is. */
static unsigned long put_must_change(const struct user *user, bool must)
{
    USER_INFO_4 *info = NULL;
    unsigned long code = user->net.user(NULL, user->name, 4, (LPBYTE *)&info);
    if (code != 0)
        return code;
    info->usri4_password = NULL;
    info->usri4_password_expired = must;
    info->usri4_flags &= ~(DWORD)UF_PASSWORD_EXPIRED;
    code = user->net.set_user(NULL, user->name, 4, (LPBYTE)info, NULL);
    user->net.discard(info);
    return code;
}

static unsigned long flags_for(const struct user *user,
                               const struct user_state *wanted)
{
    unsigned long flags = user->flags | UF_SCRIPT;
    flags &= ~(unsigned long)(UF_ACCOUNTDISABLE | UF_LOCKOUT |
                              UF_DONT_EXPIRE_PASSWD | UF_PASSWORD_EXPIRED);
    if (wanted->disabled)
        flags |= UF_ACCOUNTDISABLE;
    if (wanted->password_never_expires)
        flags |= UF_DONT_EXPIRE_PASSWD;
    return flags;
}

/* Makes what stands there `wanted`, each part only where it differs. */
static int put_state(struct user *user, const struct user_state *wanted,
                     struct setting_reason *reason)
{
    const struct user_state *now = &user->state;
    USER_INFO_1008 flags = {.usri1008_flags = flags_for(user, wanted)};
    USER_INFO_1017 expires = {.usri1017_acct_expires = wanted->expires};
    unsigned long code = 0;
    if (now->must_change != wanted->must_change ||
        now->outdated != wanted->outdated)
        code = put_must_change(user, wanted->must_change);
    if (code == 0 &&
        (now->disabled != wanted->disabled || now->locked != wanted->locked ||
         now->password_never_expires != wanted->password_never_expires))
        code = user->net.set_user(NULL, user->name, 1008, (LPBYTE)&flags, NULL);
    if (code == 0 && now->expires != wanted->expires)
        code =
            user->net.set_user(NULL, user->name, 1017, (LPBYTE)&expires, NULL);
    if (code != 0)
        return fail(user, "the account cannot be changed", code, reason);
    if (now->denied != wanted->denied)
        code = rights_write(&now->sid, wanted->denied);
    return code == 0 ? 0
                     : fail(user, "its rights cannot be changed", code, reason);
}

static int delete_user(struct user *user, struct setting_reason *reason)
{
    struct sid sid = user->state.sid;
    if (is_protected(user, true, reason))
        return -1;
    /* They would stay behind, of nobody. */
    unsigned long code = user->state.denied != 0 ? rights_write(&sid, 0) : 0;
    if (code == 0)
        code = user->net.delete_user(NULL, user->name);
    account_memory_forget(user->memory);
    if (code != 0)
        return fail(user, "the account cannot be deleted", code, reason);
    password_record_drop(&sid);
    return 0;
}

static bool wants_password(struct setting *setting, const struct user *user)
{
    struct setting_reason ignored;
    enum setting_verdict verdict = judge_password(setting, user, &ignored);
    return verdict == SETTING_DIFFERS ||
           /* Nothing else is left to do: so it was allowed. */
           (verdict == SETTING_IRREVERSIBLE &&
            !user_state_differs(&user->state, user->wish, now_s(), setting));
}

/* When Windows has its password from now. */
static int keep_record(struct user *user, struct setting_reason *reason)
{
    if (read_user(user, reason) != 0)
        return -1;
    return user->state.sid.len != 0
               ? password_record_keep(&user->state.sid, user->password_age,
                                      user->wish->password, reason)
               : 0;
}

/* An expired password that counts again is as young as one just set. */
static bool becomes_young(const struct user *user)
{
    return (user->state.must_change || user->state.outdated) &&
           user->wish->password != NULL &&
           password_record_judge(&user->state.sid, user->password_age,
                                 user->wish->password) == PASSWORD_OURS;
}

static int write_present(struct setting *setting, struct user *user,
                         struct setting_reason *reason)
{
    bool made = user->state.sid.len == 0;
    bool secret = made || wants_password(setting, user);
    if (secret &&
        (made ? make_user(user, reason) : set_password(user, reason)) != 0)
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
    if (put_state(user, &wanted, reason) != 0)
        return -1;
    return young ? keep_record(user, reason) : 0;
}

static int write_account(struct setting *setting, const cJSON *state,
                         struct setting_reason *reason)
{
    struct user user;
    (void)state;
    if (open_user(setting, &user, reason) != 0)
        return -1;
    return user.wish->present ? write_present(setting, &user, reason)
                              : delete_user(&user, reason);
}

static int restore_account(struct setting *setting, const cJSON *state,
                           struct setting_reason *reason)
{
    struct user user;
    struct user_state wanted;
    if (open_user(setting, &user, reason) != 0)
        return -1;
    bool there = user.state.sid.len != 0;
    if (!user_state_read(state, &wanted))
        return setting_reason_set(reason, 0, NULL, "%s: this is no state of it",
                                  user.wish->name);
    if (wanted.sid.len == 0)
        return there ? delete_user(&user, reason) : 0;
    if (!there || !sid_same(&wanted.sid, &user.state.sid))
        return setting_reason_set(
            reason, CODE_IRREVERSIBLE,
            "apply makes it anew, with another SID: what it was granted "
            "elsewhere has to be granted anew",
            "%s: the account was deleted: its SID and its password are gone",
            user.wish->name);
    wanted.outdated = user.state.outdated;
    return put_state(&user, &wanted, reason);
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
