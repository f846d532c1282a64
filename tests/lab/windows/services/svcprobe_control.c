/* SPDX-License-Identifier: MIT */
/* Configuration, states, starting and stopping of services. */
#include "svcprobe.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

enum { AWAIT_MS = 20000, LOOK_MS = 10, LIST_MAX = 8192 };

SC_HANDLE service_of(const WCHAR *name, DWORD access)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = OpenServiceW(manager, name, access);
    DWORD code = GetLastError();

    CloseServiceHandle(manager);
    SetLastError(code);
    return service;
}

SERVICE_STATUS_PROCESS status_of(const WCHAR *name)
{
    SC_HANDLE service = service_of(name, SERVICE_QUERY_STATUS);
    SERVICE_STATUS_PROCESS status = {0};
    DWORD needed;

    QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status,
                         sizeof status, &needed);
    CloseServiceHandle(service);
    return status;
}

DWORD await_state(const WCHAR *name, DWORD state)
{
    DWORD waited;

    for (waited = 0; waited < AWAIT_MS; waited += LOOK_MS) {
        if (status_of(name).dwCurrentState == state)
            return 0;
        Sleep(LOOK_MS);
    }
    return ERROR_TIMEOUT;
}

DWORD start_of(const WCHAR *name)
{
    SC_HANDLE service = service_of(name, SERVICE_START);
    DWORD code = code_of(StartServiceW(service, 0, NULL));

    CloseServiceHandle(service);
    return code;
}

DWORD stop_of(const WCHAR *name)
{
    SC_HANDLE service = service_of(name, SERVICE_STOP);
    SERVICE_STATUS status;
    DWORD code =
        code_of(ControlService(service, SERVICE_CONTROL_STOP, &status));

    CloseServiceHandle(service);
    return code;
}

DWORD stopped(const WCHAR *name)
{
    DWORD code = stop_of(name);

    return code ? code : await_state(name, SERVICE_STOPPED);
}

DWORD started(const WCHAR *name)
{
    DWORD code = start_of(name);

    return code ? code : await_state(name, SERVICE_RUNNING);
}

DWORD set_start_type(const WCHAR *name, DWORD type)
{
    SC_HANDLE service = service_of(name, SERVICE_CHANGE_CONFIG);
    DWORD code = code_of(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, type,
                                              SERVICE_NO_CHANGE, NULL, NULL,
                                              NULL, NULL, NULL, NULL, NULL));

    CloseServiceHandle(service);
    return code;
}

/* The dependants in this state, their names with a blank behind each. */
static DWORD dependants_of(const WCHAR *name, DWORD state, WCHAR *names)
{
    SC_HANDLE service = service_of(name, SERVICE_ENUMERATE_DEPENDENTS);
    union {
        ENUM_SERVICE_STATUSW entries[1];
        BYTE bytes[LIST_MAX];
    } list;
    DWORD needed = 0, count = 0, code, i;

    *names = 0;
    code = code_of(EnumDependentServicesW(service, state, list.entries,
                                          sizeof list, &needed, &count));
    for (i = 0; i < count; i++) {
        wcscat(names, list.entries[i].lpServiceName);
        wcscat(names, L" ");
    }
    CloseServiceHandle(service);
    return code;
}

static void check_names(struct probe *probe, const WCHAR *name, DWORD state,
                        const WCHAR *wanted, const char *what)
{
    WCHAR names[LIST_MAX];

    check(probe, dependants_of(name, state, names), 0, what);
    check(probe, _wcsicmp(names, wanted) == 0, 1, "in this order");
    if (_wcsicmp(names, wanted) != 0)
        printf("# got %ls\n", names);
}

static void probe_dependants(struct probe *probe)
{
    SC_HANDLE service = service_of(L"winmgmt", SERVICE_ENUMERATE_DEPENDENTS);
    DWORD needed = 0, count = 9;
    ENUM_SERVICE_STATUSW one;
    WCHAR names[LIST_MAX];

    check_names(probe, L"winmgmt", SERVICE_ACTIVE,
                L"LabMonitor wscsvc iphlpsvc ", "those that run");
    check_names(probe, L"winmgmt", SERVICE_INACTIVE, L"SharedAccess ",
                "those that do not");
    check_names(probe, L"winmgmt", SERVICE_STATE_ALL,
                L"LabMonitor wscsvc SharedAccess iphlpsvc ", "all");
    check_names(probe, L"iphlpsvc", SERVICE_STATE_ALL, L"LabMonitor ",
                "one in the middle");
    check_names(probe, L"LabMonitor", SERVICE_STATE_ALL, L"", "the last one");
    check(probe, dependants_of(L"winmgmt", 4, names), ERROR_INVALID_PARAMETER,
          "no such state");
    check(probe,
          code_of(EnumDependentServicesW(service, SERVICE_ACTIVE, &one,
                                         sizeof one, &needed, &count)),
          ERROR_MORE_DATA, "no room");
    check(probe, count == 0 && needed > 3 * sizeof one, 1,
          "and it says how much");
    CloseServiceHandle(service);
    service = service_of(L"winmgmt", SERVICE_QUERY_STATUS);
    check(probe,
          code_of(EnumDependentServicesW(service, SERVICE_ACTIVE, &one,
                                         sizeof one, &needed, &count)),
          ERROR_ACCESS_DENIED, "without the right");
    CloseServiceHandle(service);
}

