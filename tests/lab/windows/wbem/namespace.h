/* SPDX-License-Identifier: MIT */
/*
 * The namespaces of the machine, kept in the registry:
 *
 *   HKLM\SOFTWARE\wmifleet-lab\Namespaces\root\CIMV2
 *     "SD" = REG_BINARY self-relative descriptor
 *     "RequiresEncryption" = REG_DWORD 1, as the qualifier of that name
 *
 * A key is a namespace. Its value holds the entries that were given to it;
 * without one there are none, but for root, which then has Windows' own.
 * What a namespace inherits is worked out at each look.
 *
 * Names are root\cimv2, in any case, without a server.
 */
#ifndef LAB_WBEM_NAMESPACE_H
#define LAB_WBEM_NAMESPACE_H

#include <stdbool.h>
#include <windows.h>

enum { NAMESPACE_LEN_MAX = 256 };

/*
 * The name within ConnectServer's path (root\x, \\.\root\x, \\SERVER\root\x;
 * either slash). S_OK; WBEM_E_INVALID_NAMESPACE when it is none that a
 * machine can have; 0x800706BA for another machine.
 */
HRESULT namespace_name(const WCHAR *path, WCHAR name[NAMESPACE_LEN_MAX]);

bool namespace_exists(const WCHAR *name);

/* WBEM_E_ACCESS_DENIED unless the caller has all of `wanted` there. */
HRESULT namespace_access(const WCHAR *name, ACCESS_MASK wanted);

/* Its value RequiresEncryption (REG_DWORD): only encrypted calls count. */
bool namespace_requires_encryption(const WCHAR *name);

/*
 * The descriptor with what is inherited, to be freed by free(). Neither this
 * nor the next asks for the caller's rights.
 */
HRESULT namespace_read(const WCHAR *name, PSECURITY_DESCRIPTOR *, DWORD *len);

/* Replaces the entries of its own; the checks are access_list_of_input()'s. */
HRESULT namespace_write(const WCHAR *name, const void *bytes, size_t len);

/* These checks alone. */
HRESULT namespace_check(const void *bytes, size_t len);

#endif
