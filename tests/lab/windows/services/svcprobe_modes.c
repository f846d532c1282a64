/* SPDX-License-Identifier: MIT */
/* What the modes of services do. */
#include "svcprobe.h"

#include <wchar.h>

static DWORD config_of(const WCHAR *name)
{
    SC_HANDLE service = service_of(name, SERVICE_QUERY_CONFIG);
    union {
        QUERY_SERVICE_CONFIGW config;
        BYTE bytes[8192];
    } all;
    DWORD needed, type = MAXDWORD;

    if (QueryServiceConfigW(service, &all.config, sizeof all, &needed))
        type = all.config.dwStartType;
    CloseServiceHandle(service);
    return type;
}

/* Whatever needs winmgmt. */
static void stop_dependants(struct probe *probe)
{
    check(probe, stopped(L"LabMonitor"), 0, "stop LabMonitor");
    check(probe, stopped(L"wscsvc"), 0, "stop wscsvc");
    check(probe, stopped(L"iphlpsvc"), 0, "stop iphlpsvc");
}

static void stop_hangs(struct probe *probe)
{
    SERVICE_STATUS_PROCESS status;

    stop_dependants(probe);
    check(probe, stop_of(L"winmgmt"), 0, "stopping is taken");
    status = status_of(L"winmgmt");
    check(probe, status.dwCurrentState, SERVICE_STOP_PENDING, "but hangs");
    check(probe, status.dwProcessId != 0, 1, "its process is there");
    check(probe, stop_of(L"winmgmt"), ERROR_SERVICE_CANNOT_ACCEPT_CTRL,
          "stop once more");
    check(probe, start_of(L"winmgmt"), ERROR_SERVICE_ALREADY_RUNNING,
          "start what is stopping");
    check(probe, status.dwCheckPoint > 0 && status.dwWaitHint > 0, 1,
          "a checkpoint and a hint");
    Sleep(200);
    check(probe, status_of(L"winmgmt").dwCheckPoint, status.dwCheckPoint,
          "that stands still");
}

static void start_fails(struct probe *probe)
{
    stop_dependants(probe);
    check(probe, stopped(L"winmgmt"), 0, "stopping works");
    check(probe, start_of(L"winmgmt"), ERROR_SERVICE_REQUEST_TIMEOUT,
          "starting does not");
    check(probe, status_of(L"winmgmt").dwCurrentState, SERVICE_STOPPED,
          "it stays stopped");
    check(probe, start_of(L"LabMonitor"), ERROR_SERVICE_DEPENDENCY_FAIL,
          "what needs it neither");
}

static void dependant_fails(struct probe *probe)
{
    stop_dependants(probe);
    check(probe, started(L"wscsvc"), 0, "another dependant starts");
    check(probe, start_of(L"iphlpsvc"), 0, "the start is taken");
    check(probe, await_state(L"iphlpsvc", SERVICE_STOPPED), 0, "but it ends");
    check(probe, status_of(L"iphlpsvc").dwWin32ExitCode, ERROR_FILE_NOT_FOUND,
          "and says why");
    check(probe, start_of(L"LabMonitor"), ERROR_SERVICE_DEPENDENCY_FAIL,
          "what needs it does not start");
}

static void disabled(struct probe *probe)
{
    check(probe, config_of(L"winmgmt"), SERVICE_DISABLED, "disabled");
    check(probe, status_of(L"winmgmt").dwCurrentState, SERVICE_STOPPED,
          "stopped");
    check(probe, start_of(L"winmgmt"), ERROR_SERVICE_DISABLED, "start it");
    check(probe, start_of(L"wscsvc"), ERROR_SERVICE_DEPENDENCY_FAIL,
          "start what needs it");
    check(probe, set_start_type(L"winmgmt", SERVICE_AUTO_START), 0,
          "enable it");
    check(probe, started(L"winmgmt"), 0, "then it starts");
}

static void not_running(struct probe *probe)
{
    check(probe, config_of(L"winmgmt"), SERVICE_AUTO_START, "automatic");
    check(probe, status_of(L"winmgmt").dwCurrentState, SERVICE_STOPPED,
          "but stopped");
    check(probe, status_of(L"iphlpsvc").dwCurrentState, SERVICE_STOPPED,
          "what needs it too");
    check(probe, started(L"winmgmt"), 0, "it starts");
    check(probe, status_of(L"iphlpsvc").dwCurrentState, SERVICE_STOPPED,
          "without what needs it");
}

static void rpcss_stopped(struct probe *probe)
{
    check(probe, status_of(L"rpcss").dwCurrentState, SERVICE_STOPPED,
          "rpcss does not run");
    check(probe, config_of(L"rpcss"), SERVICE_AUTO_START, "but is automatic");
    check(probe, started(L"rpcss"), 0, "it starts");
}

void probe_service_mode(struct probe *probe, const WCHAR *mode)
{
    static const struct {
        const WCHAR *name;
        void (*walk)(struct probe *);
    } walks[] = {
        {L"service-stop-hangs", stop_hangs},
        {L"service-start-fails", start_fails},
        {L"dependant-start-fails", dependant_fails},
        {L"winmgmt-disabled", disabled},
        {L"winmgmt-stopped", not_running},
        {L"rpcss-stopped", rpcss_stopped},
    };
    size_t i;

    for (i = 0; i < ARRAYSIZE(walks); i++)
        if (wcscmp(walks[i].name, mode) == 0)
            walks[i].walk(probe);
}
