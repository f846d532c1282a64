/* SPDX-License-Identifier: MIT */
/*
 * svcstate factory: the services of Windows that the lab has, in a prefix
 *                   whose Wine knows some of them as others
 * svcstate await:   waits until those that start by themselves run
 */
#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#define SVCHOST L"%systemroot%\\system32\\svchost.exe -k "
#define SERVICES_KEY L"SYSTEM\\CurrentControlSet\\Services\\"
#define GROUPS_KEY L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SvcHost"
#define SERVICE_DLL L"%SystemRoot%\\system32\\wmifleet-service.dll"

enum { AWAIT_MS = 60000, LOOK_MS = 20 };

static const struct service {
    const WCHAR *name;
    const WCHAR *display;
    DWORD start;
    const WCHAR *path;
    const WCHAR *needs;
} SERVICES[] = {
    {L"Winmgmt", L"Windows Management Instrumentation", SERVICE_AUTO_START,
     SVCHOST L"netsvcs -p", L"RpcSs\0"},
    {L"iphlpsvc", L"IP Helper", SERVICE_AUTO_START, SVCHOST L"NetSvcs -p",
     L"RpcSs\0winmgmt\0"},
    {L"wscsvc", L"Security Center", SERVICE_AUTO_START,
     SVCHOST L"LocalServiceNetworkRestricted -p", L"RpcSs\0WinMgmt\0"},
    {L"SharedAccess", L"Internet Connection Sharing (ICS)",
     SERVICE_DEMAND_START, SVCHOST L"netsvcs -p", L"winmgmt\0"},
    /* Somebody's agent, which needs one that needs winmgmt. */
    {L"LabMonitor", L"Lab Monitoring Agent", SERVICE_AUTO_START,
     SVCHOST L"LabMonitor", L"iphlpsvc\0"},
};

static const struct {
    const WCHAR *name;
    const WCHAR *services;
    DWORD len;
} GROUPS[] = {
#define GROUP(name, list)                                                      \
    {                                                                          \
        name, list, sizeof(list)                                               \
    }
    GROUP(L"netsvcs", L"BITS\0fontcache\0iphlpsvc\0Winmgmt\0Schedule\0"
                      L"SharedAccess\0"),
    GROUP(L"LocalServiceNetworkRestricted", L"EventLog\0wscsvc\0"),
    GROUP(L"LabMonitor", L"LabMonitor\0"),
#undef GROUP
};

static DWORD write_parameters(const struct service *service)
{
    WCHAR key[256];

    swprintf(key, ARRAYSIZE(key), SERVICES_KEY L"%ls\\Parameters",
             service->name);
    return (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, key, L"ServiceDll",
                                  REG_EXPAND_SZ, SERVICE_DLL,
                                  sizeof SERVICE_DLL);
}

static SC_HANDLE open_or_create(SC_HANDLE manager,
                                const struct service *service)
{
    SC_HANDLE handle =
        OpenServiceW(manager, service->name, SERVICE_CHANGE_CONFIG);
    SC_HANDLE created;

    if (handle != NULL || GetLastError() != ERROR_SERVICE_DOES_NOT_EXIST)
        return handle;
    created = CreateServiceW(manager, service->name, service->display,
                             SERVICE_ALL_ACCESS, SERVICE_WIN32_SHARE_PROCESS,
                             service->start, SERVICE_ERROR_NORMAL,
                             service->path, NULL, NULL, NULL, NULL, NULL);
    if (created == NULL)
        return NULL;
    CloseServiceHandle(created);
    return OpenServiceW(manager, service->name, SERVICE_CHANGE_CONFIG);
}

static DWORD make(SC_HANDLE manager, const struct service *service)
{
    SC_HANDLE handle = open_or_create(manager, service);
    DWORD code = ERROR_SUCCESS;

    if (handle == NULL)
        return GetLastError();
    if (!ChangeServiceConfigW(handle, SERVICE_WIN32_SHARE_PROCESS,
                              service->start, SERVICE_NO_CHANGE, service->path,
                              NULL, NULL, service->needs, NULL, NULL,
                              service->display))
        code = GetLastError();
    CloseServiceHandle(handle);
    return code == ERROR_SUCCESS ? write_parameters(service) : code;
}

/* Wine's own rpcss starts by itself from the next start of Windows on; nobody
 * may configure it through the manager. */
static DWORD make_rpcss(void)
{
    DWORD start = SERVICE_AUTO_START;

    return (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, SERVICES_KEY L"RpcSs",
                                  L"Start", REG_DWORD, &start, sizeof start);
}

/* How a svchost.exe of the shared group speaks DCOM. */
static DWORD make_group_key(void)
{
    static const struct {
        const WCHAR *name;
        DWORD number;
    } numbers[] = {{L"CoInitializeSecurityParam", 1},
                   {L"AuthenticationCapabilities", 0x3020}};
    DWORD code = ERROR_SUCCESS;
    size_t i;

    for (i = 0; i < ARRAYSIZE(numbers) && code == ERROR_SUCCESS; i++)
        code = (DWORD)RegSetKeyValueW(
            HKEY_LOCAL_MACHINE, GROUPS_KEY L"\\netsvcs", numbers[i].name,
            REG_DWORD, &numbers[i].number, sizeof numbers[i].number);
    return code;
}

static DWORD factory(SC_HANDLE manager)
{
    DWORD code = make_rpcss();
    size_t i;

    for (i = 0; i < ARRAYSIZE(SERVICES) && code == ERROR_SUCCESS; i++)
        code = make(manager, &SERVICES[i]);
    for (i = 0; i < ARRAYSIZE(GROUPS) && code == ERROR_SUCCESS; i++)
        code = (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, GROUPS_KEY,
                                      GROUPS[i].name, REG_MULTI_SZ,
                                      GROUPS[i].services, GROUPS[i].len);
    if (code == ERROR_SUCCESS)
        code = make_group_key();
    return code;
}

static DWORD state_of(SC_HANDLE manager, const WCHAR *name)
{
    SC_HANDLE handle = OpenServiceW(manager, name, SERVICE_QUERY_STATUS);
    SERVICE_STATUS status = {0};

    if (handle == NULL)
        return 0;
    QueryServiceStatus(handle, &status);
    CloseServiceHandle(handle);
    return status.dwCurrentState;
}

static DWORD await(SC_HANDLE manager)
{
    DWORD waited = 0;
    size_t i;

    for (i = 0; i < ARRAYSIZE(SERVICES); i++)
        while (SERVICES[i].start == SERVICE_AUTO_START &&
               state_of(manager, SERVICES[i].name) != SERVICE_RUNNING) {
            if (waited >= AWAIT_MS) {
                fprintf(stderr, "svcstate: %ls does not start\n",
                        SERVICES[i].name);
                return ERROR_TIMEOUT;
            }
            Sleep(LOOK_MS);
            waited += LOOK_MS;
        }
    return ERROR_SUCCESS;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    DWORD code = ERROR_INVALID_PARAMETER;

    if (manager == NULL)
        code = GetLastError();
    else if (argc == 2 && wcscmp(argv[1], L"factory") == 0)
        code = factory(manager);
    else if (argc == 2 && wcscmp(argv[1], L"await") == 0)
        code = await(manager);
    if (code != ERROR_SUCCESS)
        fprintf(stderr, "svcstate: error %lu\n", code);
    if (manager != NULL)
        CloseServiceHandle(manager);
    return code != ERROR_SUCCESS;
}
