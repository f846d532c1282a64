/* SPDX-License-Identifier: MIT */
/*
 * The ports of a firewall rule by meaning: "135, 80-82,81" is "80-82,135".
 * Words such as RPC and RPC-EPMap are compared without case.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_PORT_SET_H
#define PAYLOAD_PORT_SET_H

#include <stdbool.h>
#include <stddef.h>

#define PORT_WORDS_MAX 8
#define PORT_WORD_SIZE 24

struct port_set {
    bool any;                      /* nothing given, or "*" */
    bool strange;                  /* held what is no port: equals nothing */
    unsigned char bits[65536 / 8]; /* a bit for each port */
    char words[PORT_WORDS_MAX][PORT_WORD_SIZE]; /* lower case */
    size_t word_count;
};

/* `list` as INetFwRule::put_LocalPorts takes it; NULL means any. */
void port_set_parse(struct port_set *set, const char *list);

bool port_set_equal(const struct port_set *a, const struct port_set *b);
bool port_set_overlaps(const struct port_set *a, const struct port_set *b);

/* Whether the port is named, by itself or in a range; not by "any". */
bool port_set_names(const struct port_set *set, unsigned port);

#endif
