/* SPDX-License-Identifier: MIT */
/*
 * The firewall as a machine has it on its first day: the rules of a client or
 * a server, and the settings of each profile.
 *
 * The eight WMI rules are those that windows-facts tells of Windows 10 and 11
 * clients (none active, Private and Public limited to the local subnet), and
 * for servers the set of third-party data. The rules of the other groups are
 * there to be told apart from them.
 */
#ifndef LAB_FIREWALL_FACTORY_H
#define LAB_FIREWALL_FACTORY_H

#include <windows.h>

enum product { PRODUCT_CLIENT, PRODUCT_SERVER };

/*
 * Replaces all local rules and profile settings, and keeps in the registry
 * which product it was.
 */
HRESULT factory_write(enum product);

/* factory_write() for the product that was written last. */
HRESULT factory_restore(void);

#endif
