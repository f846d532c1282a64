/* SPDX-License-Identifier: MIT */
/*
 * The class objects of the stand-in: the class __SystemSecurity with its
 * methods GetSD and SetSD, its one instance, and their parameters, each as a
 * class (what GetMethod gives) and as an instance (what SpawnInstance makes
 * of that).
 */
#ifndef LAB_WBEM_OBJECT_H
#define LAB_WBEM_OBJECT_H

#include <stdbool.h>
#include <windows.h>

#include <wbemcli.h>

enum object_kind { SYSTEM_SECURITY, SETSD_IN, SETSD_OUT, GETSD_OUT };

/* A new object; values are NULL. */
HRESULT object_new(enum object_kind, bool is_class, IWbemClassObject **out);

/* Gives an instance of SYSTEM_SECURITY its qualifier. */
void object_require_encryption(IWbemClassObject *);

/* Whether it is an instance of this kind, made here. */
bool object_is_instance(IWbemClassObject *, enum object_kind);

/* The value of SD of an instance of SETSD_IN; it stays the object's. */
const VARIANT *object_descriptor(IWbemClassObject *);

/* Fill an instance of parameters. */
HRESULT object_set_return_value(IWbemClassObject *, ULONG value);
HRESULT object_set_descriptor(IWbemClassObject *, const void *bytes, ULONG len);

#endif
