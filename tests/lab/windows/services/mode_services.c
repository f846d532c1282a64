/* SPDX-License-Identifier: MIT */
#include "mode_services.h"

#include <wchar.h>

#include "../modes.h"

enum { AWAIT_MS = 30000, LOOK_MS = 20, DEPENDANTS_LEN = 16384 };

static const WCHAR *const MODES[] = {
    L"service-stop-hangs", L"service-start-fails", L"dependant-start-fails",
    L"winmgmt-disabled",   L"winmgmt-stopped",     L"winmgmt-paused",
    L"rpcss-stopped",
};

/* With these all that starts by itself runs. */
static const WCHAR *const STARTED[] = {
    L"rpcss",
    L"winmgmt",
    L"LabMonitor",
    L"wscsvc",
};

bool mode_services_on(void)
{
    size_t i;

    for (i = 0; i < ARRAYSIZE(MODES); i++)
        if (mode_is_on(MODES[i]))
            return true;
    return false;
}

static DWORD await(SC_HANDLE service, DWORD state)
{
    SERVICE_STATUS status;
    DWORD waited;

    for (waited = 0; waited < AWAIT_MS; waited += LOOK_MS) {
        if (!QueryServiceStatus(service, &status))
            return GetLastError();
        if (status.dwCurrentState == state)
            return ERROR_SUCCESS;
        Sleep(LOOK_MS);
    }
    return ERROR_TIMEOUT;
}

static DWORD stop_one(SC_HANDLE manager, const WCHAR *name)
{
    SC_HANDLE service =
        OpenServiceW(manager, name, SERVICE_STOP | SERVICE_QUERY_STATUS);
    SERVICE_STATUS status;
    DWORD code = ERROR_SUCCESS;

    if (service == NULL)
        return GetLastError();
    if (!ControlService(service, SERVICE_CONTROL_STOP, &status))
        code = GetLastError();
    if (code == ERROR_SUCCESS || code == ERROR_SERVICE_NOT_ACTIVE)
        code = await(service, SERVICE_STOPPED);
    CloseServiceHandle(service);
    return code;
}

static DWORD stop_all(SC_HANDLE manager, SC_HANDLE service, const WCHAR *name)
{
    union {
        ENUM_SERVICE_STATUSW entries[1];
        BYTE bytes[DEPENDANTS_LEN];
    } list;
    DWORD code = ERROR_SUCCESS;
    DWORD needed, count, i;

    if (!EnumDependentServicesW(service, SERVICE_ACTIVE, list.entries,
                                sizeof list, &needed, &count))
        return GetLastError();
    for (i = 0; i < count && code == ERROR_SUCCESS; i++)
        code = stop_one(manager, list.entries[i].lpServiceName);
    return code == ERROR_SUCCESS ? stop_one(manager, name) : code;
}

static DWORD set_start(SC_HANDLE service, DWORD type)
{
    return ChangeServiceConfigW(service, SERVICE_NO_CHANGE, type,
                                SERVICE_NO_CHANGE, NULL, NULL, NULL, NULL, NULL,
                                NULL, NULL)
               ? ERROR_SUCCESS
               : GetLastError();
}

static DWORD stop_winmgmt(SC_HANDLE manager, bool disable)
{
    SC_HANDLE service =
        OpenServiceW(manager, L"winmgmt",
                     SERVICE_ENUMERATE_DEPENDENTS | SERVICE_CHANGE_CONFIG);
    DWORD code;

    if (service == NULL)
        return GetLastError();
    code = stop_all(manager, service, L"winmgmt");
    if (code == ERROR_SUCCESS && disable)
        code = set_start(service, SERVICE_DISABLED);
    CloseServiceHandle(service);
    return code;
}

static DWORD send_winmgmt(SC_HANDLE manager, DWORD control, DWORD state)
{
    SC_HANDLE service = OpenServiceW(
        manager, L"winmgmt", SERVICE_PAUSE_CONTINUE | SERVICE_QUERY_STATUS);
    SERVICE_STATUS status;
    DWORD code;

    if (service == NULL)
        return GetLastError();
    code = ControlService(service, control, &status) ? await(service, state)
                                                     : GetLastError();
    CloseServiceHandle(service);
    return code;
}

