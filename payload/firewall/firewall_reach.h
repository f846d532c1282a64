/* SPDX-License-Identifier: MIT */
/*
 * Where the controller stands, seen from this machine.
 */
#ifndef PAYLOAD_FIREWALL_REACH_H
#define PAYLOAD_FIREWALL_REACH_H

#include <stdbool.h>

struct firewall_peer {
    char address[64];  /* of the SSH client; "" when it is not known */
    unsigned ssh_port; /* the server's; 22 when it is not known */
    bool other_subnet; /* certainly not on a local subnet */
};

/* From SSH_CONNECTION and the network adapters; never fails. */
void firewall_peer_read(struct firewall_peer *peer);

#endif
