/* SPDX-License-Identifier: MIT */
/*
 * The firewalls that have registered, from Microsoft's pages of
 * INetFwProducts and INetFwProduct. Those of others stand in the registry:
 *
 *   HKLM\SOFTWARE\wmifleet-lab\FirewallProducts
 *     "Example Wall" = REG_DWORD   a bit for each NET_FW_RULE_CATEGORY
 *
 * The rule categories are told as an array of VARIANTs, as scripts want
 * them. Registering is not there.
 */
#include "objects.h"

#include "settings.h"

#include <oleauto.h>
#include <stdlib.h>

#define PRODUCTS_KEY LAB_KEY L"\\FirewallProducts"
enum { NAME_MAX_COUNT = 128, CATEGORY_COUNT = 4 };

struct products_object {
    INetFwProducts iface;
    LONG references;
};

struct product_object {
    INetFwProduct iface;
    LONG references;
    WCHAR name[NAME_MAX_COUNT];
    DWORD categories;
};

struct products_enum {
    IEnumVARIANT iface;
    LONG references;
    DWORD next;
};

static struct products_object *products_of(INetFwProducts *iface)
{
    return CONTAINING_RECORD(iface, struct products_object, iface);
}

static struct product_object *product_of(INetFwProduct *iface)
{
    return CONTAINING_RECORD(iface, struct product_object, iface);
}

static struct products_enum *enum_of(IEnumVARIANT *iface)
{
    return CONTAINING_RECORD(iface, struct products_enum, iface);
}

/* False when there are no more. */
static bool product_at(DWORD index, WCHAR name[NAME_MAX_COUNT],
                       DWORD *categories)
{
    DWORD count = NAME_MAX_COUNT;
    DWORD len = sizeof *categories;
    DWORD type;
    bool found;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, PRODUCTS_KEY, 0, KEY_QUERY_VALUE,
                      &key) != ERROR_SUCCESS)
        return false;
    found = RegEnumValueW(key, index, name, &count, NULL, &type,
                          (BYTE *)categories, &len) == ERROR_SUCCESS &&
            type == REG_DWORD;
    RegCloseKey(key);
    return found;
}

/* --- one product ---------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE product_QueryInterface(INetFwProduct *self,
                                                        REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IDispatch) &&
        !IsEqualIID(iid, &IID_INetFwProduct))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&product_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE product_AddRef(INetFwProduct *self)
{
    return (ULONG)InterlockedIncrement(&product_of(self)->references);
}

static ULONG STDMETHODCALLTYPE product_Release(INetFwProduct *self)
{
    LONG left = InterlockedDecrement(&product_of(self)->references);

    if (left == 0)
        free(product_of(self));
    return (ULONG)left;
}

NO_DISPATCH(product, INetFwProduct)

static HRESULT STDMETHODCALLTYPE product_get_RuleCategories(INetFwProduct *self,
                                                            VARIANT *out)
{
    const struct product_object *product = product_of(self);
    SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 0, 0);
    SAFEARRAYBOUND bound = {0, 0};
    HRESULT hr = S_OK;

    if (!out || !array) {
        SafeArrayDestroy(array);
        return out ? E_OUTOFMEMORY : E_POINTER;
    }
    for (LONG i = 0; i < CATEGORY_COUNT && SUCCEEDED(hr); i++) {
        VARIANT item = {.vt = VT_I4, .lVal = i};
        LONG at = (LONG)bound.cElements;

        if ((product->categories >> i & 1) == 0)
            continue;
        bound.cElements++;
        hr = SafeArrayRedim(array, &bound);
        if (SUCCEEDED(hr))
            hr = SafeArrayPutElement(array, &at, &item);
    }
    if (FAILED(hr)) {
        SafeArrayDestroy(array);
        return hr;
    }
    V_VT(out) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(out) = array;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE product_put_RuleCategories(INetFwProduct *self,
                                                            VARIANT value)
{
    (void)self, (void)value;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE product_get_DisplayName(INetFwProduct *self,
                                                         BSTR *out)
{
    if (!out)
        return E_POINTER;
    *out = SysAllocString(product_of(self)->name);
    return *out ? S_OK : E_OUTOFMEMORY;
}

static HRESULT STDMETHODCALLTYPE product_put_DisplayName(INetFwProduct *self,
                                                         BSTR value)
{
    (void)self, (void)value;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE
product_get_PathToSignedProductExe(INetFwProduct *self, BSTR *out)
{
    (void)self;
    if (!out)
        return E_POINTER;
    *out = SysAllocString(L"C:\\Program Files\\Firewall\\firewall.exe");
    return *out ? S_OK : E_OUTOFMEMORY;
}

static INetFwProductVtbl product_vtbl = {product_QueryInterface,
                                         product_AddRef,
                                         product_Release,
                                         product_GetTypeInfoCount,
                                         product_GetTypeInfo,
                                         product_GetIDsOfNames,
                                         product_Invoke,
                                         product_get_RuleCategories,
                                         product_put_RuleCategories,
                                         product_get_DisplayName,
                                         product_put_DisplayName,
                                         product_get_PathToSignedProductExe};

/* S_FALSE when there is none of that number. */
static HRESULT product_new(DWORD index, INetFwProduct **out)
{
    struct product_object *product = calloc(1, sizeof *product);

    *out = NULL;
    if (!product)
        return E_OUTOFMEMORY;
    if (!product_at(index, product->name, &product->categories)) {
        free(product);
        return S_FALSE;
    }
    product->iface.lpVtbl = &product_vtbl;
    product->references = 1;
    *out = &product->iface;
    return S_OK;
}

