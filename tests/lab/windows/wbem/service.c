/* SPDX-License-Identifier: MIT */
#include "service.h"

#include "../modes.h"

#include <wbemcli.h>

#define NO_SERVER ((HRESULT)0x800706BA)

#define LAB_KEY L"SOFTWARE\\wmifleet-lab"

enum { START_MS = 30000, LOOK_MS = 20, WARM_UP_CALLS = 3 };

static SC_HANDLE open_service(DWORD access)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service;
    DWORD code;

    if (!manager)
        return NULL;
    service = OpenServiceW(manager, L"winmgmt", access);
    code = GetLastError();
    CloseServiceHandle(manager);
    SetLastError(code);
    return service;
}

/* Its process while it runs; 0 when it does not. */
static DWORD running(SC_HANDLE service, DWORD *state)
{
    SERVICE_STATUS_PROCESS status = {0};
    DWORD needed;

    QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status,
                         sizeof status, &needed);
    *state = status.dwCurrentState;
    return *state == SERVICE_RUNNING ? status.dwProcessId : 0;
}

/* A disabled service is told as such; any other trouble is the server's. */
static HRESULT start(void)
{
    SC_HANDLE service = open_service(SERVICE_START);
    DWORD code = ERROR_SUCCESS;

    if (!service || !StartServiceW(service, 0, NULL))
        code = GetLastError();
    if (service)
        CloseServiceHandle(service);
    switch (code) {
    case ERROR_SUCCESS:
    case ERROR_SERVICE_ALREADY_RUNNING:
        return S_OK;
    case ERROR_SERVICE_DISABLED:
    case ERROR_ACCESS_DENIED:
        return HRESULT_FROM_WIN32(code);
    default:
        return CO_E_SERVER_EXEC_FAILURE;
    }
}

static HRESULT await(SC_HANDLE service, DWORD *process)
{
    DWORD waited, state;

    for (waited = 0; waited < START_MS; waited += LOOK_MS) {
        *process = running(service, &state);
        if (*process)
            return S_OK;
        if (state != SERVICE_START_PENDING)
            break;
        Sleep(LOOK_MS);
    }
    return CO_E_SERVER_EXEC_FAILURE;
}

static DWORD lab_number(const WCHAR *name)
{
    DWORD number = 0, len = sizeof number;

    RegGetValueW(HKEY_LOCAL_MACHINE, LAB_KEY, name, RRF_RT_REG_DWORD, NULL,
                 &number, &len);
    return number;
}

static void set_lab_number(const WCHAR *name, DWORD number)
{
    RegSetKeyValueW(HKEY_LOCAL_MACHINE, LAB_KEY, name, REG_DWORD, &number,
                    sizeof number);
}

/* The mode: each new process refuses its first callers, one way or another. */
static HRESULT warm_up(DWORD process)
{
    static const HRESULT answers[] = {NO_SERVER,
                                      (HRESULT)WBEM_E_INITIALIZATION_FAILURE};
    DWORD refused;

    if (!mode_is_on(L"wmi-warms-up"))
        return S_OK;
    if (lab_number(L"WarmProcess") != process) {
        set_lab_number(L"WarmProcess", process);
        set_lab_number(L"WarmRefused", 0);
    }
    refused = lab_number(L"WarmRefused");
    if (refused >= WARM_UP_CALLS)
        return S_OK;
    set_lab_number(L"WarmRefused", refused + 1);
    return answers[refused % ARRAYSIZE(answers)];
}

HRESULT winmgmt_demand(DWORD *process)
{
    SC_HANDLE service;
    DWORD state;
    HRESULT hr = S_OK;

    if (mode_is_on(L"wmi-stopped"))
        return NO_SERVER;
    service = open_service(SERVICE_QUERY_STATUS);
    if (!service)
        return HRESULT_FROM_WIN32(GetLastError());
    *process = running(service, &state);
    if (state == SERVICE_STOP_PENDING)
        hr = NO_SERVER;
    else if (state == SERVICE_STOPPED)
        hr = start();
    if (SUCCEEDED(hr) && !*process)
        hr = await(service, process);
    CloseServiceHandle(service);
    if (SUCCEEDED(hr))
        hr = warm_up(*process);
    return hr;
}

HRESULT winmgmt_reached(DWORD process)
{
    SC_HANDLE service;
    DWORD state, now;

    if (mode_is_on(L"wmi-stopped"))
        return NO_SERVER;
    service = open_service(SERVICE_QUERY_STATUS);
    if (!service)
        return NO_SERVER;
    now = running(service, &state);
    CloseServiceHandle(service);
    return now == process ? S_OK : NO_SERVER;
}
