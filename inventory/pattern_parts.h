/* SPDX-License-Identifier: MIT */
/*
 * A pattern taken apart at its commas, else at its colons, neither within
 * brackets nor within an IPv6 address; `@file` stands for the lines there.
 */
#ifndef INVENTORY_PATTERN_PARTS_H
#define INVENTORY_PATTERN_PARTS_H

#include "base/problems.h"
#include "inventory/list.h"

/*
 * Appends the parts, signs included, each to be freed with free(). -1 when a
 * file cannot be read, which is told, or when out of memory, which is not;
 * some parts may have been added then.
 */
int pattern_parts(const char *option, const char *pattern, struct list *parts,
                  struct problems *problems);

#endif
