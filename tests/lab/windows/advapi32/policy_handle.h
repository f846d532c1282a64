/* SPDX-License-Identifier: MIT */
/*
 * Handles of the local security policy, with the access that they were
 * opened for, which Wine forgets. Administrators may have any; everybody
 * else what POLICY_EXECUTE names, as the policy object's own access list has
 * it (MS-LSAD 3.1.1.1).
 */
#ifndef LAB_POLICY_HANDLE_H
#define LAB_POLICY_HANDLE_H

#include <windows.h>
#include <ntsecapi.h>

/* STATUS_INVALID_HANDLE, or STATUS_ACCESS_DENIED where a bit is missing. */
NTSTATUS policy_handle_check(LSA_HANDLE, ACCESS_MASK needed);

/* STATUS_ACCESS_DENIED unless the caller is an administrator, elevated. */
NTSTATUS policy_handle_administrator(void);

#endif
