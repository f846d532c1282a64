/* SPDX-License-Identifier: MIT */
/*
 * One rule as a COM object.
 *
 * It holds a copy of the rule. A getter answers from the copy. A setter
 * changes a second copy, checks the whole of it, and, when the rule is in the
 * collection, writes it to the registry at once: there is no transaction, and
 * a setter that fails leaves everything as it was ("the change is lost").
 */
#include "objects.h"

#include "address.h"
#include "meaning.h"
#include "names.h"
#include "options.h"
#include "ports.h"
#include "settings.h"
#include "text.h"

#include <oleauto.h>
#include <stdlib.h>
#include <wchar.h>

struct rule_object {
    INetFwRule3 iface;
    LONG references;
    WCHAR *id; /* NULL while in no collection */
    struct fw_rule rule;
};

static struct rule_object *object_of(INetFwRule3 *iface)
{
    return CONTAINING_RECORD(iface, struct rule_object, iface);
}

/* Ends an edit of `changed`, a copy of the object's rule: takes it or not. */
static HRESULT take_edit(struct rule_object *object, struct fw_rule *changed,
                         HRESULT hr)
{
    struct fw_rule old;

    if (SUCCEEDED(hr))
        hr = object->id ? rule_verify(changed) : rule_check(changed);
    if (SUCCEEDED(hr) && object->id)
        hr = store_replace(object->id, changed);
    if (FAILED(hr)) {
        rule_release(changed);
        return hr;
    }
    old = object->rule;
    object->rule = *changed;
    rule_release(&old);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE rule_QueryInterface(INetFwRule3 *self,
                                                     REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IDispatch) &&
        !IsEqualIID(iid, &IID_INetFwRule) &&
        !IsEqualIID(iid, &IID_INetFwRule2) &&
        !IsEqualIID(iid, &IID_INetFwRule3))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&object_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE rule_AddRef(INetFwRule3 *self)
{
    return (ULONG)InterlockedIncrement(&object_of(self)->references);
}

static ULONG STDMETHODCALLTYPE rule_Release(INetFwRule3 *self)
{
    struct rule_object *object = object_of(self);
    LONG left = InterlockedDecrement(&object->references);

    if (left == 0) {
        free(object->id);
        rule_release(&object->rule);
        free(object);
    }
    return (ULONG)left;
}

NO_DISPATCH(rule, INetFwRule3)

/* A text of a package that is gone; any getter may fail for one rule. */
#define GONE L"@{gone?"

static HRESULT get_text(INetFwRule3 *self, const WCHAR *key, BSTR *out)
{
    const WCHAR *value;

    if (!out)
        return E_POINTER;
    *out = NULL;
    value = rule_get(&object_of(self)->rule, key);
    if (!value || !*value)
        return S_OK;
    *out = SysAllocString(value);
    return *out ? S_OK : E_OUTOFMEMORY;
}

static HRESULT put_text(INetFwRule3 *self, const WCHAR *key, BSTR value)
{
    struct rule_object *object = object_of(self);
    struct fw_rule changed;
    HRESULT hr;

    if (value && !value_allowed(value))
        return E_INVALIDARG;
    hr = rule_copy(&changed, &object->rule);
    if (FAILED(hr))
        return hr;
    return take_edit(object, &changed, rule_set(&changed, key, value));
}

/* A name or description, as a text of the machine's language. */
static HRESULT get_shown_text(INetFwRule3 *self, const WCHAR *key, BSTR *out)
{
    const WCHAR *value;

    if (!out)
        return E_POINTER;
    *out = NULL;
    value = rule_get(&object_of(self)->rule, key);
    if (!value)
        return S_OK;
    if (wide_starts(value, GONE))
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    *out = SysAllocString(name_text(value, lab_language()));
    return *out ? S_OK : E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE rule_get_Name(INetFwRule3 *self, BSTR *out)
{
    return get_shown_text(self, L"Name", out);
}

static HRESULT STDMETHODCALLTYPE rule_put_Name(INetFwRule3 *self, BSTR name)
{
    if (!name || !*name || wide_same(name, L"all"))
        return E_INVALIDARG;
    return put_text(self, L"Name", name);
}

static HRESULT STDMETHODCALLTYPE rule_get_Description(INetFwRule3 *self,
                                                      BSTR *out)
{
    return get_shown_text(self, L"Desc", out);
}

static HRESULT STDMETHODCALLTYPE rule_put_Description(INetFwRule3 *self,
                                                      BSTR text)
{
    return put_text(self, L"Desc", text);
}

static HRESULT STDMETHODCALLTYPE rule_get_ApplicationName(INetFwRule3 *self,
                                                          BSTR *out)
{
    return get_text(self, L"App", out);
}

static HRESULT STDMETHODCALLTYPE rule_put_ApplicationName(INetFwRule3 *self,
                                                          BSTR program)
{
    if (program && *program && !is_program(program))
        return E_INVALIDARG;
    return put_text(self, L"App", program);
}

#define TEXT_PROPERTY(name, key)                                               \
    static HRESULT STDMETHODCALLTYPE rule_get_##name(INetFwRule3 *self,        \
                                                     BSTR *out)                \
    {                                                                          \
        return get_text(self, key, out);                                       \
    }                                                                          \
    static HRESULT STDMETHODCALLTYPE rule_put_##name(INetFwRule3 *self,        \
                                                     BSTR value)               \
    {                                                                          \
        return put_text(self, key, value);                                     \
    }

