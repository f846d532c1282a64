/* SPDX-License-Identifier: MIT */
/*
 * Where the texts come from: files, programs, directories, standard input.
 *
 * A program is run only when -i names it, it is executable, neither it nor
 * its directory can be written by everyone, and it is not JSON itself: on
 * shares mounted from Windows every file has the executable bit.
 */
#ifndef INVENTORY_SOURCE_H
#define INVENTORY_SOURCE_H

#include "base/problems.h"
#include "inventory/state.h"

/* Adds one source of -i to the model; every mistake becomes a problem. */
void source_read(struct inventory *inventory, const char *source,
                 struct problems *problems);

#endif
