/* SPDX-License-Identifier: MIT */
#include "verify/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/result/fault.h"
#include "controller/jump/way.h"

struct tcp {
    struct ways *ways;
    const struct target *target;
    struct way *way; /* through a jump host: `fd` is its end */
    int fd;
    int events;
    size_t sent; /* of the bytes of an unfinished send */
};

static struct tcp *tcp_open(void *context, const struct target *target)
{
    struct tcp *tcp = calloc(1, sizeof *tcp);
    if (tcp != NULL)
        *tcp = (struct tcp){.ways = context, .target = target, .fd = -1};
    return tcp;
}

static void tcp_close(struct tcp *tcp)
{
    if (tcp == NULL)
        return;
    if (tcp->way != NULL)
        way_close(tcp->way);
    else if (tcp->fd >= 0)
        close(tcp->fd);
    free(tcp);
}

static enum io fail(struct err *err, enum tcp_fault fault, int number)
{
    err_set(err, (int)fault, "%s", strerror(number));
    return IO_FAIL;
}

static enum io connect_failed(int number, struct err *err)
{
    switch (number) {
    case ECONNREFUSED:
    case ECONNRESET:
        return fail(err, TCP_REFUSED, number);
    case ETIMEDOUT:
        return fail(err, TCP_SILENT, number);
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
        return fail(err, TCP_NO_WAY, number);
    default:
        return fail(err, TCP_NO_SOCKET, number);
    }
}

static enum io begin_connect(struct tcp *tcp, const struct sockaddr *address,
                             socklen_t len, struct err *err)
{
    tcp->fd = socket(address->sa_family,
                     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (tcp->fd < 0)
        return fail(err, TCP_NO_SOCKET, errno);
    if (connect(tcp->fd, address, len) == 0)
        return IO_DONE;
    if (errno != EINPROGRESS && errno != EINTR)
        return connect_failed(errno, err);
    tcp->events = TRANSPORT_WRITABLE;
    return IO_AGAIN;
}

/* What the jump host said, as the target's port would say it. */
static enum io way_failed(struct tcp *tcp, struct err *err)
{
    enum way_end_kind kind =
        tcp->way != NULL ? way_kind(tcp->way) : WAY_NO_LINK;
    if (kind != WAY_REFUSED)
        err->code += TCP_NO_JUMP;
    else
        err->code = err->code == FAULT_TCP_TIMEOUT ? TCP_SILENT : TCP_REFUSED;
    return IO_FAIL;
}

static enum io connect_through(struct tcp *tcp, const struct sockaddr *address,
                               struct err *err)
{
    struct sockaddr_in in;
    if (tcp->way == NULL) {
        memcpy(&in, address, sizeof in);
        tcp->way = way_open(tcp->ways, tcp->target, ntohs(in.sin_port), err);
        if (tcp->way == NULL)
            return way_failed(tcp, err);
        tcp->fd = way_fd(tcp->way);
        tcp->events = TRANSPORT_READABLE;
    }
    enum io io = way_opened(tcp->way, err);
    return io == IO_FAIL ? way_failed(tcp, err) : io;
}

static enum io tcp_connect(struct tcp *tcp, const struct sockaddr *address,
                           socklen_t len, struct err *err)
{
    if (tcp->target->jump != NULL)
        return connect_through(tcp, address, err);
    if (tcp->target->proxy_command != NULL) {
        err_set(err, (int)TCP_NO_JUMP + (int)FAULT_REFUSED,
                "a ProxyCommand tells no closed port from an open one: verify "
                "asks through a jump host, or --from a machine beside it");
        return IO_FAIL;
    }
    if (tcp->fd < 0)
        return begin_connect(tcp, address, len, err);
    int number = 0;
    socklen_t size = sizeof number;
    if (getsockopt(tcp->fd, SOL_SOCKET, SO_ERROR, &number, &size))
        number = errno;
    if (number != 0)
        return connect_failed(number, err);
    /* No error may also mean: not yet. Only a peer's name says that it is. */
    struct sockaddr_storage peer;
    size = sizeof peer;
    if (getpeername(tcp->fd, (struct sockaddr *)&peer, &size) == 0)
        return IO_DONE;
    return errno == ENOTCONN ? IO_AGAIN : connect_failed(errno, err);
}

static bool again(int number)
{
    return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

static enum io tcp_send(struct tcp *tcp, const void *bytes, size_t len,
                        struct err *err)
{
    while (tcp->sent < len) {
        ssize_t sent = send(tcp->fd, (const char *)bytes + tcp->sent,
                            len - tcp->sent, MSG_NOSIGNAL);
        if (sent < 0 && again(errno)) {
            tcp->events = TRANSPORT_WRITABLE;
            return IO_AGAIN;
        }
        if (sent < 0)
            return fail(err, TCP_BROKEN, errno);
        tcp->sent += (size_t)sent;
    }
    tcp->sent = 0;
    return IO_DONE;
}

static enum io tcp_receive(struct tcp *tcp, void *bytes, size_t size,
                           size_t *got, struct err *err)
{
    ssize_t received = recv(tcp->fd, bytes, size, 0);
    if (received < 0 && again(errno)) {
        tcp->events = TRANSPORT_READABLE;
        return IO_AGAIN;
    }
    if (received < 0)
        return fail(err, TCP_BROKEN, errno);
    if (received == 0 && tcp->way != NULL && way_kind(tcp->way) == WAY_LOST) {
        way_opened(tcp->way, err);
        return way_failed(tcp, err);
    }
    *got = (size_t)received;
    return IO_DONE;
}

static bool tcp_local(struct tcp *tcp, struct sockaddr_storage *address)
{
    struct sockaddr_storage local = {0};
    socklen_t len = sizeof local;
    if (tcp->way != NULL)
        return way_from(tcp->way, address);
    if (tcp->fd < 0 ||
        getsockname(tcp->fd, (struct sockaddr *)&local, &len) != 0)
        return false;
    *address = local;
    return true;
}

static struct transport_wait tcp_wait(struct tcp *tcp)
{
    return (struct transport_wait){.fd = tcp->fd, .events = tcp->events};
}

const struct tcp_ops tcp_sockets = {.open = tcp_open,
                                    .connect = tcp_connect,
                                    .send = tcp_send,
                                    .receive = tcp_receive,
                                    .local = tcp_local,
                                    .wait = tcp_wait,
                                    .close = tcp_close};
