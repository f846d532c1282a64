/* SPDX-License-Identifier: MIT */
/*
 * Local accounts and groups, by netapi32.dll out of System32: it is no
 * static import, because one of those would be looked for beside the program
 * first. Buffers that it gives out go back to `discard`.
 */
#ifndef PAYLOAD_NETAPI_H
#define PAYLOAD_NETAPI_H

#include <windows.h>
#include <lm.h>
#include <stdbool.h>

#include "payload/engine/setting.h"
#include "payload/descriptor/sid.h"

struct netapi {
    __typeof__(&NetApiBufferFree) discard;
    __typeof__(&NetUserGetLocalGroups) groups_of;
    __typeof__(&NetUserAdd) add_user;
    __typeof__(&NetUserDel) delete_user;
    __typeof__(&NetUserGetInfo) user;
    __typeof__(&NetUserSetInfo) set_user;
    __typeof__(&NetUserModalsGet) modals;
    __typeof__(&NetLocalGroupAdd) add_group;
    __typeof__(&NetLocalGroupDel) delete_group;
    __typeof__(&NetLocalGroupEnum) groups;
    __typeof__(&NetLocalGroupGetMembers) members;
    __typeof__(&NetLocalGroupAddMembers) add_members;
    __typeof__(&NetLocalGroupDelMembers) delete_members;
};

/* False with GetLastError when a function is missing. */
bool netapi_load(struct netapi *net);

/* -1 with what `code` means for `object`, which opens the text. */
int netapi_fail(const char *object, const char *what, unsigned long code,
                struct setting_reason *reason);

#define NETAPI_NAME_COUNT 260

/*
 * The name that the functions above know a SID by; false when it is none of
 * this machine or of another kind than `use`.
 */
bool netapi_name(const struct sid *sid, SID_NAME_USE use,
                 wchar_t name[NETAPI_NAME_COUNT]);

/* True, with `reason`, on a domain controller: it has no local accounts. */
bool netapi_is_controller(struct setting_reason *reason);

#endif
