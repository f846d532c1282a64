/* SPDX-License-Identifier: MIT */
/*
 * How a host was reached in a run, and what was asked of it, as JSON for the
 * store: enough for undo to reach it again without the inventory. No secret
 * is ever in it: of a password only where it comes from is kept, and not
 * even that where the inventory had the text itself.
 */
#ifndef CONTROLLER_KEPT_TARGET_H
#define CONTROLLER_KEPT_TARGET_H

#include "base/err.h"
#include "inventory/target.h"

/* The JSON text; free with free(). NULL when memory is short. */
char *kept_target_print(const struct target *target);

/* A target that owns all that it points to. */
struct kept_target {
    struct target target;
    cJSON *tree;
    const char **command;
    struct kept_target *jump; /* that `target.jump` is of; NULL: none */
};

/* The reverse. 0, or -1 with nothing to release. */
int kept_target_parse(struct kept_target *kept, const char *name,
                      const char *text, struct err *err);
void kept_target_release(struct kept_target *kept);

#endif
