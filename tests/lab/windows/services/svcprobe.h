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

void probe_security(struct probe *);
void probe_security_mode(struct probe *, const WCHAR *mode);

#endif
