/* SPDX-License-Identifier: MIT */
#include "descriptor.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "record.h"

enum { ACL_LEN_MAX = 16384 };

/* The parts of a descriptor, pointing into others. */
struct parts {
    PSID owner;
    PSID group;
    PACL dacl; /* NULL with `has_dacl`: everybody may do everything */
    bool has_dacl;
    SECURITY_DESCRIPTOR_CONTROL control; /* of DACL_BITS */
};

#define DACL_BITS                                                              \
    (SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED | SE_DACL_AUTO_INHERIT_REQ)

static const struct {
    const WCHAR *name;
    const WCHAR *sddl;
} FACTORY[] = {
    {L"c:", L"O:SYG:SYD:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)"
            L"(A;OICI;0x1200a9;;;BU)(A;OICIIO;SDGXGWGR;;;AU)(A;;LC;;;AU)"},
    {L"c:\\programdata",
     L"O:SYG:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
     L"(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)"},
    {L"c:\\users", L"O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
                   L"(A;OICI;0x1200a9;;;BU)(A;OICI;0x1200a9;;;WD)"},
    {L"c:\\users\\administrator",
     L"O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"},
    {L"c:\\windows",
     L"O:SYG:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICIIO;GA;;;SY)(A;;0x1301bf;;;SY)"
     L"(A;OICIIO;GA;;;BA)(A;;0x1301bf;;;BA)(A;OICIIO;GXGR;;;BU)"
     L"(A;;0x1200a9;;;BU)"},
};

static void take_apart(PSECURITY_DESCRIPTOR from, struct parts *parts)
{
    BOOL present = FALSE;
    BOOL defaulted;
    DWORD revision;

    memset(parts, 0, sizeof *parts);
    GetSecurityDescriptorOwner(from, &parts->owner, &defaulted);
    GetSecurityDescriptorGroup(from, &parts->group, &defaulted);
    GetSecurityDescriptorDacl(from, &present, &parts->dacl, &defaulted);
    GetSecurityDescriptorControl(from, &parts->control, &revision);
    parts->control &= DACL_BITS;
    parts->has_dacl = present != FALSE;
}

static PSECURITY_DESCRIPTOR put_together(const struct parts *parts)
{
    SECURITY_DESCRIPTOR whole;
    DWORD len = RECORD_LEN_MAX;
    void *result = malloc(len);

    if (result == NULL)
        return NULL;
    InitializeSecurityDescriptor(&whole, SECURITY_DESCRIPTOR_REVISION);
    if (parts->owner != NULL)
        SetSecurityDescriptorOwner(&whole, parts->owner, FALSE);
    if (parts->group != NULL)
        SetSecurityDescriptorGroup(&whole, parts->group, FALSE);
    if (parts->has_dacl) {
        SetSecurityDescriptorDacl(&whole, TRUE, parts->dacl, FALSE);
        SetSecurityDescriptorControl(&whole, DACL_BITS, parts->control);
    }
    if (MakeSelfRelativeSD(&whole, result, &len))
        return result;
    free(result);
    return NULL;
}

static bool is_creator_owner(PSID sid)
{
    return IsWellKnownSid(sid, WinCreatorOwnerSid);
}

/* Appends an entry; one that does not fit is left out, none is that long. */
static void add_entry(PACL acl, const ACCESS_ALLOWED_ACE *like, BYTE flags,
                      ACCESS_MASK mask, PSID sid)
{
    BYTE buffer[sizeof(ACCESS_ALLOWED_ACE) + SECURITY_MAX_SID_SIZE];
    ACCESS_ALLOWED_ACE *entry = (ACCESS_ALLOWED_ACE *)(void *)buffer;
    DWORD sid_len = GetLengthSid(sid);

    *entry = *like;
    entry->Header.AceFlags = flags;
    entry->Mask = mask;
    memcpy(&entry->SidStart, sid, sid_len);
    entry->Header.AceSize =
        (WORD)(FIELD_OFFSET(ACCESS_ALLOWED_ACE, SidStart) + sid_len);
    AddAce(acl, ACL_REVISION, MAXDWORD, entry, entry->Header.AceSize);
}

