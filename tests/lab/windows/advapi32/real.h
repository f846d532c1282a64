/* SPDX-License-Identifier: MIT */
/*
 * The functions that this stand-in replaces, as Wine has them: its renamed
 * copy exports them under their own names.
 */
#ifndef LAB_REAL_H
#define LAB_REAL_H

#include <windows.h>

/* REAL(GetSecurityInfo)(handle, ...) */
#define REAL(name) ((__typeof__(&(name)))(void *)real_function(#name))

FARPROC real_function(const char *name);

/* Replaces the program's imports of what is not advapi32's. */
void directory_patch_program(void);

#endif
