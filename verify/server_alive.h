/* SPDX-License-Identifier: MIT */
/*
 * What a machine answers to IObjectExporter::ServerAlive2 (MS-DCOM
 * 3.1.2.5.1.6), which anybody may ask: its version of COM, the names and
 * addresses that it tells its clients to come to, and the services that it
 * takes a login by.
 *
 * A client goes on to one of these addresses, not to the one that it used
 * for the first call: where none of them can be reached (address
 * translation), WMI answers 0x800706BA although port 135 is open.
 */
#ifndef VERIFY_SERVER_ALIVE_H
#define VERIFY_SERVER_ALIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define SERVER_ALIVE_OPERATION 5
#define SERVER_ALIVE_ADDRESSES_MAX 64
#define SERVER_ALIVE_ADDRESS_SIZE 256

struct server_alive {
    unsigned com_major;
    unsigned com_minor;
    unsigned long status; /* of the call: 0, or a Win32 code */
    size_t count;         /* of ncacn_ip_tcp addresses kept */
    size_t left_out;      /* more than fit, of other protocols, or no text */
    /* Escaped: fit for a terminal. The first is usually the computer name. */
    char addresses[SERVER_ALIVE_ADDRESSES_MAX][SERVER_ALIVE_ADDRESS_SIZE];
};

/* Reads the stub of the response. -1 when it is no such answer. */
int server_alive_read(struct server_alive *answer, const unsigned char *stub,
                      size_t len, struct err *err);

#endif
