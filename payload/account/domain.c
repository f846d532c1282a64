/* SPDX-License-Identifier: MIT */
#include "payload/account/domain.h"

#include <windows.h>
#include <lm.h>

#include "payload/win32/system.h"
#include "payload/win32/utf16.h"

static enum domain_join translate(NETSETUP_JOIN_STATUS status)
{
    switch (status) {
    case NetSetupUnjoined:
        return DOMAIN_NONE;
    case NetSetupWorkgroupName:
        return DOMAIN_WORKGROUP;
    case NetSetupDomainName:
        return DOMAIN_MEMBER;
    default:
        return DOMAIN_UNKNOWN;
    }
}

enum domain_join domain_join_state(char **name)
{
    NETSETUP_JOIN_STATUS status = NetSetupUnknownStatus;
    wchar_t *found = NULL;
    __typeof__(&NetGetJoinInformation) ask =
        (__typeof__(ask))system_load(L"netapi32.dll", "NetGetJoinInformation");
    __typeof__(&NetApiBufferFree) discard =
        (__typeof__(discard))system_load(L"netapi32.dll", "NetApiBufferFree");
    if (name != NULL)
        *name = NULL;
    if (ask == NULL || discard == NULL ||
        ask(NULL, &found, &status) != NERR_Success)
        return DOMAIN_UNKNOWN;
    if (name != NULL && found != NULL)
        *name = utf16_text_to_utf8(found);
    if (found != NULL)
        discard(found);
    return translate(status);
}

/*
 * The start of DSREG_JOIN_INFO (lmjoin.h), which mingw-w64 lacks; Windows
 * has the functions since 10 and Server 2016.
 */
struct entra_join {
    int type; /* DSREG_JOIN_TYPE */
};
#define DSREG_DEVICE_JOIN 1

int domain_entra_joined(void)
{
    struct entra_join *join = NULL;
    HRESULT(WINAPI * ask)
    (const wchar_t *, struct entra_join **) = (__typeof__(ask))system_load(
        L"netapi32.dll", "NetGetAadJoinInformation");
    void(WINAPI * discard)(struct entra_join *) =
        (__typeof__(discard))system_load(L"netapi32.dll",
                                         "NetFreeAadJoinInformation");
    if (ask == NULL || discard == NULL || FAILED(ask(NULL, &join)))
        return -1;
    if (join == NULL)
        return 0;
    int joined = join->type == DSREG_DEVICE_JOIN;
    discard(join);
    return joined;
}
