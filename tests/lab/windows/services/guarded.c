/* SPDX-License-Identifier: MIT */
#include "guarded.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define KEY L"SOFTWARE\\wmifleet-lab\\ServiceSecurity"

enum { DESCRIPTOR_MAX = 65536 };

/*
 * As `sc sdshow scmanager` tells them on Windows 8 and later. AC is
 * S-1-15-2-1: Wine does not know the letters.
 */
#define MANAGER_SDDL                                                           \
    L"O:SYG:SYD:(A;;CC;;;AU)(A;;CCLCRPRC;;;IU)(A;;CCLCRPRC;;;SU)"              \
    L"(A;;CCLCRPWPRC;;;SY)(A;;KA;;;BA)(A;;CC;;;S-1-15-2-1)"                    \
    L"S:(AU;FA;KA;;;WD)(AU;OIIOFA;GA;;;WD)"

/* "Service Security and Access Rights" lists these for a new service. */
#define SERVICE_SDDL                                                           \
    L"O:SYG:SYD:(A;;CCLCSWRPWPDTLOCRRC;;;SY)"                                  \
    L"(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLOCRRC;;;IU)"              \
    L"(A;;CCLCSWLOCRRC;;;SU)S:(AU;FA;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;WD)"

/* Administrators neither configure nor stop it. */
#define RPCSS_SDDL                                                             \
    L"O:SYG:SYD:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)(A;;CCLCSWRPLOCRRC;;;BA)"  \
    L"(A;;CCLCSWLOCRRC;;;IU)(A;;CCLCSWLOCRRC;;;SU)"                            \
    L"S:(AU;FA;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;WD)"

BOOL WINAPI lab_CheckTokenMembership(HANDLE token, PSID sid, BOOL *member);

static const WCHAR *windows_own(const WCHAR *name)
{
    if (*name == 0)
        return MANAGER_SDDL;
    return _wcsicmp(name, L"rpcss") == 0 ? RPCSS_SDDL : SERVICE_SDDL;
}

static void *copy_of(const void *bytes, size_t len)
{
    void *copy = malloc(len);

    if (copy != NULL)
        memcpy(copy, bytes, len);
    return copy;
}

static PSECURITY_DESCRIPTOR factory(const WCHAR *name)
{
    PSECURITY_DESCRIPTOR local;
    PSECURITY_DESCRIPTOR result;
    ULONG len;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            windows_own(name), SDDL_REVISION_1, &local, &len))
        return NULL;
    result = copy_of(local, len);
    LocalFree(local);
    return result;
}

/* The manager's value has no name of a service. */
static const WCHAR *value_of(const WCHAR *name)
{
    return *name != 0 ? name : L"(manager)";
}

PSECURITY_DESCRIPTOR guarded_descriptor(const WCHAR *name)
{
    DWORD len = DESCRIPTOR_MAX;
    void *kept = malloc(len);

    if (kept != NULL &&
        RegGetValueW(HKEY_LOCAL_MACHINE, KEY, value_of(name), RRF_RT_REG_BINARY,
                     NULL, kept, &len) == ERROR_SUCCESS &&
        IsValidSecurityDescriptor(kept))
        return kept;
    free(kept);
    return factory(name);
}

static void take_owner(SECURITY_DESCRIPTOR *to, PSECURITY_DESCRIPTOR from)
{
    BOOL defaulted;
    PSID sid;

    if (GetSecurityDescriptorOwner(from, &sid, &defaulted))
        SetSecurityDescriptorOwner(to, sid, defaulted);
}

static void take_group(SECURITY_DESCRIPTOR *to, PSECURITY_DESCRIPTOR from)
{
    BOOL defaulted;
    PSID sid;

    if (GetSecurityDescriptorGroup(from, &sid, &defaulted))
        SetSecurityDescriptorGroup(to, sid, defaulted);
}

static void take_control(SECURITY_DESCRIPTOR *to, PSECURITY_DESCRIPTOR from,
                         SECURITY_DESCRIPTOR_CONTROL bits)
{
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision;

    GetSecurityDescriptorControl(from, &control, &revision);
    SetSecurityDescriptorControl(to, bits, control & bits);
}

