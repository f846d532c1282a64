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

#define READER L"wmi-reader"
#define GROUP L"wmi readers"

struct probe {
    int count;
    int failed;
    const WCHAR *dcom; /* the name of Distributed COM Users here */
};

static void check(struct probe *probe, DWORD got, DWORD wanted,
                  const char *what)
{
    probe->count++;
    probe->failed += got != wanted;
    printf("%sok %d - %s: %lu\n", got == wanted ? "" : "not ", probe->count,
           what, wanted);
    if (got != wanted)
        printf("# got %lu\n", got);
}

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
    check(probe,
          wcscmp(name, german ? L"Administratoren" : L"Administrators") == 0, 1,
          "Administrators by SID");
    check(probe, stands_for(name, L"S-1-5-32-544"), 1, "and by name");
    check(probe, stands_for(L"Administrators", L"S-1-5-32-544"), !german,
          "the English name");
    check(probe, stands_for(L"Administrator", L"S-1-5-21-0-0-0-500"), 1,
          "the built-in administrator");
    check(probe, stands_for(probe->dcom, L"S-1-5-32-562"), 1,
          "Distributed COM Users");
    check(probe, stands_for(L"nobody at all", L""), 0, "a name of nobody");
    check(probe, stands_for(READER, L"S-1-5-21-0-0-0-1001"), 0,
          "the reader before it is made");
}

static void check_info(struct probe *probe, DWORD flags)
{
    USER_INFO_4 *info;
    DWORD status = NetUserGetInfo(NULL, READER, 4, (BYTE **)&info);

    check(probe, status, NERR_Success, "NetUserGetInfo");
    if (status != NERR_Success)
        return;
    check(probe, info->usri4_flags, flags, "its flags");
    check(probe, info->usri4_password_age < 600, 1, "a young password");
    check(probe, info->usri4_password_expired, 0, "that is good");
    check(probe, info->usri4_password == NULL, 1, "and is never told");
    check(probe, info->usri4_acct_expires, TIMEQ_FOREVER, "no end");
    check(probe, info->usri4_priv, USER_PRIV_USER, "an ordinary user");
    NetApiBufferFree(info);
}

static void probe_users(struct probe *probe)
{
    const DWORD flags = UF_SCRIPT | UF_DONT_EXPIRE_PASSWD;
    USER_INFO_1003 password = {(WCHAR *)(ULONG_PTR)L"Another-secret-2"};
    USER_INFO_1008 bits = {flags | UF_NORMAL_ACCOUNT | UF_ACCOUNTDISABLE};
    DWORD parameter = 0;
    BYTE *out;

    check(probe, NetUserGetInfo(NULL, READER, 1, &out), NERR_UserNotFound,
          "a user that is not there");
    check(probe, add_user(READER, L"Secret-1", 0, &parameter),
          ERROR_INVALID_PARAMETER, "without UF_SCRIPT");
    check(probe, parameter, USER_FLAGS_PARMNUM, "the flags are to blame");
    check(probe, add_user(L"bad:name", L"x", flags, NULL), NERR_BadUsername,
          "a bad name");
    check(probe, add_user(probe->dcom, L"x", flags, NULL), NERR_BadUsername,
          "a name that is too long");
    check(probe, add_user(READER, L"Secret-1", flags, NULL), NERR_Success,
          "NetUserAdd");
    check(probe, add_user(L"WMI-Reader", L"Secret-1", flags, NULL),
          NERR_UserExists, "again");
    check(probe, stands_for(READER, L"S-1-5-21-0-0-0-1001"), 1, "by name");
    check_info(probe, flags | UF_NORMAL_ACCOUNT);
    check(probe, NetUserSetInfo(NULL, READER, 1003, (BYTE *)&password, NULL),
          NERR_Success, "another password");
    check(probe, NetUserSetInfo(NULL, READER, 1008, (BYTE *)&bits, NULL),
          NERR_Success, "disabled");
    check_info(probe, bits.usri1008_flags);
    check(probe, NetUserSetInfo(NULL, READER, 77, (BYTE *)&bits, NULL),
          ERROR_INVALID_LEVEL, "a level that is none");
    check(probe, NetUserDel(NULL, L"Administrator"), ERROR_SPECIAL_ACCOUNT,
          "deleting the built-in administrator");
}

