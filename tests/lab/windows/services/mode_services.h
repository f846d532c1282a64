/* SPDX-License-Identifier: MIT */
/*
 * The modes of services that are more than a value in the registry. Each
 * returns a Win32 code.
 */
#ifndef LAB_MODE_SERVICES_H
#define LAB_MODE_SERVICES_H

#include <windows.h>
#include <stdbool.h>

/* Whether a mode of this kind is in force. */
bool mode_services_on(void);

/* Puts in place what `name` means, if it is one of these modes; the mode is
 * in force already. */
DWORD mode_services_begin(const WCHAR *name);

/* Once they are over: winmgmt is automatic and all run that ought to. */
DWORD mode_services_end(void);

#endif
