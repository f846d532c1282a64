/* SPDX-License-Identifier: MIT */
#include "payload/firewall/firewall_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "payload/win32/com.h"
#include "payload/win32/errors.h"
#include "payload/firewall/firewall_put.h"
#include "payload/firewall/rule_match.h"
#include "payload/firewall/rule_plan.h"

#define UNIQUE_NAME_SIZE 64

int firewall_add(struct firewall_store *store, const struct rule *rule,
                 struct setting_reason *reason)
{
    INetFwRule *made = NULL;
    const char *step = "the rule cannot be made";
    if (firewall_store_load(store, reason) != 0)
        return -1;
    HRESULT hr = CoCreateInstance(&CLSID_NetFwRule, NULL, CLSCTX_INPROC_SERVER,
                                  &IID_INetFwRule, (void **)&made);
    if (SUCCEEDED(hr))
        hr = firewall_put_all(made, rule, &step);
    if (SUCCEEDED(hr)) {
        step = "the rule cannot be added";
        hr = INetFwRules_Add(store->rules, made);
    }
    COM_RELEASE(made);
    firewall_store_forget(store);
    return SUCCEEDED(hr) ? 0 : firewall_fail(reason, hr, step);
}

int firewall_change(INetFwRule *live, const struct rule *from,
                    const struct rule *to, struct setting_reason *reason)
{
    const char *step = "";
    const char *ignored = "";
    struct rule half = {0};
    struct setting_reason unread = {0};
    HRESULT hr = firewall_put_differences(live, from, to, &step);
    if (SUCCEEDED(hr))
        return 0;
    firewall_fail(reason, hr, step);
    if (firewall_read_rule(live, &half, &unread) != 0 ||
        FAILED(firewall_put_differences(live, &half, from, &ignored)))
        snprintf(reason->hint, sizeof reason->hint,
                 "the rule \"%.100s\" was changed half way and could not be "
                 "taken back: look at it in wf.msc",
                 rule_text(from, RULE_NAME));
    rule_release(&half);
    return -1;
}

static size_t count_named(const struct firewall_store *store, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < store->count; i++)
        count += word_same(store->items[i].name, name) ? 1 : 0;
    return count;
}

static HRESULT make_unique_name(char name[UNIQUE_NAME_SIZE])
{
    GUID id;
    HRESULT hr = CoCreateGuid(&id);
    if (SUCCEEDED(hr))
        snprintf(name, UNIQUE_NAME_SIZE,
                 "wmifleet-remove-%08lx%04x%04x%02x%02x%02x%02x",
                 (unsigned long)id.Data1, id.Data2, id.Data3, id.Data4[0],
                 id.Data4[1], id.Data4[2], id.Data4[3]);
    return hr;
}

static HRESULT put_name(INetFwRule *live, const char *name)
{
    BSTR text = com_bstr(name);
    HRESULT hr = text != NULL ? INetFwRule_put_Name(live, text) : E_OUTOFMEMORY;
    SysFreeString(text);
    return hr;
}

static HRESULT remove_by_name(struct firewall_store *store, const char *name)
{
    BSTR text = com_bstr(name);
    HRESULT hr =
        text != NULL ? INetFwRules_Remove(store->rules, text) : E_OUTOFMEMORY;
    SysFreeString(text);
    return hr;
}

/* The rule goes, or keeps the name it had. */
static HRESULT remove_namesake(struct firewall_store *store, INetFwRule *live,
                               const char *name)
{
    char unique[UNIQUE_NAME_SIZE];
    struct setting_reason unread = {0};
    HRESULT hr = make_unique_name(unique);
    if (SUCCEEDED(hr))
        hr = put_name(live, unique);
    if (FAILED(hr))
        return hr;
    INetFwRule_AddRef(live); /* it outlives the store's own list */
    hr = remove_by_name(store, unique);
    firewall_store_forget(store);
    if (SUCCEEDED(hr) && firewall_store_load(store, &unread) == 0 &&
        count_named(store, unique) > 0)
        hr = E_UNEXPECTED;
    if (FAILED(hr))
        put_name(live, name);
    COM_RELEASE(live);
    return hr;
}

int firewall_remove(struct firewall_store *store, INetFwRule *live,
                    const char *name, struct setting_reason *reason)
{
    HRESULT hr = count_named(store, name) > 1
                     ? remove_namesake(store, live, name)
                     : remove_by_name(store, name);
    firewall_store_forget(store);
    if (SUCCEEDED(hr))
        return 0;
    return firewall_fail(reason, hr, "the rule cannot be removed");
}

/* What stays is made right; the store keeps its rules. */
static int change_pairs(const struct firewall_pick *pick,
                        const struct rule_list *wanted, const size_t *pairs,
                        struct setting_reason *reason)
{
    for (size_t i = 0; i < pick->rules.count; i++) {
        const struct rule *from = &pick->rules.items[i];
        if (pairs[i] == RULE_PLAN_NONE)
            continue;
        const struct rule *to = &wanted->items[pairs[i]];
        if (!rule_identical(from, to) &&
            firewall_change(pick->lives[i], from, to, reason) != 0)
            return -1;
    }
    return 0;
}

/*
 * One round: changes what stays, then removes at most one rule (*removed),
 * since that makes the pick stale, or else adds what is missing.
 */
static int put_back_round(struct firewall_store *store,
                          const struct firewall_pick *pick,
                          const struct rule_list *wanted, bool *removed,
                          struct setting_reason *reason)
{
    size_t count = pick->rules.count;
    size_t *pairs = calloc(count + 1, sizeof *pairs);
    int status = -1;
    *removed = false;
    if (pairs == NULL)
        return setting_fail_memory(reason);
    rule_plan(&pick->rules, wanted, pairs);
    if (change_pairs(pick, wanted, pairs, reason) != 0)
        goto out;
    for (size_t i = 0; i < count && !*removed; i++) {
        if (pairs[i] != RULE_PLAN_NONE)
            continue;
        *removed = true;
        if (firewall_remove(store, pick->lives[i],
                            rule_text(&pick->rules.items[i], RULE_NAME),
                            reason) != 0)
            goto out;
    }
    for (size_t j = 0; j < wanted->count && !*removed; j++) {
        if (!rule_plan_has(pairs, count, j) &&
            firewall_add(store, &wanted->items[j], reason) != 0)
            goto out;
    }
    status = 0;
out:
    free(pairs);
    return status;
}

int firewall_put_back(struct firewall_store *store, firewall_filter filter,
                      const void *argument, const struct rule_list *wanted,
                      struct setting_reason *reason)
{
    size_t before = SIZE_MAX;
    for (;;) {
        struct firewall_pick pick;
        bool removed = false;
        if (firewall_store_pick(store, filter, argument, &pick, reason) != 0)
            return -1;
        size_t count = pick.rules.count;
        int status = 0;
        if (count >= before) /* the last removal removed nothing */
            status = setting_reason_set(
                reason, CODE_NOT_EFFECTIVE,
                "a security product or a policy may put it back: look at it "
                "in wf.msc",
                "a rule that was to be removed is still there");
        else
            status = put_back_round(store, &pick, wanted, &removed, reason);
        firewall_pick_release(&pick);
        firewall_store_forget(store);
        if (status != 0 || !removed)
            return status;
        before = count;
    }
}
