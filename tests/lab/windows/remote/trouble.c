/* SPDX-License-Identifier: MIT */
#include "trouble.h"

#include "../modes.h"

#include <wbemcli.h>

static const struct {
    const WCHAR *mode;
    enum trouble_step step;
    HRESULT code;
} TROUBLES[] = {
    {L"wmi-not-registered", TROUBLE_ACTIVATION, (HRESULT)0x800706D9},
    {L"wmi-invalid-header", TROUBLE_ACTIVATION, (HRESULT)0x80010111},
    {L"wmi-class-not-registered", TROUBLE_ACTIVATION, REGDB_E_CLASSNOTREG},
    {L"wmi-no-interface", TROUBLE_LOGIN, E_NOINTERFACE},
    {L"wmi-call-failed", TROUBLE_LOGIN, (HRESULT)0x800706BE},
    {L"wmi-did-not-execute", TROUBLE_LOGIN, (HRESULT)0x800706BF},
    {L"wmi-transport", TROUBLE_LOGIN, (HRESULT)WBEM_E_TRANSPORT_FAILURE},
    {L"wmi-not-initialised", TROUBLE_LOGIN,
     (HRESULT)WBEM_E_INITIALIZATION_FAILURE},
    {L"wmi-repository-corrupt", TROUBLE_LOGIN, (HRESULT)0x8007054E},
    {L"wmi-encryption-at-login", TROUBLE_LOGIN, (HRESULT)0x80041087},
    {L"wmi-disconnected", TROUBLE_QUERY, (HRESULT)0x80010108},
    {L"wmi-out-of-memory", TROUBLE_QUERY, (HRESULT)WBEM_E_OUT_OF_MEMORY},
    {L"wmi-provider-fails", TROUBLE_ROWS, (HRESULT)WBEM_E_FAILED},
    {L"wmi-privilege-not-held", TROUBLE_ROWS,
     (HRESULT)WBEM_E_PRIVILEGE_NOT_HELD},
    {L"wmi-callback-rejected", TROUBLE_ASYNC, (HRESULT)0x8001011B},
};

HRESULT trouble_at(enum trouble_step step)
{
    for (size_t i = 0; i < ARRAYSIZE(TROUBLES); i++)
        if (TROUBLES[i].step == step && mode_is_on(TROUBLES[i].mode))
            return TROUBLES[i].code;
    return S_OK;
}
