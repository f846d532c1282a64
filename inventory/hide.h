/* SPDX-License-Identifier: MIT */
/* Which variables are secrets, to be masked when an inventory is printed. */
#ifndef INVENTORY_HIDE_H
#define INVENTORY_HIDE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#define HIDE_MASK "********"

/*
 * True for ansible_password and its synonyms, and for every name whose last
 * word is `password`, `passphrase`, `secret`, `token` or the like.
 */
bool hide_is_secret(const char *name);

/* True for {"env": …}, {"file": …} and {"command": …}: no secret in them. */
bool hide_is_reference(const cJSON *object);

#endif
