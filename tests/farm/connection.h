/* SPDX-License-Identifier: MIT */
/*
 * One connection to one target, from accept to close. It belongs to the
 * farm's list and frees itself when it ends.
 */
#ifndef FARM_CONNECTION_H
#define FARM_CONNECTION_H

#include "tests/farm/farm.h"

/* Takes `fd` over. */
void connection_open(struct farm *farm, struct target *target, int fd);

/* Ends all that are open; they are gone when the loop has turned once. */
void connections_close(struct farm *farm);

#endif
