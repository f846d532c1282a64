/* SPDX-License-Identifier: MIT */
#include "payload/account/local_user.h"

#include <stdlib.h>

#include "payload/account/password_record.h"
#include "payload/account/rights.h"
#include "payload/win32/utf16.h"

#define OLDEST_S (30ul * 365 * 24 * 3600)

static int fail(const struct local_user *user, const char *what,
                unsigned long code, struct setting_reason *reason)
{
    return netapi_fail(user->wish->name, what, code, reason);
}

/*
 * Windows tells in one number that a password has to be changed at the next
 * logon and that it is too old. The second one comes by itself and never to
 * one that does not expire; the first one counts as a password that was never
 * set, whose age is nothing, or longer than Windows is old.
 */
static bool is_outdated(const struct local_user *user, const USER_INFO_4 *info)
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

static int take_info(struct local_user *user, const USER_INFO_4 *info)
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

int local_user_read(struct local_user *user, struct setting_reason *reason)
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

int local_user_open(const struct settings *settings, struct local_user *user,
                    struct setting_reason *reason)
{
    wchar_t *name = utf16_from_utf8(settings->account.name);
    *user = (struct local_user){.wish = &settings->account,
                                .memory = settings->memory};
    if (name == NULL || utf16_len(name) >= NETAPI_NAME_COUNT) {
        free(name);
        return setting_fail_memory(reason);
    }
    lstrcpyW(user->name, name);
    free(name);
    if (!netapi_load(&user->net))
        return netapi_fail("netapi32.dll", "it cannot be used", GetLastError(),
                           reason);
    return local_user_read(user, reason);
}

/* --- passwords ----------------------------------------------------------- */

static wchar_t *take_password(const struct local_user *user,
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

int local_user_make(struct local_user *user, struct setting_reason *reason)
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

int local_user_set_password(struct local_user *user,
                            struct setting_reason *reason)
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

/* --- the rest ------------------------------------------------------------ */

/* Only level 4 has it, among all that it has to leave as it is. */
static unsigned long put_must_change(const struct local_user *user, bool must)
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

static unsigned long flags_for(const struct local_user *user,
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
int local_user_put(struct local_user *user, const struct user_state *wanted,
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

int local_user_delete(struct local_user *user, struct setting_reason *reason)
{
    struct sid sid = user->state.sid;
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
