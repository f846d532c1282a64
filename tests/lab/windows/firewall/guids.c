/* SPDX-License-Identifier: MIT */
/* The one place where the firewall's GUIDs are defined: no library has them. */
#include <initguid.h>

#include <netfw.h>
