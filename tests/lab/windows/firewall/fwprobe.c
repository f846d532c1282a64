/* SPDX-License-Identifier: MIT */
/* fwprobe SECTION...: runs the named sections; fwprobe.h tells of it. */
#include "fwprobe.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define RULES_KEY                                                              \
    L"SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\"         \
    L"FirewallPolicy\\FirewallRules"
#define TEXT_BYTES 65536u

static const struct {
    const WCHAR *name;
    void (*run)(struct probe *);
} sections[] = {{L"objects", probe_objects},
                {L"enumeration", probe_enumeration},
                {L"fresh-rule", probe_fresh_rule},
                {L"live-rule", probe_live_rule},
                {L"names", probe_names},
                {L"addresses", probe_addresses},
                {L"ports", probe_ports},
                {L"store", probe_store},
                {L"groups", probe_groups},
                {L"partial", probe_partial},
                {L"split", probe_split},
                {L"english", probe_english},
                {L"german", probe_german},
                {L"server", probe_server},
                {L"profiles", probe_profiles},
                {L"two-profiles", probe_two_profiles},
                {L"policy", probe_policy},
                {L"policy-override", probe_mode_policy_override},
                {L"no-local-merge", probe_mode_no_local_merge},
                {L"block-all", probe_mode_block_all},
                {L"access-denied", probe_mode_access_denied},
                {L"service-stopped", probe_mode_service_stopped},
                {L"write-ignored", probe_mode_write_ignored},
                {L"group-missing", probe_mode_group_missing},
                {L"group-spelling", probe_mode_group_spelling},
                {L"block-action", probe_mode_block_action}};

HRESULT put_text(INetFwRule3 *rule, text_setter setter, const WCHAR *value)
{
    BSTR text = value ? SysAllocString(value) : NULL;
    HRESULT hr = setter(rule, text);

    SysFreeString(text);
    return hr;
}

bool has_text(INetFwRule3 *rule, text_getter getter, const WCHAR *value)
{
    BSTR text = NULL;
    bool same = false;

    if (getter(rule, &text) == S_OK)
        same = value && text ? wcscmp(text, value) == 0 : !value && !text;
    if (!same)
        printf("# got '%ls', not '%ls'\n", text ? text : L"(null)",
               value ? value : L"(null)");
    SysFreeString(text);
    return same;
}

INetFwRule3 *fresh_rule(void)
{
    INetFwRule3 *rule = NULL;

    if (FAILED(CoCreateInstance(&CLSID_NetFwRule, NULL, CLSCTX_INPROC_SERVER,
                                &IID_INetFwRule3, (void **)&rule)))
        return NULL;
    return rule;
}

static HRESULT fill_rule(INetFwRule3 *rule, const WCHAR *name)
{
    HRESULT hr = put_text(rule, rule->lpVtbl->put_Name, name);

    if (SUCCEEDED(hr))
        hr = INetFwRule3_put_Protocol(rule, 6);
    if (SUCCEEDED(hr))
        hr = put_text(rule, rule->lpVtbl->put_LocalPorts, L"4711");
    if (SUCCEEDED(hr))
        hr = INetFwRule3_put_Action(rule, NET_FW_ACTION_ALLOW);
    if (SUCCEEDED(hr))
        hr = INetFwRule3_put_Enabled(rule, VARIANT_TRUE);
    return hr;
}

INetFwRule3 *make_rule(struct probe *probe, const WCHAR *name, bool join)
{
    INetFwRule3 *rule = fresh_rule();
    HRESULT hr = E_OUTOFMEMORY;

    if (rule)
        hr = fill_rule(rule, name);
    if (SUCCEEDED(hr) && join)
        hr = INetFwRules_Add(probe->rules, (INetFwRule *)rule);
    if (SUCCEEDED(hr))
        return rule;
    if (rule)
        INetFwRule3_Release(rule);
    tap_check_hr(&probe->tap, hr, S_OK, "a rule can be made");
    return NULL;
}

INetFwRule3 *item(struct probe *probe, const WCHAR *name, HRESULT *hr)
{
    BSTR text = SysAllocString(name);
    INetFwRule3 *full = NULL;
    INetFwRule *rule = NULL;

    *hr = INetFwRules_Item(probe->rules, text, &rule);
    SysFreeString(text);
    if (FAILED(*hr))
        return NULL;
    *hr = INetFwRule_QueryInterface(rule, &IID_INetFwRule3, (void **)&full);
    INetFwRule_Release(rule);
    return full;
}

