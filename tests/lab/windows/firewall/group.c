/* SPDX-License-Identifier: MIT */
#include "group.h"

#include "meaning.h"
#include "names.h"
#include "settings.h"
#include "store.h"
#include "text.h"

/* How many rules of a group are for some profiles, and how many are active. */
struct tally {
    size_t members; /* of the group, in whatever profile */
    size_t here;
    size_t active;
};

static bool is_member(const struct fw_rule *rule, const WCHAR *group)
{
    const WCHAR *own = rule_get(rule, L"EmbedCtxt");

    if (!own || !*own)
        return false;
    return wide_same(own, group) ||
           wide_same(name_text(own, lab_language()), group);
}

static bool is_active(const struct fw_rule *rule)
{
    return rule_is(rule, L"Active", L"TRUE");
}

static void tally_list(struct tally *tally, const struct store_list *list,
                       const WCHAR *group, LONG profiles, bool count)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct fw_rule *rule = &list->entries[i].rule;

        if (!is_member(rule, group))
            continue;
        tally->members++;
        if (!count || !(rule_profiles(rule) & profiles))
            continue;
        tally->here++;
        if (is_active(rule))
            tally->active++;
    }
}

static HRESULT activate(const struct store_entry *entry, bool enable)
{
    struct fw_rule changed;
    HRESULT hr = rule_copy(&changed, &entry->rule);

    if (FAILED(hr))
        return hr;
    hr = rule_set_active(&changed, enable);
    if (SUCCEEDED(hr))
        hr = store_replace(entry->id, &changed);
    rule_release(&changed);
    return hr;
}

/* The rule keeps `rest`; a new rule has its other profiles, switched. */
static HRESULT split(const struct store_entry *entry, LONG profiles, LONG rest,
                     bool enable)
{
    WCHAR id[STORE_ID_SIZE];
    struct fw_rule part;
    HRESULT hr = rule_copy(&part, &entry->rule);

    if (FAILED(hr))
        return hr;
    hr = rule_set_profiles(&part, rest);
    if (SUCCEEDED(hr))
        hr = store_replace(entry->id, &part);
    if (SUCCEEDED(hr))
        hr = rule_set_profiles(&part, profiles);
    if (SUCCEEDED(hr))
        hr = rule_set_active(&part, enable);
    if (SUCCEEDED(hr))
        hr = store_create(&part, id);
    rule_release(&part);
    return hr;
}

static HRESULT switch_member(const struct store_entry *entry, LONG profiles,
                             bool enable)
{
    LONG own = rule_profiles(&entry->rule) & PROFILE_BITS;
    LONG rest = own & ~profiles;

    if (!(own & profiles) || is_active(&entry->rule) == enable)
        return S_OK;
    if (rest && mode_on(L"split-rules"))
        return split(entry, own & profiles, rest, enable);
    return activate(entry, enable);
}

HRESULT group_enable(LONG profiles, const WCHAR *group, bool enable)
{
    struct store_list list;
    HRESULT hr = service_writable();
    bool found = false;

    if (FAILED(hr))
        return hr;
    hr = store_load(STORE_LOCAL, &list);
    for (size_t i = 0; i < list.count && SUCCEEDED(hr); i++)
        if (is_member(&list.entries[i].rule, group)) {
            found = true;
            hr = switch_member(&list.entries[i], profiles, enable);
        }
    store_free(&list);
    if (FAILED(hr))
        return hr;
    return found ? S_OK : S_FALSE;
}

HRESULT group_enabled(LONG profiles, const WCHAR *group, bool *enabled)
{
    struct store_list list;
    struct tally tally = {0};
    HRESULT hr = store_load(STORE_LOCAL, &list);

    if (FAILED(hr))
        return hr;
    tally_list(&tally, &list, group, profiles, true);
    store_free(&list);
    *enabled = tally.here > 0 && tally.active == tally.here;
    return tally.members > 0 ? S_OK : S_FALSE;
}

static void tally_effective(struct tally *tally, const struct store_list *local,
                            const struct store_list *policy, const WCHAR *group,
                            LONG profile)
{
    tally_list(tally, local, group, profile, local_rules_count(profile));
    tally_list(tally, policy, group, profile, true);
}

HRESULT group_effective(LONG profiles, const WCHAR *group, bool *enabled)
{
    struct store_list local = {0}, policy = {0};
    bool any = false, all = true;
    size_t members = 0;
    HRESULT hr = store_load(STORE_LOCAL, &local);

    if (SUCCEEDED(hr))
        hr = store_load(STORE_POLICY, &policy);
    for (LONG profile = 1; profile <= PROFILE_BITS; profile <<= 1) {
        struct tally tally = {0};
        bool on;

        if (FAILED(hr) || !(profiles & profile))
            continue;
        tally_effective(&tally, &local, &policy, group, profile);
        members = tally.members;
        on = tally.here > 0 && tally.active == tally.here;
        any = any || on;
        all = all && on;
    }
    store_free(&local);
    store_free(&policy);
    if (FAILED(hr))
        return hr;
    *enabled = any;
    return members == 0 || any != all ? S_FALSE : S_OK;
}