static void take_dacl(SECURITY_DESCRIPTOR *to, PSECURITY_DESCRIPTOR from)
{
    BOOL present = FALSE, defaulted = FALSE;
    PACL acl = NULL;

    GetSecurityDescriptorDacl(from, &present, &acl, &defaulted);
    SetSecurityDescriptorDacl(to, TRUE, present ? acl : NULL, defaulted);
    take_control(to, from, SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED);
}

static void take_sacl(SECURITY_DESCRIPTOR *to, PSECURITY_DESCRIPTOR from)
{
    BOOL present = FALSE, defaulted = FALSE;
    PACL acl = NULL;

    GetSecurityDescriptorSacl(from, &present, &acl, &defaulted);
    SetSecurityDescriptorSacl(to, present, acl, defaulted);
    take_control(to, from, SE_SACL_PROTECTED | SE_SACL_AUTO_INHERITED);
}

static PSECURITY_DESCRIPTOR self_relative(SECURITY_DESCRIPTOR *whole)
{
    DWORD len = 0;
    void *result;

    MakeSelfRelativeSD(whole, NULL, &len);
    result = malloc(len);
    if (result == NULL || MakeSelfRelativeSD(whole, result, &len))
        return result;
    free(result);
    return NULL;
}

/* The parts that `what` names of `given`, the others of `old` if any. */
static PSECURITY_DESCRIPTOR merged(SECURITY_INFORMATION what,
                                   PSECURITY_DESCRIPTOR given,
                                   PSECURITY_DESCRIPTOR old)
{
    SECURITY_DESCRIPTOR whole;
    PSECURITY_DESCRIPTOR from;

    InitializeSecurityDescriptor(&whole, SECURITY_DESCRIPTOR_REVISION);
    if ((from = what & OWNER_SECURITY_INFORMATION ? given : old) != NULL)
        take_owner(&whole, from);
    if ((from = what & GROUP_SECURITY_INFORMATION ? given : old) != NULL)
        take_group(&whole, from);
    if ((from = what & DACL_SECURITY_INFORMATION ? given : old) != NULL)
        take_dacl(&whole, from);
    if ((from = what & SACL_SECURITY_INFORMATION ? given : old) != NULL)
        take_sacl(&whole, from);
    return self_relative(&whole);
}

PSECURITY_DESCRIPTOR guarded_parts(const WCHAR *name, SECURITY_INFORMATION what)
{
    PSECURITY_DESCRIPTOR whole = guarded_descriptor(name);
    PSECURITY_DESCRIPTOR result = NULL;

    if (whole != NULL)
        result = merged(what, whole, NULL);
    free(whole);
    return result;
}

/* The same bytes as MakeSelfRelativeSD makes of Windows' own. */
static bool is_factory(const WCHAR *name, PSECURITY_DESCRIPTOR descriptor)
{
    PSECURITY_DESCRIPTOR own = factory(name);
    PSECURITY_DESCRIPTOR same = own ? merged(0, NULL, own) : NULL;
    DWORD len = GetSecurityDescriptorLength(descriptor);
    bool is_same = same != NULL && GetSecurityDescriptorLength(same) == len &&
                   memcmp(same, descriptor, len) == 0;

    free(own);
    free(same);
    return is_same;
}

static DWORD keep(const WCHAR *name, PSECURITY_DESCRIPTOR descriptor)
{
    if (is_factory(name, descriptor)) {
        RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, KEY, value_of(name));
        return ERROR_SUCCESS;
    }
    return (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, KEY, value_of(name),
                                  REG_BINARY, descriptor,
                                  GetSecurityDescriptorLength(descriptor));
}

DWORD guarded_change(const WCHAR *name, SECURITY_INFORMATION what,
                     PSECURITY_DESCRIPTOR given)
{
    PSECURITY_DESCRIPTOR old = guarded_descriptor(name);
    PSECURITY_DESCRIPTOR changed = old ? merged(what, given, old) : NULL;
    DWORD code = ERROR_NOT_ENOUGH_MEMORY;

    if (changed != NULL)
        code = keep(name, changed);
    free(old);
    free(changed);
    return code;
}

