/* SPDX-License-Identifier: MIT */
/* Local groups. */
#include "replaced.h"
#include "rules.h"

#include "../modes.h"

#include <sddl.h>
#include <stdlib.h>
#include <wchar.h>

static NET_API_STATUS find_group(const WCHAR *name, struct account *group)
{
    if (!name)
        return ERROR_INVALID_PARAMETER;
    return account_by_name(name, group) && group->kind == ACCOUNT_GROUP
               ? NERR_Success
               : ERROR_NO_SUCH_ALIAS;
}

static NET_API_STATUS may_change(const WCHAR *server)
{
    NET_API_STATUS status = rules_writer(server);

    return status == NERR_Success && mode_is_on(L"groups-denied")
               ? ERROR_ACCESS_DENIED
               : status;
}

NET_API_STATUS WINAPI lab_NetLocalGroupAdd(LPCWSTR server, DWORD level,
                                           BYTE *buffer, DWORD *parameter)
{
    const LOCALGROUP_INFO_1 *info = (const void *)buffer;
    struct account group;
    NET_API_STATUS status = may_change(server);

    if (status != NERR_Success)
        return status;
    if (level > 1)
        return ERROR_INVALID_LEVEL;
    if (!info || !rules_name(info->lgrpi1_name, GNLEN)) {
        if (parameter)
            *parameter = LOCALGROUP_NAME_PARMNUM;
        return ERROR_INVALID_PARAMETER;
    }
    if (account_by_name(info->lgrpi1_name, &group))
        return group.kind == ACCOUNT_USER ? NERR_UserExists
                                          : ERROR_ALIAS_EXISTS;
    if (mode_is_on(L"groups-ignored"))
        return NERR_Success;
    status = account_create(info->lgrpi1_name, ACCOUNT_GROUP, &group);
    if (status == NERR_Success && level == 1 && info->lgrpi1_comment)
        status = account_set_text(&group, L"Comment", info->lgrpi1_comment);
    return status;
}

NET_API_STATUS WINAPI lab_NetLocalGroupDel(LPCWSTR server, LPCWSTR name)
{
    struct account group;
    NET_API_STATUS status = may_change(server);

    if (status == NERR_Success)
        status = find_group(name, &group);
    if (status == NERR_Success && group.is_factory)
        status = ERROR_SPECIAL_ACCOUNT;
    if (status == NERR_Success && !mode_is_on(L"groups-ignored"))
        status = account_delete(&group);
    return status;
}

/* One or several groups of level 0 or 1; `count` is how many fit. */
static NET_API_STATUS give_groups(const struct account *groups, DWORD count,
                                  DWORD level, BYTE **out)
{
    size_t entry =
        level == 0 ? sizeof(LOCALGROUP_INFO_0) : sizeof(LOCALGROUP_INFO_1);
    struct pack pack;
    NET_API_STATUS status =
        pack_begin(&pack, count * entry,
                   (size_t)count * 2 * ACCOUNT_NAME_MAX * sizeof(WCHAR));

    if (status != NERR_Success)
        return status;
    for (DWORD i = 0; i < count; i++) {
        LOCALGROUP_INFO_1 *info = (void *)(pack.start + i * entry);
        WCHAR comment[ACCOUNT_NAME_MAX];

        info->lgrpi1_name = pack_text(&pack, groups[i].name);
        if (level == 0)
            continue;
        account_text(&groups[i], L"Comment", comment);
        info->lgrpi1_comment = pack_text(&pack, comment);
    }
    *out = pack.start;
    return NERR_Success;
}

NET_API_STATUS WINAPI lab_NetLocalGroupGetInfo(LPCWSTR server, LPCWSTR name,
                                               DWORD level, BYTE **out)
{
    struct account group;
    NET_API_STATUS status = rules_server(server);

    if (status == NERR_Success && level > 1)
        status = ERROR_INVALID_LEVEL;
    if (status == NERR_Success && !out)
        status = ERROR_INVALID_PARAMETER;
    if (status == NERR_Success)
        status = find_group(name, &group);
    return status == NERR_Success ? give_groups(&group, 1, level, out) : status;
}

