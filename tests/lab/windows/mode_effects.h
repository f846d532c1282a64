/* SPDX-License-Identifier: MIT */
/*
 * Modes that are more than a value in the registry: what has to be put in
 * place when they come into force and taken away when they end. Each returns
 * a Win32 code. Both may be called again without harm.
 */
#ifndef LAB_MODE_EFFECTS_H
#define LAB_MODE_EFFECTS_H

#include <windows.h>

/* The payload's folder stands there beforehand, with this security. */
DWORD mode_folder_begin(const WCHAR *sddl);
DWORD mode_folder_end(void);

/* The keys of setting_keys.h let nobody write. */
DWORD mode_keys_begin(void);
DWORD mode_keys_end(void);

/* WMI's AppID belongs to TrustedInstaller, and Administrators only read. */
DWORD mode_owner_begin(void);
DWORD mode_owner_end(void);

#endif
