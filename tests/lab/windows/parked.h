/* SPDX-License-Identifier: MIT */
/*
 * Where handles of registry keys are kept, in memory as it were: this key and
 * its values go with Wine's server.
 *
 *   HKLM\SOFTWARE\wmifleet-lab-parked
 *     "Process" = REG_DWORD, the resident program's
 *     "\REGISTRY\MACHINE\SOFTWARE\..." = REG_QWORD, a handle of that program
 */
#ifndef LAB_PARKED_H
#define LAB_PARKED_H

#define PARKED_KEY L"SOFTWARE\\wmifleet-lab-parked"
#define PARKED_PROCESS L"Process"

#endif
