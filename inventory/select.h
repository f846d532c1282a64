/* SPDX-License-Identifier: MIT */
/* Which hosts a selection leaves; inventory_select makes targets of them. */
#ifndef INVENTORY_SELECT_H
#define INVENTORY_SELECT_H

#include <stdbool.h>

#include "base/problems.h"
#include "inventory/state.h"

/*
 * Makes *chosen a row with a place for each host->order (free it). An empty
 * selection is no mistake here. On -1, with problems told, nothing is made.
 */
int select_hosts(struct inventory *inventory, const struct selection *selection,
                 bool **chosen, struct problems *problems);

#endif
