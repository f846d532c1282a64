/* SPDX-License-Identifier: MIT */
/*
 * Who listens on which TCP port: GetExtendedTcpTable for the class
 * TCP_TABLE_OWNER_PID_LISTENER, from Microsoft's page. Wine asks a driver
 * that does not run in the lab. The listeners stand in the registry:
 *
 *   HKLM\SOFTWARE\wmifleet-lab\Listeners
 *     "24158" = REG_SZ "winmgmt"   a port, and the service whose process
 *                                  listens on it, over IPv4 and IPv6
 *
 * A service that does not run listens on nothing.
 */
#include <winsock2.h>

#include <windows.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include <stddef.h>
#include <wchar.h>

#define LISTENERS_KEY L"SOFTWARE\\wmifleet-lab\\Listeners"
enum { LISTENERS_MAX = 64, TEXT_MAX_COUNT = 64 };

DWORD WINAPI lab_GetExtendedTcpTable(void *table, DWORD *size, BOOL order,
                                     ULONG family, TCP_TABLE_CLASS class,
                                     ULONG reserved);

struct listener {
    DWORD port; /* in network byte order */
    DWORD pid;
};

static DWORD pid_of(const WCHAR *name)
{
    SERVICE_STATUS_PROCESS status = {.dwProcessId = 0};
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service =
        manager ? OpenServiceW(manager, name, SERVICE_QUERY_STATUS) : NULL;
    DWORD len;

    if (!service || !QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO,
                                          (BYTE *)&status, sizeof status, &len))
        status.dwProcessId = 0;
    if (service)
        CloseServiceHandle(service);
    if (manager)
        CloseServiceHandle(manager);
    return status.dwProcessId;
}

static DWORD read_listeners(struct listener found[LISTENERS_MAX])
{
    DWORD count = 0;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, LISTENERS_KEY, 0, KEY_QUERY_VALUE,
                      &key) != ERROR_SUCCESS)
        return 0;
    for (DWORD i = 0; count < LISTENERS_MAX; i++) {
        WCHAR port[TEXT_MAX_COUNT], service[TEXT_MAX_COUNT];
        DWORD port_count = TEXT_MAX_COUNT, len = sizeof service, type;
        unsigned long number;

        if (RegEnumValueW(key, i, port, &port_count, NULL, &type,
                          (BYTE *)service, &len) != ERROR_SUCCESS)
            break;
        number = wcstoul(port, NULL, 10);
        found[count].port =
            (DWORD)((number & 0xFF) << 8 | (number >> 8 & 0xFF));
        found[count].pid = type == REG_SZ ? pid_of(service) : 0;
        count += found[count].pid != 0;
    }
    RegCloseKey(key);
    return count;
}

static void fill(void *table, ULONG family, const struct listener *found,
                 DWORD count)
{
    MIB_TCPTABLE_OWNER_PID *four = table;
    MIB_TCP6TABLE_OWNER_PID *six = table;

    if (family == AF_INET)
        four->dwNumEntries = count;
    else
        six->dwNumEntries = count;
    for (DWORD i = 0; i < count; i++) {
        if (family == AF_INET)
            four->table[i] =
                (MIB_TCPROW_OWNER_PID){.dwState = MIB_TCP_STATE_LISTEN,
                                       .dwLocalPort = found[i].port,
                                       .dwOwningPid = found[i].pid};
        else
            six->table[i] =
                (MIB_TCP6ROW_OWNER_PID){.dwState = MIB_TCP_STATE_LISTEN,
                                        .dwLocalPort = found[i].port,
                                        .dwOwningPid = found[i].pid};
    }
}

DWORD WINAPI lab_GetExtendedTcpTable(void *table, DWORD *size, BOOL order,
                                     ULONG family, TCP_TABLE_CLASS class,
                                     ULONG reserved)
{
    struct listener found[LISTENERS_MAX];
    DWORD count, needed;

    (void)order, (void)reserved;
    if (!size || (family != AF_INET && family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    if (class != TCP_TABLE_OWNER_PID_LISTENER)
        return ERROR_NOT_SUPPORTED;
    count = read_listeners(found);
    needed = family == AF_INET
                 ? (DWORD)(offsetof(MIB_TCPTABLE_OWNER_PID, table) +
                           count * sizeof(MIB_TCPROW_OWNER_PID))
                 : (DWORD)(offsetof(MIB_TCP6TABLE_OWNER_PID, table) +
                           count * sizeof(MIB_TCP6ROW_OWNER_PID));
    if (!table || *size < needed) {
        *size = needed;
        return ERROR_INSUFFICIENT_BUFFER;
    }
    fill(table, family, found, count);
    return NO_ERROR;
}
