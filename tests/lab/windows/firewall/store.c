/* SPDX-License-Identifier: MIT */
#include "store.h"

#include "meaning.h"
#include "settings.h"
#include "text.h"

#include <objbase.h>
#include <stdlib.h>
#include <wchar.h>

#define ID_MAX 513u /* MS-FASP 2.2.37: range(1, 512) and its end */
#define RULE_BYTES_MAX (1024u * 1024u)

/* The group that the modes are about, and its other spelling in the field. */
static const WCHAR wmi_group[] = L"@FirewallAPI.dll,-34251";
static const WCHAR wmi_group_long[] =
    L"@%SystemRoot%\\system32\\firewallapi.dll,-34251";

static bool in_wmi_group(const struct fw_rule *rule)
{
    return rule_is(rule, L"EmbedCtxt", wmi_group) ||
           rule_is(rule, L"EmbedCtxt", wmi_group_long);
}

/* Shows a rule as the modes want it; S_FALSE hides it. */
static HRESULT show_by_mode(struct fw_rule *rule)
{
    HRESULT hr = S_OK;

    if (!in_wmi_group(rule))
        return S_OK;
    if (mode_on(L"group-missing"))
        return S_FALSE;
    if (mode_on(L"group-spelling"))
        hr = rule_set(rule, L"EmbedCtxt", wmi_group_long);
    if (SUCCEEDED(hr) && mode_on(L"block-action")) {
        hr = rule_set(rule, L"Action", L"Block");
        if (SUCCEEDED(hr))
            hr = rule_set_active(rule, true);
    }
    return hr;
}

static HRESULT list_reserve(struct store_list *list)
{
    size_t capacity = list->capacity ? list->capacity * 2 : 64;
    struct store_entry *entries;

    if (list->count < list->capacity)
        return S_OK;
    entries = realloc(list->entries, capacity * sizeof *entries);
    if (!entries)
        return E_OUTOFMEMORY;
    list->entries = entries;
    list->capacity = capacity;
    return S_OK;
}

static HRESULT list_add(struct store_list *list, const WCHAR *id,
                        struct fw_rule *rule)
{
    struct store_entry *entry;
    HRESULT hr = list_reserve(list);

    if (FAILED(hr))
        return hr;
    entry = &list->entries[list->count];
    entry->id = wide_copy(id);
    if (!entry->id)
        return E_OUTOFMEMORY;
    entry->rule = *rule;
    rule_init(rule);
    list->count++;
    return S_OK;
}

/* One value of the key: a rule for the list, or nothing to us. */
static HRESULT list_value(struct store_list *list, const WCHAR *id,
                          const WCHAR *text)
{
    struct fw_rule rule;
    HRESULT hr = rule_parse(&rule, text);

    if (hr == E_INVALIDARG)
        return S_OK;
    if (SUCCEEDED(hr) && FAILED(rule_verify(&rule)))
        hr = S_FALSE;
    if (hr == S_OK)
        hr = show_by_mode(&rule);
    if (hr == S_OK)
        hr = list_add(list, id, &rule);
    rule_release(&rule);
    return FAILED(hr) ? hr : S_OK;
}

/* ERROR_NO_MORE_ITEMS at the end; the text is for the caller to free(). */
static LSTATUS enum_value(HKEY key, DWORD index, WCHAR id[ID_MAX], WCHAR **text)
{
    DWORD id_len = ID_MAX, len = 0, type = 0;
    LSTATUS status;

    *text = NULL;
    status = RegEnumValueW(key, index, id, &id_len, NULL, &type, NULL, &len);
    if (status != 0 && status != ERROR_MORE_DATA)
        return status;
    if (type != REG_SZ || len > RULE_BYTES_MAX)
        return 0;
    *text = calloc(len + sizeof **text, 1);
    if (!*text)
        return ERROR_OUTOFMEMORY;
    id_len = ID_MAX;
    status = RegEnumValueW(key, index, id, &id_len, NULL, &type, (BYTE *)*text,
                           &len);
    if (status != 0) {
        free(*text);
        *text = NULL;
    }
    return status == ERROR_MORE_DATA ? 0 : status;
}

static HRESULT list_key(struct store_list *list, HKEY key)
{
    WCHAR id[ID_MAX];
    WCHAR *text;
    LSTATUS status;
    HRESULT hr = S_OK;

    for (DWORD i = 0; SUCCEEDED(hr); i++) {
        status = enum_value(key, i, id, &text);
        if (status == ERROR_NO_MORE_ITEMS)
            return S_OK;
        hr = HRESULT_FROM_WIN32(status);
        if (SUCCEEDED(hr) && text)
            hr = list_value(list, id, text);
        free(text);
    }
    return hr;
}

