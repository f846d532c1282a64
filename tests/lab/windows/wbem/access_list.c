/* SPDX-License-Identifier: MIT */
#include "access_list.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <wbemcli.h>

#define KNOWN_RIGHTS                                                           \
    (WBEM_ENABLE | WBEM_METHOD_EXECUTE | WBEM_FULL_WRITE_REP |                 \
     WBEM_PARTIAL_WRITE_REP | WBEM_WRITE_PROVIDER | WBEM_REMOTE_ACCESS |       \
     WBEM_RIGHT_SUBSCRIBE | WBEM_RIGHT_PUBLISH | READ_CONTROL | WRITE_DAC)
#define KNOWN_FLAGS                                                            \
    (OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE | NO_PROPAGATE_INHERIT_ACE |   \
     INHERIT_ONLY_ACE | INHERITED_ACE)

/* Where the SID of an entry begins; allowing and denying ones are alike. */
#define SID_AT FIELD_OFFSET(ACCESS_ALLOWED_ACE, SidStart)

void access_list_init(struct access_list *list)
{
    memset(list, 0, sizeof *list);
    InitializeAcl(&list->acl, sizeof *list, ACL_REVISION);
}

static bool is_sid(const BYTE *at, size_t room)
{
    const SID *sid = (const void *)at;

    return room >= 8 && sid->Revision == SID_REVISION &&
           sid->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES &&
           room >= 8 + 4 * (size_t)sid->SubAuthorityCount;
}

/* Either no SID is given (offset 0) or a whole one. */
static bool has_sid_if_any(const BYTE *bytes, size_t len, DWORD offset)
{
    return offset == 0 ||
           (offset < len && is_sid(bytes + offset, len - offset));
}

static bool is_descriptor(const BYTE *bytes, size_t len)
{
    const SECURITY_DESCRIPTOR_RELATIVE *head = (const void *)bytes;

    return len >= sizeof *head &&
           head->Revision == SECURITY_DESCRIPTOR_REVISION &&
           (head->Control & SE_SELF_RELATIVE) != 0 &&
           has_sid_if_any(bytes, len, head->Owner) &&
           has_sid_if_any(bytes, len, head->Group) && head->Dacl < len;
}

/* The list, if it and every entry of it lie within the bytes. */
static const ACL *whole_list(const BYTE *bytes, size_t len, DWORD offset)
{
    const ACL *acl = (const void *)(bytes + offset);
    size_t used = sizeof *acl;

    if (len - offset < sizeof *acl || acl->AclSize > len - offset ||
        acl->AclSize < sizeof *acl || acl->AclRevision < MIN_ACL_REVISION ||
        acl->AclRevision > MAX_ACL_REVISION)
        return NULL;
    for (WORD i = 0; i < acl->AceCount; i++) {
        const ACE_HEADER *ace = (const void *)((const BYTE *)acl + used);

        if (acl->AclSize - used < sizeof *ace || ace->AceSize < sizeof *ace ||
            ace->AceSize > acl->AclSize - used)
            return NULL;
        used += ace->AceSize;
    }
    return acl;
}

static bool is_good_entry(const ACCESS_ALLOWED_ACE *ace)
{
    const ACCESS_MASK all_write = WBEM_PARTIAL_WRITE_REP | WBEM_WRITE_PROVIDER;
    const ACE_HEADER *head = &ace->Header;

    if (head->AceType != ACCESS_ALLOWED_ACE_TYPE &&
        head->AceType != ACCESS_DENIED_ACE_TYPE)
        return false;
    if (head->AceSize < SID_AT ||
        !is_sid((const BYTE *)ace + SID_AT, (size_t)head->AceSize - SID_AT))
        return false;
    if ((head->AceFlags & ~KNOWN_FLAGS) != 0 ||
        (ace->Mask & ~(ACCESS_MASK)KNOWN_RIGHTS) != 0)
        return false;
    if ((head->AceFlags & INHERIT_ONLY_ACE) != 0 &&
        (head->AceFlags & CONTAINER_INHERIT_ACE) == 0)
        return false;
    return (ace->Mask & WBEM_FULL_WRITE_REP) == 0 ||
           (ace->Mask & all_write) == all_write;
}

static HRESULT take_entries(const ACL *from, struct access_list *list)
{
    const BYTE *at = (const BYTE *)(from + 1);

    for (WORD i = 0; i < from->AceCount; i++) {
        const ACCESS_ALLOWED_ACE *ace = (const void *)at;

        if (!is_good_entry(ace))
            return (HRESULT)WBEM_E_INVALID_PARAMETER;
        if ((ace->Header.AceFlags & INHERITED_ACE) == 0 &&
            !AddAce(&list->acl, ACL_REVISION, MAXDWORD, (void *)(ULONG_PTR)ace,
                    ace->Header.AceSize))
            return (HRESULT)WBEM_E_INVALID_PARAMETER;
        at += ace->Header.AceSize;
    }
    return S_OK;
}