HRESULT remove_rule(struct probe *probe, const WCHAR *name)
{
    BSTR text = SysAllocString(name);
    HRESULT hr = INetFwRules_Remove(probe->rules, text);

    SysFreeString(text);
    return hr;
}

LONG rule_count(struct probe *probe)
{
    LONG count = -1;

    if (FAILED(INetFwRules_get_Count(probe->rules, &count)))
        return -1;
    return count;
}

HRESULT enable_group(struct probe *probe, LONG mask, const WCHAR *group,
                     VARIANT_BOOL enable)
{
    BSTR text = group ? SysAllocString(group) : NULL;
    HRESULT hr =
        INetFwPolicy2_EnableRuleGroup(probe->policy, mask, text, enable);

    SysFreeString(text);
    return hr;
}

HRESULT group_state(struct probe *probe, LONG mask, const WCHAR *group,
                    VARIANT_BOOL *enabled)
{
    BSTR text = group ? SysAllocString(group) : NULL;
    HRESULT hr =
        INetFwPolicy2_IsRuleGroupEnabled(probe->policy, mask, text, enabled);

    SysFreeString(text);
    return hr;
}

WCHAR *stored_rule(const WCHAR *id)
{
    WCHAR *text = calloc(1, TEXT_BYTES);
    DWORD size = TEXT_BYTES;

    if (text && RegGetValueW(HKEY_LOCAL_MACHINE, RULES_KEY, id, RRF_RT_REG_SZ,
                             NULL, text, &size) == 0)
        return text;
    free(text);
    return NULL;
}

bool store_rule(const WCHAR *id, const WCHAR *text)
{
    return RegSetKeyValueW(HKEY_LOCAL_MACHINE, RULES_KEY, id, REG_SZ, text,
                           (DWORD)((wcslen(text) + 1) * sizeof *text)) == 0;
}

void forget_rule(const WCHAR *id)
{
    RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, RULES_KEY, id);
}

bool store_has(const WCHAR *part)
{
    WCHAR *text = calloc(1, TEXT_BYTES);
    bool found = false;
    WCHAR id[520];
    HKEY key;

    if (!text || RegOpenKeyExW(HKEY_LOCAL_MACHINE, RULES_KEY, 0,
                               KEY_QUERY_VALUE, &key) != 0) {
        free(text);
        return false;
    }
    for (DWORD i = 0; !found; i++) {
        DWORD len = ARRAY_LEN(id), size = TEXT_BYTES;

        if (RegEnumValueW(key, i, id, &len, NULL, NULL, (BYTE *)text, &size))
            break;
        found = wcsstr(text, part) != NULL;
    }
    RegCloseKey(key);
    free(text);
    return found;
}

static bool run_section(struct probe *probe, const WCHAR *name)
{
    for (size_t i = 0; i < ARRAY_LEN(sections); i++)
        if (wcscmp(name, sections[i].name) == 0) {
            printf("# %ls\n", name);
            sections[i].run(probe);
            return true;
        }
    fprintf(stderr, "fwprobe: %ls: no such section\n", name);
    return false;
}

static HRESULT probe_open(struct probe *probe)
{
    HRESULT hr =
        CoCreateInstance(&CLSID_NetFwPolicy2, NULL, CLSCTX_INPROC_SERVER,
                         &IID_INetFwPolicy2, (void **)&probe->policy);

    if (SUCCEEDED(hr))
        hr = INetFwPolicy2_get_Rules(probe->policy, &probe->rules);
    return hr;
}

static void probe_close(struct probe *probe)
{
    ULONG left;

    if (probe->rules) {
        left = INetFwRules_Release(probe->rules);
        tap_check(&probe->tap, left == 0, "the collection is released");
    }
    if (probe->policy) {
        left = INetFwPolicy2_Release(probe->policy);
        tap_check(&probe->tap, left == 0, "the policy is released");
    }
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    struct probe probe = {0};
    bool known = true;

    _setmode(_fileno(stdout), _O_BINARY);
    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 2;
    if (tap_check_hr(&probe.tap, probe_open(&probe), S_OK,
                     "the policy is there"))
        for (int i = 1; i < argc; i++)
            known = run_section(&probe, argv[i]) && known;
    probe_close(&probe);
    CoUninitialize();
    return tap_end(&probe.tap) || !known || argc < 2;
}
