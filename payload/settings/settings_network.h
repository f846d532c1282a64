/* SPDX-License-Identifier: MIT */
/*
 * Ports and remote addresses of a firewall rule, as INetFwRule takes them:
 * what it would refuse, or take for something else, is told.
 */
#ifndef PAYLOAD_SETTINGS_NETWORK_H
#define PAYLOAD_SETTINGS_NETWORK_H

#include "payload/settings/settings_read.h"

struct settings_ports {
    bool given;
    bool rpc;         /* words that TCP alone has */
    const char *text; /* NULL: any port; else without blanks */
};

struct settings_addresses {
    const char **items;
    size_t count; /* 0: any address */
};

/* Whether it is an address, a range or a prefix, and no word. */
bool settings_is_address(const char *text);

settings_reader_fn settings_read_ports;     /* struct settings_ports */
settings_reader_fn settings_read_addresses; /* struct settings_addresses */

#endif
