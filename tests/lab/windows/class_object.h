/* SPDX-License-Identifier: MIT */
/*
 * The class objects of a lab DLL: constant, so neither counted nor freed,
 * and the DLL that holds them is never unloaded early.
 */
#ifndef LAB_CLASS_OBJECT_H
#define LAB_CLASS_OBJECT_H

#include <windows.h>

#include <unknwn.h>

struct class_object {
    IClassFactory iface;
    const CLSID *clsid;
    HRESULT (*make)(REFIID iid, void **out);
    const WCHAR *progid; /* NULL: it has none */
};

extern IClassFactoryVtbl class_object_vtbl;

#define CLASS_OBJECT(clsid, make, progid)                                      \
    {                                                                          \
        {&class_object_vtbl}, (clsid), (make), (progid)                        \
    }

/* What DllGetClassObject answers for a DLL with these classes. */
HRESULT class_object_find(struct class_object *classes, size_t count,
                          REFCLSID clsid, REFIID iid, void **out);

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out);
HRESULT WINAPI DllCanUnloadNow(void);

#endif