/* All accounts of a kind that have `member`, or all when it is NULL. */
static NET_API_STATUS collect(const WCHAR *member, struct account **groups,
                              DWORD *count)
{
    struct members *members = malloc(sizeof *members);
    struct account group;
    NET_API_STATUS status = members ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;

    *groups = NULL;
    *count = 0;
    for (DWORD i = 0; status == NERR_Success && account_at(i, &group); i++) {
        struct account *more;

        if (group.kind != ACCOUNT_GROUP)
            continue;
        account_members(&group, members);
        if (member && !members_have(members, member))
            continue;
        more = realloc(*groups, (*count + 1) * sizeof group);
        if (!more) {
            status = ERROR_NOT_ENOUGH_MEMORY;
            break;
        }
        *groups = more;
        more[(*count)++] = group;
    }
    free(members);
    return status;
}

static NET_API_STATUS give_collected(const WCHAR *member, DWORD level,
                                     BYTE **out, DWORD *read, DWORD *total)
{
    struct account *groups;
    DWORD count;
    NET_API_STATUS status = collect(member, &groups, &count);

    if (status == NERR_Success)
        status = give_groups(groups, count, level, out);
    if (status == NERR_Success)
        *read = *total = count;
    free(groups);
    return status;
}

NET_API_STATUS WINAPI lab_NetLocalGroupEnum(LPCWSTR server, DWORD level,
                                            BYTE **out, DWORD most, DWORD *read,
                                            DWORD *total, DWORD_PTR *resume)
{
    NET_API_STATUS status = rules_server(server);

    (void)most;
    if (status != NERR_Success)
        return status;
    if (level > 1)
        return ERROR_INVALID_LEVEL;
    if (!out || !read || !total)
        return ERROR_INVALID_PARAMETER;
    if (resume)
        *resume = 0;
    return give_collected(NULL, level, out, read, total);
}

NET_API_STATUS WINAPI lab_NetUserGetLocalGroups(LPCWSTR server, LPCWSTR name,
                                                DWORD level, DWORD flags,
                                                BYTE **out, DWORD most,
                                                DWORD *read, DWORD *total)
{
    const WCHAR *slash = name ? wcschr(name, L'\\') : NULL;
    struct account user;
    NET_API_STATUS status = rules_server(server);

    (void)most;
    if (status != NERR_Success)
        return status;
    if (level != 0)
        return ERROR_INVALID_LEVEL;
    if (!name || !out || !read || !total ||
        (flags & ~(DWORD)LG_INCLUDE_INDIRECT))
        return ERROR_INVALID_PARAMETER;
    if (!account_by_name(slash ? slash + 1 : name, &user) ||
        user.kind != ACCOUNT_USER)
        return NERR_UserNotFound;
    return give_collected(user.sid_text, 0, out, read, total);
}

/* --- members -------------------------------------------------------------- */

struct named {
    BYTE sid[SECURITY_MAX_SID_SIZE];
    SID_NAME_USE use;
    WCHAR name[ACCOUNT_NAME_MAX];
    WCHAR full[2 * ACCOUNT_NAME_MAX]; /* DOMAIN\name, or the SID */
};

static bool name_member(const WCHAR *text, struct named *named)
{
    WCHAR domain[ACCOUNT_NAME_MAX];
    DWORD name_count = ACCOUNT_NAME_MAX, domain_count = ACCOUNT_NAME_MAX;
    PSID sid;

    if (!ConvertStringSidToSidW(text, &sid))
        return false;
    CopySid(sizeof named->sid, named->sid, sid);
    LocalFree(sid);
    if (LookupAccountSidW(NULL, named->sid, named->name, &name_count, domain,
                          &domain_count, &named->use)) {
        _snwprintf(named->full, ARRAYSIZE(named->full), L"%ls%ls%ls", domain,
                   *domain ? L"\\" : L"", named->name);
    } else {
        named->use = SidTypeUnknown;
        *named->name = 0;
        wcscpy(named->full, text);
    }
    return true;
}

