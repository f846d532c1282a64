/* SPDX-License-Identifier: MIT */
/*
 * Firewalls of others that have registered for the category "firewall":
 * where one has, Windows' own rules filter nothing (INetFwProduct,
 * NET_FW_RULE_CATEGORY_FIREWALL).
 */
#include "payload/win32/com.h"

#include <netfw.h>

#include "payload/facts/facts.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/json.h"

#define PRODUCTS_MAX 32

/* NET_FW_RULE_CATEGORY of icftypes.h, which mingw-w64 lacks. */
#define CATEGORY_FIREWALL 2

/* The element of an array of numbers, or of VARIANTs with numbers. */
static LONG element(SAFEARRAY *array, bool variants, LONG at)
{
    VARIANT item;
    LONG number = -1;
    VariantInit(&item);
    HRESULT hr =
        SafeArrayGetElement(array, &at, variants ? (void *)&item : &number);
    if (SUCCEEDED(hr) && variants)
        number = V_I4(&item);
    VariantClear(&item);
    return SUCCEEDED(hr) ? number : -1;
}

static bool filters(INetFwProduct *product)
{
    VARIANT list;
    LONG low;
    LONG high;
    bool found = false;
    VariantInit(&list);
    if (SUCCEEDED(INetFwProduct_get_RuleCategories(product, &list)) &&
        (V_VT(&list) == (VT_ARRAY | VT_VARIANT) ||
         V_VT(&list) == (VT_ARRAY | VT_I4) ||
         V_VT(&list) == (VT_ARRAY | VT_UI4)) &&
        SUCCEEDED(SafeArrayGetLBound(V_ARRAY(&list), 1, &low)) &&
        SUCCEEDED(SafeArrayGetUBound(V_ARRAY(&list), 1, &high)))
        for (LONG i = low; i <= high && !found; i++)
            found =
                element(V_ARRAY(&list), V_VT(&list) == (VT_ARRAY | VT_VARIANT),
                        i) == CATEGORY_FIREWALL;
    VariantClear(&list);
    return found;
}

static void add_product(cJSON *names, IDispatch *dispatch)
{
    INetFwProduct *product = NULL;
    BSTR text = NULL;
    if (SUCCEEDED(IDispatch_QueryInterface(dispatch, &IID_INetFwProduct,
                                           (void **)&product)) &&
        filters(product) &&
        SUCCEEDED(INetFwProduct_get_DisplayName(product, &text))) {
        char *name = com_text(text);
        if (name != NULL)
            cJSON_AddItemToArray(names, cJSON_CreateString(name));
        free(name);
    }
    SysFreeString(text);
    COM_RELEASE(product);
}

static void add_products(cJSON *names, INetFwProducts *products)
{
    IUnknown *unknown = NULL;
    IEnumVARIANT *walk = NULL;
    HRESULT hr = INetFwProducts_get__NewEnum(products, &unknown);
    if (SUCCEEDED(hr) && unknown != NULL)
        hr =
            IUnknown_QueryInterface(unknown, &IID_IEnumVARIANT, (void **)&walk);
    for (int i = 0; hr == S_OK && walk != NULL && i < PRODUCTS_MAX; i++) {
        VARIANT item;
        VariantInit(&item);
        hr = IEnumVARIANT_Next(walk, 1, &item, NULL);
        if (hr == S_OK && V_VT(&item) == VT_DISPATCH &&
            V_DISPATCH(&item) != NULL)
            add_product(names, V_DISPATCH(&item));
        VariantClear(&item);
    }
    COM_RELEASE(walk);
    COM_RELEASE(unknown);
}

void facts_firewall_products(cJSON *facts)
{
    INetFwProducts *products = NULL;
    cJSON *firewall = json_member(facts, "firewall");
    if (firewall == NULL ||
        FAILED(CoCreateInstance(&CLSID_NetFwProducts, NULL,
                                CLSCTX_INPROC_SERVER, &IID_INetFwProducts,
                                (void **)&products)))
        return;
    cJSON *names = cJSON_CreateArray();
    add_products(names, products);
    facts_put(firewall, "products", names);
    COM_RELEASE(products);
}