TEXT_PROPERTY(ServiceName, L"Svc")
TEXT_PROPERTY(Grouping, L"EmbedCtxt")
TEXT_PROPERTY(LocalAppPackageId, L"AppPkgId")
TEXT_PROPERTY(LocalUserOwner, L"LUOwn")
TEXT_PROPERTY(LocalUserAuthorizedList, L"LUAuth")
TEXT_PROPERTY(RemoteUserAuthorizedList, L"RUAuth")
TEXT_PROPERTY(RemoteMachineAuthorizedList, L"RMauth")

/* Numbers and lists, by a pair of functions on the rule's fields. */
#define PROPERTY(name, type, get_expression, put_expression)                   \
    static HRESULT STDMETHODCALLTYPE rule_get_##name(INetFwRule3 *self,        \
                                                     type *out)                \
    {                                                                          \
        const struct fw_rule *rule = &object_of(self)->rule;                   \
                                                                               \
        return out ? (get_expression) : E_POINTER;                             \
    }                                                                          \
    static HRESULT STDMETHODCALLTYPE rule_put_##name(INetFwRule3 *self,        \
                                                     type value)               \
    {                                                                          \
        struct rule_object *object = object_of(self);                          \
        struct fw_rule rule;                                                   \
        HRESULT hr = rule_copy(&rule, &object->rule);                          \
                                                                               \
        if (FAILED(hr))                                                        \
            return hr;                                                         \
        return take_edit(object, &rule, (put_expression));                     \
    }

#define NUMBER_PROPERTY(name, type, get, put)                                  \
    PROPERTY(name, type, (*out = (type)get(rule), S_OK),                       \
             put(&rule, (LONG)value))

#define LIST_PROPERTY(name, get_expression, put_expression)                    \
    PROPERTY(name, BSTR, (*out = NULL, (get_expression)), put_expression)

static VARIANT_BOOL rule_shown_active(const struct fw_rule *rule)
{
    return rule_is(rule, L"Active", L"TRUE") ? VARIANT_TRUE : VARIANT_FALSE;
}

static VARIANT_BOOL rule_shown_edge(const struct fw_rule *rule)
{
    return rule_edge(rule) ? VARIANT_TRUE : VARIANT_FALSE;
}

static HRESULT rule_put_active(struct fw_rule *rule, LONG value)
{
    return rule_set_active(rule, value != VARIANT_FALSE);
}

static HRESULT rule_put_edge(struct fw_rule *rule, LONG value)
{
    return rule_set_edge(rule, value != VARIANT_FALSE);
}

NUMBER_PROPERTY(Protocol, LONG, rule_protocol, rule_set_protocol)
NUMBER_PROPERTY(Direction, NET_FW_RULE_DIRECTION, rule_direction,
                rule_set_direction)
NUMBER_PROPERTY(Enabled, VARIANT_BOOL, rule_shown_active, rule_put_active)
NUMBER_PROPERTY(Profiles, LONG, rule_profiles, rule_set_profiles)
NUMBER_PROPERTY(EdgeTraversal, VARIANT_BOOL, rule_shown_edge, rule_put_edge)
NUMBER_PROPERTY(Action, NET_FW_ACTION, rule_action, rule_set_action)
NUMBER_PROPERTY(EdgeTraversalOptions, LONG, rule_edge, rule_set_edge)
NUMBER_PROPERTY(SecureFlags, LONG, rule_secure_flags, rule_set_secure_flags)

LIST_PROPERTY(LocalPorts, ports_get(rule, PORT_LOCAL, out),
              ports_put(&rule, PORT_LOCAL, value))
LIST_PROPERTY(RemotePorts, ports_get(rule, PORT_REMOTE, out),
              ports_put(&rule, PORT_REMOTE, value))
