/* SPDX-License-Identifier: MIT */
/*
 * Users and the policy for them. A password is never kept: only when it was
 * set is, and a digest for logons over the network (../remote/password.h).
 */
#include "../remote/password.h"
#include "replaced.h"
#include "rules.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define KEPT_FLAGS                                                             \
    (UF_SCRIPT | UF_ACCOUNTDISABLE | UF_HOMEDIR_REQUIRED | UF_LOCKOUT |        \
     UF_PASSWD_NOTREQD | UF_PASSWD_CANT_CHANGE | UF_NORMAL_ACCOUNT |           \
     UF_DONT_EXPIRE_PASSWD | UF_PASSWORD_EXPIRED)

static NET_API_STATUS find_user(const WCHAR *name, struct account *user)
{
    if (!name)
        return ERROR_INVALID_PARAMETER;
    return account_own_by_name(name, user) && user->kind == ACCOUNT_USER
               ? NERR_Success
               : NERR_UserNotFound;
}

static NET_API_STATUS wrong(DWORD *parameter, DWORD which)
{
    if (parameter)
        *parameter = which;
    return ERROR_INVALID_PARAMETER;
}

static NET_API_STATUS set_password(const struct account *user,
                                   const WCHAR *password)
{
    NET_API_STATUS status = rules_password(password);

    if (status == NERR_Success && !password_keep(user, password))
        status = NERR_InternalError;
    if (status == NERR_Success)
        status = account_set_number(user, L"PasswordSet", rules_now());
    return status == NERR_Success
               ? account_set_number(user, L"PasswordExpired", 0)
               : status;
}

/* UF_LOCKOUT can be taken away by a caller, never given. */
static NET_API_STATUS set_flags(const struct account *user, DWORD flags,
                                DWORD *parameter)
{
    DWORD old = account_number(user, L"Flags", 0);

    if ((flags & UF_SCRIPT) == 0 || (flags & ~(DWORD)KEPT_FLAGS) != 0 ||
        (flags & ~old & UF_LOCKOUT) != 0)
        return wrong(parameter, USER_FLAGS_PARMNUM);
    return account_set_number(user, L"Flags",
                              (flags & ~(DWORD)UF_PASSWORD_EXPIRED) |
                                  UF_NORMAL_ACCOUNT);
}

static NET_API_STATUS set_text_if(const struct account *user, const WCHAR *what,
                                  const WCHAR *text)
{
    return text ? account_set_text(user, what, text) : NERR_Success;
}

/*
 * The one that says no more that the password is expired makes it as young
 * as one that was just set: [MS-SAMR] 3.1.5.6.4.2, pwdLastSet.
 */
static NET_API_STATUS set_expired(const struct account *user, bool expired)
{
    NET_API_STATUS status =
        account_set_number(user, L"PasswordExpired", expired);

    return status == NERR_Success && !expired
               ? account_set_number(user, L"PasswordSet", rules_now())
               : status;
}

/* What the levels 1 to 4 have in common; they begin alike. */
static NET_API_STATUS set_fields(const struct account *user, DWORD level,
                                 const USER_INFO_4 *info, DWORD *parameter)
{
    NET_API_STATUS status = set_flags(user, info->usri4_flags, parameter);

    if (status == NERR_Success)
        status = set_text_if(user, L"Comment", info->usri4_comment);
    if (status != NERR_Success || level == 1)
        return status;
    status = set_text_if(user, L"FullName", info->usri4_full_name);
    if (status == NERR_Success)
        status = account_set_number(user, L"Expires", info->usri4_acct_expires);
    if (status == NERR_Success && level == 4)
        status = set_expired(user, info->usri4_password_expired != 0);
    return status;
}

static NET_API_STATUS new_user_refused(const USER_INFO_4 *info,
                                       DWORD *parameter)
{
    struct account there;

    if (!rules_name(info->usri4_name, 20))
        return NERR_BadUsername;
    if (account_own_by_name(info->usri4_name, &there))
        return there.kind == ACCOUNT_USER ? NERR_UserExists : NERR_GroupExists;
    if (info->usri4_priv != USER_PRIV_USER)
        return wrong(parameter, USER_PRIV_PARMNUM);
    if ((info->usri4_flags & UF_SCRIPT) == 0 ||
        (info->usri4_flags & ~(DWORD)KEPT_FLAGS) != 0)
        return wrong(parameter, USER_FLAGS_PARMNUM);
    return rules_password(info->usri4_password ? info->usri4_password : L"");
}

