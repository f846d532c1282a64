/* SPDX-License-Identifier: MIT */
/*
 * The text behind an indirect string such as @FirewallAPI.dll,-34252, in the
 * language of the machine. Windows reads it from the DLL's resources; this
 * lab has a table of those that its factory rules use.
 */
#ifndef LAB_FIREWALL_NAMES_H
#define LAB_FIREWALL_NAMES_H

#include "settings.h"

#include <windows.h>

/*
 * The text for `string`, or `string` itself when it is no indirect string or
 * none that the lab knows. Nothing to free.
 */
const WCHAR *name_text(const WCHAR *string, enum language language);

#endif
