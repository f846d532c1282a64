/* SPDX-License-Identifier: MIT */
/*
 * netprobe en|de|mode: walks what Microsoft documents of local users and
 * groups and prints TAP. It includes nothing of the stand-in.
 */
#include <windows.h>

#include <lm.h>
#include <sddl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "../tap.h"

#define READER L"wmi-reader"
#define GROUP L"wmi readers"

struct probe {
    struct tap tap;
    const WCHAR *dcom; /* the name of Distributed COM Users here */
};

/* The name behind a SID; empty when there is none. */
static void name_of(const WCHAR *text, WCHAR name[LM20_PATHLEN])
{
    WCHAR domain[LM20_PATHLEN];
    DWORD name_count = LM20_PATHLEN, domain_count = LM20_PATHLEN;
    SID_NAME_USE use;
    PSID sid;

    *name = 0;
    if (!ConvertStringSidToSidW(text, &sid))
        return;
    if (!LookupAccountSidW(NULL, sid, name, &name_count, domain, &domain_count,
                           &use))
        *name = 0;
    LocalFree(sid);
}

/* Whether the name stands for that SID. */
static bool stands_for(const WCHAR *name, const WCHAR *wanted)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    WCHAR domain[LM20_PATHLEN], *text;
    DWORD len = sizeof sid, count = LM20_PATHLEN;
    SID_NAME_USE use;
    bool same;

    if (!LookupAccountNameW(NULL, name, sid, &len, domain, &count, &use) ||
        !ConvertSidToStringSidW(sid, &text))
        return false;
    same = wcscmp(text, wanted) == 0;
    LocalFree(text);
    return same;
}

static DWORD add_user(const WCHAR *name, const WCHAR *password, DWORD flags,
                      DWORD *parameter)
{
    USER_INFO_1 info = {0};

    info.usri1_name = (WCHAR *)(ULONG_PTR)name;
    info.usri1_password = (WCHAR *)(ULONG_PTR)password;
    info.usri1_priv = USER_PRIV_USER;
    info.usri1_flags = flags;
    return NetUserAdd(NULL, 1, (BYTE *)&info, parameter);
}

static DWORD change_member(bool add, const WCHAR *group, const WCHAR *sid_text)
{
    LOCALGROUP_MEMBERS_INFO_0 member;
    DWORD status;

    if (!ConvertStringSidToSidW(sid_text, &member.lgrmi0_sid))
        return GetLastError();
    status = add ? NetLocalGroupAddMembers(NULL, group, 0, (BYTE *)&member, 1)
                 : NetLocalGroupDelMembers(NULL, group, 0, (BYTE *)&member, 1);
    LocalFree(member.lgrmi0_sid);
    return status;
}

static DWORD member_count(const WCHAR *group)
{
    DWORD read = 0, total = 0;
    BYTE *out = NULL;

    if (NetLocalGroupGetMembers(NULL, group, 2, &out, MAX_PREFERRED_LENGTH,
                                &read, &total, NULL) != NERR_Success)
        return MAXDWORD;
    NetApiBufferFree(out);
    return read;
}

static void probe_names(struct probe *probe, bool german)
{
    WCHAR name[LM20_PATHLEN];

    name_of(L"S-1-5-32-544", name);
    tap_check_code(
        &probe->tap,
        wcscmp(name, german ? L"Administratoren" : L"Administrators") == 0, 1,
        "Administrators by SID");
    tap_check_code(&probe->tap, stands_for(name, L"S-1-5-32-544"), 1,
                   "and by name");
    tap_check_code(&probe->tap, stands_for(L"Administrators", L"S-1-5-32-544"),
                   !german, "the English name");
    tap_check_code(&probe->tap,
                   stands_for(L"Administrator", L"S-1-5-21-0-0-0-500"), 1,
                   "the built-in administrator");
    tap_check_code(&probe->tap, stands_for(probe->dcom, L"S-1-5-32-562"), 1,
                   "Distributed COM Users");
    tap_check_code(&probe->tap, stands_for(L"nobody at all", L""), 0,
                   "a name of nobody");
    tap_check_code(&probe->tap, stands_for(READER, L"S-1-5-21-0-0-0-1001"), 0,
                   "the reader before it is made");
}

static void check_info(struct probe *probe, DWORD flags)
{
    USER_INFO_4 *info;
    DWORD status = NetUserGetInfo(NULL, READER, 4, (BYTE **)&info);

    tap_check_code(&probe->tap, status, NERR_Success, "NetUserGetInfo");
    if (status != NERR_Success)
        return;
    tap_check_code(&probe->tap, info->usri4_flags, flags, "its flags");
    tap_check_code(&probe->tap, info->usri4_password_age < 600, 1,
                   "a young password");
    tap_check_code(&probe->tap, info->usri4_password_expired, 0,
                   "that is good");
    tap_check_code(&probe->tap, info->usri4_password == NULL, 1,
                   "and is never told");
    tap_check_code(&probe->tap, info->usri4_acct_expires, TIMEQ_FOREVER,
                   "no end");
    tap_check_code(&probe->tap, info->usri4_priv, USER_PRIV_USER,
                   "an ordinary user");
    NetApiBufferFree(info);
}

