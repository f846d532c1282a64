/* SPDX-License-Identifier: MIT */
#include "payload/account/local_group.h"

#include <stdio.h>
#include <stdlib.h>

#include "payload/account/account.h"
#include "payload/win32/errors.h"
#include "payload/win32/utf16.h"

void local_group_close(struct local_group *group)
{
    if (group->members != NULL)
        group->net.discard(group->members);
    group->members = NULL;
}

static int read_members(struct local_group *group)
{
    DWORD total = 0;
    local_group_close(group);
    group->count = 0;
    return (int)group->net.members(
        NULL, group->name, 0, (LPBYTE *)&group->members, MAX_PREFERRED_LENGTH,
        &group->count, &total, NULL);
}

static bool take_plain_name(const char *text, wchar_t name[NETAPI_NAME_COUNT])
{
    wchar_t *wide = utf16_from_utf8(text);
    bool fits = wide != NULL && utf16_len(wide) < NETAPI_NAME_COUNT;
    if (fits)
        lstrcpyW(name, wide);
    free(wide);
    return fits;
}

int local_group_open(struct account_memory *memory, const char *text,
                     bool may_create, struct local_group *group,
                     struct setting_reason *reason)
{
    *group = (struct local_group){.text = text, .memory = memory};
    if (!netapi_load(&group->net))
        return netapi_fail("netapi32.dll", "it cannot be used", GetLastError(),
                           reason);
    if (account_find(memory, text, &group->sid, reason) != 0) {
        group->sid.len = 0;
        if (reason->code != ERROR_NONE_MAPPED)
            return -1;
        if (!may_create || !take_plain_name(text, group->name))
            return setting_reason_set(
                reason, ERROR_NONE_MAPPED,
                "look at the spelling, or add \"create\": true",
                "`%s`: this machine has no such group", text);
        *reason = (struct setting_reason){.code = 0};
        return 0;
    }
    if (!netapi_name(&group->sid, SidTypeAlias, group->name))
        return setting_reason_set(reason, ERROR_NO_SUCH_ALIAS, NULL,
                                  "`%s` is no local group of this machine",
                                  text);
    int code = read_members(group);
    return code == 0 ? 0
                     : netapi_fail(text, "its members cannot be read",
                                   (unsigned long)code, reason);
}

bool local_group_holds(const struct local_group *group, const struct sid *sid)
{
    for (DWORD i = 0; i < group->count; i++) {
        if (group->members[i].lgrmi0_sid != NULL &&
            EqualSid(group->members[i].lgrmi0_sid, (PSID)sid->bytes))
            return true;
    }
    return false;
}

int local_group_make(struct local_group *group, struct setting_reason *reason)
{
    LOCALGROUP_INFO_0 info = {.lgrpi0_name = group->name};
    NET_API_STATUS code = group->net.add_group(NULL, 0, (LPBYTE)&info, NULL);
    account_memory_forget(group->memory);
    return code == 0 || code == ERROR_ALIAS_EXISTS
               ? 0
               : netapi_fail(group->text, "it cannot be made", code, reason);
}

int local_group_put(const struct local_group *group, const char *name,
                    const struct sid *sid, bool in,
                    struct setting_reason *reason)
{
    LOCALGROUP_MEMBERS_INFO_0 info = {.lgrmi0_sid = (PSID)sid->bytes};
    if (sid->len == 0 || local_group_holds(group, sid) == in)
        return 0;
    NET_API_STATUS code =
        (in ? group->net.add_members : group->net.delete_members)(
            NULL, (LPWSTR)group->name, 0, (LPBYTE)&info, 1);
    account_memory_forget(group->memory);
    if (code == 0 || code == ERROR_MEMBER_IN_ALIAS ||
        code == ERROR_MEMBER_NOT_IN_ALIAS)
        return 0;
    char object[256];
    snprintf(object, sizeof object, "%.100s, member `%.100s`", group->text,
             name);
    return netapi_fail(object,
                       in ? "it cannot be added"
                          : "it cannot be taken "
                            "out",
                       code, reason);
}

int local_group_remove(struct local_group *group, struct setting_reason *reason)
{
    int code = read_members(group);
    if (code == 0 && group->count > 0)
        return setting_reason_set(
            reason, 0,
            "look who uses the group; take them out, then undo again",
            "%s: it has %lu other members and was left there", group->text,
            (unsigned long)group->count);
    if (code == 0)
        code = (int)group->net.delete_group(NULL, group->name);
    account_memory_forget(group->memory);
    return code == 0 ? 0
                     : netapi_fail(group->text, "it cannot be removed",
                                   (unsigned long)code, reason);
}
