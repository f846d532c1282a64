/* SPDX-License-Identifier: MIT */
/* A range of addresses in the shortest form that a firewall rule takes. */
#ifndef INVENTORY_FOLDED_RANGE_H
#define INVENTORY_FOLDED_RANGE_H

#include "payload/settings/address_set.h"

#define FOLDED_RANGE_SIZE 96 /* two IPv6 addresses and a hyphen */

/*
 * "10.0.0.5", "10.0.0.5-10.0.0.9", or "10.0.0.0/24" where the range is a
 * whole block of 16 addresses or more.
 */
void folded_range_print(const struct address_range *range,
                        char text[FOLDED_RANGE_SIZE]);

#endif
