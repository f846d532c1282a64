/* SPDX-License-Identifier: MIT */
/*
 * The service behind WMI, as the service control manager tells. A connection
 * is to one process of it, and does not survive that.
 */
#ifndef LAB_WBEM_SERVICE_H
#define LAB_WBEM_SERVICE_H

#include <windows.h>

/*
 * "Starts when the first management application or script requests
 * connection": S_OK and its process; a HRESULT when it does not run and does
 * not start.
 */
HRESULT winmgmt_demand(DWORD *process);

/* S_OK as long as that process is the service's; else 0x800706BA. */
HRESULT winmgmt_reached(DWORD process);

#endif
