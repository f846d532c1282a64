/* SPDX-License-Identifier: MIT */
/*
 * The DLL's door: the class object of CLSID_WbemLocator, which the prefix's
 * registry says to take from here.
 */
#include "services.h"

#include "../class_object.h"

static struct class_object locator =
    CLASS_OBJECT(&CLSID_WbemLocator, locator_new, NULL);

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out)
{
    return class_object_find(&locator, 1, clsid, iid, out);
}