static void probe_users(struct probe *probe)
{
    const DWORD flags = UF_SCRIPT | UF_DONT_EXPIRE_PASSWD;
    USER_INFO_1003 password = {(WCHAR *)(ULONG_PTR)L"Another-secret-2"};
    USER_INFO_1008 bits = {flags | UF_NORMAL_ACCOUNT | UF_ACCOUNTDISABLE};
    DWORD parameter = 0;
    BYTE *out;

    tap_check_code(&probe->tap, NetUserGetInfo(NULL, READER, 1, &out),
                   NERR_UserNotFound, "a user that is not there");
    tap_check_code(&probe->tap, add_user(READER, L"Secret-1", 0, &parameter),
                   ERROR_INVALID_PARAMETER, "without UF_SCRIPT");
    tap_check_code(&probe->tap, parameter, USER_FLAGS_PARMNUM,
                   "the flags are to blame");
    tap_check_code(&probe->tap, add_user(L"bad:name", L"x", flags, NULL),
                   NERR_BadUsername, "a bad name");
    tap_check_code(&probe->tap, add_user(probe->dcom, L"x", flags, NULL),
                   NERR_BadUsername, "a name that is too long");
    tap_check_code(&probe->tap, add_user(READER, L"Secret-1", flags, NULL),
                   NERR_Success, "NetUserAdd");
    tap_check_code(&probe->tap,
                   add_user(L"WMI-Reader", L"Secret-1", flags, NULL),
                   NERR_UserExists, "again");
    tap_check_code(&probe->tap, stands_for(READER, L"S-1-5-21-0-0-0-1001"), 1,
                   "by name");
    check_info(probe, flags | UF_NORMAL_ACCOUNT);
    tap_check_code(&probe->tap,
                   NetUserSetInfo(NULL, READER, 1003, (BYTE *)&password, NULL),
                   NERR_Success, "another password");
    tap_check_code(&probe->tap,
                   NetUserSetInfo(NULL, READER, 1008, (BYTE *)&bits, NULL),
                   NERR_Success, "disabled");
    check_info(probe, bits.usri1008_flags);
    tap_check_code(&probe->tap,
                   NetUserSetInfo(NULL, READER, 77, (BYTE *)&bits, NULL),
                   ERROR_INVALID_LEVEL, "a level that is none");
    tap_check_code(&probe->tap, NetUserDel(NULL, L"Administrator"),
                   ERROR_SPECIAL_ACCOUNT,
                   "deleting the built-in administrator");
}

static void probe_groups(struct probe *probe)
{
    const WCHAR *reader = L"S-1-5-21-0-0-0-1001";
    LOCALGROUP_INFO_0 group = {(WCHAR *)(ULONG_PTR)GROUP};
    LOCALGROUP_MEMBERS_INFO_3 named = {(WCHAR *)(ULONG_PTR)READER};
    DWORD read = 0, total = 0;
    BYTE *out = NULL;

    tap_check_code(&probe->tap, member_count(probe->dcom), 0,
                   "members from the factory");
    tap_check_code(&probe->tap, change_member(true, probe->dcom, reader),
                   NERR_Success, "NetLocalGroupAddMembers");
    tap_check_code(&probe->tap, change_member(true, probe->dcom, reader),
                   ERROR_MEMBER_IN_ALIAS, "again");
    tap_check_code(
        &probe->tap,
        NetLocalGroupAddMembers(NULL, probe->dcom, 3, (BYTE *)&named, 1),
        ERROR_MEMBER_IN_ALIAS, "again by name");
    tap_check_code(&probe->tap, member_count(probe->dcom), 1, "members now");
    tap_check_code(&probe->tap,
                   change_member(true, probe->dcom, L"S-1-5-21-0-0-0-4711"),
                   ERROR_NO_SUCH_MEMBER, "nobody as a member");
    tap_check_code(&probe->tap,
                   change_member(true, probe->dcom, L"S-1-5-32-545"),
                   ERROR_INVALID_MEMBER, "a group as a member");
    tap_check_code(&probe->tap, change_member(true, L"no such group", reader),
                   ERROR_NO_SUCH_ALIAS, "no such group");
    tap_check_code(&probe->tap,
                   NetUserGetLocalGroups(NULL, READER, 0, LG_INCLUDE_INDIRECT,
                                         &out, MAX_PREFERRED_LENGTH, &read,
                                         &total),
                   NERR_Success, "NetUserGetLocalGroups");
    tap_check_code(&probe->tap, read, 1, "groups of the user");
    NetApiBufferFree(out);
    tap_check_code(&probe->tap, change_member(false, probe->dcom, reader),
                   NERR_Success, "NetLocalGroupDelMembers");
    tap_check_code(&probe->tap, change_member(false, probe->dcom, reader),
                   ERROR_MEMBER_NOT_IN_ALIAS, "again");
    tap_check_code(&probe->tap, NetLocalGroupAdd(NULL, 0, (BYTE *)&group, NULL),
                   NERR_Success, "NetLocalGroupAdd");
    tap_check_code(&probe->tap, NetLocalGroupAdd(NULL, 0, (BYTE *)&group, NULL),
                   ERROR_ALIAS_EXISTS, "again");
    tap_check_code(&probe->tap, change_member(true, GROUP, reader),
                   NERR_Success, "a member of it");
    tap_check_code(&probe->tap, NetUserDel(NULL, READER), NERR_Success,
                   "NetUserDel");
    tap_check_code(&probe->tap, member_count(GROUP), 0, "he leaves it");
    tap_check_code(&probe->tap, NetLocalGroupDel(NULL, GROUP), NERR_Success,
                   "NetLocalGroupDel");
    tap_check_code(&probe->tap, NetLocalGroupDel(NULL, GROUP),
                   ERROR_NO_SUCH_ALIAS, "again");
    tap_check_code(&probe->tap, NetLocalGroupDel(NULL, probe->dcom),
                   ERROR_SPECIAL_ACCOUNT, "a built-in group");
}

