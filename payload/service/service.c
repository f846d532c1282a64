/* SPDX-License-Identifier: MIT */
#include "payload/service/service.h"

#include <windows.h>
#include <stdbool.h>
#include <stdlib.h>

#include "payload/win32/utf16.h"

_Static_assert(SERVICE_AT_REST == SERVICE_STOPPED &&
                   SERVICE_COMES_UP == SERVICE_START_PENDING &&
                   SERVICE_GOES_DOWN == SERVICE_STOP_PENDING &&
                   SERVICE_RUNS == SERVICE_RUNNING &&
                   SERVICE_CONTINUES == SERVICE_CONTINUE_PENDING &&
                   SERVICE_PAUSES == SERVICE_PAUSE_PENDING &&
                   SERVICE_IS_PAUSED == SERVICE_PAUSED,
               "states are Windows' own");
_Static_assert(SERVICE_BY_BOOT == SERVICE_BOOT_START &&
                   SERVICE_BY_SYSTEM == SERVICE_SYSTEM_START &&
                   SERVICE_AUTOMATIC == SERVICE_AUTO_START &&
                   SERVICE_MANUAL == SERVICE_DEMAND_START &&
                   SERVICE_IS_DISABLED == SERVICE_DISABLED,
               "start types are Windows' own");

union config {
    QUERY_SERVICE_CONFIGW config;
    BYTE bytes[8192]; /* the most that the call ever needs */
};

/* NULL with `code`; the caller closes the handle. */
static SC_HANDLE open_service(const char *name, DWORD access,
                              unsigned long *code)
{
    SC_HANDLE service = NULL;
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    *code = manager == NULL ? GetLastError() : 0;
    wchar_t *wide = utf16_from_utf8(name);
    if (manager != NULL && wide == NULL)
        *code = SERVICE_CODE_MEMORY;
    if (manager != NULL && wide != NULL) {
        service = OpenServiceW(manager, wide, access);
        *code = service == NULL ? GetLastError() : 0;
    }
    free(wide);
    if (manager != NULL)
        CloseServiceHandle(manager);
    return service;
}

/* Closes it, and gives the code of the call that went before. */
static unsigned long close_with(SC_HANDLE service, BOOL done)
{
    unsigned long code = done ? 0 : GetLastError();
    CloseServiceHandle(service);
    return code;
}

unsigned long service_query(const char *name, struct service_status *status)
{
    unsigned long code;
    SERVICE_STATUS_PROCESS now = {.dwCurrentState = 0};
    union config info;
    DWORD len;
    SC_HANDLE service =
        open_service(name, SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG, &code);
    if (service == NULL)
        return code;
    code = close_with(
        service,
        QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&now,
                             sizeof now, &len) &&
            QueryServiceConfigW(service, &info.config, sizeof info, &len));
    if (code != 0)
        return code;
    *status = (struct service_status){
        .state = now.dwCurrentState,
        .start = info.config.dwStartType,
        .pid = now.dwProcessId,
        .wait_hint_ms = now.dwWaitHint,
        .exit_code = now.dwWin32ExitCode,
    };
    return 0;
}

unsigned long long service_process_began(unsigned long pid)
{
    FILETIME began;
    FILETIME other[3];
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    if (process == NULL)
        return 0;
    BOOL known =
        GetProcessTimes(process, &began, &other[0], &other[1], &other[2]);
    CloseHandle(process);
    return known ? (ULONGLONG)began.dwHighDateTime << 32 | began.dwLowDateTime
                 : 0;
}

unsigned long service_count_in(unsigned long pid)
{
    const DWORD size = 256 * 1024; /* the most that the call gives at once */
    DWORD resume = 0;
    unsigned long found = 0;
    BOOL more;
    SC_HANDLE manager =
        OpenSCManagerW(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE);
    ENUM_SERVICE_STATUS_PROCESSW *list = malloc(size);
    do {
        DWORD len;
        DWORD count = 0;
        more = manager != NULL && list != NULL &&
               !EnumServicesStatusExW(
                   manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE,
                   (BYTE *)list, size, &len, &count, &resume, NULL);
        if (more && (GetLastError() != ERROR_MORE_DATA || count == 0)) {
            more = FALSE;
            count = 0;
            found = 0;
        }
        for (DWORD i = 0; i < count; i++)
            found += list[i].ServiceStatusProcess.dwProcessId == pid;
    } while (more);
    free(list);
    if (manager != NULL)
        CloseServiceHandle(manager);
    return found;
}

static cJSON *names_of(const ENUM_SERVICE_STATUSW *found, DWORD count)
{
    cJSON *names = cJSON_CreateArray();
    for (DWORD i = 0; names != NULL && i < count; i++) {
        char *name = utf16_text_to_utf8(found[i].lpServiceName);
        cJSON *item = name != NULL ? cJSON_CreateString(name) : NULL;
        free(name);
        if (cJSON_AddItemToArray(names, item))
            continue;
        cJSON_Delete(item);
        cJSON_Delete(names);
        names = NULL;
    }
    return names;
}

