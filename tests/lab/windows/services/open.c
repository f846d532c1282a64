/* SPDX-License-Identifier: MIT */
/*
 * Opening: the rights asked for are judged by the object's own descriptor,
 * as Windows does, and then Wine opens.
 */
#include <wchar.h>

#include "../advapi32/real.h"
#include "guarded.h"
#include "handle.h"
#include "replaced.h"

/* Closes what could not be remembered. */
static SC_HANDLE remember(SC_HANDLE handle, const WCHAR *name,
                          ACCESS_MASK access)
{
    if (handle == NULL || handle_remember(handle, name, access))
        return handle;
    REAL(CloseServiceHandle)(handle);
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
}

/* Without the right that Wine's manager knows nothing of. */
static DWORD for_wine(ACCESS_MASK access)
{
    return access & ~(ACCESS_MASK)ACCESS_SYSTEM_SECURITY;
}

SC_HANDLE WINAPI lab_OpenSCManagerW(const WCHAR *machine, const WCHAR *database,
                                    DWORD asked)
{
    ACCESS_MASK granted;
    DWORD code;

    /* "Implicitly specified by calling this function". */
    code = guarded_access(L"", asked | SC_MANAGER_CONNECT, &granted);
    if (code == ERROR_SUCCESS)
        return remember(
            REAL(OpenSCManagerW)(machine, database, for_wine(granted)), L"",
            granted);
    SetLastError(code);
    return NULL;
}

SC_HANDLE WINAPI lab_OpenServiceW(SC_HANDLE manager, const WCHAR *name,
                                  DWORD asked)
{
    SC_HANDLE handle;
    ACCESS_MASK granted;
    DWORD code;

    /* Whether there is such a service is told before who may use it. */
    handle = REAL(OpenServiceW)(manager, name, SERVICE_QUERY_STATUS);
    if (handle == NULL)
        return NULL;
    REAL(CloseServiceHandle)(handle);
    code = guarded_access(name, asked, &granted);
    if (code == ERROR_SUCCESS)
        return remember(REAL(OpenServiceW)(manager, name, for_wine(granted)),
                        name, granted);
    SetLastError(code);
    return NULL;
}

BOOL WINAPI lab_CloseServiceHandle(SC_HANDLE handle)
{
    handle_forget(handle);
    return REAL(CloseServiceHandle)(handle);
}
