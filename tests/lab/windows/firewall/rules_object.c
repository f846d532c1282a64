/* SPDX-License-Identifier: MIT */
/*
 * The collection of rules and its enumerator. The collection has no state:
 * each call reads the registry. The enumerator holds the rules as they were
 * when it was made, and its clones share them.
 */
#include "objects.h"

#include "names.h"
#include "settings.h"
#include "text.h"

#include <oleauto.h>
#include <stdlib.h>

struct rules_object {
    INetFwRules iface;
    LONG references;
};

struct shared_list {
    struct store_list list;
    LONG references;
};

struct enumerator {
    IEnumVARIANT iface;
    LONG references;
    struct shared_list *shared;
    size_t next;
};

static struct rules_object *rules_of(INetFwRules *iface)
{
    return CONTAINING_RECORD(iface, struct rules_object, iface);
}

static struct enumerator *enumerator_of(IEnumVARIANT *iface)
{
    return CONTAINING_RECORD(iface, struct enumerator, iface);
}

static HRESULT STDMETHODCALLTYPE rules_QueryInterface(INetFwRules *self,
                                                      REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IDispatch) &&
        !IsEqualIID(iid, &IID_INetFwRules))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&rules_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE rules_AddRef(INetFwRules *self)
{
    return (ULONG)InterlockedIncrement(&rules_of(self)->references);
}

static ULONG STDMETHODCALLTYPE rules_Release(INetFwRules *self)
{
    LONG left = InterlockedDecrement(&rules_of(self)->references);

    if (left == 0)
        free(rules_of(self));
    return (ULONG)left;
}

NO_DISPATCH(rules, INetFwRules)

static HRESULT STDMETHODCALLTYPE rules_get_Count(INetFwRules *self, LONG *out)
{
    struct store_list list;
    HRESULT hr;

    (void)self;
    if (!out)
        return E_POINTER;
    hr = store_load(STORE_LOCAL, &list);
    if (SUCCEEDED(hr))
        *out = (LONG)list.count;
    store_free(&list);
    return hr;
}

static HRESULT STDMETHODCALLTYPE rules_Add(INetFwRules *self, INetFwRule *rule)
{
    (void)self;
    return rule ? rule_object_join(rule) : E_INVALIDARG;
}

/* The first rule whose name, as shown on this machine, is `name`. */
static const struct store_entry *find_name(const struct store_list *list,
                                           const WCHAR *name)
{
    enum language language = lab_language();

    for (size_t i = 0; i < list->count; i++) {
        const WCHAR *own = rule_get(&list->entries[i].rule, L"Name");

        if (wide_same(name_text(own, language), name))
            return &list->entries[i];
    }
    return NULL;
}

static HRESULT STDMETHODCALLTYPE rules_Remove(INetFwRules *self, BSTR name)
{
    const struct store_entry *entry;
    struct store_list list;
    HRESULT hr;

    (void)self;
    if (!name || !*name)
        return E_INVALIDARG;
    hr = service_writable();
    if (FAILED(hr))
        return hr;
    hr = store_load(STORE_LOCAL, &list);
    if (FAILED(hr))
        return hr;
    entry = find_name(&list, name);
    if (entry)
        hr = store_delete(entry->id);
    store_free(&list);
    return hr;
}

static HRESULT STDMETHODCALLTYPE rules_Item(INetFwRules *self, BSTR name,
                                            INetFwRule **out)
{
    const struct store_entry *entry;
    struct store_list list;
    HRESULT hr;

    (void)self;
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!name || !*name)
        return E_INVALIDARG;
    hr = store_load(STORE_LOCAL, &list);
    if (FAILED(hr))
        return hr;
    entry = find_name(&list, name);
    hr = entry ? rule_object_from(entry, out)
               : HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    store_free(&list);
    return hr;
}

static HRESULT STDMETHODCALLTYPE rules_get__NewEnum(INetFwRules *self,
                                                    IUnknown **out)
{
    (void)self;
    if (!out)
        return E_POINTER;
    *out = NULL;
    return enumerator_new(out);
}

