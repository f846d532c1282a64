/* SPDX-License-Identifier: MIT */
/*
 * The firewall policy of the machine as a COM object. It has no state: each
 * call reads the registry. Making one works with the service stopped too.
 */
#include "objects.h"

#include "factory.h"
#include "group.h"
#include "meaning.h"
#include "settings.h"
#include "text.h"

#include <oleauto.h>
#include <stdlib.h>

struct policy_object {
    INetFwPolicy2 iface;
    LONG references;
};

static struct policy_object *policy_of(INetFwPolicy2 *iface)
{
    return CONTAINING_RECORD(iface, struct policy_object, iface);
}

static HRESULT STDMETHODCALLTYPE policy_QueryInterface(INetFwPolicy2 *self,
                                                       REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IDispatch) &&
        !IsEqualIID(iid, &IID_INetFwPolicy2))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&policy_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE policy_AddRef(INetFwPolicy2 *self)
{
    return (ULONG)InterlockedIncrement(&policy_of(self)->references);
}

static ULONG STDMETHODCALLTYPE policy_Release(INetFwPolicy2 *self)
{
    LONG left = InterlockedDecrement(&policy_of(self)->references);

    if (left == 0)
        free(policy_of(self));
    return (ULONG)left;
}

NO_DISPATCH(policy, INetFwPolicy2)

static HRESULT STDMETHODCALLTYPE
policy_get_CurrentProfileTypes(INetFwPolicy2 *self, LONG *out)
{
    HRESULT hr = service_reached();

    (void)self;
    if (!out)
        return E_POINTER;
    if (SUCCEEDED(hr))
        *out = lab_current_profiles();
    return hr;
}

/* One setting of one profile; the caller names exactly one. */
static HRESULT get_setting(LONG profile, const WCHAR *name, DWORD absent,
                           DWORD *out)
{
    HRESULT hr = service_reached();

    if (!is_one_profile(profile))
        return E_INVALIDARG;
    if (SUCCEEDED(hr))
        *out = profile_value(profile, name, absent);
    return hr;
}

static HRESULT put_setting(LONG profile, const WCHAR *name, DWORD value)
{
    HRESULT hr;

    if (!is_one_profile(profile))
        return E_INVALIDARG;
    hr = service_writable();
    if (hr != S_OK)
        return FAILED(hr) ? hr : S_OK;
    return profile_set_value(profile, name, value);
}

#define SWITCH_PROPERTY(name, value_name, absent)                              \
    static HRESULT STDMETHODCALLTYPE policy_get_##name(                        \
        INetFwPolicy2 *self, NET_FW_PROFILE_TYPE2 profile, VARIANT_BOOL *out)  \
    {                                                                          \
        DWORD value = 0;                                                       \
        HRESULT hr;                                                            \
                                                                               \
        (void)self;                                                            \
        if (!out)                                                              \
            return E_POINTER;                                                  \
        hr = get_setting((LONG)profile, value_name, absent, &value);           \
        if (SUCCEEDED(hr))                                                     \
            *out = value ? VARIANT_TRUE : VARIANT_FALSE;                       \
        return hr;                                                             \
    }                                                                          \
    static HRESULT STDMETHODCALLTYPE policy_put_##name(                        \
        INetFwPolicy2 *self, NET_FW_PROFILE_TYPE2 profile, VARIANT_BOOL value) \
    {                                                                          \
        (void)self;                                                            \
        return put_setting((LONG)profile, value_name, value ? 1 : 0);          \
    }

SWITCH_PROPERTY(FirewallEnabled, L"EnableFirewall", 1)
SWITCH_PROPERTY(NotificationsDisabled, L"DisableNotifications", 0)
SWITCH_PROPERTY(UnicastResponsesToMulticastBroadcastDisabled,
                L"DisableUnicastResponsesToMulticastBroadcast", 0)

static HRESULT STDMETHODCALLTYPE policy_get_BlockAllInboundTraffic(
    INetFwPolicy2 *self, NET_FW_PROFILE_TYPE2 profile, VARIANT_BOOL *out)
{
    DWORD value = 0;
    HRESULT hr;

    (void)self;
    if (!out)
        return E_POINTER;
    hr = get_setting((LONG)profile, L"DoNotAllowExceptions", 0, &value);
    if (SUCCEEDED(hr))
        *out = value || mode_on(L"block-all") ? VARIANT_TRUE : VARIANT_FALSE;
    return hr;
}

