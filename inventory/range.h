/* SPDX-License-Identifier: MIT */
/*
 * Names written as ranges, of both families:
 *
 *   Ansible   lab-[01:40]   row[a:f]-pc   n[1:9:2]     both ends included
 *   pdsh      lab-[01-40,50]              n[7]
 *
 * Any number of brackets in a name; a leading zero keeps the width. An
 * address in brackets, [fe80::1], is no range.
 */
#ifndef INVENTORY_RANGE_H
#define INVENTORY_RANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "inventory/list.h"

#define RANGE_NAMES_MAX 100000

/* True when the name holds a bracket that asks to be expanded. */
bool range_present(const char *name);

/*
 * Appends the names that `text` stands for (itself when it is no range) to
 * `names`, each to be freed with free(). On -1, which comes from ranges that
 * cannot be, from more than RANGE_NAMES_MAX names and from want of memory,
 * `names` is as it was. The error text opens with the range.
 */
int range_expand(const char *text, struct list *names, struct err *err);

#endif