NET_API_STATUS WINAPI lab_NetUserAdd(LPCWSTR server, DWORD level, BYTE *buffer,
                                     DWORD *parameter)
{
    const USER_INFO_4 *info = (const void *)buffer;
    struct account user;
    NET_API_STATUS status = rules_writer(server);

    if (status != NERR_Success)
        return status;
    if (level < 1 || level > 4)
        return ERROR_INVALID_LEVEL;
    if (!info)
        return ERROR_INVALID_PARAMETER;
    status = new_user_refused(info, parameter);
    if (status == NERR_Success)
        status = account_create(info->usri4_name, ACCOUNT_USER, &user);
    if (status != NERR_Success)
        return status;
    status =
        set_password(&user, info->usri4_password ? info->usri4_password : L"");
    if (status == NERR_Success)
        status = set_fields(&user, level, info, parameter);
    if (status != NERR_Success)
        account_delete(&user);
    return status;
}

/* No group keeps a member that is gone. */
static NET_API_STATUS leave_groups(const WCHAR *sid)
{
    struct members *members = malloc(sizeof *members);
    struct account group;
    NET_API_STATUS status = members ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;

    for (DWORD i = 0; status == NERR_Success && account_at(i, &group); i++) {
        if (group.kind != ACCOUNT_GROUP)
            continue;
        account_members(&group, members);
        if (members_remove(members, sid))
            status = account_set_members(&group, members);
    }
    free(members);
    return status;
}

NET_API_STATUS WINAPI lab_NetUserDel(LPCWSTR server, LPCWSTR name)
{
    struct account user;
    NET_API_STATUS status = rules_writer(server);

    if (status == NERR_Success)
        status = find_user(name, &user);
    if (status == NERR_Success && user.is_factory)
        status = ERROR_SPECIAL_ACCOUNT;
    if (status == NERR_Success)
        status = leave_groups(user.sid_text);
    return status == NERR_Success ? account_delete(&user) : status;
}

/* --- reading -------------------------------------------------------------- */

static DWORD privilege_of(const struct account *user)
{
    struct members *members = malloc(sizeof *members);
    DWORD privilege = USER_PRIV_USER;
    struct account admins;

    if (wcscmp(user->sid_text + wcslen(user->sid_text) - 4, L"-501") == 0)
        privilege = USER_PRIV_GUEST;
    for (DWORD i = 0; members && account_at(i, &admins); i++) {
        if (wcscmp(admins.sid_text, L"S-1-5-32-544") != 0)
            continue;
        account_members(&admins, members);
        if (members_have(members, user->sid_text))
            privilege = USER_PRIV_ADMIN;
    }
    free(members);
    return privilege;
}

/* Whether the password has to be changed: told so, or too old. */
static bool is_password_expired(const struct account *user, DWORD flags,
                                DWORD age)
{
    struct policy policy;

    rules_policy(&policy);
    return account_number(user, L"PasswordExpired", 0) != 0 ||
           ((flags & UF_DONT_EXPIRE_PASSWD) == 0 &&
            policy.password.usrmod0_max_passwd_age != TIMEQ_FOREVER &&
            age > policy.password.usrmod0_max_passwd_age);
}

static void fill_user(struct pack *pack, const struct account *user,
                      USER_INFO_4 *info)
{
    DWORD now = rules_now();
    WCHAR text[ACCOUNT_NAME_MAX];
    WCHAR *nothing = pack_text(pack, L"");

    info->usri4_name = pack_text(pack, user->name);
    info->usri4_password_age = now - account_number(user, L"PasswordSet", now);
    info->usri4_priv = privilege_of(user);
    account_text(user, L"Comment", text);
    info->usri4_comment = pack_text(pack, text);
    account_text(user, L"FullName", text);
    info->usri4_full_name = pack_text(pack, text);
    info->usri4_flags = account_number(user, L"Flags", 0);
    info->usri4_home_dir = info->usri4_script_path = nothing;
    info->usri4_usr_comment = info->usri4_parms = nothing;
    info->usri4_workstations = nothing;
    info->usri4_logon_server = pack_text(pack, L"\\\\*");
    info->usri4_acct_expires = account_number(user, L"Expires", TIMEQ_FOREVER);
    info->usri4_max_storage = USER_MAXSTORAGE_UNLIMITED;
    info->usri4_units_per_week = UNITS_PER_WEEK;
    info->usri4_bad_pw_count = account_number(user, L"BadPasswords", 0);
    info->usri4_user_sid = pack_bytes(pack, user->sid, SECURITY_MAX_SID_SIZE);
    info->usri4_primary_group_id = DOMAIN_GROUP_RID_USERS;
    info->usri4_profile = info->usri4_home_dir_drive = nothing;
    info->usri4_password_expired =
        is_password_expired(user, info->usri4_flags, info->usri4_password_age);
}