static HRESULT STDMETHODCALLTYPE policy_put_BlockAllInboundTraffic(
    INetFwPolicy2 *self, NET_FW_PROFILE_TYPE2 profile, VARIANT_BOOL value)
{
    (void)self;
    return put_setting((LONG)profile, L"DoNotAllowExceptions", value ? 1 : 0);
}

/* The registry says 1 for block, NET_FW_ACTION says 0. */
#define ACTION_PROPERTY(name, absent)                                          \
    static HRESULT STDMETHODCALLTYPE policy_get_##name(                        \
        INetFwPolicy2 *self, NET_FW_PROFILE_TYPE2 profile, NET_FW_ACTION *out) \
    {                                                                          \
        DWORD value = 0;                                                       \
        HRESULT hr;                                                            \
                                                                               \
        (void)self;                                                            \
        if (!out)                                                              \
            return E_POINTER;                                                  \
        hr = get_setting((LONG)profile, L## #name, absent, &value);            \
        if (SUCCEEDED(hr))                                                     \
            *out = value ? NET_FW_ACTION_BLOCK : NET_FW_ACTION_ALLOW;          \
        return hr;                                                             \
    }                                                                          \
    static HRESULT STDMETHODCALLTYPE policy_put_##name(                        \
        INetFwPolicy2 *self, NET_FW_PROFILE_TYPE2 profile,                     \
        NET_FW_ACTION action)                                                  \
    {                                                                          \
        (void)self;                                                            \
        if (action != NET_FW_ACTION_BLOCK && action != NET_FW_ACTION_ALLOW)    \
            return E_INVALIDARG;                                               \
        return put_setting((LONG)profile, L## #name,                           \
                           action == NET_FW_ACTION_BLOCK);                     \
    }

ACTION_PROPERTY(DefaultInboundAction, 1)
ACTION_PROPERTY(DefaultOutboundAction, 0)

/* No interface of the lab is excluded, and none can be. */
static HRESULT STDMETHODCALLTYPE policy_get_ExcludedInterfaces(
    INetFwPolicy2 *self, NET_FW_PROFILE_TYPE2 profile, VARIANT *out)
{
    (void)self;
    if (!out)
        return E_POINTER;
    VariantInit(out);
    return is_one_profile((LONG)profile) ? service_reached() : E_INVALIDARG;
}

