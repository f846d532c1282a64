/* SPDX-License-Identifier: MIT */
/*
 * What the machine is joined to. Under HKLM\SOFTWARE\wmifleet-lab: `Domain`
 * (REG_SZ) is the name of a domain that it is a member of, absent in a
 * workgroup; `Entra` (REG_DWORD) is 1 for a device that is joined to
 * Microsoft Entra and 2 for one with a work account added.
 *
 * Microsoft's page of NetGetAadJoinInformation: S_OK with NULL when there is
 * no join.
 */
#include "replaced.h"
#include "rules.h"

#include <stddef.h>

#define LAB_KEY L"SOFTWARE\\wmifleet-lab"

NET_API_STATUS WINAPI lab_NetGetJoinInformation(LPCWSTR server, LPWSTR *name,
                                                NETSETUP_JOIN_STATUS *type)
{
    NET_API_STATUS status = rules_server(server);
    WCHAR domain[256];
    DWORD len = sizeof domain;
    struct pack pack;

    if (status != NERR_Success)
        return status;
    if (!name || !type)
        return ERROR_INVALID_PARAMETER;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, LAB_KEY, L"Domain", RRF_RT_REG_SZ,
                     NULL, domain, &len) != ERROR_SUCCESS)
        return NetGetJoinInformation(NULL, name, type);
    status = pack_begin(&pack, 0, pack_len(domain));
    if (status != NERR_Success)
        return status;
    *name = pack_text(&pack, domain);
    *type = NetSetupDomainName;
    return NERR_Success;
}

HRESULT WINAPI lab_NetGetAadJoinInformation(LPCWSTR tenant,
                                            struct lab_entra_join **join)
{
    DWORD type = 0;
    DWORD len = sizeof type;

    (void)tenant;
    if (!join)
        return E_INVALIDARG;
    *join = NULL;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, LAB_KEY, L"Entra", RRF_RT_REG_DWORD,
                     NULL, &type, &len) != ERROR_SUCCESS ||
        type == 0)
        return S_OK;
    *join = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof **join);
    if (!*join)
        return E_OUTOFMEMORY;
    (*join)->type = (int)type;
    return S_OK;
}

void WINAPI lab_NetFreeAadJoinInformation(struct lab_entra_join *join)
{
    HeapFree(GetProcessHeap(), 0, join);
}
