/* SPDX-License-Identifier: MIT */
/*
 * QueryServiceObjectSecurity and SetServiceObjectSecurity, for the manager
 * and for services, with two modes: scm-denied and scm-ignored.
 */
#include <stdlib.h>
#include <string.h>

#include "../advapi32/real.h"
#include "../modes.h"
#include "guarded.h"
#include "handle.h"
#include "replaced.h"

#define KNOWN_PARTS                                                            \
    (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |                 \
     DACL_SECURITY_INFORMATION | SACL_SECURITY_INFORMATION)

static BOOL finish(DWORD code)
{
    SetLastError(code);
    return code == ERROR_SUCCESS;
}

static ACCESS_MASK right_to_read(SECURITY_INFORMATION what)
{
    const SECURITY_INFORMATION plain = KNOWN_PARTS & ~SACL_SECURITY_INFORMATION;
    ACCESS_MASK right = 0;

    if (what & plain)
        right |= READ_CONTROL;
    if (what & SACL_SECURITY_INFORMATION)
        right |= ACCESS_SYSTEM_SECURITY;
    return right;
}

static ACCESS_MASK right_to_write(SECURITY_INFORMATION what)
{
    ACCESS_MASK right = 0;

    if (what & DACL_SECURITY_INFORMATION)
        right |= WRITE_DAC;
    if (what & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION))
        right |= WRITE_OWNER;
    if (what & SACL_SECURITY_INFORMATION)
        right |= ACCESS_SYSTEM_SECURITY;
    return right;
}

static DWORD give(const struct opened *opened, SECURITY_INFORMATION what,
                  PSECURITY_DESCRIPTOR descriptor, DWORD len, DWORD *needed)
{
    PSECURITY_DESCRIPTOR parts = guarded_parts(opened->name, what);
    DWORD code = ERROR_SUCCESS;

    if (parts == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    *needed = GetSecurityDescriptorLength(parts);
    if (len < *needed)
        code = ERROR_INSUFFICIENT_BUFFER;
    else
        memcpy(descriptor, parts, *needed);
    free(parts);
    return code;
}

BOOL WINAPI lab_QueryServiceObjectSecurity(SC_HANDLE handle,
                                           SECURITY_INFORMATION what,
                                           PSECURITY_DESCRIPTOR descriptor,
                                           DWORD len, DWORD *needed)
{
    struct opened opened;
    ACCESS_MASK right;

    if (!handle_find(handle, &opened))
        return REAL(QueryServiceObjectSecurity)(handle, what, descriptor, len,
                                                needed);
    if (needed == NULL || (descriptor == NULL && len > 0))
        return finish(ERROR_INVALID_ADDRESS);
    right = right_to_read(what);
    if (right == 0)
        return finish(ERROR_INVALID_PARAMETER);
    if ((opened.access & right) != right)
        return finish(ERROR_ACCESS_DENIED);
    return finish(give(&opened, what, descriptor, len, needed));
}

/* Refused, ignored, or done. */
static DWORD change(const struct opened *opened, SECURITY_INFORMATION what,
                    PSECURITY_DESCRIPTOR given)
{
    bool is_manager = *opened->name == 0;

    if (is_manager && mode_is_on(L"scm-denied"))
        return ERROR_ACCESS_DENIED;
    if (is_manager && mode_is_on(L"scm-ignored"))
        return ERROR_SUCCESS;
    return guarded_change(opened->name, what, given);
}

/* An owner or a group that is set has to be there. */
static bool has_what_is_set(SECURITY_INFORMATION what,
                            PSECURITY_DESCRIPTOR given)
{
    PSID owner = NULL, group = NULL;
    BOOL defaulted;

    GetSecurityDescriptorOwner(given, &owner, &defaulted);
    GetSecurityDescriptorGroup(given, &group, &defaulted);
    return (!(what & OWNER_SECURITY_INFORMATION) || owner != NULL) &&
           (!(what & GROUP_SECURITY_INFORMATION) || group != NULL);
}

BOOL WINAPI lab_SetServiceObjectSecurity(SC_HANDLE handle,
                                         SECURITY_INFORMATION what,
                                         PSECURITY_DESCRIPTOR given)
{
    struct opened opened;
    ACCESS_MASK right;

    if (!handle_find(handle, &opened))
        return REAL(SetServiceObjectSecurity)(handle, what, given);
    /* Parts it does not know are silently ignored. */
    right = right_to_write(what);
    if (right == 0 || given == NULL || !IsValidSecurityDescriptor(given) ||
        !has_what_is_set(what, given))
        return finish(ERROR_INVALID_PARAMETER);
    if ((opened.access & right) != right)
        return finish(ERROR_ACCESS_DENIED);
    return finish(change(&opened, what & KNOWN_PARTS, given));
}
