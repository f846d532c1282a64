/* SPDX-License-Identifier: MIT */
#include "policy_handle.h"

#include <ntstatus.h>
#include <stdbool.h>
#include <wchar.h>

#include "../modes.h"
#include "real.h"

NTSTATUS NTAPI lab_LsaOpenPolicy(LSA_UNICODE_STRING *system,
                                 LSA_OBJECT_ATTRIBUTES *attributes,
                                 ACCESS_MASK wanted, LSA_HANDLE *policy);
NTSTATUS NTAPI lab_LsaClose(LSA_HANDLE policy);
NTSTATUS NTAPI lab_LsaQueryInformationPolicy(LSA_HANDLE policy,
                                             POLICY_INFORMATION_CLASS what,
                                             void **buffer);

enum { HANDLES_MAX = 64, FIRST_HANDLE = 0x1ab0000, HANDLE_STEP = 4 };

#define NO_SUCH_SERVER ((NTSTATUS)0xC0020017) /* RPC_NT_SERVER_UNAVAILABLE */
/* Set in a slot that is in use: no bit of a policy. */
#define IN_USE 0x00800000u

/* The access behind each open handle; 0: free. Threads share it. */
static volatile LONG open_handles[HANDLES_MAX];

static volatile LONG *slot_of(LSA_HANDLE policy)
{
    ULONG_PTR offset = (ULONG_PTR)policy - FIRST_HANDLE;

    if (offset % HANDLE_STEP != 0 || offset / HANDLE_STEP >= HANDLES_MAX ||
        open_handles[offset / HANDLE_STEP] == 0)
        return NULL;
    return &open_handles[offset / HANDLE_STEP];
}

NTSTATUS policy_handle_check(LSA_HANDLE policy, ACCESS_MASK needed)
{
    volatile LONG *slot = slot_of(policy);

    if (slot == NULL)
        return STATUS_INVALID_HANDLE;
    return ((ACCESS_MASK)*slot & needed) == needed ? STATUS_SUCCESS
                                                   : STATUS_ACCESS_DENIED;
}

NTSTATUS policy_handle_administrator(void)
{
    BYTE administrators[SECURITY_MAX_SID_SIZE];
    DWORD len = sizeof administrators;
    BOOL member = FALSE;

    return !mode_is_on(L"not-elevated") &&
                   CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL,
                                      administrators, &len) &&
                   CheckTokenMembership(NULL, administrators, &member) && member
               ? STATUS_SUCCESS
               : STATUS_ACCESS_DENIED;
}

static bool is_this_machine(const LSA_UNICODE_STRING *system)
{
    WCHAR machine[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD count = MAX_COMPUTERNAME_LENGTH + 1;
    const WCHAR *name;
    size_t len;

    if (system == NULL || system->Length == 0)
        return true;
    name = system->Buffer;
    len = system->Length / sizeof *name;
    if (len > 2 && wcsncmp(name, L"\\\\", 2) == 0) {
        name += 2;
        len -= 2;
    }
    return GetComputerNameW(machine, &count) && count == len &&
           _wcsnicmp(machine, name, len) == 0;
}

/* The bits that a wish means for this caller. */
static ACCESS_MASK resolve(ACCESS_MASK wanted, ACCESS_MASK allowed)
{
    GENERIC_MAPPING mapping = {POLICY_READ, POLICY_WRITE, POLICY_EXECUTE,
                               POLICY_ALL_ACCESS};

    MapGenericMask(&wanted, &mapping);
    if ((wanted & MAXIMUM_ALLOWED) != 0)
        wanted = (wanted & ~(ACCESS_MASK)MAXIMUM_ALLOWED) | allowed;
    return wanted;
}

NTSTATUS NTAPI lab_LsaOpenPolicy(LSA_UNICODE_STRING *system,
                                 LSA_OBJECT_ATTRIBUTES *attributes,
                                 ACCESS_MASK wanted, LSA_HANDLE *policy)
{
    ACCESS_MASK allowed = POLICY_EXECUTE;
    LONG i;

    if (attributes == NULL || policy == NULL)
        return STATUS_INVALID_PARAMETER;
    if (!is_this_machine(system))
        return NO_SUCH_SERVER;
    if (policy_handle_administrator() == STATUS_SUCCESS)
        allowed = POLICY_ALL_ACCESS;
    wanted = resolve(wanted, allowed);
    if ((wanted & ~allowed) != 0)
        return STATUS_ACCESS_DENIED;
    for (i = 0; i < HANDLES_MAX; i++)
        if (InterlockedCompareExchange(&open_handles[i],
                                       (LONG)(wanted | IN_USE), 0) == 0) {
            *policy = (LSA_HANDLE)(ULONG_PTR)(FIRST_HANDLE + i * HANDLE_STEP);
            return STATUS_SUCCESS;
        }
    return STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS NTAPI lab_LsaClose(LSA_HANDLE policy)
{
    volatile LONG *slot = slot_of(policy);

    if (slot == NULL)
        return STATUS_INVALID_HANDLE;
    InterlockedExchange(slot, 0);
    return STATUS_SUCCESS;
}

/* The answers are Wine's; whom it answers is not. */
NTSTATUS NTAPI lab_LsaQueryInformationPolicy(LSA_HANDLE policy,
                                             POLICY_INFORMATION_CLASS what,
                                             void **buffer)
{
    ACCESS_MASK needed = what == PolicyAuditEventsInformation
                             ? POLICY_VIEW_AUDIT_INFORMATION
                             : POLICY_VIEW_LOCAL_INFORMATION;
    NTSTATUS status = policy_handle_check(policy, needed);

    return status == STATUS_SUCCESS
               ? REAL(LsaQueryInformationPolicy)(policy, what, buffer)
               : status;
}
