/* SPDX-License-Identifier: MIT */
/*
 * The COM objects of the stand-in and how they make each other.
 *
 *     class factory -> policy (INetFwPolicy2) -> rules (INetFwRules)
 *                   \-> rule (INetFwRule3)   <-/  \-> enumerator
 *
 * All are free-threaded in their reference counts only. None keeps state but
 * the rule, which holds one rule as it was when it was fetched.
 */
#ifndef LAB_FIREWALL_OBJECTS_H
#define LAB_FIREWALL_OBJECTS_H

#include "store.h"

#include <netfw.h>
#include <windows.h>

/* A fresh rule, in no collection. */
HRESULT rule_object_new(REFIID, void **out);

/* The rule of the collection that has this id; both are copied. */
HRESULT rule_object_from(const struct store_entry *, INetFwRule **out);

/*
 * Puts a fresh rule into the collection. E_UNEXPECTED when it is in already,
 * E_INVALIDARG when it is incomplete or no rule of ours.
 */
HRESULT rule_object_join(INetFwRule *);

HRESULT rules_object_new(INetFwRules **out);
HRESULT policy_object_new(REFIID, void **out);

/* The firewalls that have registered. */
HRESULT products_object_new(REFIID, void **out);

/* Enumerates the rules as they are now. */
HRESULT enumerator_new(IUnknown **out);

/*
 * The IDispatch half of an interface. Scripts cannot use this stand-in;
 * programs call the interfaces themselves.
 */
#define NO_DISPATCH(prefix, type)                                              \
    static HRESULT STDMETHODCALLTYPE prefix##_GetTypeInfoCount(type *self,     \
                                                               UINT *count)    \
    {                                                                          \
        (void)self;                                                            \
        if (!count)                                                            \
            return E_POINTER;                                                  \
        *count = 0;                                                            \
        return S_OK;                                                           \
    }                                                                          \
    static HRESULT STDMETHODCALLTYPE prefix##_GetTypeInfo(                     \
        type *self, UINT index, LCID language, ITypeInfo **info)               \
    {                                                                          \
        (void)self, (void)index, (void)language, (void)info;                   \
        return E_NOTIMPL;                                                      \
    }                                                                          \
    static HRESULT STDMETHODCALLTYPE prefix##_GetIDsOfNames(                   \
        type *self, REFIID iid, LPOLESTR *names, UINT count, LCID language,    \
        DISPID *ids)                                                           \
    {                                                                          \
        (void)self, (void)iid, (void)names, (void)count, (void)language;       \
        (void)ids;                                                             \
        return E_NOTIMPL;                                                      \
    }                                                                          \
    static HRESULT STDMETHODCALLTYPE prefix##_Invoke(                          \
        type *self, DISPID id, REFIID iid, LCID language, WORD flags,          \
        DISPPARAMS *parameters, VARIANT *result, EXCEPINFO *exception,         \
        UINT *argument)                                                        \
    {                                                                          \
        (void)self, (void)id, (void)iid, (void)language, (void)flags;          \
        (void)parameters, (void)result, (void)exception, (void)argument;       \
        return E_NOTIMPL;                                                      \
    }

#endif