/* Levels 0, 1 and 2 are the beginning of 4; 3 and 23 are put together. */
static void as_level_3(const struct account *user, USER_INFO_4 *from)
{
    USER_INFO_3 *info = (void *)from;
    USER_INFO_4 all = *from;

    info->usri3_user_id = *GetSidSubAuthority(
        (PSID)(ULONG_PTR)user->sid,
        *GetSidSubAuthorityCount((PSID)(ULONG_PTR)user->sid) - 1u);
    info->usri3_primary_group_id = all.usri4_primary_group_id;
    info->usri3_profile = all.usri4_profile;
    info->usri3_home_dir_drive = all.usri4_home_dir_drive;
    info->usri3_password_expired = all.usri4_password_expired;
}

static void as_level_23(USER_INFO_4 *from)
{
    USER_INFO_23 *info = (void *)from;
    USER_INFO_4 all = *from;

    info->usri23_name = all.usri4_name;
    info->usri23_full_name = all.usri4_full_name;
    info->usri23_comment = all.usri4_comment;
    info->usri23_flags = all.usri4_flags;
    info->usri23_user_sid = all.usri4_user_sid;
}

NET_API_STATUS WINAPI lab_NetUserGetInfo(LPCWSTR server, LPCWSTR name,
                                         DWORD level, BYTE **out)
{
    struct account user;
    struct pack pack;
    NET_API_STATUS status = rules_server(server);

    if (status == NERR_Success && level > 4 && level != 23)
        status = ERROR_INVALID_LEVEL;
    if (status == NERR_Success && !out)
        status = ERROR_INVALID_PARAMETER;
    if (status == NERR_Success)
        status = find_user(name, &user);
    if (status == NERR_Success)
        status = pack_begin(&pack, sizeof(USER_INFO_4),
                            4 * ACCOUNT_NAME_MAX * sizeof(WCHAR) +
                                SECURITY_MAX_SID_SIZE);
    if (status != NERR_Success)
        return status;
    fill_user(&pack, &user, (void *)pack.start);
    if (level == 3)
        as_level_3(&user, (void *)pack.start);
    if (level == 23)
        as_level_23((void *)pack.start);
    *out = pack.start;
    return NERR_Success;
}

/* --- changing ------------------------------------------------------------- */

static NET_API_STATUS rename_user(const struct account *user, const WCHAR *name)
{
    struct account there;

    if (!rules_name(name, 20))
        return NERR_BadUsername;
    if (account_own_by_name(name, &there) &&
        wcscmp(there.sid_text, user->sid_text) != 0)
        return there.kind == ACCOUNT_USER ? NERR_UserExists : NERR_GroupExists;
    return account_set_text(user, L"Name", name);
}

static NET_API_STATUS set_level(const struct account *user, DWORD level,
                                const BYTE *buffer, DWORD *parameter)
{
    const USER_INFO_4 *info = (const void *)buffer;
    const WCHAR *text = *(const WCHAR *const *)(const void *)buffer;
    DWORD number = *(const DWORD *)(const void *)buffer;
    NET_API_STATUS status = NERR_Success;

    switch (level) {
    case 0:
        return rename_user(user, text);
    case 1003:
        return text ? set_password(user, text)
                    : wrong(parameter, USER_PASSWORD_PARMNUM);
    case 1007:
        return set_text_if(user, L"Comment", text);
    case 1008:
        return set_flags(user, number, parameter);
    case 1011:
        return set_text_if(user, L"FullName", text);
    case 1017:
        return account_set_number(user, L"Expires", number);
    default:
        break;
    }
    if (level < 1 || level > 4)
        return ERROR_INVALID_LEVEL;
    if (info->usri4_password)
        status = set_password(user, info->usri4_password);
    return status == NERR_Success ? set_fields(user, level, info, parameter)
                                  : status;
}

NET_API_STATUS WINAPI lab_NetUserSetInfo(LPCWSTR server, LPCWSTR name,
                                         DWORD level, BYTE *buffer,
                                         DWORD *parameter)
{
    struct account user;
    NET_API_STATUS status = rules_writer(server);

    if (status == NERR_Success && !buffer)
        status = ERROR_INVALID_PARAMETER;
    if (status == NERR_Success)
        status = find_user(name, &user);
    return status == NERR_Success ? set_level(&user, level, buffer, parameter)
                                  : status;
}
