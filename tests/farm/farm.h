/* SPDX-License-Identifier: MIT */
/*
 * The farm: thousands of targets in one process and one loop. Targets differ
 * by their address on 127.128.0.0 and up; all share one listener, and
 * the address that was called tells which of them is meant.
 */
#ifndef FARM_FARM_H
#define FARM_FARM_H

#include <libssh/libssh.h>
#include <libssh/server.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "tests/farm/ed25519.h"
#include "tests/farm/target.h"

#define FARM_TARGETS_MAX 1000000u

struct connection;

struct farm {
    struct target *targets;
    struct ed25519 *host_keys; /* by which each target is known */
    unsigned count;
    struct known_upload known;
    uint16_t port;
    uint16_t refusing_port; /* of SCRIPT_REFUSE: nobody listens there */
    uint16_t silent_port;   /* of SCRIPT_SWITCHED_OFF */
    ssh_bind bind;          /* lends its options to each session */
    ssh_key client_key;     /* the only one that is let in */
    uv_loop_t loop;
    struct connection *connections;
    unsigned open; /* connections */
    bool counts_open;
    unsigned most; /* of them at one time, when they are counted */
};

/* "127.128.0.1" is the first. */
struct in_addr farm_address(unsigned index);

/* NULL when it is nobody's. */
struct target *farm_target(struct farm *farm, struct in_addr address);

/* Where the inventory says that the target listens. */
uint16_t farm_port(const struct farm *farm, const struct target *target);

#endif