/* --- the enumerator ------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE enum_QueryInterface(IEnumVARIANT *self,
                                                     REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IEnumVARIANT))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&enum_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE enum_AddRef(IEnumVARIANT *self)
{
    return (ULONG)InterlockedIncrement(&enum_of(self)->references);
}

static ULONG STDMETHODCALLTYPE enum_Release(IEnumVARIANT *self)
{
    LONG left = InterlockedDecrement(&enum_of(self)->references);

    if (left == 0)
        free(enum_of(self));
    return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE enum_Next(IEnumVARIANT *self, ULONG wanted,
                                           VARIANT *items, ULONG *fetched)
{
    HRESULT hr = S_OK;
    ULONG count = 0;

    if (!items || (!fetched && wanted != 1))
        return E_INVALIDARG;
    while (count < wanted && hr == S_OK) {
        INetFwProduct *product;

        hr = product_new(enum_of(self)->next, &product);
        if (hr != S_OK)
            break;
        enum_of(self)->next++;
        V_VT(&items[count]) = VT_DISPATCH;
        V_DISPATCH(&items[count]) = (IDispatch *)product;
        count++;
    }
    if (fetched)
        *fetched = count;
    return hr;
}

static HRESULT STDMETHODCALLTYPE enum_Skip(IEnumVARIANT *self, ULONG count)
{
    enum_of(self)->next += count;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_Reset(IEnumVARIANT *self)
{
    enum_of(self)->next = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE enum_Clone(IEnumVARIANT *self,
                                            IEnumVARIANT **out)
{
    (void)self, (void)out;
    return E_NOTIMPL;
}

static IEnumVARIANTVtbl enum_vtbl = {
    enum_QueryInterface, enum_AddRef, enum_Release, enum_Next,
    enum_Skip,           enum_Reset,  enum_Clone};

/* --- all of them ---------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE products_QueryInterface(INetFwProducts *self,
                                                         REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IDispatch) &&
        !IsEqualIID(iid, &IID_INetFwProducts))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&products_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE products_AddRef(INetFwProducts *self)
{
    return (ULONG)InterlockedIncrement(&products_of(self)->references);
}

static ULONG STDMETHODCALLTYPE products_Release(INetFwProducts *self)
{
    LONG left = InterlockedDecrement(&products_of(self)->references);

    if (left == 0)
        free(products_of(self));
    return (ULONG)left;
}

NO_DISPATCH(products, INetFwProducts)

static HRESULT STDMETHODCALLTYPE products_get_Count(INetFwProducts *self,
                                                    LONG *out)
{
    WCHAR name[NAME_MAX_COUNT];
    DWORD categories;

    (void)self;
    if (!out)
        return E_POINTER;
    *out = 0;
    while (product_at((DWORD)*out, name, &categories))
        ++*out;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE products_Register(INetFwProducts *self,
                                                   INetFwProduct *product,
                                                   IUnknown **registration)
{
    (void)self, (void)product, (void)registration;
    return E_ACCESSDENIED; /* for security products with a signed program */
}

static HRESULT STDMETHODCALLTYPE products_Item(INetFwProducts *self, LONG index,
                                               INetFwProduct **out)
{
    HRESULT hr;

    (void)self;
    if (!out)
        return E_POINTER;
    hr = product_new((DWORD)index, out);
    return hr == S_FALSE ? HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) : hr;
}

static HRESULT STDMETHODCALLTYPE products_get__NewEnum(INetFwProducts *self,
                                                       IUnknown **out)
{
    struct products_enum *walk;

    (void)self;
    if (!out)
        return E_POINTER;
    *out = NULL;
    walk = calloc(1, sizeof *walk);
    if (!walk)
        return E_OUTOFMEMORY;
    walk->iface.lpVtbl = &enum_vtbl;
    walk->references = 1;
    *out = (IUnknown *)&walk->iface;
    return S_OK;
}

static INetFwProductsVtbl products_vtbl = {
    products_QueryInterface, products_AddRef,
    products_Release,        products_GetTypeInfoCount,
    products_GetTypeInfo,    products_GetIDsOfNames,
    products_Invoke,         products_get_Count,
    products_Register,       products_Item,
    products_get__NewEnum};

HRESULT products_object_new(REFIID iid, void **out)
{
    struct products_object *object = calloc(1, sizeof *object);
    HRESULT hr;

    if (!object)
        return E_OUTOFMEMORY;
    object->iface.lpVtbl = &products_vtbl;
    object->references = 1;
    hr = INetFwProducts_QueryInterface(&object->iface, iid, out);
    INetFwProducts_Release(&object->iface);
    return hr;
}
