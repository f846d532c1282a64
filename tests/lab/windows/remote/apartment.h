/* SPDX-License-Identifier: MIT */
/*
 * IUnsecuredApartment: it gives a stub for a sink, and the stub lives in
 * unsecapp.exe, so that callbacks go through that program's door in the
 * firewall and not through the client's own. Here both are in the process,
 * for Wine cannot carry a sink to another one.
 */
#ifndef LAB_REMOTE_APARTMENT_H
#define LAB_REMOTE_APARTMENT_H

#include <windows.h>
#include <stdbool.h>

#include <wbemcli.h>

HRESULT apartment_new(REFIID, void **out);

/* Whether a sink is such a stub; *checks: it was made to check its callers. */
bool apartment_made(IWbemObjectSink *, bool *checks);

#endif
