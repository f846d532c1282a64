/* SPDX-License-Identifier: MIT */
/*
 * Which object of the service control manager a handle is of. The handles
 * are Wine's own, so that every function works on them that is not replaced;
 * here stands beside each what was opened and for what. Calls may come from
 * several threads.
 */
#ifndef LAB_SERVICES_HANDLE_H
#define LAB_SERVICES_HANDLE_H

#include <windows.h>
#include <stdbool.h>

enum { SERVICE_NAME_MAX = 257 };

struct opened {
    WCHAR name[SERVICE_NAME_MAX]; /* of the service; "" for the manager */
    ACCESS_MASK access;           /* without generic bits */
};

/* False: out of memory. */
bool handle_remember(SC_HANDLE, const WCHAR *name, ACCESS_MASK);

/* False: not opened by OpenSCManagerW or OpenServiceW of the stand-in. */
bool handle_find(SC_HANDLE, struct opened *);

void handle_forget(SC_HANDLE);

/* ERROR_SUCCESS when it is one of a service with all of `access`; else
 * ERROR_INVALID_HANDLE or ERROR_ACCESS_DENIED. */
DWORD handle_service(SC_HANDLE, ACCESS_MASK access, struct opened *);

#endif
