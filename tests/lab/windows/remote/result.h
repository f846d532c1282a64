/* SPDX-License-Identifier: MIT */
/*
 * The enumerator of a semi-synchronous query. Its objects are fetched in the
 * background by the first Next(), with the enumerator's own blanket: one that
 * nobody set calls with the caller's token.
 */
#ifndef LAB_REMOTE_RESULT_H
#define LAB_REMOTE_RESULT_H

#include "connection.h"

#include <wbemcli.h>

/* `keep` is held as long as the enumerator lives. */
HRESULT result_new(const struct connection *, const WCHAR *query, LONG flags,
                   IUnknown *keep, IEnumWbemClassObject **out);

/* Fetches now, in this identity: what a synchronous query does. */
HRESULT result_fetch(IEnumWbemClassObject *, const struct identity *);

#endif
