/* SPDX-License-Identifier: MIT */
#include "factory.h"

#include "factory_rules.h"
#include "settings.h"
#include "text.h"

#include <icftypes.h>
#include <wchar.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

static LSTATUS write_string(HKEY key, const WCHAR *name, const WCHAR *value)
{
    size_t size = (wcslen(value) + 1) * sizeof *value;

    return RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)value,
                          (DWORD)size);
}

static LSTATUS open_key(const WCHAR *path, HKEY *key)
{
    return RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0,
                           KEY_QUERY_VALUE | KEY_SET_VALUE | KEY_WOW64_64KEY,
                           NULL, key, NULL);
}

static LSTATUS write_rules(enum product product)
{
    int wanted = product == PRODUCT_SERVER ? FACTORY_SERVER : FACTORY_CLIENT;
    LSTATUS status;
    HKEY key;

    status = RegDeleteKeyExW(HKEY_LOCAL_MACHINE, FIREWALL_RULES_KEY,
                             KEY_WOW64_64KEY, 0);
    if (status != 0 && status != ERROR_FILE_NOT_FOUND)
        return status;
    status = open_key(FIREWALL_RULES_KEY, &key);
    if (status != 0)
        return status;
    for (size_t i = 0; i < factory_rule_count && status == 0; i++)
        if (factory_rules[i].products & wanted)
            status =
                write_string(key, factory_rules[i].id, factory_rules[i].text);
    RegCloseKey(key);
    return status;
}

static HRESULT write_profile(LONG profile)
{
    static const struct {
        const WCHAR *name;
        DWORD value;
    } values[] = {{L"EnableFirewall", 1},
                  {L"DoNotAllowExceptions", 0},
                  {L"DisableNotifications", 0},
                  {L"DefaultInboundAction", 1},
                  {L"DefaultOutboundAction", 0}};
    HRESULT hr = S_OK;

    for (size_t i = 0; i < ARRAY_LEN(values) && SUCCEEDED(hr); i++)
        hr = profile_set_value(profile, values[i].name, values[i].value);
    return hr;
}

static LSTATUS write_product(enum product product)
{
    LSTATUS status;
    HKEY key;

    status = open_key(LAB_KEY, &key);
    if (status != 0)
        return status;
    status = write_string(key, L"Product",
                          product == PRODUCT_SERVER ? L"server" : L"client");
    RegCloseKey(key);
    return status;
}

HRESULT factory_write(enum product product)
{
    LSTATUS status = write_rules(product);
    HRESULT hr;

    if (status == 0)
        status = write_product(product);
    hr = HRESULT_FROM_WIN32(status);
    for (LONG one = NET_FW_PROFILE2_DOMAIN;
         one <= NET_FW_PROFILE2_PUBLIC && SUCCEEDED(hr); one <<= 1)
        hr = write_profile(one);
    return hr;
}

HRESULT factory_restore(void)
{
    WCHAR value[16] = {0};
    DWORD size = sizeof value - sizeof *value;
    LSTATUS status;
    HKEY key;

    status = open_key(LAB_KEY, &key);
    if (status != 0)
        return HRESULT_FROM_WIN32(status);
    status =
        RegQueryValueExW(key, L"Product", NULL, NULL, (BYTE *)value, &size);
    RegCloseKey(key);
    if (status != 0)
        return HRESULT_FROM_WIN32(status);
    return factory_write(wide_same(value, L"server") ? PRODUCT_SERVER
                                                     : PRODUCT_CLIENT);
}