HRESULT store_load(enum store_origin origin, struct store_list *list)
{
    const WCHAR *path =
        origin == STORE_LOCAL ? FIREWALL_RULES_KEY : POLICY_RULES_KEY;
    HRESULT hr = service_reached();
    LSTATUS status;
    HKEY key;

    *list = (struct store_list){0};
    if (FAILED(hr))
        return hr;
    status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0,
                           KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key);
    if (status == ERROR_FILE_NOT_FOUND)
        return S_OK;
    if (status != 0)
        return HRESULT_FROM_WIN32(status);
    hr = list_key(list, key);
    RegCloseKey(key);
    if (FAILED(hr))
        store_free(list);
    return hr;
}

void store_free(struct store_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->entries[i].id);
        rule_release(&list->entries[i].rule);
    }
    free(list->entries);
    *list = (struct store_list){0};
}

static LSTATUS write_text(HKEY key, const WCHAR *id, const struct fw_rule *rule)
{
    WCHAR *text = rule_format(rule);
    LSTATUS status;
    size_t size;

    if (!text)
        return ERROR_OUTOFMEMORY;
    size = (wcslen(text) + 1) * sizeof *text;
    status =
        RegSetValueExW(key, id, 0, REG_SZ, (const BYTE *)text, (DWORD)size);
    free(text);
    return status;
}

/* The mode's spelling is only shown: the registry keeps the usual one. */
static LSTATUS write_rule(HKEY key, const WCHAR *id, const struct fw_rule *rule)
{
    struct fw_rule usual;
    LSTATUS status = ERROR_OUTOFMEMORY;

    if (!mode_on(L"group-spelling") ||
        !rule_is(rule, L"EmbedCtxt", wmi_group_long))
        return write_text(key, id, rule);
    if (FAILED(rule_copy(&usual, rule)))
        return status;
    if (SUCCEEDED(rule_set(&usual, L"EmbedCtxt", wmi_group)))
        status = write_text(key, id, &usual);
    rule_release(&usual);
    return status;
}

static LSTATUS open_for_writing(HKEY *key)
{
    return RegCreateKeyExW(HKEY_LOCAL_MACHINE, FIREWALL_RULES_KEY, 0, NULL, 0,
                           KEY_QUERY_VALUE | KEY_SET_VALUE | KEY_WOW64_64KEY,
                           NULL, key, NULL);
}

static HRESULT new_id(WCHAR id[STORE_ID_SIZE])
{
    GUID guid;
    HRESULT hr = CoCreateGuid(&guid);

    if (SUCCEEDED(hr) && !StringFromGUID2(&guid, id, STORE_ID_SIZE))
        hr = E_UNEXPECTED;
    return hr;
}

HRESULT store_create(const struct fw_rule *rule, WCHAR id[STORE_ID_SIZE])
{
    HRESULT hr = service_writable();
    LSTATUS status;
    HKEY key;

    if (FAILED(hr) || FAILED(new_id(id)))
        return FAILED(hr) ? hr : E_UNEXPECTED;
    if (hr == S_FALSE)
        return S_OK;
    status = open_for_writing(&key);
    if (status != 0)
        return HRESULT_FROM_WIN32(status);
    status = write_rule(key, id, rule);
    RegCloseKey(key);
    return HRESULT_FROM_WIN32(status);
}

HRESULT store_replace(const WCHAR *id, const struct fw_rule *rule)
{
    HRESULT hr = service_writable();
    LSTATUS status;
    HKEY key;

    if (hr != S_OK)
        return FAILED(hr) ? hr : S_OK;
    status = open_for_writing(&key);
    if (status != 0)
        return HRESULT_FROM_WIN32(status);
    status = RegQueryValueExW(key, id, NULL, NULL, NULL, NULL);
    if (status == 0)
        status = write_rule(key, id, rule);
    RegCloseKey(key);
    return HRESULT_FROM_WIN32(status);
}

HRESULT store_delete(const WCHAR *id)
{
    HRESULT hr = service_writable();
    LSTATUS status;
    HKEY key;

    if (hr != S_OK)
        return FAILED(hr) ? hr : S_OK;
    status = open_for_writing(&key);
    if (status != 0)
        return HRESULT_FROM_WIN32(status);
    status = RegDeleteValueW(key, id);
    RegCloseKey(key);
    return HRESULT_FROM_WIN32(status);
}
