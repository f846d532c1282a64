/* SPDX-License-Identifier: MIT */
#include "row.h"

#include <oleauto.h>
#include <stdlib.h>
#include <wchar.h>

enum { PROPERTIES_MAX = 16 };

struct property {
    BSTR name;
    BSTR value; /* as text; of a number too */
    bool is_number;
};

struct row {
    IWbemClassObject iface;
    LONG references;
    BSTR class_name;
    struct property properties[PROPERTIES_MAX];
    ULONG count;
    LONG next; /* of the enumeration; -1: there is none */
};

static struct row *row_of(IWbemClassObject *iface)
{
    return CONTAINING_RECORD(iface, struct row, iface);
}

HRESULT WINAPI row_not_supported(void)
{
    return (HRESULT)WBEM_E_NOT_SUPPORTED;
}

static HRESULT STDMETHODCALLTYPE row_QueryInterface(IWbemClassObject *self,
                                                    REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) &&
        !IsEqualIID(iid, &IID_IWbemClassObject))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&row_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE row_AddRef(IWbemClassObject *self)
{
    return (ULONG)InterlockedIncrement(&row_of(self)->references);
}

static ULONG STDMETHODCALLTYPE row_Release(IWbemClassObject *self)
{
    struct row *row = row_of(self);
    LONG left = InterlockedDecrement(&row->references);

    if (left > 0)
        return (ULONG)left;
    for (ULONG i = 0; i < row->count; i++) {
        SysFreeString(row->properties[i].name);
        SysFreeString(row->properties[i].value);
    }
    SysFreeString(row->class_name);
    free(row);
    return 0;
}

static HRESULT give_text(const WCHAR *text, VARIANT *value)
{
    V_VT(value) = VT_BSTR;
    V_BSTR(value) = SysAllocString(text);
    return V_BSTR(value) ? S_OK : (HRESULT)WBEM_E_OUT_OF_MEMORY;
}

/* A uint32 comes as VT_I4 ("Numbers" of WMI). */
static HRESULT give(const struct property *property, VARIANT *value,
                    CIMTYPE *type)
{
    if (type)
        *type = property->is_number ? CIM_UINT32 : CIM_STRING;
    if (!value)
        return S_OK;
    if (!property->is_number)
        return give_text(property->value, value);
    V_VT(value) = VT_I4;
    V_I4(value) = (LONG)wcstoul(property->value, NULL, 10);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE row_Get(IWbemClassObject *self,
                                         const WCHAR *name, LONG flags,
                                         VARIANT *value, CIMTYPE *type,
                                         LONG *flavor)
{
    struct row *row = row_of(self);

    if (!name || flags != 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (flavor)
        *flavor = WBEM_FLAVOR_ORIGIN_LOCAL;
    if (_wcsicmp(name, L"__CLASS") == 0) {
        if (type)
            *type = CIM_STRING;
        return value ? give_text(row->class_name, value) : S_OK;
    }
    for (ULONG i = 0; i < row->count; i++)
        if (_wcsicmp(row->properties[i].name, name) == 0)
            return give(&row->properties[i], value, type);
    return (HRESULT)WBEM_E_NOT_FOUND;
}

static HRESULT STDMETHODCALLTYPE row_GetNames(IWbemClassObject *self,
                                              const WCHAR *qualifier,
                                              LONG flags, VARIANT *wanted,
                                              SAFEARRAY **names)
{
    struct row *row = row_of(self);

    (void)qualifier, (void)flags, (void)wanted;
    if (!names)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    *names = SafeArrayCreateVector(VT_BSTR, 0, row->count);
    if (!*names)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    for (LONG i = 0; i < (LONG)row->count; i++)
        SafeArrayPutElement(*names, &i, row->properties[i].name);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE row_BeginEnumeration(IWbemClassObject *self,
                                                      LONG flags)
{
    (void)flags;
    row_of(self)->next = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE row_Next(IWbemClassObject *self, LONG flags,
                                          BSTR *name, VARIANT *value,
                                          CIMTYPE *type, LONG *flavor)
{
    struct row *row = row_of(self);
    const struct property *property;

    if (flags != 0)
        return (HRESULT)WBEM_E_INVALID_PARAMETER;
    if (row->next < 0)
        return (HRESULT)WBEM_E_UNEXPECTED;
    if (row->next >= (LONG)row->count)
        return WBEM_S_NO_MORE_DATA;
    property = &row->properties[row->next++];
    if (name)
        *name = SysAllocString(property->name);
    if (flavor)
        *flavor = WBEM_FLAVOR_ORIGIN_LOCAL;
    return give(property, value, type);
}

static HRESULT STDMETHODCALLTYPE row_EndEnumeration(IWbemClassObject *self)
{
    row_of(self)->next = -1;
    return S_OK;
}

static IWbemClassObjectVtbl row_vtbl = {row_QueryInterface,
                                        row_AddRef,
                                        row_Release,
                                        (void *)row_not_supported,
                                        row_Get,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        row_GetNames,
                                        row_BeginEnumeration,
                                        row_Next,
                                        row_EndEnumeration,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported,
                                        (void *)row_not_supported};

static IWbemClassObject *row_new(const WCHAR *class_name)
{
    struct row *row = calloc(1, sizeof *row);

    if (!row)
        return NULL;
    row->iface.lpVtbl = &row_vtbl;
    row->references = 1;
    row->next = -1;
    row->class_name = SysAllocString(class_name);
    return &row->iface;
}

static void add_property(IWbemClassObject *iface, const WCHAR *name,
                         const WCHAR *value)
{
    struct row *row = row_of(iface);
    struct property *property = &row->properties[row->count];

    if (row->count == PROPERTIES_MAX || *value == 0)
        return;
    property->name = SysAllocString(name);
    property->value = SysAllocString(value + 1);
    property->is_number = *value == L'u';
    row->count++;
}

static ULONG count_rows(const struct message *message)
{
    const WCHAR *name, *value;
    ULONG count = 0;
    size_t at = 0;

    while (message_next(message, &at, &name, &value))
        count += wcscmp(name, L"row") == 0;
    return count;
}

HRESULT rows_of(const struct message *message, IWbemClassObject ***objects,
                ULONG *count)
{
    const WCHAR *name, *value;
    IWbemClassObject **rows = calloc(count_rows(message) + 1, sizeof *rows);
    ULONG made = 0;
    size_t at = 0;

    if (!rows)
        return (HRESULT)WBEM_E_OUT_OF_MEMORY;
    while (message_next(message, &at, &name, &value)) {
        if (wcscmp(name, L"row") == 0) {
            rows[made] = row_new(value);
            if (!rows[made]) {
                rows_free(rows, made);
                return (HRESULT)WBEM_E_OUT_OF_MEMORY;
            }
            made++;
        } else if (made > 0 && wcscmp(name, L"code") != 0) {
            add_property(rows[made - 1], name, value);
        }
    }
    *objects = rows;
    *count = made;
    return S_OK;
}

void rows_free(IWbemClassObject **objects, ULONG count)
{
    for (ULONG i = 0; i < count; i++)
        if (objects[i])
            IWbemClassObject_Release(objects[i]);
    free(objects);
}
