/* SPDX-License-Identifier: MIT */
/*
 * Connections that a logged-in transport carries for others: what a jump host
 * is for.
 *
 * Behind a table of functions, so that the pump is tested against jump hosts
 * that are not there; ssh_tunnels is the real one (direct-tcpip channels).
 * Operations are those of controller/ssh/transport.h's kind, with one rule
 * more: where `sending` is true after an IO_AGAIN, the operation stopped in the
 * middle of a packet, and the same one comes next, before any other of that
 * transport. IO_FAIL with FAULT_LOST: the transport is gone with all its
 * tunnels; with any other fault: this tunnel alone.
 */
#ifndef CONTROLLER_TUNNEL_H
#define CONTROLLER_TUNNEL_H

#include "controller/ssh/transport.h"

struct tunnel;

enum tunnel_holds { TUNNEL_NOTHING, TUNNEL_BYTES, TUNNEL_END };

struct tunnel_ops {
    /* One at a time: the other end looks the host up and connects. */
    enum io (*open)(struct transport *t, const char *host, uint16_t port,
                    struct tunnel **tunnel, struct err *err);
    /*
     * Waits no longer for an `open` that said IO_AGAIN and is not `sending`;
     * returns the tunnel where the answer is here by now, to be closed.
     */
    struct tunnel *(*give_up)(struct transport *t, const char *host,
                              uint16_t port);
    /*
     * Takes in what the connection has brought, for whichever tunnel; `any`
     * is one that is open, NULL where there is none. IO_AGAIN: that was all;
     * IO_DONE: it cannot, because none was ever open.
     */
    enum io (*receive)(struct transport *t, struct tunnel *any,
                       struct err *err);
    /* What was taken in for this one. */
    enum tunnel_holds (*holds)(struct transport *t, struct tunnel *tunnel);
    enum io (*read)(struct transport *t, struct tunnel *tunnel, void *bytes,
                    size_t size, size_t *got, struct err *err);
    /* False: the other end takes no more for now. */
    bool (*takes)(struct transport *t, struct tunnel *tunnel);
    /* IO_AGAIN, not `sending`: the same. */
    enum io (*write)(struct transport *t, struct tunnel *tunnel,
                     const void *bytes, size_t len, size_t *sent,
                     struct err *err);
    /* Says that nothing more is written. */
    enum io (*end)(struct transport *t, struct tunnel *tunnel, struct err *err);
    /* IO_DONE frees it. Those left go with the transport. */
    enum io (*close)(struct transport *t, struct tunnel *tunnel,
                     struct err *err);
    bool (*sending)(struct transport *t);
};

#endif