ACCESS_MASK guarded_rights(const WCHAR *name, ACCESS_MASK asked)
{
    /* "Service Security and Access Rights", both tables. */
    GENERIC_MAPPING manager = {
        STANDARD_RIGHTS_READ | SC_MANAGER_ENUMERATE_SERVICE |
            SC_MANAGER_QUERY_LOCK_STATUS,
        STANDARD_RIGHTS_WRITE | SC_MANAGER_CREATE_SERVICE |
            SC_MANAGER_MODIFY_BOOT_CONFIG,
        STANDARD_RIGHTS_EXECUTE | SC_MANAGER_CONNECT | SC_MANAGER_LOCK,
        SC_MANAGER_ALL_ACCESS};
    GENERIC_MAPPING service = {
        STANDARD_RIGHTS_READ | SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS |
            SERVICE_INTERROGATE | SERVICE_ENUMERATE_DEPENDENTS,
        STANDARD_RIGHTS_WRITE | SERVICE_CHANGE_CONFIG,
        STANDARD_RIGHTS_EXECUTE | SERVICE_START | SERVICE_STOP |
            SERVICE_PAUSE_CONTINUE | SERVICE_USER_DEFINED_CONTROL,
        SERVICE_ALL_ACCESS};

    MapGenericMask(&asked, *name != 0 ? &service : &manager);
    return asked;
}

static bool is_member(PSID sid)
{
    BOOL member = FALSE;

    return lab_CheckTokenMembership(NULL, sid, &member) && member;
}

static bool may_read_audit_list(void)
{
    PRIVILEGE_SET wanted = {1, PRIVILEGE_SET_ALL_NECESSARY, {{{0, 0}, 0}}};
    BOOL enabled = FALSE;
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    if (LookupPrivilegeValueW(NULL, SE_SECURITY_NAME,
                              &wanted.Privilege[0].Luid))
        PrivilegeCheck(token, &wanted, &enabled);
    CloseHandle(token);
    return enabled != FALSE;
}

/* One allowing or denying entry, as an access check takes them in order. */
static void count_entry(const WCHAR *name, ACCESS_ALLOWED_ACE *ace,
                        ACCESS_MASK *granted, ACCESS_MASK *denied)
{
    ACCESS_MASK rights = guarded_rights(name, ace->Mask);

    if ((ace->Header.AceFlags & INHERIT_ONLY_ACE) != 0 ||
        !is_member(&ace->SidStart))
        return;
    if (ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE)
        *granted |= rights & ~*denied;
    else if (ace->Header.AceType == ACCESS_DENIED_ACE_TYPE)
        *denied |= rights & ~*granted;
}

static ACCESS_MASK granted_by(const WCHAR *name, PSECURITY_DESCRIPTOR by)
{
    BOOL present = FALSE, defaulted;
    ACCESS_MASK granted = 0, denied = 0;
    PSID owner = NULL;
    PACL acl = NULL;
    void *ace;
    DWORD i;

    GetSecurityDescriptorDacl(by, &present, &acl, &defaulted);
    if (!present || acl == NULL)
        granted = guarded_rights(name, GENERIC_ALL);
    for (i = 0; acl != NULL && i < acl->AceCount; i++)
        if (GetAce(acl, i, &ace))
            count_entry(name, ace, &granted, &denied);
    if (GetSecurityDescriptorOwner(by, &owner, &defaulted) && owner != NULL &&
        is_member(owner))
        granted |= READ_CONTROL | WRITE_DAC;
    return granted;
}

DWORD guarded_access(const WCHAR *name, ACCESS_MASK asked, ACCESS_MASK *granted)
{
    PSECURITY_DESCRIPTOR descriptor = guarded_descriptor(name);
    ACCESS_MASK wanted = guarded_rights(name, asked);
    ACCESS_MASK all;

    if (descriptor == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    all = granted_by(name, descriptor);
    free(descriptor);
    if ((wanted & ACCESS_SYSTEM_SECURITY) != 0) {
        if (!may_read_audit_list())
            return ERROR_PRIVILEGE_NOT_HELD;
        all |= ACCESS_SYSTEM_SECURITY;
    }
    if ((wanted & MAXIMUM_ALLOWED) != 0)
        wanted = (wanted & ~(ACCESS_MASK)MAXIMUM_ALLOWED) | all;
    if ((all & wanted) != wanted)
        return ERROR_ACCESS_DENIED;
    *granted = wanted;
    return ERROR_SUCCESS;
}