static void probe_policy(struct probe *probe)
{
    NETSETUP_JOIN_STATUS join = NetSetupUnknownStatus;
    USER_MODALS_INFO_0 *password;
    USER_MODALS_INFO_3 *lockout;
    WCHAR *name;

    tap_check_code(&probe->tap, NetUserModalsGet(NULL, 0, (BYTE **)&password),
                   NERR_Success, "the password policy");
    tap_check_code(&probe->tap, password->usrmod0_max_passwd_age,
                   42 * 24 * 60 * 60, "the greatest age");
    NetApiBufferFree(password);
    tap_check_code(&probe->tap, NetUserModalsGet(NULL, 3, (BYTE **)&lockout),
                   NERR_Success, "the lockout policy");
    tap_check_code(&probe->tap, lockout->usrmod3_lockout_threshold, 10,
                   "its threshold");
    NetApiBufferFree(lockout);
    tap_check_code(&probe->tap,
                   NetUserModalsGet(L"\\\\elsewhere", 0, (BYTE **)&password),
                   NERR_InvalidComputer, "another machine");
    tap_check_code(&probe->tap, NetGetJoinInformation(NULL, &name, &join),
                   NERR_Success, "Wine's NetGetJoinInformation");
    tap_check_code(&probe->tap, join, NetSetupWorkgroupName, "a workgroup");
    NetApiBufferFree(name);
}

static bool is_mode(const WCHAR *wanted, const WCHAR *mode)
{
    return wcscmp(wanted, mode) == 0;
}

/* What fails in a mode, and that nothing is changed by it. */
static void probe_mode(struct probe *probe, const WCHAR *mode)
{
    const WCHAR *admin = L"S-1-5-21-0-0-0-500";
    DWORD group_status =
        is_mode(mode, L"groups-denied") || is_mode(mode, L"not-elevated")
            ? ERROR_ACCESS_DENIED
            : NERR_Success;
    DWORD user_status =
        is_mode(mode, L"not-elevated")
            ? ERROR_ACCESS_DENIED
            : (DWORD)(is_mode(mode, L"password-policy") ? NERR_PasswordTooShort
                                                        : NERR_Success);

    tap_check_code(&probe->tap, change_member(true, probe->dcom, admin),
                   group_status, "NetLocalGroupAddMembers");
    tap_check_code(&probe->tap, member_count(probe->dcom),
                   is_mode(mode, L"password-policy"), "members");
    if (is_mode(mode, L"password-policy"))
        tap_check_code(&probe->tap, change_member(false, probe->dcom, admin),
                       NERR_Success, "NetLocalGroupDelMembers");
    tap_check_code(&probe->tap, add_user(READER, L"Secret-1", UF_SCRIPT, NULL),
                   user_status, "NetUserAdd");
    tap_check_code(&probe->tap, NetUserDel(NULL, READER),
                   user_status == NERR_PasswordTooShort
                       ? (DWORD)NERR_UserNotFound
                       : user_status,
                   "NetUserDel");
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    const WCHAR *what = argc == 2 ? argv[1] : L"en";
    bool german = wcscmp(what, L"de") == 0;
    struct probe probe = {0};

    probe.dcom =
        german ? L"Distributed COM-Benutzer" : L"Distributed COM Users";
    if (german || wcscmp(what, L"en") == 0) {
        probe_names(&probe, german);
        probe_users(&probe);
        probe_groups(&probe);
        probe_policy(&probe);
    } else {
        probe_mode(&probe, what);
    }
    return tap_end(&probe.tap);
}
