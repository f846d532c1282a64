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
REPLACED(NetGetJoinInformation);

/* Wine would answer these from accounts of its own: ERROR_NOT_SUPPORTED. */
REPLACED(NetLocalGroupSetInfo);
REPLACED(NetLocalGroupSetMembers);
REPLACED(NetUserEnum);
REPLACED(NetUserModalsSet);
REPLACED(NetUserChangePassword);

/* Wine has none of these. DSREG_JOIN_INFO of lmjoin.h. */
struct lab_entra_join {
    int type; /* DSREG_JOIN_TYPE */
    const void *certificate;
    LPWSTR texts[8];
    const void *user;
};
HRESULT WINAPI lab_NetGetAadJoinInformation(LPCWSTR tenant,
                                            struct lab_entra_join **join);
void WINAPI lab_NetFreeAadJoinInformation(struct lab_entra_join *join);

#endif
