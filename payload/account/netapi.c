/* SPDX-License-Identifier: MIT */
#include "payload/account/netapi.h"

#include <stdlib.h>
#include <string.h>

#include "payload/win32/errors.h"
#include "payload/registry/registry_io.h"
#include "payload/win32/system.h"

#define LIBRARY L"netapi32.dll"
#define ADD_TYPE(member) (__typeof__(net->member))

bool netapi_load(struct netapi *net)
{
    net->discard = ADD_TYPE(discard) system_load(LIBRARY, "NetApiBufferFree");
    net->groups_of =
        ADD_TYPE(groups_of) system_load(LIBRARY, "NetUserGetLocalGroups");
    net->add_user = ADD_TYPE(add_user) system_load(LIBRARY, "NetUserAdd");
    net->delete_user = ADD_TYPE(delete_user) system_load(LIBRARY, "NetUserDel");
    net->user = ADD_TYPE(user) system_load(LIBRARY, "NetUserGetInfo");
    net->set_user = ADD_TYPE(set_user) system_load(LIBRARY, "NetUserSetInfo");
    net->modals = ADD_TYPE(modals) system_load(LIBRARY, "NetUserModalsGet");
    net->add_group =
        ADD_TYPE(add_group) system_load(LIBRARY, "NetLocalGroupAdd");
    net->delete_group =
        ADD_TYPE(delete_group) system_load(LIBRARY, "NetLocalGroupDel");
    net->groups = ADD_TYPE(groups) system_load(LIBRARY, "NetLocalGroupEnum");
    net->members =
        ADD_TYPE(members) system_load(LIBRARY, "NetLocalGroupGetMembers");
    net->add_members =
        ADD_TYPE(add_members) system_load(LIBRARY, "NetLocalGroupAddMembers");
    net->delete_members = ADD_TYPE(delete_members)
        system_load(LIBRARY, "NetLocalGroupDelMembers");
    return net->discard != NULL && net->groups_of != NULL &&
           net->add_user != NULL && net->delete_user != NULL &&
           net->user != NULL && net->set_user != NULL && net->modals != NULL &&
           net->add_group != NULL && net->delete_group != NULL &&
           net->groups != NULL && net->members != NULL &&
           net->add_members != NULL && net->delete_members != NULL;
}

static const char *hint_of(unsigned long code)
{
    switch (code) {
    case ERROR_ACCESS_DENIED:
        return "look at what guards the local accounts (a security product, "
               "SAM policy)";
    case NERR_PasswordTooShort:
    case ERROR_PASSWORD_RESTRICTION:
        return "give it a longer or more complex password, or one that was "
               "not used before; net accounts shows the policy";
    case ERROR_INVALID_MEMBER:
        return "local groups have accounts and domain groups as members, not "
               "other local groups";
    default:
        return NULL;
    }
}

int netapi_fail(const char *object, const char *what, unsigned long code,
                struct setting_reason *reason)
{
    return setting_reason_set(reason, code, hint_of(code), "%s: %s: %s", object,
                              what, error_text(code));
}

/* A domain has groups of the same kind, perhaps of the same name. */
static bool is_local(const struct sid *sid, const wchar_t *domain)
{
    wchar_t computer[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD count = MAX_COMPUTERNAME_LENGTH + 1;
    return sid_is_below(sid, SECURITY_BUILTIN_DOMAIN_RID) ||
           (GetComputerNameW(computer, &count) &&
            lstrcmpiW(domain, computer) == 0);
}

bool netapi_name(const struct sid *sid, SID_NAME_USE use,
                 wchar_t name[NETAPI_NAME_COUNT])
{
    wchar_t domain[NETAPI_NAME_COUNT];
    DWORD count = NETAPI_NAME_COUNT;
    DWORD domain_count = NETAPI_NAME_COUNT;
    SID_NAME_USE found;
    return LookupAccountSidW(NULL, (PSID)sid->bytes, name, &count, domain,
                             &domain_count, &found) &&
           found == use && is_local(sid, domain);
}

bool netapi_is_controller(struct setting_reason *reason)
{
    char *type = registry_text(
        "SYSTEM\\CurrentControlSet\\Control\\ProductOptions", "ProductType");
    bool controller = type != NULL && strcmp(type, "LanmanNT") == 0;
    free(type);
    if (controller)
        setting_reason_set(reason, CODE_DOMAIN_CONTROLLER,
                           "manage the domain's accounts and groups with the "
                           "domain's own tools",
                           "this machine is a domain controller: it has no "
                           "local accounts and groups, those are the domain's");
    return controller;
}