static void probe_groups(struct probe *probe)
{
    const WCHAR *reader = L"S-1-5-21-0-0-0-1001";
    LOCALGROUP_INFO_0 group = {(WCHAR *)(ULONG_PTR)GROUP};
    LOCALGROUP_MEMBERS_INFO_3 named = {(WCHAR *)(ULONG_PTR)READER};
    DWORD read = 0, total = 0;
    BYTE *out = NULL;

    check(probe, member_count(probe->dcom), 0, "members from the factory");
    check(probe, change_member(true, probe->dcom, reader), NERR_Success,
          "NetLocalGroupAddMembers");
    check(probe, change_member(true, probe->dcom, reader),
          ERROR_MEMBER_IN_ALIAS, "again");
    check(probe,
          NetLocalGroupAddMembers(NULL, probe->dcom, 3, (BYTE *)&named, 1),
          ERROR_MEMBER_IN_ALIAS, "again by name");
    check(probe, member_count(probe->dcom), 1, "members now");
    check(probe, change_member(true, probe->dcom, L"S-1-5-21-0-0-0-4711"),
          ERROR_NO_SUCH_MEMBER, "nobody as a member");
    check(probe, change_member(true, probe->dcom, L"S-1-5-32-545"),
          ERROR_INVALID_MEMBER, "a group as a member");
    check(probe, change_member(true, L"no such group", reader),
          ERROR_NO_SUCH_ALIAS, "no such group");
    check(probe,
          NetUserGetLocalGroups(NULL, READER, 0, LG_INCLUDE_INDIRECT, &out,
                                MAX_PREFERRED_LENGTH, &read, &total),
          NERR_Success, "NetUserGetLocalGroups");
    check(probe, read, 1, "groups of the user");
    NetApiBufferFree(out);
    check(probe, change_member(false, probe->dcom, reader), NERR_Success,
          "NetLocalGroupDelMembers");
    check(probe, change_member(false, probe->dcom, reader),
          ERROR_MEMBER_NOT_IN_ALIAS, "again");
    check(probe, NetLocalGroupAdd(NULL, 0, (BYTE *)&group, NULL), NERR_Success,
          "NetLocalGroupAdd");
    check(probe, NetLocalGroupAdd(NULL, 0, (BYTE *)&group, NULL),
          ERROR_ALIAS_EXISTS, "again");
    check(probe, change_member(true, GROUP, reader), NERR_Success,
          "a member of it");
    check(probe, NetUserDel(NULL, READER), NERR_Success, "NetUserDel");
    check(probe, member_count(GROUP), 0, "he leaves it");
    check(probe, NetLocalGroupDel(NULL, GROUP), NERR_Success,
          "NetLocalGroupDel");
    check(probe, NetLocalGroupDel(NULL, GROUP), ERROR_NO_SUCH_ALIAS, "again");
    check(probe, NetLocalGroupDel(NULL, probe->dcom), ERROR_SPECIAL_ACCOUNT,
          "a built-in group");
}

static void probe_policy(struct probe *probe)
{
    NETSETUP_JOIN_STATUS join = NetSetupUnknownStatus;
    USER_MODALS_INFO_0 *password;
    USER_MODALS_INFO_3 *lockout;
    WCHAR *name;

    check(probe, NetUserModalsGet(NULL, 0, (BYTE **)&password), NERR_Success,
          "the password policy");
    check(probe, password->usrmod0_max_passwd_age, 42 * 24 * 60 * 60,
          "the greatest age");
    NetApiBufferFree(password);
    check(probe, NetUserModalsGet(NULL, 3, (BYTE **)&lockout), NERR_Success,
          "the lockout policy");
    check(probe, lockout->usrmod3_lockout_threshold, 10, "its threshold");
    NetApiBufferFree(lockout);
    check(probe, NetUserModalsGet(L"\\\\elsewhere", 0, (BYTE **)&password),
          NERR_InvalidComputer, "another machine");
    check(probe, NetGetJoinInformation(NULL, &name, &join), NERR_Success,
          "Wine's NetGetJoinInformation");
    check(probe, join, NetSetupWorkgroupName, "a workgroup");
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

    check(probe, change_member(true, probe->dcom, admin), group_status,
          "NetLocalGroupAddMembers");
    check(probe, member_count(probe->dcom), is_mode(mode, L"password-policy"),
          "members");
    if (is_mode(mode, L"password-policy"))
        check(probe, change_member(false, probe->dcom, admin), NERR_Success,
              "NetLocalGroupDelMembers");
    check(probe, add_user(READER, L"Secret-1", UF_SCRIPT, NULL), user_status,
          "NetUserAdd");
    check(probe, NetUserDel(NULL, READER),
          user_status == NERR_PasswordTooShort ? (DWORD)NERR_UserNotFound
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
    printf("1..%d\n", probe.count);
    return probe.failed != 0;
}
