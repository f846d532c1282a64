/* SPDX-License-Identifier: MIT */
/* The policy of all accounts, and what this stand-in does not have. */
#include "replaced.h"
#include "rules.h"

#include <sddl.h>
#include <string.h>

static NET_API_STATUS give(const void *bytes, size_t len, BYTE **out)
{
    struct pack pack;
    NET_API_STATUS status = pack_begin(&pack, len, 0);

    if (status != NERR_Success)
        return status;
    memcpy(pack.start, bytes, len);
    *out = pack.start;
    return NERR_Success;
}

static NET_API_STATUS give_role(BYTE **out)
{
    struct pack pack;
    NET_API_STATUS status =
        pack_begin(&pack, sizeof(USER_MODALS_INFO_1), pack_len(L""));

    if (status != NERR_Success)
        return status;
    ((USER_MODALS_INFO_1 *)(void *)pack.start)->usrmod1_role = UAS_ROLE_PRIMARY;
    ((USER_MODALS_INFO_1 *)(void *)pack.start)->usrmod1_primary =
        pack_text(&pack, L"");
    *out = pack.start;
    return NERR_Success;
}

/* The machine's own domain: its name and its SID. */
static NET_API_STATUS give_domain(BYTE **out)
{
    WCHAR machine[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD count = MAX_COMPUTERNAME_LENGTH + 1;
    USER_MODALS_INFO_2 *info;
    struct pack pack;
    NET_API_STATUS status;
    PSID sid;

    if (!GetComputerNameW(machine, &count) ||
        !ConvertStringSidToSidW(account_machine_sid(), &sid))
        return ERROR_NOT_ENOUGH_MEMORY;
    status = pack_begin(&pack, sizeof *info,
                        pack_len(machine) + SECURITY_MAX_SID_SIZE);
    if (status == NERR_Success) {
        info = (void *)pack.start;
        info->usrmod2_domain_id = pack_bytes(&pack, sid, GetLengthSid(sid));
        info->usrmod2_domain_name = pack_text(&pack, machine);
        *out = pack.start;
    }
    LocalFree(sid);
    return status;
}

NET_API_STATUS WINAPI lab_NetUserModalsGet(LPCWSTR server, DWORD level,
                                           BYTE **out)
{
    struct policy policy;
    NET_API_STATUS status = rules_server(server);

    if (status != NERR_Success)
        return status;
    if (!out)
        return ERROR_INVALID_PARAMETER;
    rules_policy(&policy);
    switch (level) {
    case 0:
        return give(&policy.password, sizeof policy.password, out);
    case 1:
        return give_role(out);
    case 2:
        return give_domain(out);
    case 3:
        return give(&policy.lockout, sizeof policy.lockout, out);
    default:
        return ERROR_INVALID_LEVEL;
    }
}

NET_API_STATUS WINAPI lab_NetUserModalsSet(LPCWSTR server, DWORD level,
                                           BYTE *buffer, DWORD *parameter)
{
    (void)server, (void)level, (void)buffer, (void)parameter;
    return ERROR_NOT_SUPPORTED;
}

NET_API_STATUS WINAPI lab_NetUserEnum(LPCWSTR server, DWORD level, DWORD filter,
                                      BYTE **out, DWORD most, DWORD *read,
                                      DWORD *total, DWORD *resume)
{
    (void)server, (void)level, (void)filter, (void)out, (void)most;
    (void)read, (void)total, (void)resume;
    return ERROR_NOT_SUPPORTED;
}

NET_API_STATUS WINAPI lab_NetUserChangePassword(LPCWSTR server, LPCWSTR user,
                                                LPCWSTR old, LPCWSTR password)
{
    (void)server, (void)user, (void)old, (void)password;
    return ERROR_NOT_SUPPORTED;
}

NET_API_STATUS WINAPI lab_NetLocalGroupSetInfo(LPCWSTR server, LPCWSTR name,
                                               DWORD level, BYTE *buffer,
                                               DWORD *parameter)
{
    (void)server, (void)name, (void)level, (void)buffer, (void)parameter;
    return ERROR_NOT_SUPPORTED;
}

NET_API_STATUS WINAPI lab_NetLocalGroupSetMembers(LPCWSTR server, LPCWSTR name,
                                                  DWORD level, BYTE *buffer,
                                                  DWORD count)
{
    (void)server, (void)name, (void)level, (void)buffer, (void)count;
    return ERROR_NOT_SUPPORTED;
}
