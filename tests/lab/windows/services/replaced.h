/* SPDX-License-Identifier: MIT */
/* The functions that take the place of Wine's, as lab_NAME. */
#ifndef LAB_SERVICES_REPLACED_H
#define LAB_SERVICES_REPLACED_H

#include <windows.h>

#define REPLACED(name) extern __typeof__(name) lab_##name

REPLACED(OpenSCManagerW);
REPLACED(OpenServiceW);
REPLACED(CloseServiceHandle);
REPLACED(QueryServiceConfigW);
REPLACED(ChangeServiceConfigW);
REPLACED(ControlService);
REPLACED(StartServiceW);
REPLACED(EnumDependentServicesW);
REPLACED(QueryServiceObjectSecurity);
REPLACED(SetServiceObjectSecurity);

#endif