static const size_t MEMBER_LEN[] = {
    sizeof(LOCALGROUP_MEMBERS_INFO_0), sizeof(LOCALGROUP_MEMBERS_INFO_1),
    sizeof(LOCALGROUP_MEMBERS_INFO_2), sizeof(LOCALGROUP_MEMBERS_INFO_3)};

static void fill_member(struct pack *pack, DWORD level, void *at,
                        const struct named *named)
{
    LOCALGROUP_MEMBERS_INFO_1 *info = at;

    if (level == 3) {
        ((LOCALGROUP_MEMBERS_INFO_3 *)at)->lgrmi3_domainandname =
            pack_text(pack, named->full);
        return;
    }
    /* Levels 0 to 2 begin alike; of 1 and 2 only the name differs. */
    info->lgrmi1_sid = pack_bytes(pack, named->sid, SECURITY_MAX_SID_SIZE);
    if (level == 0)
        return;
    info->lgrmi1_sidusage = named->use;
    info->lgrmi1_name = pack_text(pack, level == 1 ? named->name : named->full);
}

static NET_API_STATUS give_members(const struct members *members, DWORD level,
                                   BYTE **out)
{
    struct pack pack;
    NET_API_STATUS status = pack_begin(
        &pack, members->count * MEMBER_LEN[level],
        members->count * (sizeof(struct named) + SECURITY_MAX_SID_SIZE));

    if (status != NERR_Success)
        return status;
    for (DWORD i = 0; i < members->count; i++) {
        struct named named;

        if (name_member(members->sids[i], &named))
            fill_member(&pack, level, pack.start + i * MEMBER_LEN[level],
                        &named);
    }
    *out = pack.start;
    return NERR_Success;
}

NET_API_STATUS WINAPI lab_NetLocalGroupGetMembers(LPCWSTR server, LPCWSTR name,
                                                  DWORD level, BYTE **out,
                                                  DWORD most, DWORD *read,
                                                  DWORD *total,
                                                  DWORD_PTR *resume)
{
    struct members *members;
    struct account group;
    NET_API_STATUS status = rules_server(server);

    (void)most;
    if (status == NERR_Success && level >= ARRAYSIZE(MEMBER_LEN))
        status = ERROR_INVALID_LEVEL;
    if (status == NERR_Success && (!out || !read || !total))
        status = ERROR_INVALID_PARAMETER;
    if (status == NERR_Success)
        status = find_group(name, &group);
    if (status != NERR_Success)
        return status;
    members = malloc(sizeof *members);
    if (!members)
        return ERROR_NOT_ENOUGH_MEMORY;
    account_members(&group, members);
    status = give_members(members, level, out);
    if (status == NERR_Success)
        *read = *total = members->count;
    if (resume)
        *resume = 0;
    free(members);
    return status;
}

/* Whether a SID can be a member: users can, groups of this machine cannot. */
static NET_API_STATUS judge_member(PSID sid)
{
    static const SID_IDENTIFIER_AUTHORITY nt = {SECURITY_NT_AUTHORITY};
    enum { LOGIN_RID = 1000 }; /* the token's user, whom only Wine knows */
    struct account account;
    DWORD last;

    if (!sid || !IsValidSid(sid))
        return ERROR_INVALID_PARAMETER;
    if (account_by_sid(sid, &account))
        return account.kind == ACCOUNT_USER ? NERR_Success
                                            : ERROR_INVALID_MEMBER;
    last = *GetSidSubAuthority(sid, *GetSidSubAuthorityCount(sid) - 1u);
    if (account_is_machine_sid(sid))
        return last == LOGIN_RID ? NERR_Success : ERROR_NO_SUCH_MEMBER;
    if (memcmp(GetSidIdentifierAuthority(sid), &nt, sizeof nt) == 0 &&
        *GetSidSubAuthority(sid, 0) == SECURITY_BUILTIN_DOMAIN_RID)
        return ERROR_INVALID_MEMBER;
    return NERR_Success;
}