static ACCESS_MASK file_rights(ACCESS_MASK mask)
{
    GENERIC_MAPPING mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE,
                               FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS};

    MapGenericMask(&mask, &mapping);
    return mask;
}

/*
 * What holds on the object itself, and what is only handed on. An entry with
 * generic rights or for the creator means something else for each, so it
 * becomes two.
 */
static void add_resolved(PACL acl, const ACCESS_ALLOWED_ACE *ace, PSID sid,
                         BYTE inherited, BYTE onward, PSID owner)
{
    ACCESS_MASK mask = file_rights(ace->Mask);
    PSID effective = is_creator_owner(sid) ? owner : sid;

    if (mask == ace->Mask && effective == sid) {
        add_entry(acl, ace, inherited | onward, mask, sid);
        return;
    }
    add_entry(acl, ace, inherited, mask, effective);
    if (onward != 0)
        add_entry(acl, ace, (BYTE)(inherited | onward | INHERIT_ONLY_ACE),
                  ace->Mask, sid);
}

static void inherit_entry(PACL acl, ACCESS_ALLOWED_ACE *ace, bool is_folder,
                          PSID owner)
{
    const BYTE both = OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE;
    BYTE flags = ace->Header.AceFlags;
    BYTE onward = (BYTE)(flags & both);
    PSID sid = &ace->SidStart;

    if (!is_folder || (flags & NO_PROPAGATE_INHERIT_ACE) != 0)
        onward = 0;
    if (flags & (is_folder ? CONTAINER_INHERIT_ACE : OBJECT_INHERIT_ACE))
        add_resolved(acl, ace, sid, INHERITED_ACE, onward, owner);
    else if (onward != 0)
        add_entry(acl, ace, (BYTE)(onward | INHERIT_ONLY_ACE | INHERITED_ACE),
                  ace->Mask, sid);
}

static void add_inherited(PACL acl, const WCHAR *name, bool is_folder,
                          PSID owner)
{
    WCHAR parent_name[RECORD_PATH_MAX];
    PSECURITY_DESCRIPTOR parent;
    struct parts parts;
    void *ace;
    DWORD i;

    wcscpy(parent_name, name);
    *wcsrchr(parent_name, L'\\') = 0;
    parent = descriptor_of(parent_name, true);
    if (parent == NULL)
        return;
    take_apart(parent, &parts);
    for (i = 0; parts.dacl != NULL && i < parts.dacl->AceCount; i++)
        if (GetAce(parts.dacl, i, &ace))
            inherit_entry(acl, ace, is_folder, owner);
    free(parent);
}

/* The entries of a list that were given for this object itself. */
static void add_own(PACL acl, PACL from, PSID owner)
{
    const BYTE kept =
        OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE | NO_PROPAGATE_INHERIT_ACE;
    void *at;
    DWORD i;

    for (i = 0; i < from->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace;

        if (!GetAce(from, i, &at))
            continue;
        ace = at;
        if (ace->Header.AceFlags & INHERITED_ACE)
            continue;
        if (ace->Header.AceFlags & INHERIT_ONLY_ACE)
            add_entry(acl, ace, ace->Header.AceFlags, ace->Mask,
                      &ace->SidStart);
        else
            add_resolved(acl, ace, &ace->SidStart, 0,
                         ace->Header.AceFlags & kept, owner);
    }
}

static PSECURITY_DESCRIPTOR factory(const WCHAR *name)
{
    PSECURITY_DESCRIPTOR local;
    PSECURITY_DESCRIPTOR result = NULL;
    ULONG len;
    size_t i;

    for (i = 0; i < ARRAYSIZE(FACTORY); i++)
        if (wcscmp(FACTORY[i].name, name) == 0)
            break;
    if (i == ARRAYSIZE(FACTORY) ||
        !ConvertStringSecurityDescriptorToSecurityDescriptorW(
            FACTORY[i].sddl, SDDL_REVISION_1, &local, &len))
        return NULL;
    result = malloc(len);
    if (result != NULL)
        memcpy(result, local, len);
    LocalFree(local);
    return result;
}

