/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include "text.h"

#include <icftypes.h>
#include <stdio.h>
#include <wchar.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))
#define KEY_MAX 256u

static bool read_dword(const WCHAR *path, const WCHAR *name, DWORD *value)
{
    DWORD size = sizeof *value;
    DWORD type = 0;
    LSTATUS status;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0,
                      KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key) != 0)
        return false;
    status = RegQueryValueExW(key, name, NULL, &type, (BYTE *)value, &size);
    RegCloseKey(key);
    return status == 0 && type == REG_DWORD;
}

enum language lab_language(void)
{
    WCHAR value[16] = {0};
    DWORD size = sizeof value - sizeof *value;
    DWORD type = 0;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, LAB_KEY, 0,
                      KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key) != 0)
        return LANGUAGE_ENGLISH;
    if (RegQueryValueExW(key, L"Language", NULL, &type, (BYTE *)value, &size) ||
        type != REG_SZ)
        value[0] = L'\0';
    RegCloseKey(key);
    return wide_same(value, L"de") ? LANGUAGE_GERMAN : LANGUAGE_ENGLISH;
}

LONG lab_current_profiles(void)
{
    DWORD value;

    if (!read_dword(LAB_KEY, L"CurrentProfileTypes", &value) || value == 0 ||
        value > 7)
        return NET_FW_PROFILE2_PUBLIC;
    return (LONG)value;
}

bool mode_on(const WCHAR *mode)
{
    DWORD value;

    return read_dword(LAB_MODES_KEY, mode, &value) && value != 0;
}

HRESULT service_reached(void)
{
    if (mode_on(L"service-stopped"))
        return HRESULT_FROM_WIN32(EPT_S_NOT_REGISTERED);
    return S_OK;
}

HRESULT service_writable(void)
{
    HRESULT hr = service_reached();

    if (FAILED(hr))
        return hr;
    if (mode_on(L"access-denied"))
        return E_ACCESSDENIED;
    return mode_on(L"write-ignored") ? S_FALSE : S_OK;
}

bool is_one_profile(LONG profile)
{
    return profile == NET_FW_PROFILE2_DOMAIN ||
           profile == NET_FW_PROFILE2_PRIVATE ||
           profile == NET_FW_PROFILE2_PUBLIC;
}

/* The local settings call the private profile by its old name. */
static const WCHAR *profile_key(LONG profile)
{
    switch (profile) {
    case NET_FW_PROFILE2_DOMAIN:
        return L"DomainProfile";
    case NET_FW_PROFILE2_PRIVATE:
        return L"StandardProfile";
    default:
        return L"PublicProfile";
    }
}

static void profile_path(WCHAR path[KEY_MAX], const WCHAR *base,
                         const WCHAR *profile)
{
    swprintf(path, KEY_MAX, L"%ls\\%ls", base, profile);
}

DWORD profile_value(LONG profile, const WCHAR *name, DWORD absent)
{
    WCHAR path[KEY_MAX];
    DWORD value;

    profile_path(path, FIREWALL_KEY, profile_key(profile));
    return read_dword(path, name, &value) ? value : absent;
}

DWORD policy_value(LONG profile, const WCHAR *name, DWORD absent)
{
    WCHAR path[KEY_MAX];
    DWORD value;

    profile_path(path, POLICY_KEY, profile_key(profile));
    if (read_dword(path, name, &value))
        return value;
    if (profile != NET_FW_PROFILE2_PRIVATE)
        return absent;
    profile_path(path, POLICY_KEY, L"PrivateProfile");
    return read_dword(path, name, &value) ? value : absent;
}

HRESULT profile_set_value(LONG profile, const WCHAR *name, DWORD value)
{
    WCHAR path[KEY_MAX];
    LSTATUS status;
    HKEY key;

    profile_path(path, FIREWALL_KEY, profile_key(profile));
    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0,
                             KEY_SET_VALUE | KEY_WOW64_64KEY, NULL, &key, NULL);
    if (status == 0) {
        status = RegSetValueExW(key, name, 0, REG_DWORD, (const BYTE *)&value,
                                sizeof value);
        RegCloseKey(key);
    }
    return HRESULT_FROM_WIN32(status);
}

bool local_rules_count(LONG profile)
{
    if (mode_on(L"no-local-merge"))
        return false;
    return policy_value(profile, L"AllowLocalPolicyMerge", 1) != 0;
}

bool inbound_blocked(LONG profile)
{
    DWORD local = profile_value(profile, L"DoNotAllowExceptions", 0);

    if (mode_on(L"block-all"))
        return true;
    return policy_value(profile, L"DoNotAllowExceptions", local) != 0;
}
