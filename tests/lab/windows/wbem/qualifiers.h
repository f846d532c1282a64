/* SPDX-License-Identifier: MIT */
/*
 * The qualifiers of an object, of which this stand-in has one:
 * RequiresEncryption of the instance of __SystemSecurity, as Microsoft's
 * "Requiring an Encrypted Connection to a Namespace" puts it there by MOF.
 */
#ifndef LAB_WBEM_QUALIFIERS_H
#define LAB_WBEM_QUALIFIERS_H

#include <stdbool.h>
#include <windows.h>

#include <wbemcli.h>

/* With the qualifier, true, or with none at all. */
HRESULT qualifiers_new(bool requires_encryption, IWbemQualifierSet **out);

#endif
