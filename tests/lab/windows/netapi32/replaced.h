/* SPDX-License-Identifier: MIT */
/* The functions that take the place of Wine's, as lab_NAME. */
#ifndef LAB_NETAPI32_REPLACED_H
#define LAB_NETAPI32_REPLACED_H

#include <windows.h>

#include <lm.h>

#define REPLACED(name) extern __typeof__(name) lab_##name

REPLACED(NetLocalGroupAdd);
REPLACED(NetLocalGroupDel);
REPLACED(NetLocalGroupGetInfo);
REPLACED(NetLocalGroupEnum);
REPLACED(NetLocalGroupGetMembers);
REPLACED(NetLocalGroupAddMembers);
REPLACED(NetLocalGroupDelMembers);
REPLACED(NetUserAdd);
REPLACED(NetUserDel);
REPLACED(NetUserGetInfo);
REPLACED(NetUserSetInfo);
REPLACED(NetUserGetLocalGroups);
REPLACED(NetUserModalsGet);

/* Wine would answer these from accounts of its own: ERROR_NOT_SUPPORTED. */
REPLACED(NetLocalGroupSetInfo);
REPLACED(NetLocalGroupSetMembers);
REPLACED(NetUserEnum);
REPLACED(NetUserModalsSet);
REPLACED(NetUserChangePassword);

#endif
