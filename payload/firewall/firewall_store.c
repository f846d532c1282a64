/* SPDX-License-Identifier: MIT */
#include "payload/firewall/firewall_store.h"

#include <stdlib.h>
#include <string.h>

#include "payload/win32/com.h"
#include "payload/win32/errors.h"

#define RULES_MAX 100000 /* a machine with more is broken */

#define SERVICE_DOWN ((HRESULT)0x800706D9) /* EPT_S_NOT_REGISTERED */
#define SERVER_DOWN ((HRESULT)0x800706BA)  /* RPC_S_SERVER_UNAVAILABLE */

static const char *hint_for(HRESULT hr)
{
    switch (hr) {
    case SERVICE_DOWN:
    case SERVER_DOWN:
        return "start the services BFE and MpsSvc (Windows Defender Firewall) "
               "and set both to automatic";
    case E_ACCESSDENIED:
        return "the login is an elevated administrator, so a security product "
               "or a policy guards the firewall: allow it there";
    case REGDB_E_CLASSNOTREG:
        return "the firewall's component FirewallAPI.dll is not registered: "
               "repair Windows (sfc /scannow)";
    default:
        return NULL;
    }
}

int firewall_fail(struct setting_reason *reason, HRESULT hr, const char *what)
{
    if (hr == SERVICE_DOWN || hr == SERVER_DOWN)
        return setting_reason_set(reason, (unsigned long)hr, hint_for(hr),
                                  "%s: the firewall service does not run",
                                  what);
    return setting_reason_set(reason, (unsigned long)hr, hint_for(hr), "%s: %s",
                              what, error_text((unsigned long)hr));
}

struct firewall_store *firewall_store_new(void)
{
    return calloc(1, sizeof(struct firewall_store));
}

void firewall_store_use(struct firewall_store *store)
{
    store->users++;
}

static void release_item(struct live_rule *item)
{
    COM_RELEASE(item->rule);
    free(item->name);
    free(item->grouping);
}

void firewall_store_forget(struct firewall_store *store)
{
    for (size_t i = store->count; i-- > 0;)
        release_item(&store->items[i]);
    free(store->items);
    store->items = NULL;
    store->count = 0;
    store->unread = 0;
    store->loaded = false;
}

void firewall_store_drop(struct firewall_store *store)
{
    if (store == NULL || (store->users > 0 && --store->users > 0))
        return;
    firewall_store_forget(store);
    COM_RELEASE(store->rules);
    COM_RELEASE(store->policy);
    free(store);
}

static int open_store(struct firewall_store *store,
                      struct setting_reason *reason)
{
    if (store->policy != NULL)
        return 0;
    INetFwPolicy2 *policy = NULL;
    HRESULT hr =
        CoCreateInstance(&CLSID_NetFwPolicy2, NULL, CLSCTX_INPROC_SERVER,
                         &IID_INetFwPolicy2, (void **)&policy);
    if (FAILED(hr))
        return firewall_fail(reason, hr, "the firewall cannot be opened");
    hr = INetFwPolicy2_get_Rules(policy, &store->rules);
    if (FAILED(hr) || store->rules == NULL) {
        COM_RELEASE(policy);
        return firewall_fail(reason, FAILED(hr) ? hr : E_UNEXPECTED,
                             "the firewall's rules cannot be read");
    }
    store->policy = policy;
    return 0;
}

/* Not what one rule may have, but the end of all reading. */
static bool is_fatal(HRESULT hr)
{
    return hr == SERVICE_DOWN || hr == SERVER_DOWN || hr == E_OUTOFMEMORY;
}

static HRESULT make_room(struct firewall_store *store)
{
    /* Room doubles at each power of two. */
    if ((store->count & (store->count - 1)) != 0)
        return S_OK;
    size_t room = store->count == 0 ? 1 : store->count * 2;
    void *items = realloc(store->items, room * sizeof *store->items);
    if (items == NULL)
        return E_OUTOFMEMORY;
    store->items = items;
    return S_OK;
}

/* Takes over the reference to `rule`, also on failure. */
static HRESULT add_item(struct firewall_store *store, INetFwRule *rule)
{
    BSTR name = NULL;
    BSTR grouping = NULL;
    struct live_rule item = {.rule = rule};
    HRESULT hr = INetFwRule_get_Name(rule, &name);
    if (SUCCEEDED(hr))
        hr = INetFwRule_get_Grouping(rule, &grouping);
    item.name = com_text(name);
    item.grouping = com_text(grouping);
    SysFreeString(grouping);
    SysFreeString(name);
    if (SUCCEEDED(hr) && (item.name == NULL || item.grouping == NULL))
        hr = E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        hr = make_room(store);
    if (FAILED(hr)) {
        release_item(&item);
        return hr;
    }
    store->items[store->count++] = item;
    return S_OK;
}

