/* SPDX-License-Identifier: MIT */
/*
 * newuser.exe NAME PASSWORD [SID...]: makes a user, or gives the one that is
 * there this password, and puts him into the groups. A client of netapi32
 * like any other.
 */
#include <windows.h>
#include <lm.h>
#include <sddl.h>
#include <stdio.h>

static DWORD make(WCHAR *name, WCHAR *password)
{
    USER_INFO_1 user = {.usri1_name = name,
                        .usri1_password = password,
                        .usri1_priv = USER_PRIV_USER,
                        .usri1_flags = UF_SCRIPT | UF_DONT_EXPIRE_PASSWD};
    USER_INFO_1003 again = {password};
    DWORD code = NetUserAdd(NULL, 1, (BYTE *)&user, NULL);

    return code == NERR_UserExists
               ? NetUserSetInfo(NULL, name, 1003, (BYTE *)&again, NULL)
               : code;
}

static DWORD join(WCHAR *name, const WCHAR *group_sid)
{
    WCHAR group[256], domain[256];
    DWORD group_count = 256, domain_count = 256, code;
    LOCALGROUP_MEMBERS_INFO_3 member = {name};
    SID_NAME_USE use;
    PSID sid;

    if (!ConvertStringSidToSidW(group_sid, &sid))
        return GetLastError();
    code = LookupAccountSidW(NULL, sid, group, &group_count, domain,
                             &domain_count, &use)
               ? NetLocalGroupAddMembers(NULL, group, 3, (BYTE *)&member, 1)
               : GetLastError();
    LocalFree(sid);
    return code == ERROR_MEMBER_IN_ALIAS ? NERR_Success : code;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    DWORD code;

    if (argc < 3)
        return 2;
    code = make(argv[1], argv[2]);
    for (int i = 3; i < argc && code == NERR_Success; i++)
        code = join(argv[1], argv[i]);
    if (code != NERR_Success)
        fprintf(stderr, "newuser: error %lu\n", code);
    return code != NERR_Success;
}
