/* SPDX-License-Identifier: MIT */
/* The sockets that all targets share, and how a call finds its target. */
#ifndef FARM_LISTENERS_H
#define FARM_LISTENERS_H

#include "tests/farm/farm.h"

struct listeners {
    struct farm *farm;
    uv_poll_t poll;
    int fd;
    int refusing; /* bound, and nobody listens */
    int silent;   /* its queue is full, and nobody accepts */
    int filler;   /* the one connection in that queue */
};

/* Listens on `port` (0: any) and fills the farm's ports in. 0, or -1. */
int listeners_open(struct listeners *listeners, struct farm *farm,
                   uint16_t port);
void listeners_close(struct listeners *listeners);

#endif