/*
 * A rule that cannot be read (its text is in a library that is gone, its
 * package half removed) is counted and left out: it must not take the
 * reading of all the others with it.
 */
static HRESULT take_rule(struct firewall_store *store, const VARIANT *value)
{
    INetFwRule *rule = NULL;
    HRESULT hr = E_UNEXPECTED;
    if (value->vt == VT_DISPATCH && value->pdispVal != NULL)
        hr = IDispatch_QueryInterface(value->pdispVal, &IID_INetFwRule,
                                      (void **)&rule);
    if (SUCCEEDED(hr))
        hr = add_item(store, rule);
    if (SUCCEEDED(hr) || is_fatal(hr))
        return hr;
    store->unread++;
    store->unread_code = hr;
    return S_OK;
}

/*
 * One rule at a time, as every client of this enumerator does: a batch would
 * save nothing in-process.
 */
static HRESULT walk_on(struct firewall_store *store, IEnumVARIANT *walk)
{
    VARIANT value;
    ULONG got = 0;
    VariantInit(&value);
    HRESULT hr = IEnumVARIANT_Next(walk, 1, &value, &got);
    if (hr == S_OK)
        hr = take_rule(store, &value);
    VariantClear(&value);
    return hr;
}

static HRESULT walk_rules(struct firewall_store *store)
{
    IUnknown *unknown = NULL;
    IEnumVARIANT *walk = NULL;
    HRESULT hr = INetFwRules_get__NewEnum(store->rules, &unknown);
    if (SUCCEEDED(hr) && unknown == NULL)
        hr = E_UNEXPECTED;
    if (SUCCEEDED(hr))
        hr =
            IUnknown_QueryInterface(unknown, &IID_IEnumVARIANT, (void **)&walk);
    while (hr == S_OK && store->count + store->unread < RULES_MAX)
        hr = walk_on(store, walk);
    if (hr == S_OK) /* the end is S_FALSE: what was not seen may matter */
        hr = E_UNEXPECTED;
    if (SUCCEEDED(hr) && store->count == 0 && store->unread > 0)
        hr = store->unread_code;
    COM_RELEASE(walk);
    COM_RELEASE(unknown);
    return hr;
}

int firewall_store_load(struct firewall_store *store,
                        struct setting_reason *reason)
{
    if (store->loaded)
        return 0;
    if (open_store(store, reason) != 0)
        return -1;
    firewall_read_policy(store->policy, &store->judged);
    HRESULT hr = walk_rules(store);
    if (FAILED(hr)) {
        firewall_store_forget(store);
        return firewall_fail(reason, hr, "the firewall's rules cannot be read");
    }
    store->loaded = true;
    return 0;
}

void firewall_store_hint(const struct firewall_store *store,
                         struct setting *setting)
{
    if (store->unread > 0)
        setting_hint(setting,
                     "%lu rule(s) of this firewall cannot be read (0x%08lX) "
                     "and were left out of the judgement: look for rules "
                     "without a name in wf.msc",
                     (unsigned long)store->unread,
                     (unsigned long)store->unread_code);
}

void firewall_pick_release(struct firewall_pick *pick)
{
    rule_list_release(&pick->rules);
    free(pick->lives);
    pick->lives = NULL;
}

int firewall_store_pick(struct firewall_store *store, firewall_filter filter,
                        const void *argument, struct firewall_pick *pick,
                        struct setting_reason *reason)
{
    memset(pick, 0, sizeof *pick);
    if (firewall_store_load(store, reason) != 0)
        return -1;
    pick->rules.items = calloc(store->count + 1, sizeof *pick->rules.items);
    pick->lives = calloc(store->count + 1, sizeof(INetFwRule *));
    bool failed = pick->rules.items == NULL || pick->lives == NULL;
    if (failed)
        setting_fail_memory(reason);
    for (size_t i = 0; i < store->count && !failed; i++) {
        if (!filter(&store->items[i], argument))
            continue;
        size_t at = pick->rules.count;
        failed = firewall_read_rule(store->items[i].rule,
                                    &pick->rules.items[at], reason) != 0;
        pick->lives[at] = store->items[i].rule;
        pick->rules.count += failed ? 0 : 1;
    }
    if (!failed)
        return 0;
    firewall_pick_release(pick);
    return -1;
}
