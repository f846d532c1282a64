/* SPDX-License-Identifier: MIT */
/* Whether the firewall lets the fixed port of WMI in. */
#ifndef PAYLOAD_FIXED_PORT_REACH_H
#define PAYLOAD_FIXED_PORT_REACH_H

#include "payload/engine/setting.h"

/*
 * Tells in a hint that no rule does, unless the request itself is about the
 * firewall. Says nothing where the rules cannot be read.
 */
void fixed_port_reach(struct setting *setting, const struct settings *settings);

#endif
