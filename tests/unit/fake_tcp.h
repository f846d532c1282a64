/* SPDX-License-Identifier: MIT */
/*
 * Ports that are not there: a scripted struct tcp_ops, and one probe played
 * against them with a clock that moves only where nothing else can happen.
 * Fails the test when the probe does not end, leaves a connection open or
 * gives its result twice.
 */
#ifndef TESTS_FAKE_TCP_H
#define TESTS_FAKE_TCP_H

#include "verify/probe.h"

enum fake_connect {
    FAKE_CONNECTS,
    FAKE_CONNECTS_LATER, /* after three tries */
    FAKE_REFUSES,
    FAKE_DROPS_SYN,
    FAKE_NO_WAY,
    FAKE_NO_SOCKET,
};

struct fake_bytes {
    unsigned char at[1024];
    size_t len;
};

/* How one port of one address behaves. */
struct fake_port {
    const char *address; /* NULL: any */
    uint16_t port;
    enum fake_connect connect;
    struct fake_bytes answers[2]; /* to the first and the second question */
    size_t chunk;                 /* bytes a read brings; 0: all */
    bool slow;                    /* each operation says AGAIN first */
    bool hangs_up;                /* behind the answers, else silence */
    bool breaks;                  /* behind them, with a reset */
    bool endless;                 /* the second answer again and again */
};

#define FAKE_PORTS_MAX 6

struct probing_play {
    struct fake_port ports[FAKE_PORTS_MAX]; /* others refuse */
    size_t port_count;
    const char *addresses[3]; /* of the name; none: it has none */
    const char *wmi;          /* JSON */
    const char *known;        /* JSON of a result with facts, or NULL */
    uint64_t cancel_at;
    /* Called around the probe's life; NULL: nothing. */
    void (*before)(struct probing_play *play);
    void (*after)(struct probing_play *play);
    struct target target;
    struct probe_plan plan;
    size_t open; /* connections */
    size_t opened;
    size_t moved; /* grows with each operation that got on */
    uint64_t took;
    size_t steps;
    struct result *result;
};

/* "10.0.0.7", healthy at 135, everything else refuses. */
void probing_play_init(struct probing_play *play);
void probing_play_release(struct probing_play *play);

struct fake_port *fake_port_add(struct probing_play *play, uint16_t port);

/* Plays it from begin to free. NULL: it could not be begun. */
struct result *probing_play(struct probing_play *play);

struct fake_bytes fake_bytes_hex(const char *hex);

/* State, text, hint and code of a layer of the result; "" when there is none.
 */
const char *layer_text(const struct result *result, const char *layer,
                       const char *key);

#define HEX_BIND_ACK                                                           \
    "05000c03100000003c00000001000000d016d0163412000004003133350000000"        \
    "100000000000000045d888aeb1cc9119fe808002b10486002000000"
#define HEX_RESPONSE                                                           \
    "050002031000000084000000020000006c0000000000000005000700000002002a"       \
    "0000002a0017000700570049004e002d005400450053005400000007003100390"        \
    "032002e0030002e0032002e0031003000000000000a00ffff00000900ffff0000"        \
    "1000ffff00001e00ffff00001f00ffff00001600ffff0000000000000000000000"       \
    "00"
#define HEX_FAULT_5                                                            \
    "0500030310000000200000000200000020000000000000000500000000000000"
#define HEX_BIND_NAK "05000d0310000000170000000100000004000105000000"
#define HEX_BIND_REJECTED                                                      \
    "05000c03100000003c00000001000000d016d0163412000004003133350000000"        \
    "100000002000100045d888aeb1cc9119fe808002b10486002000000"

#endif
