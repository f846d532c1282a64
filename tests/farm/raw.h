/* SPDX-License-Identifier: MIT */
/* Targets that speak no SSH, or not yet: bytes on a socket. */
#ifndef FARM_RAW_H
#define FARM_RAW_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/farm/script.h"

struct raw {
    int fd; /* somebody else's */
    enum script script;
    bool greeted;
    size_t sent; /* bytes of a banner */
};

/* True for the scripts that are played here. */
bool raw_is(enum script script);

/*
 * Does what is due; `tick`: a second has passed. Returns libuv's events to
 * wait for, or -1: the connection ends.
 */
int raw_step(struct raw *raw, bool tick);

#endif