LIST_PROPERTY(LocalAddresses, addresses_get(rule, ADDRESS_LOCAL, out),
              addresses_put(&rule, ADDRESS_LOCAL, value))
LIST_PROPERTY(RemoteAddresses, addresses_get(rule, ADDRESS_REMOTE, out),
              addresses_put(&rule, ADDRESS_REMOTE, value))
LIST_PROPERTY(IcmpTypesAndCodes, icmp_get(rule, out), icmp_put(&rule, value))
LIST_PROPERTY(InterfaceTypes, interface_types_get(rule, out),
              interface_types_put(&rule, value))

/* Named interfaces are not modelled: no rule of the lab has one. */
static HRESULT STDMETHODCALLTYPE rule_get_Interfaces(INetFwRule3 *self,
                                                     VARIANT *out)
{
    (void)self;
    if (!out)
        return E_POINTER;
    VariantInit(out);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE rule_put_Interfaces(INetFwRule3 *self,
                                                     VARIANT value)
{
    (void)self;
    return V_VT(&value) == VT_EMPTY ? S_OK : E_NOTIMPL;
}

#define PAIR(name) rule_get_##name, rule_put_##name

static INetFwRule3Vtbl rule_vtbl = {rule_QueryInterface,
                                    rule_AddRef,
                                    rule_Release,
                                    rule_GetTypeInfoCount,
                                    rule_GetTypeInfo,
                                    rule_GetIDsOfNames,
                                    rule_Invoke,
                                    PAIR(Name),
                                    PAIR(Description),
                                    PAIR(ApplicationName),
                                    PAIR(ServiceName),
                                    PAIR(Protocol),
                                    PAIR(LocalPorts),
                                    PAIR(RemotePorts),
                                    PAIR(LocalAddresses),
                                    PAIR(RemoteAddresses),
                                    PAIR(IcmpTypesAndCodes),
                                    PAIR(Direction),
                                    PAIR(Interfaces),
                                    PAIR(InterfaceTypes),
                                    PAIR(Enabled),
                                    PAIR(Grouping),
                                    PAIR(Profiles),
                                    PAIR(EdgeTraversal),
                                    PAIR(Action),
                                    PAIR(EdgeTraversalOptions),
                                    PAIR(LocalAppPackageId),
                                    PAIR(LocalUserOwner),
                                    PAIR(LocalUserAuthorizedList),
                                    PAIR(RemoteUserAuthorizedList),
                                    PAIR(RemoteMachineAuthorizedList),
                                    PAIR(SecureFlags)};

/* An object without a rule yet, one reference. */
static struct rule_object *object_new(void)
{
    struct rule_object *object = calloc(1, sizeof *object);

    if (!object)
        return NULL;
    object->iface.lpVtbl = &rule_vtbl;
    object->references = 1;
    rule_init(&object->rule);
    return object;
}

HRESULT rule_object_new(REFIID iid, void **out)
{
    struct rule_object *object = object_new();
    HRESULT hr;

    if (!object)
        return E_OUTOFMEMORY;
    hr = rule_defaults(&object->rule);
    if (SUCCEEDED(hr))
        hr = INetFwRule3_QueryInterface(&object->iface, iid, out);
    INetFwRule3_Release(&object->iface);
    return hr;
}

HRESULT rule_object_from(const struct store_entry *entry, INetFwRule **out)
{
    struct rule_object *object = object_new();
    HRESULT hr;

    if (!object)
        return E_OUTOFMEMORY;
    hr = rule_copy(&object->rule, &entry->rule);
    object->id = wide_copy(entry->id);
    if (SUCCEEDED(hr) && !object->id)
        hr = E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        hr = INetFwRule3_QueryInterface(&object->iface, &IID_INetFwRule,
                                        (void **)out);
    INetFwRule3_Release(&object->iface);
    return hr;
}

HRESULT rule_object_join(INetFwRule *iface)
{
    INetFwRule3 *self = (INetFwRule3 *)iface;
    struct rule_object *object = object_of(self);
    WCHAR id[STORE_ID_SIZE] = {0};
    HRESULT hr;

    if (self->lpVtbl != &rule_vtbl)
        return E_INVALIDARG;
    if (object->id)
        return E_UNEXPECTED;
    hr = rule_verify(&object->rule);
    if (SUCCEEDED(hr))
        hr = store_create(&object->rule, id);
    if (FAILED(hr))
        return hr;
    object->id = wide_copy(id);
    return object->id ? S_OK : E_OUTOFMEMORY;
}
