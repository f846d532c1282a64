/* SPDX-License-Identifier: MIT */
/*
 * Registry keys past their access lists. Wine's server lets nobody past them,
 * whatever his privileges; but a handle keeps the access that it was opened
 * with. So before the security of a key changes, a handle with all access is
 * parked in the resident program (../parked.h), and copies of it with less
 * are what opens for backup and restore get. Owner and access list of the key
 * are not touched for it, not for a moment.
 *
 * What was never opened wide before it was closed stays closed: a key whose
 * security was set past this stand-in, or that inherited it at its creation.
 */
#ifndef LAB_KEY_PARK_H
#define LAB_KEY_PARK_H

#include <windows.h>

/* Parks a handle of the key, unless there is one or none can be had. */
void key_park(HKEY key);

/* Opens the key with this access, by its access list or else by the handle
 * that is parked; a Win32 code. */
DWORD key_park_open(HKEY root, const WCHAR *name, REGSAM access, HKEY *opened);

#endif
