/* SPDX-License-Identifier: MIT */
/*
 * Hosts that others are reached through, in OpenSSH's words:
 * `[user@]host[:port]`, with commas between where there are several, the
 * nearest first. A host that the inventory has is reached as its variables
 * say, where the text does not say else.
 */
#ifndef INVENTORY_JUMP_H
#define INVENTORY_JUMP_H

#include <stdbool.h>

#include "inventory/connection.h"

/* One through another through another: no more than these. */
#define JUMP_DEPTH_MAX 8

/*
 * The last host of the way that `text` names, its `jump` being the one
 * before; the same text gives the same target, which lives as long as the
 * inventory. NULL where `name`, who is to come that way, is the jump host
 * itself. -1: the text is wrong, or memory is short.
 */
int jump_read(const struct connection_rules *rules, const char *name,
              const char *text, const struct target **jump, struct err *err);

/* Whether two targets are one host, reached in one way as one user. */
bool jump_same(const struct target *a, const struct target *b);

#endif
