/* SPDX-License-Identifier: MIT */
/*
 * Changed keys put into force: of machines that were installed anew.
 *
 * A key stops counting by its line going away, as with ssh-keygen -R: only of
 * that host with that key, by its inventory name and its address (each with
 * the port). A line that names other hosts too keeps them; hashed lines are
 * found; lines that are marked, that name the host by a pattern, comments and
 * everything else stay byte for byte.
 */
#ifndef CONTROLLER_KNOWN_HOSTS_REPLACE_H
#define CONTROLLER_KNOWN_HOSTS_REPLACE_H

#include "controller/host_keys/known_hosts.h"

struct key_replacement {
    const char *alias; /* the inventory name */
    const char *address;
    uint16_t port;
    struct host_key key; /* the new one */
};

/* An old key of the host, the line it is on, and whether by a pattern. */
typedef void old_key_visitor(void *context, const struct host_key *old,
                             unsigned long line, bool by_pattern);

/* Every key that the file has for the host and that is not `item->key`. */
void known_hosts_old_keys(const struct known_hosts *known,
                          const struct key_replacement *item,
                          old_key_visitor *visit, void *context);

/*
 * Takes the old keys of all `items` out of the file and appends the new ones,
 * under the names that had an old one; all at once, or -1 with the file as it
 * was. Lines that others appended meanwhile stay. `known` still has the file
 * as it was read.
 */
int known_hosts_replace(const struct known_hosts *known,
                        const struct key_replacement *items, size_t count,
                        struct err *err);

#endif
