/* SPDX-License-Identifier: MIT */
/*
 * From Ansible's connection variables, in all their spellings, to where and
 * how to log in.
 */
#ifndef INVENTORY_CONNECTION_H
#define INVENTORY_CONNECTION_H

#include <stdbool.h>

#include "inventory/complaints.h"
#include "inventory/merge.h"
#include "inventory/target.h"

struct connection_rules {
    struct inventory *inventory;
    struct complaints *complaints;
    bool force_ssh; /* WinRM's connection and ports are overlooked */
};

/*
 * Fills everything of `target` but `wmi`; `target->name` is set already. What
 * is wrong becomes complaints, and the target is then not to be used.
 */
void connection_read(const struct connection_rules *rules,
                     const struct view *view, struct target *target);

/*
 * Where the host is, the name itself at last; NULL, and told, when what
 * stands there is no address.
 */
const char *connection_address(const struct connection_rules *rules,
                               const struct view *view, const char *host);

/*
 * True when the text is a template, or the value a vault's or a marked one:
 * then `remedy` says what to do instead. For strings and objects.
 */
bool connection_unresolved(const cJSON *value, const char **remedy);

#endif
