/* SPDX-License-Identifier: MIT */
/*
 * The addresses of many names at once, through the system's own resolver.
 *
 * A name that nobody knows can take the resolver many seconds, so several
 * are asked for at a time; once the whole has taken RESOLVER_PATIENCE_S,
 * nothing more is asked for. A loopback address is dropped: Debian gives the
 * machine's own name 127.0.1.1, which means nothing to another machine.
 */
#ifndef INVENTORY_RESOLVER_H
#define INVENTORY_RESOLVER_H

#include <stddef.h>

#define RESOLVER_PATIENCE_S 20

struct resolver_query {
    const char *name;
    char *addresses;     /* the caller's to free: "10.0.0.5,fe80::1"; or NULL */
    const char *trouble; /* static: why there are none */
};

/* What looks names up; -1 only when memory is short. */
typedef int resolver_fn(void *context, struct resolver_query *queries,
                        size_t count);

/* The system's; without context. */
resolver_fn resolver_look_up;

#endif
