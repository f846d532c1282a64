/* SPDX-License-Identifier: MIT */
/* What an inventory name may carry besides the name: brackets and a port. */
#ifndef INVENTORY_ADDRESS_H
#define INVENTORY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/* True when these `len` bytes are a literal IPv6 address, zone included. */
bool address_is_ipv6(const char *text, size_t len);

/* True when the text can be an address to connect to: a name, a literal. */
bool address_is_good(const char *text);

/*
 * Splits `pc:2222` and `[fe80::1]:2222` as Ansible does: returns a copy of
 * the name (free it), NULL when out of memory, and puts the port's digits,
 * which lie in `text`, into `port`; NULL when there is none. Anything else
 * is a name as it stands.
 */
char *address_split(const char *text, const char **port);

#endif
