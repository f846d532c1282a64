/* SPDX-License-Identifier: MIT */
#include "payload/firewall/firewall_reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/settings/address_set.h"
#include "payload/win32/subnets.h"

static bool is_elsewhere(struct address_range *peer)
{
    const struct address_set one = {.ranges = peer, .range_count = 1};
    struct address_set here;
    char *subnets = subnets_read();
    address_set_init(&here);
    bool elsewhere = subnets != NULL && address_set_add(&here, subnets) == 0 &&
                     !address_set_covers(&here, &one);
    address_set_release(&here);
    free(subnets);
    return elsewhere;
}

void firewall_peer_read(struct firewall_peer *peer)
{
    const char *connection = getenv("SSH_CONNECTION");
    struct address_range range;
    unsigned port = 0;
    *peer = (struct firewall_peer){.ssh_port = 22};
    if (connection == NULL ||
        sscanf(connection, "%63s %*s %*s %u", peer->address, &port) < 1)
        return;
    if (port > 0 && port <= 65535)
        peer->ssh_port = port;
    /* The zone of a link-local address is no part of a rule's. */
    peer->address[strcspn(peer->address, "%")] = '\0';
    if (!address_range_parse(peer->address, &range)) {
        peer->address[0] = '\0';
        return;
    }
    peer->other_subnet = is_elsewhere(&range);
}