/* The SID, as text, of entry `index` of a buffer of level 0 or 3. */
static NET_API_STATUS member_text(const BYTE *buffer, DWORD level, DWORD index,
                                  WCHAR text[ACCOUNT_SID_TEXT_MAX])
{
    BYTE bytes[SECURITY_MAX_SID_SIZE];
    WCHAR domain[ACCOUNT_NAME_MAX], *sid_text;
    DWORD len = sizeof bytes, count = ACCOUNT_NAME_MAX;
    SID_NAME_USE use;
    PSID sid = bytes;
    NET_API_STATUS status;

    if (level == 0)
        sid = ((const LOCALGROUP_MEMBERS_INFO_0 *)(const void *)buffer)[index]
                  .lgrmi0_sid;
    else if (!LookupAccountNameW(
                 NULL,
                 ((const LOCALGROUP_MEMBERS_INFO_3 *)(const void *)
                      buffer)[index]
                     .lgrmi3_domainandname,
                 bytes, &len, domain, &count, &use))
        return ERROR_NO_SUCH_MEMBER;
    status = judge_member(sid);
    if (status != NERR_Success)
        return status;
    if (!ConvertSidToStringSidW(sid, &sid_text))
        return ERROR_NOT_ENOUGH_MEMORY;
    wcscpy(text, sid_text);
    LocalFree(sid_text);
    return NERR_Success;
}

/* All entries, or none of them. */
static NET_API_STATUS change_members(const struct account *group, DWORD level,
                                     const BYTE *buffer, DWORD count, bool add)
{
    struct members *members = malloc(sizeof *members);
    NET_API_STATUS status = members ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;

    if (members)
        account_members(group, members);
    for (DWORD i = 0; status == NERR_Success && i < count; i++) {
        WCHAR sid[ACCOUNT_SID_TEXT_MAX];

        status = member_text(buffer, level, i, sid);
        if (status != NERR_Success)
            break;
        if (!add)
            status = members_remove(members, sid) ? NERR_Success
                                                  : ERROR_MEMBER_NOT_IN_ALIAS;
        else if (members_have(members, sid))
            status = ERROR_MEMBER_IN_ALIAS;
        else if (!members_add(members, sid))
            status = ERROR_NOT_ENOUGH_MEMORY;
    }
    if (status == NERR_Success && !mode_is_on(L"groups-ignored"))
        status = account_set_members(group, members);
    free(members);
    return status;
}

static NET_API_STATUS change(LPCWSTR server, LPCWSTR name, DWORD level,
                             const BYTE *buffer, DWORD count, bool add)
{
    struct account group;
    NET_API_STATUS status = may_change(server);

    if (status == NERR_Success && level != 0 && level != 3)
        status = ERROR_INVALID_LEVEL;
    if (status == NERR_Success && (!buffer || count == 0))
        status = ERROR_INVALID_PARAMETER;
    if (status == NERR_Success)
        status = find_group(name, &group);
    return status == NERR_Success
               ? change_members(&group, level, buffer, count, add)
               : status;
}

NET_API_STATUS WINAPI lab_NetLocalGroupAddMembers(LPCWSTR server, LPCWSTR name,
                                                  DWORD level, BYTE *buffer,
                                                  DWORD count)
{
    return change(server, name, level, buffer, count, true);
}

NET_API_STATUS WINAPI lab_NetLocalGroupDelMembers(LPCWSTR server, LPCWSTR name,
                                                  DWORD level, BYTE *buffer,
                                                  DWORD count)
{
    return change(server, name, level, buffer, count, false);
}
