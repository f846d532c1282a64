/* SPDX-License-Identifier: MIT */
/*
 * The DLL's door: the class objects of CLSID_WbemLocator and
 * CLSID_UnsecuredApartment, which the prefix's registry says to take from
 * here.
 */
#include "services.h"

#include "../class_object.h"
#include "../remote/apartment.h"
#include "../remote/unsecapp.h"

static struct class_object classes[] = {
    CLASS_OBJECT(&CLSID_WbemLocator, locator_new, NULL),
    CLASS_OBJECT(&CLSID_UnsecuredApartment, apartment_new, NULL),
    CLASS_OBJECT(&UNSECAPP_UNMARSHAL, unsecapp_unmarshal_new, NULL),
};

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out)
{
    return class_object_find(classes, ARRAYSIZE(classes), clsid, iid, out);
}
