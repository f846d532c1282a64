/* SPDX-License-Identifier: MIT */
/*
 * What the sections of svcprobe share. Each walks what Microsoft documents
 * and prints TAP; none includes anything of the stand-in.
 */
#ifndef LAB_SVCPROBE_H
#define LAB_SVCPROBE_H

#include <windows.h>

struct probe {
    int count;
    int failed;
};

void check(struct probe *, DWORD got, DWORD wanted, const char *what);

/* 0 or GetLastError() of what has just been called. */
DWORD code_of(BOOL ok);

/* Services by name; 0 or a Win32 code. The last two wait. */
SC_HANDLE service_of(const WCHAR *name, DWORD access);
SERVICE_STATUS_PROCESS status_of(const WCHAR *name);
DWORD await_state(const WCHAR *name, DWORD state);
DWORD set_start_type(const WCHAR *name, DWORD type);
DWORD start_of(const WCHAR *name);
DWORD stop_of(const WCHAR *name);
DWORD started(const WCHAR *name);
DWORD stopped(const WCHAR *name);

void probe_security(struct probe *);
void probe_control(struct probe *);
void probe_service_mode(struct probe *, const WCHAR *mode);
void probe_security_mode(struct probe *, const WCHAR *mode);

#endif
