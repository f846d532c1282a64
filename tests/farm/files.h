/* SPDX-License-Identifier: MIT */
/* What the farm writes down for those who call it. Each returns 0 or -1. */
#ifndef FARM_FILES_H
#define FARM_FILES_H

#include "tests/farm/farm.h"

/*
 * An inventory of all targets in Ansible's layout. Each faulty target is in a
 * group of its script's name, with `_` for `-`: drop_result.
 */
int files_inventory(const char *path, const struct farm *farm,
                    const char *identity);

/* The key by which each target is known: by its name, as trust writes it. */
int files_known_hosts(const char *path, const struct farm *farm);

/* The private key of the only client that is let in. */
int files_identity(const char *path);

/*
 * A line for each target: name, script, connections, logins, uploads, execs,
 * works, with tabs between; before them "# at most N connections". The file
 * appears whole, under its name, when it is done.
 */
int files_counts(const char *path, const struct farm *farm);

#endif