static HRESULT STDMETHODCALLTYPE policy_put_ExcludedInterfaces(
    INetFwPolicy2 *self, NET_FW_PROFILE_TYPE2 profile, VARIANT value)
{
    (void)self;
    if (!is_one_profile((LONG)profile))
        return E_INVALIDARG;
    return V_VT(&value) == VT_EMPTY ? S_OK : E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE policy_get_Rules(INetFwPolicy2 *self,
                                                  INetFwRules **out)
{
    (void)self;
    if (!out)
        return E_POINTER;
    *out = NULL;
    return rules_object_new(out);
}

static HRESULT STDMETHODCALLTYPE policy_get_ServiceRestriction(
    INetFwPolicy2 *self, INetFwServiceRestriction **out)
{
    (void)self;
    if (!out)
        return E_POINTER;
    *out = NULL;
    return E_NOTIMPL;
}

static bool is_group(const WCHAR *group)
{
    return group && *group && value_allowed(group);
}

static HRESULT STDMETHODCALLTYPE policy_EnableRuleGroup(INetFwPolicy2 *self,
                                                        LONG mask, BSTR group,
                                                        VARIANT_BOOL enable)
{
    LONG profiles = profile_mask(mask);

    (void)self;
    if (!profiles || !is_group(group))
        return E_INVALIDARG;
    return group_enable(profiles, group, enable != VARIANT_FALSE);
}

static HRESULT STDMETHODCALLTYPE policy_IsRuleGroupEnabled(INetFwPolicy2 *self,
                                                           LONG mask,
                                                           BSTR group,
                                                           VARIANT_BOOL *out)
{
    LONG profiles = profile_mask(mask);
    bool enabled = false;
    HRESULT hr;

    (void)self;
    if (!out)
        return E_POINTER;
    if (!profiles || !is_group(group))
        return E_INVALIDARG;
    hr = group_enabled(profiles, group, &enabled);
    if (SUCCEEDED(hr))
        *out = enabled ? VARIANT_TRUE : VARIANT_FALSE;
    return hr;
}

static HRESULT STDMETHODCALLTYPE policy_get_IsRuleGroupCurrentlyEnabled(
    INetFwPolicy2 *self, BSTR group, VARIANT_BOOL *out)
{
    bool enabled = false;
    HRESULT hr;

    (void)self;
    if (!out)
        return E_POINTER;
    if (!is_group(group))
        return E_INVALIDARG;
    hr = group_effective(lab_current_profiles(), group, &enabled);
    if (SUCCEEDED(hr))
        *out = enabled ? VARIANT_TRUE : VARIANT_FALSE;
    return hr;
}

static HRESULT STDMETHODCALLTYPE
policy_RestoreLocalFirewallDefaults(INetFwPolicy2 *self)
{
    HRESULT hr = service_writable();

    (void)self;
    if (hr != S_OK)
        return FAILED(hr) ? hr : S_OK;
    return factory_restore();
}

static NET_FW_MODIFY_STATE modify_state(LONG profile)
{
    if (mode_on(L"policy-override") || !local_rules_count(profile))
        return NET_FW_MODIFY_STATE_GP_OVERRIDE;
    return inbound_blocked(profile) ? NET_FW_MODIFY_STATE_INBOUND_BLOCKED
                                    : NET_FW_MODIFY_STATE_OK;
}

/*
 * With several profiles in use that answer differently the result is S_FALSE,
 * and OK if changes take effect in one of them.
 */
static HRESULT STDMETHODCALLTYPE
policy_get_LocalPolicyModifyState(INetFwPolicy2 *self, NET_FW_MODIFY_STATE *out)
{
    LONG profiles = lab_current_profiles();
    HRESULT hr = service_reached();
    bool first = true;

    (void)self;
    if (!out)
        return E_POINTER;
    for (LONG one = 1; one <= PROFILE_BITS && SUCCEEDED(hr); one <<= 1) {
        NET_FW_MODIFY_STATE state;

        if (!(profiles & one))
            continue;
        state = modify_state(one);
        if (!first && state != *out)
            hr = S_FALSE;
        if (first || state < *out)
            *out = state;
        first = false;
    }
    return hr;
}

#define PAIR(name) policy_get_##name, policy_put_##name

static INetFwPolicy2Vtbl policy_vtbl = {
    policy_QueryInterface,
    policy_AddRef,
    policy_Release,
    policy_GetTypeInfoCount,
    policy_GetTypeInfo,
    policy_GetIDsOfNames,
    policy_Invoke,
    policy_get_CurrentProfileTypes,
    PAIR(FirewallEnabled),
    PAIR(ExcludedInterfaces),
    PAIR(BlockAllInboundTraffic),
    PAIR(NotificationsDisabled),
    PAIR(UnicastResponsesToMulticastBroadcastDisabled),
    policy_get_Rules,
    policy_get_ServiceRestriction,
    policy_EnableRuleGroup,
    policy_IsRuleGroupEnabled,
    policy_RestoreLocalFirewallDefaults,
    PAIR(DefaultInboundAction),
    PAIR(DefaultOutboundAction),
    policy_get_IsRuleGroupCurrentlyEnabled,
    policy_get_LocalPolicyModifyState};

HRESULT policy_object_new(REFIID iid, void **out)
{
    struct policy_object *object = calloc(1, sizeof *object);
    HRESULT hr;

    if (!object)
        return E_OUTOFMEMORY;
    object->iface.lpVtbl = &policy_vtbl;
    object->references = 1;
    hr = INetFwPolicy2_QueryInterface(&object->iface, iid, out);
    INetFwPolicy2_Release(&object->iface);
    return hr;
}