/*
 * An administrator has no right to stop it, so Wine's own functions do, whose
 * copy the stand-in has loaded.
 */
static DWORD stop_rpcss(void)
{
    HMODULE wine = GetModuleHandleW(L"advapi32w.dll");
    __typeof__(&OpenSCManagerW) open_manager;
    __typeof__(&OpenServiceW) open_service;
    SC_HANDLE manager, service;
    SERVICE_STATUS status;
    DWORD code;

    open_manager = (__typeof__(open_manager))(void *)GetProcAddress(
        wine, "OpenSCManagerW");
    open_service =
        (__typeof__(open_service))(void *)GetProcAddress(wine, "OpenServiceW");
    if (open_manager == NULL || open_service == NULL)
        return ERROR_PROC_NOT_FOUND;
    manager = open_manager(NULL, NULL, SC_MANAGER_CONNECT);
    service =
        open_service(manager, L"rpcss", SERVICE_STOP | SERVICE_QUERY_STATUS);
    code = ControlService(service, SERVICE_CONTROL_STOP, &status)
               ? await(service, SERVICE_STOPPED)
               : GetLastError();
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return code;
}

DWORD mode_services_begin(const WCHAR *name)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    DWORD code = ERROR_SUCCESS;

    if (manager == NULL)
        return GetLastError();
    if (wcscmp(name, L"winmgmt-disabled") == 0)
        code = stop_winmgmt(manager, true);
    else if (wcscmp(name, L"winmgmt-stopped") == 0)
        code = stop_winmgmt(manager, false);
    else if (wcscmp(name, L"winmgmt-paused") == 0)
        code = send_winmgmt(manager, SERVICE_CONTROL_PAUSE, SERVICE_PAUSED);
    else if (wcscmp(name, L"rpcss-stopped") == 0)
        code = stop_rpcss();
    CloseServiceHandle(manager);
    return code;
}

static DWORD enable_winmgmt(SC_HANDLE manager)
{
    SC_HANDLE service = OpenServiceW(
        manager, L"winmgmt", SERVICE_QUERY_STATUS | SERVICE_CHANGE_CONFIG);
    SERVICE_STATUS status = {0};
    DWORD code;

    if (service == NULL)
        return GetLastError();
    code = set_start(service, SERVICE_AUTO_START);
    /* One that hung ends now. */
    if (code == ERROR_SUCCESS && QueryServiceStatus(service, &status) &&
        status.dwCurrentState == SERVICE_STOP_PENDING)
        code = await(service, SERVICE_STOPPED);
    if (code == ERROR_SUCCESS && status.dwCurrentState == SERVICE_PAUSED)
        code = send_winmgmt(manager, SERVICE_CONTROL_CONTINUE, SERVICE_RUNNING);
    CloseServiceHandle(service);
    return code;
}

static DWORD start_one(SC_HANDLE manager, const WCHAR *name)
{
    SC_HANDLE service =
        OpenServiceW(manager, name, SERVICE_START | SERVICE_QUERY_STATUS);
    DWORD code;

    if (service == NULL)
        return GetLastError();
    code = StartServiceW(service, 0, NULL) ? ERROR_SUCCESS : GetLastError();
    if (code == ERROR_SUCCESS || code == ERROR_SERVICE_ALREADY_RUNNING)
        code = await(service, SERVICE_RUNNING);
    CloseServiceHandle(service);
    return code;
}

DWORD mode_services_end(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    DWORD code;
    size_t i;

    if (manager == NULL)
        return GetLastError();
    code = enable_winmgmt(manager);
    for (i = 0; i < ARRAYSIZE(STARTED) && code == ERROR_SUCCESS; i++)
        code = start_one(manager, STARTED[i]);
    CloseServiceHandle(manager);
    return code;
}