cJSON *service_dependents(const char *name, unsigned long *code)
{
    const DWORD size = 65536; /* the most that the call gives */
    DWORD len = 0;
    DWORD count = 0;
    cJSON *names = NULL;
    SC_HANDLE service = open_service(name, SERVICE_ENUMERATE_DEPENDENTS, code);
    if (service == NULL)
        return NULL;
    ENUM_SERVICE_STATUSW *found = malloc(size);
    *code = SERVICE_CODE_MEMORY;
    if (found != NULL && !EnumDependentServicesW(service, SERVICE_ACTIVE, found,
                                                 size, &len, &count))
        *code = GetLastError();
    else if (found != NULL)
        names = names_of(found, count);
    free(found);
    CloseServiceHandle(service);
    return names;
}

unsigned long service_begin_start(const char *name)
{
    unsigned long code;
    SC_HANDLE service = open_service(name, SERVICE_START, &code);
    return service == NULL
               ? code
               : close_with(service, StartServiceW(service, 0, NULL));
}

static unsigned long send(const char *name, DWORD access, DWORD control)
{
    unsigned long code;
    SERVICE_STATUS status;
    SC_HANDLE service = open_service(name, access, &code);
    return service == NULL
               ? code
               : close_with(service, ControlService(service, control, &status));
}

unsigned long service_begin_stop(const char *name)
{
    return send(name, SERVICE_STOP, SERVICE_CONTROL_STOP);
}

unsigned long service_begin_pause(const char *name)
{
    return send(name, SERVICE_PAUSE_CONTINUE, SERVICE_CONTROL_PAUSE);
}

unsigned long service_begin_continue(const char *name)
{
    return send(name, SERVICE_PAUSE_CONTINUE, SERVICE_CONTROL_CONTINUE);
}

unsigned long service_may_stop(const char *name)
{
    unsigned long code;
    SC_HANDLE service = open_service(name, SERVICE_STOP, &code);
    return service == NULL ? code : close_with(service, TRUE);
}

/* `path` NULL: as it is; of the numbers SERVICE_NO_CHANGE. */
static unsigned long configure(const char *name, DWORD type, DWORD start,
                               const wchar_t *path)
{
    unsigned long code;
    SC_HANDLE service = open_service(name, SERVICE_CHANGE_CONFIG, &code);
    return service == NULL
               ? code
               : close_with(service,
                            ChangeServiceConfigW(service, type, start,
                                                 SERVICE_NO_CHANGE, path, NULL,
                                                 NULL, NULL, NULL, NULL, NULL));
}

unsigned long service_set_start(const char *name, enum service_start start)
{
    return configure(name, SERVICE_NO_CHANGE, (DWORD)start, NULL);
}

unsigned long service_program(const char *name, char **path,
                              unsigned long *type)
{
    unsigned long code;
    union config info;
    DWORD len;
    SC_HANDLE service = open_service(name, SERVICE_QUERY_CONFIG, &code);
    if (service == NULL)
        return code;
    code = close_with(
        service, QueryServiceConfigW(service, &info.config, sizeof info, &len));
    if (code != 0)
        return code;
    *path = utf16_text_to_utf8(info.config.lpBinaryPathName);
    *type = info.config.dwServiceType;
    return *path != NULL ? 0 : SERVICE_CODE_MEMORY;
}

unsigned long service_set_program(const char *name, const char *path,
                                  unsigned long type)
{
    wchar_t *wide = utf16_from_utf8(path);
    unsigned long code = wide != NULL
                             ? configure(name, type, SERVICE_NO_CHANGE, wide)
                             : SERVICE_CODE_MEMORY;
    free(wide);
    return code;
}

unsigned long service_manager_security(unsigned char **bytes, size_t *len)
{
    const DWORD size = 65536; /* a list has no more */
    DWORD needed = 0;
    unsigned long code = SERVICE_CODE_MEMORY;
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, READ_CONTROL);
    if (manager == NULL)
        return GetLastError();
    unsigned char *room = malloc(size);
    if (room != NULL)
        code = QueryServiceObjectSecurity(manager, DACL_SECURITY_INFORMATION,
                                          room, size, &needed)
                   ? 0
                   : GetLastError();
    CloseServiceHandle(manager);
    if (code == 0) {
        *bytes = room;
        *len = GetSecurityDescriptorLength(room);
        return 0;
    }
    free(room);
    return code;
}

unsigned long service_manager_set_security(const unsigned char *bytes,
                                           size_t len)
{
    (void)len;
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, WRITE_DAC);
    return manager == NULL
               ? GetLastError()
               : close_with(manager, SetServiceObjectSecurity(
                                         manager, DACL_SECURITY_INFORMATION,
                                         (PSECURITY_DESCRIPTOR)bytes));
}

unsigned long long service_now_ms(void)
{
    return GetTickCount64();
}

void service_pause(unsigned long ms)
{
    Sleep(ms);
}
