/* SPDX-License-Identifier: MIT */
/* Passwords: what the inventory says of them, and reading them when needed. */
#ifndef INVENTORY_SECRET_H
#define INVENTORY_SECRET_H

#include <cjson/cJSON.h>

#include "base/err.h"
#include "inventory/state.h"
#include "inventory/target.h"

/*
 * Judges a `wmifleet_password` or `wmi.account.password` ({"env": …},
 * {"file": …}, {"command": […]})
 * and puts it into `secret` with {host} replaced. -1 with a text that opens
 * with nothing: the caller says whose it is. Reads nothing yet.
 */
int secret_describe(struct inventory *inventory, const cJSON *value,
                    const char *host, struct secret *secret, struct err *err);

/* `~` and `~name` at the start replaced; kept by the inventory. NULL: memory.
 */
const char *secret_expand_home(struct inventory *inventory, const char *path);

/* Wipes what commands have said. */
void secret_forget_all(struct inventory *inventory);

#endif
