/* SPDX-License-Identifier: MIT */
/* A run as the store has it from its beginning: its name, its hosts. */
#ifndef CONTROLLER_KEPT_RUN_H
#define CONTROLLER_KEPT_RUN_H

#include <stdbool.h>

#include "controller/result/result.h"
#include "controller/store/store.h"
#include "inventory/inventory.h"
#include "payload/protocol.h"

struct kept_run {
    const char *id;
    enum verb verb;
    char *sources;      /* the inventories as given */
    const char *reason; /* NULL: none was given */
    bool goes_on;       /* it is in the store, and gone on with */
    const struct target_list *targets;
};

/* "20261122-101500-1f2e3d4c": by the clock and by chance. 0/-1. */
int kept_run_name(char id[PROTOCOL_RUN_ID_MAX + 1]);

/* With each target as it is reached, but for secrets. 0/-1. */
int kept_run_begin(struct store *store, const struct kept_run *run,
                   struct err *err);

#endif
