/* SPDX-License-Identifier: MIT */
/*
 * What answers at a target's TCP 135: activation of WMI, and the resolution
 * of an object's address for those who call back. It runs in the target's
 * resident program, whatever the state of its services, and judges layer by
 * layer, in the order in which a call meets them.
 */
#ifndef LAB_REMOTE_RPCSS_H
#define LAB_REMOTE_RPCSS_H

#include <stdbool.h>

/* From now on, for ever. False: it cannot listen. */
bool rpcss_begin(void);

#endif
