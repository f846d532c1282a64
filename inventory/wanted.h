/* SPDX-License-Identifier: MIT */
/*
 * What is wanted of a host: its `wmi` judged, and what `access` and
 * `collector` in it mean worked out. Hosts share wishes, so both are done
 * once for each wish.
 */
#ifndef INVENTORY_WANTED_H
#define INVENTORY_WANTED_H

#include "inventory/complaints.h"
#include "inventory/merge.h"
#include "inventory/state.h"

struct wanted {
    struct inventory *inventory;
    struct complaints *complaints;
    struct wish *wish;
    const char *host; /* who complains */
};

/*
 * Sets the wish's verdict; what is wrong is told. Names whose addresses are
 * needed are gathered for audience_look_up, which comes next.
 */
void wanted_judge(const struct wanted *wanted);

/*
 * The whole that the payload gets, the wish's own. What is wrong is told, and
 * the tree is then not to be used.
 */
const cJSON *wanted_tree(const struct wanted *wanted);

#endif
