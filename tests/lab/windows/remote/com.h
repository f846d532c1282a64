/* SPDX-License-Identifier: MIT */
/*
 * COM's own permissions for a call from another machine: the switch
 * EnableDCOM, the limits of the machine ("MachineLaunchRestriction",
 * "MachineAccessRestriction": the policy's SDDL wins over the value of the
 * key Ole, and without either the built-in list counts), and who may launch
 * and activate WMI's application.
 */
#ifndef LAB_REMOTE_COM_H
#define LAB_REMOTE_COM_H

#include "caller.h"

bool com_is_enabled(void);

/* "DCOM Protocols" has TCP, or is not there. */
bool com_has_tcp(void);

/* The limit and the application both; `launch`: the service is stopped. */
bool com_lets_activate(const struct caller *, bool launch);

/* The limit of calls, to be freed by free(); NULL: nobody may call. */
PSECURITY_DESCRIPTOR com_access_limit(void);
bool com_lets_call(const struct caller *, PSECURITY_DESCRIPTOR limit);

#endif