static void probe_config(struct probe *probe)
{
    SC_HANDLE service =
        service_of(L"winmgmt", SERVICE_QUERY_CONFIG | SERVICE_CHANGE_CONFIG);
    union {
        QUERY_SERVICE_CONFIGW config;
        BYTE bytes[LIST_MAX];
    } all;
    DWORD needed = 0;

    check(probe, code_of(QueryServiceConfigW(service, NULL, 0, &needed)),
          ERROR_INSUFFICIENT_BUFFER, "configuration: no room");
    check(probe,
          code_of(QueryServiceConfigW(service, &all.config, needed, &needed)),
          0, "exactly enough room");
    check(probe, all.config.dwStartType, SERVICE_AUTO_START, "automatic");
    check(probe, all.config.dwServiceType, SERVICE_WIN32_SHARE_PROCESS,
          "a shared process");
    check(probe,
          _wcsicmp(all.config.lpBinaryPathName,
                   L"C:\\windows\\system32\\svchost.exe -k netsvcs -p") == 0,
          1, "the program, expanded");
    check(probe, _wcsicmp(all.config.lpDependencies, L"RpcSs") == 0, 1,
          "needs rpcss");
    check(probe, set_start_type(L"winmgmt", SERVICE_DEMAND_START), 0,
          "on demand");
    check(probe,
          code_of(QueryServiceConfigW(service, &all.config, sizeof all,
                                      &needed)) == 0 &&
              all.config.dwStartType == SERVICE_DEMAND_START,
          1, "it is");
    check(probe, set_start_type(L"winmgmt", SERVICE_AUTO_START), 0, "and back");
    CloseServiceHandle(service);
    service = service_of(L"winmgmt", SERVICE_QUERY_CONFIG);
    check(probe,
          code_of(ChangeServiceConfigW(
              service, SERVICE_NO_CHANGE, SERVICE_DEMAND_START,
              SERVICE_NO_CHANGE, NULL, NULL, NULL, NULL, NULL, NULL, NULL)),
          ERROR_ACCESS_DENIED, "without the right");
    CloseServiceHandle(service);
    check(probe, code_of(service_of(L"rpcss", SERVICE_CHANGE_CONFIG) != NULL),
          ERROR_ACCESS_DENIED, "rpcss is not to be configured");
    check(probe, status_of(L"rpcss").dwCurrentState, SERVICE_RUNNING,
          "but it runs");
}

/* 0 when Windows does not tell. */
static ULONGLONG start_time(DWORD id)
{
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    FILETIME made = {0}, other;
    BOOL told;

    if (process == NULL)
        return 0;
    told = GetProcessTimes(process, &made, &other, &other, &other);
    CloseHandle(process);
    return told ? (ULONGLONG)made.dwHighDateTime << 32 | made.dwLowDateTime : 0;
}

static void probe_restart(struct probe *probe)
{
    SERVICE_STATUS_PROCESS before = status_of(L"winmgmt"), now;
    ULONGLONG born = start_time(before.dwProcessId);

    check(probe, born != 0, 1, "its process has a start time");
    check(probe, stop_of(L"winmgmt"), ERROR_DEPENDENT_SERVICES_RUNNING,
          "stop with dependants");
    check(probe, start_of(L"winmgmt"), ERROR_SERVICE_ALREADY_RUNNING,
          "start what runs");
    check(probe, stop_of(L"iphlpsvc"), ERROR_DEPENDENT_SERVICES_RUNNING,
          "stop a dependant with one of its own");
    check(probe, stopped(L"LabMonitor"), 0, "stop the last one");
    check(probe, stopped(L"wscsvc"), 0, "and the other");
    check(probe, stopped(L"iphlpsvc"), 0, "and the one between");
    check(probe, stop_of(L"iphlpsvc"), ERROR_SERVICE_NOT_ACTIVE, "once more");
    check(probe, stopped(L"winmgmt"), 0, "stop winmgmt");
    check(probe, status_of(L"winmgmt").dwProcessId, 0, "no process any more");
    check(probe, start_of(L"LabMonitor"), 0, "start the last one");
    check(probe, await_state(L"LabMonitor", SERVICE_RUNNING), 0, "it runs");
    now = status_of(L"winmgmt");
    check(probe, now.dwCurrentState, SERVICE_RUNNING, "all that it needs too");
    check(probe, now.dwProcessId != 0 && now.dwProcessId != before.dwProcessId,
          1, "in another process");
    check(probe, start_time(now.dwProcessId) > born, 1, "of a later time");
    check(probe, started(L"wscsvc"), 0, "start the other");
}

static void probe_disabled(struct probe *probe)
{
    check(probe, set_start_type(L"SharedAccess", SERVICE_DISABLED), 0,
          "disable a stopped service");
    check(probe, start_of(L"SharedAccess"), ERROR_SERVICE_DISABLED, "start it");
    check(probe, set_start_type(L"SharedAccess", SERVICE_DEMAND_START), 0,
          "enable it");
    check(probe, stopped(L"LabMonitor"), 0, "stop a chain");
    check(probe, stopped(L"iphlpsvc"), 0, "both of it");
    check(probe, set_start_type(L"iphlpsvc", SERVICE_DISABLED), 0,
          "disable the first");
    check(probe, start_of(L"LabMonitor"), ERROR_SERVICE_DEPENDENCY_FAIL,
          "start the second");
    check(probe, set_start_type(L"iphlpsvc", SERVICE_AUTO_START), 0,
          "enable the first");
    check(probe, started(L"LabMonitor"), 0, "start the second");
}

void probe_control(struct probe *probe)
{
    probe_config(probe);
    probe_dependants(probe);
    probe_restart(probe);
    probe_disabled(probe);
}
