/* SPDX-License-Identifier: MIT */
/* COM itself: classes, interfaces, identity, references, enumeration. */
#include "fwprobe.h"

#define SAY(probe, expression)                                                 \
    tap_check(&probe->tap, expression, "%s", #expression)
#define BATCH 7u

static void probe_factory(struct probe *probe, REFCLSID clsid, REFIID iid)
{
    IClassFactory *factory = NULL;
    IUnknown *object = NULL;

    tap_check_hr(&probe->tap,
                 CoGetClassObject(clsid, CLSCTX_INPROC_SERVER, NULL,
                                  &IID_IClassFactory, (void **)&factory),
                 S_OK, "a class object");
    if (!factory)
        return;
    tap_check_hr(&probe->tap,
                 IClassFactory_CreateInstance(factory, (IUnknown *)factory, iid,
                                              (void **)&object),
                 CLASS_E_NOAGGREGATION, "no aggregation");
    tap_check_hr(&probe->tap,
                 IClassFactory_CreateInstance(factory, NULL, &IID_IStream,
                                              (void **)&object),
                 E_NOINTERFACE, "no such interface");
    SAY(probe, object == NULL);
    tap_check_hr(
        &probe->tap,
        IClassFactory_CreateInstance(factory, NULL, iid, (void **)&object),
        S_OK, "an instance");
    if (object)
        SAY(probe, IUnknown_Release(object) == 0);
    IClassFactory_Release(factory);
}

/* Every interface of a rule leads to the same object. */
static void probe_identity(struct probe *probe)
{
    const IID *const iids[] = {&IID_IUnknown, &IID_IDispatch, &IID_INetFwRule,
                               &IID_INetFwRule2, &IID_INetFwRule3};
    INetFwRule3 *rule = fresh_rule();
    IUnknown *one = NULL, *again = NULL, *other = NULL;

    if (!tap_check(&probe->tap, rule != NULL, "a rule"))
        return;
    INetFwRule3_QueryInterface(rule, &IID_IUnknown, (void **)&one);
    for (size_t i = 0; i < ARRAY_LEN(iids); i++) {
        tap_check_hr(&probe->tap,
                     INetFwRule3_QueryInterface(rule, iids[i], (void **)&other),
                     S_OK, "an interface of a rule");
        IUnknown_QueryInterface(other, &IID_IUnknown, (void **)&again);
        SAY(probe, again == one);
        IUnknown_Release(again);
        IUnknown_Release(other);
    }
    tap_check_hr(
        &probe->tap,
        INetFwRule3_QueryInterface(rule, &IID_INetFwRules, (void **)&other),
        E_NOINTERFACE, "a rule is no collection");
    SAY(probe, other == NULL);
    IUnknown_Release(one);
    SAY(probe, INetFwRule3_AddRef(rule) == 2);
    SAY(probe, INetFwRule3_Release(rule) == 1);
    SAY(probe, INetFwRule3_Release(rule) == 0);
}

static void probe_progid(struct probe *probe, const WCHAR *progid,
                         const CLSID *wanted)
{
    CLSID clsid;

    tap_check_hr(&probe->tap, CLSIDFromProgID(progid, &clsid), S_OK,
                 "a ProgID");
    SAY(probe, IsEqualCLSID(&clsid, wanted));
}

void probe_objects(struct probe *probe)
{
    probe_factory(probe, &CLSID_NetFwPolicy2, &IID_INetFwPolicy2);
    probe_factory(probe, &CLSID_NetFwRule, &IID_INetFwRule);
    probe_progid(probe, L"HNetCfg.FwPolicy2", &CLSID_NetFwPolicy2);
    probe_progid(probe, L"HNetCfg.FWRule", &CLSID_NetFwRule);
    probe_identity(probe);
}

static bool is_rule(VARIANT *item)
{
    INetFwRule *rule = NULL;
    bool good = false;
    BSTR name = NULL;

    if (V_VT(item) != VT_DISPATCH || !V_DISPATCH(item))
        return false;
    if (IDispatch_QueryInterface(V_DISPATCH(item), &IID_INetFwRule,
                                 (void **)&rule) == S_OK) {
        good = INetFwRule_get_Name(rule, &name) == S_OK && name && *name;
        SysFreeString(name);
        INetFwRule_Release(rule);
    }
    return good;
}

/* Walks to the end in batches; the number of items, -1 if one is no rule. */
static LONG walk(struct probe *probe, IEnumVARIANT *items, ULONG batch)
{
    VARIANT got[BATCH];
    LONG total = 0;
    ULONG fetched;
    HRESULT hr = S_OK;

    while (hr == S_OK && total >= 0) {
        fetched = 99;
        hr = IEnumVARIANT_Next(items, batch, got, &fetched);
        if (FAILED(hr) || fetched > batch)
            return -1;
        SAY(probe, (hr == S_OK) == (fetched == batch));
        for (ULONG i = 0; i < fetched; i++) {
            total = total >= 0 && is_rule(&got[i]) ? total + 1 : -1;
            VariantClear(&got[i]);
        }
    }
    return total;
}

static void probe_clone(struct probe *probe, IEnumVARIANT *items, LONG count)
{
    IEnumVARIANT *clone = NULL;

    tap_check_hr(&probe->tap, IEnumVARIANT_Reset(items), S_OK, "reset");
    tap_check_hr(&probe->tap, IEnumVARIANT_Skip(items, 5), S_OK,
                 "five skipped");
    tap_check_hr(&probe->tap, IEnumVARIANT_Clone(items, &clone), S_OK,
                 "a clone");
    if (!clone)
        return;
    SAY(probe, walk(probe, items, 3) == count - 5);
    SAY(probe, walk(probe, clone, 1) == count - 5);
    SAY(probe, IEnumVARIANT_Release(clone) == 0);
    tap_check_hr(&probe->tap, IEnumVARIANT_Skip(items, 1), S_FALSE,
                 "skipped the end");
    IEnumVARIANT_Reset(items);
    tap_check_hr(&probe->tap, IEnumVARIANT_Skip(items, 9999), S_FALSE,
                 "skipped beyond");
    SAY(probe, walk(probe, items, 3) == 0);
    tap_check_hr(&probe->tap, IEnumVARIANT_Skip(items, 1), S_FALSE,
                 "still beyond");
}

void probe_enumeration(struct probe *probe)
{
    LONG count = rule_count(probe);
    IEnumVARIANT *items = NULL;
    IUnknown *unknown = NULL;
    VARIANT got[2];

    tap_check(&probe->tap, count > 50, "%ld rules", count);
    tap_check_hr(&probe->tap, INetFwRules_get__NewEnum(probe->rules, &unknown),
                 S_OK, "an enumerator");
    if (!unknown)
        return;
    tap_check_hr(
        &probe->tap,
        IUnknown_QueryInterface(unknown, &IID_IEnumVARIANT, (void **)&items),
        S_OK, "of variants");
    IUnknown_Release(unknown);
    SAY(probe, walk(probe, items, BATCH) == count);
    SAY(probe, walk(probe, items, 1) == 0);
    probe_clone(probe, items, count);
    IEnumVARIANT_Reset(items);
    tap_check_hr(&probe->tap, IEnumVARIANT_Next(items, 2, got, NULL),
                 E_INVALIDARG, "two items need a place for their number");
    tap_check_hr(&probe->tap, IEnumVARIANT_Next(items, 1, got, NULL), S_OK,
                 "one item does not");
    VariantClear(&got[0]);
    SAY(probe, IEnumVARIANT_Release(items) == 0);
}
