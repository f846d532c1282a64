/* SPDX-License-Identifier: MIT */
/*
 * How fast hosts are begun, so that a fleet behind one firewall does not look
 * like a flood: 32 at once, and 1,000 a second from then on. Firewalls that
 * judge by new connections a second begin at twice that, and one core makes
 * fewer handshakes than that anyway.
 *
 * Pure: the time is given. Zeroed is its beginning.
 */
#ifndef CONTROLLER_FLEET_PACE_H
#define CONTROLLER_FLEET_PACE_H

#include <stdint.h>

#define FLEET_PACE_BURST 32
#define FLEET_PACE_MS 1 /* between two, when the burst is used up */

struct fleet_pace {
    uint64_t owed_ms; /* when the burst is whole again */
};

/* When the next host may be begun: `now_ms` or later. */
uint64_t fleet_pace_due(const struct fleet_pace *pace, uint64_t now_ms);

/* One is begun now, at a time that fleet_pace_due gave. */
void fleet_pace_begun(struct fleet_pace *pace, uint64_t now_ms);

#endif