HRESULT access_list_of_input(const void *bytes, size_t len,
                             struct access_list *list)
{
    const SECURITY_DESCRIPTOR_RELATIVE *head = bytes;
    const ACL *acl;

    access_list_init(list);
    if (!is_descriptor(bytes, len))
        return (HRESULT)WBEM_E_INVALID_OBJECT;
    if (head->Owner == 0 || head->Group == 0 || head->Dacl == 0 ||
        (head->Control & SE_DACL_PRESENT) == 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    acl = whole_list(bytes, len, head->Dacl);
    return acl ? take_entries(acl, list) : (HRESULT)WBEM_E_INVALID_PARAMETER;
}

bool access_list_of_text(const WCHAR *sddl, struct access_list *list)
{
    PSECURITY_DESCRIPTOR descriptor;
    HRESULT hr;
    ULONG len;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            sddl, SDDL_REVISION_1, &descriptor, &len))
        return false;
    hr = access_list_of_input(descriptor, len, list);
    LocalFree(descriptor);
    return SUCCEEDED(hr);
}

/* The flags of an entry once it is the child's; 0 when it stays behind. */
static BYTE inherited_flags(BYTE flags)
{
    if ((flags & CONTAINER_INHERIT_ACE) == 0)
        return 0;
    if ((flags & NO_PROPAGATE_INHERIT_ACE) != 0)
        flags &= (BYTE)~CONTAINER_INHERIT_ACE;
    flags &= (BYTE)~INHERIT_ONLY_ACE;
    return flags | INHERITED_ACE;
}

bool access_list_inherit(struct access_list *list,
                         const struct access_list *parent)
{
    const BYTE *at = (const BYTE *)(&parent->acl + 1);

    for (WORD i = 0; i < parent->acl.AceCount; i++) {
        const ACE_HEADER *ace = (const void *)at;
        BYTE flags = inherited_flags(ace->AceFlags);
        void *added;

        at += ace->AceSize;
        if (flags == 0)
            continue;
        if (!AddAce(&list->acl, ACL_REVISION, MAXDWORD, (void *)(ULONG_PTR)ace,
                    ace->AceSize) ||
            !GetAce(&list->acl, list->acl.AceCount - 1u, &added))
            return false;
        ((ACE_HEADER *)added)->AceFlags = flags;
    }
    return true;
}

bool access_list_grants(struct access_list *list, ACCESS_MASK wanted)
{
    void *at;

    for (DWORD i = 0; wanted != 0 && GetAce(&list->acl, i, &at); i++) {
        ACCESS_ALLOWED_ACE *ace = at;
        BOOL member = FALSE;

        if ((ace->Header.AceFlags & INHERIT_ONLY_ACE) != 0 ||
            !CheckTokenMembership(NULL, &ace->SidStart, &member) || !member)
            continue;
        if (ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE)
            wanted &= ~ace->Mask;
        else if ((ace->Mask & wanted) != 0)
            return false;
    }
    return wanted == 0;
}

/* A list in a descriptor is as long as its entries. */
static void trim(ACL *acl)
{
    ACL_SIZE_INFORMATION size;

    if (GetAclInformation(acl, &size, sizeof size, AclSizeInformation))
        acl->AclSize = (WORD)size.AclBytesInUse;
}

PSECURITY_DESCRIPTOR access_list_descriptor(struct access_list *list,
                                            DWORD *len)
{
    BYTE admins[SECURITY_MAX_SID_SIZE];
    DWORD sid_len = sizeof admins;
    SECURITY_DESCRIPTOR whole;
    void *result = malloc(DESCRIPTOR_LEN_MAX);

    if (!result)
        return NULL;
    *len = DESCRIPTOR_LEN_MAX;
    trim(&list->acl);
    if (CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, admins,
                           &sid_len) &&
        InitializeSecurityDescriptor(&whole, SECURITY_DESCRIPTOR_REVISION) &&
        SetSecurityDescriptorOwner(&whole, admins, FALSE) &&
        SetSecurityDescriptorGroup(&whole, admins, FALSE) &&
        SetSecurityDescriptorDacl(&whole, TRUE, &list->acl, FALSE) &&
        MakeSelfRelativeSD(&whole, result, len))
        return result;
    free(result);
    return NULL;
}
