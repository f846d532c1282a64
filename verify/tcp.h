/* SPDX-License-Identifier: MIT */
/*
 * One TCP connection that never waits, as a probe needs it: connect, send a
 * question, receive what there is.
 *
 * Behind a table of functions, so that a probe is tested against peers that
 * are not there; tcp_sockets is the real one. Each operation does what can be
 * done now: IO_DONE, IO_AGAIN (call again with the same arguments when
 * `wait`'s descriptor is ready) or IO_FAIL, `err->code` then being an enum
 * tcp_fault. After IO_FAIL only `local` and `close` are allowed.
 */
#ifndef VERIFY_TCP_H
#define VERIFY_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/err.h"
#include "controller/ssh/transport.h"

enum tcp_fault {
    TCP_REFUSED = 1, /* a reset: the machine is there, nothing listens */
    TCP_SILENT,      /* the system gave up waiting */
    TCP_NO_WAY,      /* no route, or nobody has that address */
    TCP_BROKEN,      /* a connection that was there broke */
    TCP_NO_SOCKET,   /* the controller itself could not */
    /*
     * The jump host could not be used, which says nothing of the target: from
     * here on the enum fault of that is added.
     */
    TCP_NO_JUMP,
};

struct tcp;

struct tcp_ops {
    /* A connection to be to `target`; NULL when memory is short. */
    struct tcp *(*open)(void *context, const struct target *target);
    /*
     * Where the target has a jump host, only the port counts of `address`,
     * which is an IPv4 one.
     */
    enum io (*connect)(struct tcp *tcp, const struct sockaddr *address,
                       socklen_t len, struct err *err);
    /* All of it, or again. */
    enum io (*send)(struct tcp *tcp, const void *bytes, size_t len,
                    struct err *err);
    /* IO_DONE with *got > 0, or with 0 when the peer has ended. */
    enum io (*receive)(struct tcp *tcp, void *bytes, size_t size, size_t *got,
                       struct err *err);
    /*
     * The address that it comes from, as soon as connecting began: our own, or
     * the jump host's. False: unknown.
     */
    bool (*local)(struct tcp *tcp, struct sockaddr_storage *address);
    struct transport_wait (*wait)(struct tcp *tcp);
    void (*close)(struct tcp *tcp);
};

/* Its context is the struct ways of the run. */
extern const struct tcp_ops tcp_sockets;

#endif
