/* SPDX-License-Identifier: MIT */
/*
 * wmifleet-service.dll: what the lab's services are, each in a svchost.exe
 * of Wine's that the service control manager starts. They do nothing but
 * pass through the states, some with trouble (modes service-stop-hangs and
 * dependant-start-fails); winmgmt answers other machines while it runs.
 */
#include <windows.h>
#include <stdbool.h>
#include <stdlib.h>
#include <wchar.h>

#include "../modes.h"
#include "../remote/wmi.h"

enum { STEP_COUNT = 3, STEP_MS = 40, WAIT_HINT_MS = 3000 };

/* What a control asks for. */
enum asked { ASKED_STOP, ASKED_PAUSE, ASKED_CONTINUE, ASKED_COUNT };

struct service {
    SERVICE_STATUS_HANDLE handle;
    HANDLE asked[ASKED_COUNT];
    const WCHAR *name;
    SERVICE_STATUS status;
};

void WINAPI ServiceMain(DWORD argc, WCHAR **argv);

static bool is_winmgmt(const struct service *service)
{
    return _wcsicmp(service->name, L"winmgmt") == 0;
}

/* `sc query winmgmt` says STOPPABLE and PAUSABLE. */
static DWORD accepted(const struct service *service, DWORD state)
{
    if (state != SERVICE_RUNNING && state != SERVICE_PAUSED)
        return 0;
    return SERVICE_ACCEPT_STOP |
           (is_winmgmt(service) ? SERVICE_ACCEPT_PAUSE_CONTINUE : 0);
}

static void report(struct service *service, DWORD state, DWORD checkpoint)
{
    SERVICE_STATUS *status = &service->status;

    status->dwServiceType = SERVICE_WIN32_SHARE_PROCESS;
    status->dwCurrentState = state;
    status->dwControlsAccepted = accepted(service, state);
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
        SetEvent(service->asked[ASKED_STOP]);
        return NO_ERROR;
    case SERVICE_CONTROL_PAUSE:
        report(service, SERVICE_PAUSE_PENDING, 1);
        SetEvent(service->asked[ASKED_PAUSE]);
        return NO_ERROR;
    case SERVICE_CONTROL_CONTINUE:
        report(service, SERVICE_CONTINUE_PENDING, 1);
        SetEvent(service->asked[ASKED_CONTINUE]);
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
    while (is_winmgmt(service) && mode_is_on(L"service-stop-hangs"))
        Sleep(STEP_MS);
    pass_through(service, SERVICE_STOP_PENDING);
    report(service, SERVICE_STOPPED, 0);
}

static void run(struct service *service)
{
    struct wmi_server *wmi = NULL;

    pass_through(service, SERVICE_START_PENDING);
    if (_wcsicmp(service->name, L"iphlpsvc") == 0 &&
        mode_is_on(L"dependant-start-fails")) {
        service->status.dwWin32ExitCode = ERROR_FILE_NOT_FOUND;
        report(service, SERVICE_STOPPED, 0);
        return;
    }
    if (is_winmgmt(service))
        wmi = wmi_begin();
    report(service, SERVICE_RUNNING, 0);
    for (;;) {
        switch (WaitForMultipleObjects(ASKED_COUNT, service->asked, FALSE,
                                       INFINITE)) {
        case WAIT_OBJECT_0 + ASKED_PAUSE:
            pass_through(service, SERVICE_PAUSE_PENDING);
            report(service, SERVICE_PAUSED, 0);
            break;
        case WAIT_OBJECT_0 + ASKED_CONTINUE:
            pass_through(service, SERVICE_CONTINUE_PENDING);
            report(service, SERVICE_RUNNING, 0);
            break;
        default:
            wmi_end(wmi);
            stop(service);
            return;
        }
    }
}

void WINAPI ServiceMain(DWORD argc, WCHAR **argv)
{
    struct service service = {0};
    DWORD made = 0;
    DWORD i;

    if (argc == 0)
        return;
    service.name = argv[0];
    for (i = 0; i < ASKED_COUNT; i++)
        made +=
            (service.asked[i] = CreateEventW(NULL, FALSE, FALSE, NULL)) != NULL;
    service.handle =
        RegisterServiceCtrlHandlerExW(argv[0], on_control, &service);
    if (made == ASKED_COUNT && service.handle != NULL)
        run(&service);
    for (i = 0; i < ASKED_COUNT; i++)
        if (service.asked[i] != NULL)
            CloseHandle(service.asked[i]);
}
