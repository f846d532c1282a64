/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with variables of hosts, told once for each place.
 *
 * A word in a group is read for each of its hosts; the complaint about it
 * names the first and counts the others.
 */
#ifndef INVENTORY_COMPLAINTS_H
#define INVENTORY_COMPLAINTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/problems.h"
#include "inventory/list.h"
#include "inventory/state.h"
#include "inventory/table.h"

struct complaints {
    const struct inventory *inventory;
    struct list items; /* struct complaint */
    struct table index;
    bool out_of_memory;
};

void complaints_init(struct complaints *complaints,
                     const struct inventory *inventory);

/* Notes one; `node` says where. Want of memory is told as an error too. */
void complaints_error(struct complaints *complaints, const char *host,
                      const cJSON *node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void complaints_warning(struct complaints *complaints, const char *host,
                        const cJSON *node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Notes one whose place and text are known already. */
void complaints_add(struct complaints *complaints, const char *host,
                    bool warning, const char *place, const char *text);

/* Makes problems of them and releases everything. */
void complaints_tell(struct complaints *complaints, struct problems *problems);

#endif