/* A list takes as much room in a descriptor as it says that it has. */
static void trim(PACL acl)
{
    ACL_SIZE_INFORMATION size;

    if (GetAclInformation(acl, &size, sizeof size, AclSizeInformation))
        acl->AclSize = (WORD)size.AclBytesInUse;
}

/*
 * Completes what was given: the owner of what an elevated administrator makes
 * is Administrators, and a list that is not protected gets the parent's
 * entries.
 */
static PSECURITY_DESCRIPTOR complete(const WCHAR *name, bool is_folder,
                                     const struct parts *given)
{
    BYTE admins[SECURITY_MAX_SID_SIZE];
    DWORD len = sizeof admins;
    struct parts parts = *given;
    PACL acl = calloc(1, ACL_LEN_MAX);
    PSECURITY_DESCRIPTOR result;

    if (acl == NULL)
        return NULL;
    CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, admins, &len);
    if (parts.owner == NULL)
        parts.owner = admins;
    if (parts.group == NULL)
        parts.group = admins;
    InitializeAcl(acl, ACL_LEN_MAX, ACL_REVISION);
    if (parts.has_dacl && parts.dacl != NULL)
        add_own(acl, parts.dacl, parts.owner);
    if ((parts.control & SE_DACL_PROTECTED) == 0) {
        add_inherited(acl, name, is_folder, parts.owner);
        parts.control |= SE_DACL_AUTO_INHERITED;
    }
    trim(acl);
    if (!parts.has_dacl || parts.dacl != NULL)
        parts.dacl = acl;
    parts.has_dacl = true;
    result = put_together(&parts);
    free(acl);
    return result;
}

PSECURITY_DESCRIPTOR descriptor_of(const WCHAR *name, bool is_folder)
{
    PSECURITY_DESCRIPTOR result = record_read(name);
    struct parts nothing = {0};

    if (result == NULL)
        result = factory(name);
    if (result == NULL && wcschr(name, L'\\') != NULL)
        result = complete(name, is_folder, &nothing);
    return result;
}

PSECURITY_DESCRIPTOR descriptor_at_creation(const WCHAR *name,
                                            PSECURITY_DESCRIPTOR given)
{
    struct parts parts;

    take_apart(given, &parts);
    return complete(name, true, &parts);
}

PSECURITY_DESCRIPTOR descriptor_change(const WCHAR *name, bool is_folder,
                                       PSECURITY_DESCRIPTOR old,
                                       SECURITY_INFORMATION what,
                                       PSECURITY_DESCRIPTOR given, bool inherit)
{
    struct parts parts;
    struct parts from;

    take_apart(old, &parts);
    take_apart(given, &from);
    if (what & OWNER_SECURITY_INFORMATION)
        parts.owner = from.owner;
    if (what & GROUP_SECURITY_INFORMATION)
        parts.group = from.group;
    if ((what & DACL_SECURITY_INFORMATION) == 0)
        return put_together(&parts);
    parts.dacl = from.dacl;
    parts.has_dacl = true;
    if (!inherit)
        parts.control = from.control;
    else if (what & PROTECTED_DACL_SECURITY_INFORMATION)
        parts.control |= SE_DACL_PROTECTED;
    else if (what & UNPROTECTED_DACL_SECURITY_INFORMATION)
        parts.control &= (SECURITY_DESCRIPTOR_CONTROL)~SE_DACL_PROTECTED;
    return inherit ? complete(name, is_folder, &parts) : put_together(&parts);
}

PSECURITY_DESCRIPTOR descriptor_parts(PSECURITY_DESCRIPTOR from,
                                      SECURITY_INFORMATION what)
{
    struct parts parts;

    take_apart(from, &parts);
    if ((what & OWNER_SECURITY_INFORMATION) == 0)
        parts.owner = NULL;
    if ((what & GROUP_SECURITY_INFORMATION) == 0)
        parts.group = NULL;
    if ((what & DACL_SECURITY_INFORMATION) == 0)
        parts.has_dacl = false;
    return put_together(&parts);
}
