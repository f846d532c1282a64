/* SPDX-License-Identifier: MIT */
/*
 * CLSID_UnsecuredApartment as a local server, as Windows has it. Wine has no
 * proxies for its interfaces, so its class object marshals itself: what the
 * client unmarshals is one in his own process (apartment.h).
 */
#ifndef LAB_REMOTE_UNSECAPP_H
#define LAB_REMOTE_UNSECAPP_H

#include <objidl.h>
#include <stdbool.h>

/* {0D5C6B7A-52B1-4A5E-9C1B-7C1F0F3A9E11}: what unmarshals; the lab's own. */
extern const CLSID UNSECAPP_UNMARSHAL;

/* In the resident program: clients find the class from now on. */
bool unsecapp_begin(void);

/* In the client's process: an IMarshal that unmarshals the class object. */
HRESULT unsecapp_unmarshal_new(REFIID, void **out);

#endif
