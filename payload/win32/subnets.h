/* SPDX-License-Identifier: MIT */
/* The networks that this machine's adapters are on. */
#ifndef PAYLOAD_SUBNETS_H
#define PAYLOAD_SUBNETS_H

/*
 * Every address of the machine with its prefix, as an address_set reads them:
 * "10.0.0.3/24,fe80:0:0:0:0:0:0:1/64". The caller frees. NULL when there is
 * none, or none can be read.
 */
char *subnets_read(void);

#endif
