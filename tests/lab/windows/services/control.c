/* SPDX-License-Identifier: MIT */
/*
 * Starting and stopping, which Wine does without a look at dependencies; and
 * the mode service-start-fails.
 */
#include <stdlib.h>
#include <wchar.h>

#include "../advapi32/real.h"
#include "../modes.h"
#include "kin.h"
#include "replaced.h"

/* How long the manager waits for a service that another needs. */
enum { NEEDED_MS = 30000, LOOK_MS = 20 };

static DWORD start(const WCHAR *name, SC_HANDLE service, DWORD argc,
                   const WCHAR **argv);

static bool has_active_dependants(const WCHAR *name)
{
    struct kin *kin = kin_dependants(name);
    SERVICE_STATUS status;
    bool found = false;
    DWORD i;

    for (i = 0; kin != NULL && i < kin->count && !found; i++)
        found = kin_status(kin->services[i].name, &status) &&
                status.dwCurrentState != SERVICE_STOPPED;
    free(kin);
    return found;
}

/* Why Windows would not stop it now. */
static DWORD objection(const WCHAR *name, const SERVICE_STATUS *status)
{
    switch (status->dwCurrentState) {
    case SERVICE_STOPPED:
        return ERROR_SERVICE_NOT_ACTIVE;
    case SERVICE_START_PENDING:
    case SERVICE_STOP_PENDING:
        return ERROR_SERVICE_CANNOT_ACCEPT_CTRL;
    default:
        break;
    }
    return has_active_dependants(name) ? ERROR_DEPENDENT_SERVICES_RUNNING
                                       : ERROR_SUCCESS;
}

BOOL WINAPI lab_ControlService(SC_HANDLE handle, DWORD control,
                               SERVICE_STATUS *status)
{
    struct opened opened;
    SERVICE_STATUS now;
    DWORD code;

    if (control != SERVICE_CONTROL_STOP || !handle_find(handle, &opened))
        return REAL(ControlService)(handle, control, status);
    code = handle_service(handle, SERVICE_STOP, &opened);
    if (code == ERROR_SUCCESS && !kin_status(opened.name, &now))
        code = ERROR_INVALID_HANDLE;
    if (code == ERROR_SUCCESS) {
        code = objection(opened.name, &now);
        if (code != ERROR_SUCCESS && code != ERROR_DEPENDENT_SERVICES_RUNNING)
            *status = now;
    }
    if (code == ERROR_SUCCESS)
        return REAL(ControlService)(handle, control, status);
    SetLastError(code);
    return FALSE;
}

static DWORD await_running(const WCHAR *name)
{
    SERVICE_STATUS status = {0};
    DWORD waited;

    for (waited = 0; waited < NEEDED_MS; waited += LOOK_MS) {
        if (!kin_status(name, &status) ||
            status.dwCurrentState == SERVICE_STOPPED)
            break;
        if (status.dwCurrentState == SERVICE_RUNNING)
            return ERROR_SUCCESS;
        Sleep(LOOK_MS);
    }
    return ERROR_SERVICE_DEPENDENCY_FAIL;
}

/* The manager starts what is needed itself, whatever the caller may. */
static DWORD start_needed(const WCHAR *name)
{
    SC_HANDLE manager = REAL(OpenSCManagerW)(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = NULL;
    DWORD code = ERROR_SERVICE_DEPENDENCY_DELETED;

    if (manager != NULL)
        service = REAL(OpenServiceW)(manager, name, SERVICE_START);
    if (service != NULL)
        code = start(name, service, 0, NULL);
    if (service != NULL && code != ERROR_SUCCESS)
        code = ERROR_SERVICE_DEPENDENCY_FAIL;
    if (service != NULL)
        REAL(CloseServiceHandle)(service);
    if (manager != NULL)
        REAL(CloseServiceHandle)(manager);
    return code == ERROR_SUCCESS ? await_running(name) : code;
}

static DWORD start_what_it_needs(const WCHAR *name)
{
    struct kin *kin = kin_needs(name);
    DWORD code = kin ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
    SERVICE_STATUS status;
    DWORD i;

    for (i = 0; kin != NULL && i < kin->count && code == ERROR_SUCCESS; i++)
        if (!kin_status(kin->services[i].name, &status))
            code = ERROR_SERVICE_DEPENDENCY_DELETED;
        else if (status.dwCurrentState == SERVICE_STOPPED)
            code = start_needed(kin->services[i].name);
        else if (status.dwCurrentState == SERVICE_START_PENDING)
            code = await_running(kin->services[i].name);
    free(kin);
    return code;
}

static DWORD start(const WCHAR *name, SC_HANDLE service, DWORD argc,
                   const WCHAR **argv)
{
    SERVICE_STATUS status;
    DWORD code;

    if (!kin_status(name, &status))
        return ERROR_INVALID_HANDLE;
    if (status.dwCurrentState != SERVICE_STOPPED)
        return ERROR_SERVICE_ALREADY_RUNNING;
    if (kin_start_type(name) == SERVICE_DISABLED)
        return ERROR_SERVICE_DISABLED;
    code = start_what_it_needs(name);
    if (code != ERROR_SUCCESS)
        return code;
    if (_wcsicmp(name, L"winmgmt") == 0 && mode_is_on(L"service-start-fails"))
        return ERROR_SERVICE_REQUEST_TIMEOUT;
    return REAL(StartServiceW)(service, argc, argv) ? ERROR_SUCCESS
                                                    : GetLastError();
}

BOOL WINAPI lab_StartServiceW(SC_HANDLE handle, DWORD argc, const WCHAR **argv)
{
    struct opened opened;
    DWORD code;

    if (!handle_find(handle, &opened))
        return REAL(StartServiceW)(handle, argc, argv);
    code = handle_service(handle, SERVICE_START, &opened);
    if (code == ERROR_SUCCESS)
        code = start(opened.name, handle, argc, argv);
    SetLastError(code);
    return code == ERROR_SUCCESS;
}
