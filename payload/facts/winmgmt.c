/* SPDX-License-Identifier: MIT */
/* WMI's service: its process, and the TCP ports that this one listens on. */
#include <winsock2.h>

#include <windows.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include "payload/facts/facts.h"

#include <stdlib.h>

#include "payload/run/identity.h"
#include "payload/service/service_state.h"
#include "payload/service/winmgmt.h"
#include "payload/win32/system.h"

#define TABLE_MAX (4u * 1024 * 1024)

/* The table of that address family, to be freed; NULL when there is none. */
static void *read_table(ULONG family)
{
    __typeof__(&GetExtendedTcpTable) ask =
        (__typeof__(ask))system_load(L"iphlpapi.dll", "GetExtendedTcpTable");
    DWORD size = 16 * 1024;
    while (ask != NULL && size <= TABLE_MAX) {
        void *table = malloc(size);
        DWORD room = size;
        DWORD code = table != NULL ? ask(table, &size, FALSE, family,
                                         TCP_TABLE_OWNER_PID_LISTENER, 0)
                                   : ERROR_OUTOFMEMORY;
        if (code == NO_ERROR)
            return table;
        free(table);
        if (code != ERROR_INSUFFICIENT_BUFFER)
            return NULL;
        if (size <= room) /* it grows while it is asked for */
            size = room * 2;
    }
    return NULL;
}

/* The port stands in network byte order in the lower half. */
static void add_port(cJSON *ports, DWORD raw)
{
    int port = (int)((raw & 0xFF) << 8 | (raw >> 8 & 0xFF));
    const cJSON *each;
    cJSON_ArrayForEach (each, ports) {
        if (each->valueint == port)
            return;
    }
    cJSON_AddItemToArray(ports, cJSON_CreateNumber(port));
}

static void add_ports(cJSON *winmgmt, DWORD pid)
{
    MIB_TCPTABLE_OWNER_PID *four = read_table(AF_INET);
    MIB_TCP6TABLE_OWNER_PID *six = read_table(AF_INET6);
    cJSON *ports = four != NULL || six != NULL ? cJSON_CreateArray() : NULL;
    for (DWORD i = 0; four != NULL && i < four->dwNumEntries; i++) {
        if (four->table[i].dwOwningPid == pid)
            add_port(ports, four->table[i].dwLocalPort);
    }
    for (DWORD i = 0; six != NULL && i < six->dwNumEntries; i++) {
        if (six->table[i].dwOwningPid == pid)
            add_port(ports, six->table[i].dwLocalPort);
    }
    facts_put(winmgmt, "ports", ports);
    free(four);
    free(six);
}

static void add_process(cJSON *winmgmt, DWORD pid)
{
    unsigned long long began = service_process_began(pid);
    unsigned long count = service_count_in(pid);
    char text[32];
    cJSON_AddNumberToObject(winmgmt, "pid", (double)pid);
    if (identity_format_ticks(began, text))
        cJSON_AddStringToObject(winmgmt, "started", text);
    if (count > 0)
        cJSON_AddBoolToObject(winmgmt, "own_process", count == 1);
    add_ports(winmgmt, pid);
}

void facts_winmgmt(cJSON *facts)
{
    struct service_status now;
    cJSON *object =
        service_query(WINMGMT, &now) == 0 ? service_state_json(&now) : NULL;
    if (object != NULL && now.pid != 0)
        add_process(object, now.pid);
    facts_put(facts, "winmgmt", object);
}