static INetFwRulesVtbl rules_vtbl = {
    rules_QueryInterface,   rules_AddRef,      rules_Release,
    rules_GetTypeInfoCount, rules_GetTypeInfo, rules_GetIDsOfNames,
    rules_Invoke,           rules_get_Count,   rules_Add,
    rules_Remove,           rules_Item,        rules_get__NewEnum};

HRESULT rules_object_new(INetFwRules **out)
{
    struct rules_object *object = calloc(1, sizeof *object);

    if (!object)
        return E_OUTOFMEMORY;
    object->iface.lpVtbl = &rules_vtbl;
    object->references = 1;
    *out = &object->iface;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_QueryInterface(IEnumVARIANT *self,
                                                     REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IEnumVARIANT))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&enumerator_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE enum_AddRef(IEnumVARIANT *self)
{
    return (ULONG)InterlockedIncrement(&enumerator_of(self)->references);
}

static void shared_release(struct shared_list *shared)
{
    if (InterlockedDecrement(&shared->references) > 0)
        return;
    store_free(&shared->list);
    free(shared);
}

static ULONG STDMETHODCALLTYPE enum_Release(IEnumVARIANT *self)
{
    struct enumerator *enumerator = enumerator_of(self);
    LONG left = InterlockedDecrement(&enumerator->references);

    if (left == 0) {
        shared_release(enumerator->shared);
        free(enumerator);
    }
    return (ULONG)left;
}

static HRESULT next_item(struct enumerator *enumerator, VARIANT *item)
{
    const struct store_list *list = &enumerator->shared->list;
    INetFwRule *rule = NULL;
    HRESULT hr = rule_object_from(&list->entries[enumerator->next], &rule);

    if (FAILED(hr))
        return hr;
    V_VT(item) = VT_DISPATCH;
    V_DISPATCH(item) = (IDispatch *)rule;
    enumerator->next++;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_Next(IEnumVARIANT *self, ULONG wanted,
                                           VARIANT *items, ULONG *fetched)
{
    struct enumerator *enumerator = enumerator_of(self);
    HRESULT hr = S_OK;
    ULONG count = 0;

    if (!items)
        return E_POINTER;
    if (!fetched && wanted != 1)
        return E_INVALIDARG;
    while (count < wanted &&
           enumerator->next < enumerator->shared->list.count) {
        hr = next_item(enumerator, &items[count]);
        if (FAILED(hr))
            break;
        count++;
    }
    while (FAILED(hr) && count > 0)
        VariantClear(&items[--count]);
    if (fetched)
        *fetched = count;
    if (FAILED(hr))
        return hr;
    return count == wanted ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_Skip(IEnumVARIANT *self, ULONG count)
{
    struct enumerator *enumerator = enumerator_of(self);
    size_t left = enumerator->shared->list.count - enumerator->next;

    enumerator->next += count < left ? count : left;
    return count <= left ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE enum_Reset(IEnumVARIANT *self)
{
    enumerator_of(self)->next = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_Clone(IEnumVARIANT *self,
                                            IEnumVARIANT **out)
{
    struct enumerator *copy;

    if (!out)
        return E_POINTER;
    *out = NULL;
    copy = malloc(sizeof *copy);
    if (!copy)
        return E_OUTOFMEMORY;
    *copy = *enumerator_of(self);
    copy->references = 1;
    InterlockedIncrement(&copy->shared->references);
    *out = &copy->iface;
    return S_OK;
}

static IEnumVARIANTVtbl enum_vtbl = {
    enum_QueryInterface, enum_AddRef, enum_Release, enum_Next,
    enum_Skip,           enum_Reset,  enum_Clone};

HRESULT enumerator_new(IUnknown **out)
{
    struct enumerator *enumerator = calloc(1, sizeof *enumerator);
    struct shared_list *shared = calloc(1, sizeof *shared);
    HRESULT hr = E_OUTOFMEMORY;

    if (enumerator && shared)
        hr = store_load(STORE_LOCAL, &shared->list);
    if (FAILED(hr)) {
        free(shared);
        free(enumerator);
        return hr;
    }
    shared->references = 1;
    enumerator->iface.lpVtbl = &enum_vtbl;
    enumerator->references = 1;
    enumerator->shared = shared;
    *out = (IUnknown *)&enumerator->iface;
    return S_OK;
}
