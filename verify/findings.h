/* SPDX-License-Identifier: MIT */
/*
 * What a probe found out about one host: facts alone, no verdict. Plain data,
 * made by verify/probe.c, judged by verify/layers.c.
 */
#ifndef VERIFY_FINDINGS_H
#define VERIFY_FINDINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "verify/server_alive.h"

/* In the order in which they are told. X(symbol, word) */
#define LAYER_LIST(X)                                                          \
    X(ADDRESS, "address")                                                      \
    X(TCP135, "tcp135")                                                        \
    X(RPC, "rpc")                                                              \
    X(ANNOUNCED, "announced")                                                  \
    X(WMI_PORT, "wmi_port")

enum layer {
#define X(symbol, word) LAYER_##symbol,
    LAYER_LIST(X)
#undef X
        LAYER_COUNT
};

enum port_finding {
    PORT_NOT_TRIED,
    PORT_OPEN,
    PORT_REFUSED,   /* a reset: the machine is there, nothing listens */
    PORT_DROPPED,   /* no answer within the time */
    PORT_NO_WAY,    /* no route, or nobody has the address */
    PORT_NO_SOCKET, /* the controller could not: `port_trouble` */
};

enum talk_finding {
    TALK_NOT_TRIED,
    TALK_GOOD,     /* the question was answered as a healthy machine does */
    TALK_REFUSED,  /* bind_nak: `reason` */
    TALK_REJECTED, /* that interface is not offered: `reason` */
    TALK_FAULT,    /* a fault: `code` */
    TALK_FAILED,   /* the call returned `code` */
    TALK_GARBAGE,  /* no RPC: `trouble` */
    TALK_ENDLESS,  /* more fragments or bytes than any answer has: `trouble` */
    TALK_MUTE,     /* connected, then nothing within the time */
    TALK_HUNG_UP,  /* connected, then the end of the connection */
};

struct talk {
    enum talk_finding finding;
    unsigned reason;
    uint32_t code;
    char trouble[160];
};

struct findings {
    bool resolved;
    char resolve_trouble[256];
    char peer[64]; /* the address used, numeric; empty: none yet */
    char us[64];   /* our own, as the connection has it; empty: not known */
    enum port_finding rpc_port;
    char port_trouble[128];
    /* Something of the machine answered, if only with a refusal. */
    bool seen;
    uint16_t other_port; /* that was tried for it; 0: none was */
    struct talk rpc;
    struct server_alive alive; /* where `rpc` is good */
    uint16_t wmi_number;       /* 0: not known */
    bool wmi_fixed;            /* by the inventory's fixed_port */
    enum port_finding wmi_port;
    struct talk wmi;
    bool hurried;       /* the time for the whole host was over */
    unsigned connect_s; /* how long a connection was waited for */
    uint64_t took_ms[LAYER_COUNT];
};

#endif
