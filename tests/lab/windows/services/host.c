/* SPDX-License-Identifier: MIT */
/*
 * wmifleet-service.dll: what the lab's services are, each in a svchost.exe
 * of Wine's that the service control manager starts. They do nothing but
 * pass through the states, some with trouble (modes service-stop-hangs and
 * dependant-start-fails).
 */
#include <windows.h>
#include <stdlib.h>
#include <wchar.h>

#include "../modes.h"

enum { STEP_COUNT = 3, STEP_MS = 40, WAIT_HINT_MS = 3000 };

struct service {
    SERVICE_STATUS_HANDLE handle;
    HANDLE stop;
    const WCHAR *name;
    SERVICE_STATUS status;
};

void WINAPI ServiceMain(DWORD argc, WCHAR **argv);

static void report(struct service *service, DWORD state, DWORD checkpoint)
{
    SERVICE_STATUS *status = &service->status;

    status->dwServiceType = SERVICE_WIN32_SHARE_PROCESS;
    status->dwCurrentState = state;
    status->dwControlsAccepted =
        state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0;
    status->dwCheckPoint = checkpoint;
    status->dwWaitHint = checkpoint != 0 ? WAIT_HINT_MS : 0;
    SetServiceStatus(service->handle, status);
}

static void pass_through(struct service *service, DWORD state)
{
    DWORD step;

    for (step = 1; step <= STEP_COUNT; step++) {
        report(service, state, step);
        Sleep(STEP_MS);
    }
}

static DWORD WINAPI on_control(DWORD control, DWORD type, void *data,
                               void *context)
{
    struct service *service = context;

    (void)type, (void)data;
    switch (control) {
    case SERVICE_CONTROL_STOP:
        report(service, SERVICE_STOP_PENDING, 1);
        SetEvent(service->stop);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        SetServiceStatus(service->handle, &service->status);
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

static void stop(struct service *service)
{
    while (_wcsicmp(service->name, L"winmgmt") == 0 &&
           mode_is_on(L"service-stop-hangs"))
        Sleep(STEP_MS);
    pass_through(service, SERVICE_STOP_PENDING);
    report(service, SERVICE_STOPPED, 0);
}

static void run(struct service *service)
{
    pass_through(service, SERVICE_START_PENDING);
    if (_wcsicmp(service->name, L"iphlpsvc") == 0 &&
        mode_is_on(L"dependant-start-fails")) {
        service->status.dwWin32ExitCode = ERROR_FILE_NOT_FOUND;
        report(service, SERVICE_STOPPED, 0);
        return;
    }
    report(service, SERVICE_RUNNING, 0);
    WaitForSingleObject(service->stop, INFINITE);
    stop(service);
}

void WINAPI ServiceMain(DWORD argc, WCHAR **argv)
{
    struct service service = {0};

    if (argc == 0)
        return;
    service.name = argv[0];
    service.stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    service.handle =
        RegisterServiceCtrlHandlerExW(argv[0], on_control, &service);
    if (service.stop != NULL && service.handle != NULL)
        run(&service);
    if (service.stop != NULL)
        CloseHandle(service.stop);
}
