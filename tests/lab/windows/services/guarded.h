/* SPDX-License-Identifier: MIT */
/*
 * The security of the service control manager and of its services: Windows'
 * own, and what was set since, kept in the registry by the service's name
 * ("" for the manager):
 *
 *   HKLM\SOFTWARE\wmifleet-lab\ServiceSecurity
 *     "winmgmt" = REG_BINARY self-relative descriptor
 *
 * There is no value as long as the descriptor is Windows' own. Descriptors
 * returned are self-relative and freed with free(); NULL: out of memory.
 */
#ifndef LAB_SERVICES_GUARDED_H
#define LAB_SERVICES_GUARDED_H

#include <windows.h>
#include <stdbool.h>

PSECURITY_DESCRIPTOR guarded_descriptor(const WCHAR *name);

/* Replaces the parts that `what` names. A Win32 code. */
DWORD guarded_change(const WCHAR *name, SECURITY_INFORMATION what,
                     PSECURITY_DESCRIPTOR given);

/* Only the parts that `what` names. */
PSECURITY_DESCRIPTOR guarded_parts(const WCHAR *name,
                                   SECURITY_INFORMATION what);

/* What the object's generic rights stand for. */
ACCESS_MASK guarded_rights(const WCHAR *name, ACCESS_MASK asked);

/*
 * Whether the caller gets `asked` (generic bits and MAXIMUM_ALLOWED
 * included): ERROR_SUCCESS and what he gets, or why not.
 */
DWORD guarded_access(const WCHAR *name, ACCESS_MASK asked,
                     ACCESS_MASK *granted);

#endif
