/* SPDX-License-Identifier: MIT */
/*
 * The queries that the stand-in knows: SELECT * or properties FROM a class,
 * with WHERE property = value [AND ...], over Win32_OperatingSystem,
 * Win32_ComputerSystem and Win32_Service of root\cimv2, and __NAMESPACE
 * everywhere.
 *
 * A row travels as the pair "row" and its number, followed by one pair a
 * property: its name, and its value behind a letter of its type (s text, u
 * number of 32 bits).
 */
#ifndef LAB_REMOTE_QUERY_H
#define LAB_REMOTE_QUERY_H

#include "caller.h"
#include "wire.h"

/* WBEM_E_INVALID_QUERY for what is not in the language. */
HRESULT query_check(const WCHAR *text);

/*
 * Appends the rows that this caller gets. WBEM_E_INVALID_CLASS for a class
 * that the namespace has not; WBEM_E_ACCESS_DENIED where the provider asks
 * for rights that he lacks.
 */
HRESULT query_run(const WCHAR *namespace_name, const WCHAR *text,
                  const struct caller *, struct message *rows);

#endif
