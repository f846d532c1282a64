/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. One struct transport is one TCP connection with one
 * libssh2 session on it. Each operation makes the same libssh2 call with the
 * same arguments until it stops saying EAGAIN; what has to be remembered in
 * between is in the struct.
 */
#include "controller/ssh/ssh_transport.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

/* A machine that is gone without a word is found out after this long. */
#define SILENCE_MAX_MS 30000
#define KEEPALIVE_S 10

int ssh_global_init(struct err *err)
{
    int code = libssh2_init(0);
    if (code != 0)
        return err_set(err, 0, "libssh2: start failed with code %d", code);
    return 0;
}

void ssh_global_exit(void)
{
    libssh2_exit();
}

static struct transport *create(void *context, const struct target *target)
{
    struct transport *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->context = context;
    t->target = target;
    t->fd = -1;
    snprintf(t->label, sizeof t->label, "%s port %u", target->address,
             (unsigned)target->port);
    return t;
}

static enum io connect_failed(struct transport *t, int number, struct err *err)
{
    bool silent = number == ETIMEDOUT || number == EHOSTUNREACH ||
                  number == ENETUNREACH || number == EHOSTDOWN ||
                  number == ENETDOWN;
    bool answered = number == ECONNREFUSED || number == ECONNRESET;
    err_set(err, silent ? FAULT_TCP_TIMEOUT : FAULT_REFUSED, "%s: %s%s",
            t->label,
            silent || answered ? "" : "the machine that wmifleet runs on: ",
            strerror(number));
    return IO_FAIL;
}

/*
 * A machine that loses its power sends no end: without these the connection
 * would look alive until the deadline of the run, and nobody would reconnect.
 * A system that lacks one of them is only slower to notice.
 */
static void set_options(int fd)
{
    static const int on = 1;
    static const int pause_s = KEEPALIVE_S;
    static const unsigned silence_ms = SILENCE_MAX_MS;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &pause_s, sizeof pause_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &pause_s, sizeof pause_s);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_ms,
               sizeof silence_ms);
}

static enum io start_connect(struct transport *t,
                             const struct sockaddr *address, socklen_t len,
                             struct err *err)
{
    t->fd = socket(address->sa_family,
                   SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (t->fd < 0)
        return connect_failed(t, errno, err);
    if (connect(t->fd, address, len) == 0)
        return IO_DONE;
    if (errno != EINPROGRESS && errno != EINTR)
        return connect_failed(t, errno, err);
    t->connecting = true;
    return IO_AGAIN;
}

/* The caller may ask before the socket is ready: SO_ERROR is then 0. */
static enum io finish_connect(struct transport *t,
                              const struct sockaddr *address, socklen_t len,
                              struct err *err)
{
    if (connect(t->fd, address, len) == 0 || errno == EISCONN) {
        t->connecting = false;
        return IO_DONE;
    }
    if (errno == EALREADY || errno == EINPROGRESS || errno == EINTR)
        return IO_AGAIN;
    return connect_failed(t, errno, err);
}

static enum io connect_through(struct transport *t, struct err *err)
{
    const struct target *target = t->target;
    if (t->way != NULL) {
        enum io io = way_opened(t->way, err);
        t->connecting = io == IO_AGAIN;
        return io;
    }
    log_line(t->context->log, LOG_INFO, "%s: through %s", target->name,
             target->jump->name);
    t->way = way_open(t->context->ways, target, target->port, err);
    if (t->way == NULL)
        return IO_FAIL;
    t->fd = way_fd(t->way);
    t->connecting = true;
    return IO_AGAIN;
}

static enum io connect_by_command(struct transport *t, struct err *err)
{
    const struct target *target = t->target;
    log_line(t->context->log, LOG_INFO, "%s: through its ProxyCommand",
             target->name);
    t->command = proxy_command_start(
        t->context->commands, target,
        target->user != NULL ? target->user : t->context->default_user, err);
    if (t->command == NULL)
        return IO_FAIL;
    t->fd = proxy_command_fd(t->command);
    return IO_DONE;
}

static enum io connect_directly(struct transport *t,
                                const struct sockaddr *address, socklen_t len,
                                struct err *err)
{
    return t->connecting ? finish_connect(t, address, len, err)
                         : start_connect(t, address, len, err);
}

static enum io ssh_connect(struct transport *t, const struct sockaddr *address,
                           socklen_t len, struct err *err)
{
    enum io io = IO_FAIL;
    if (t->target->jump != NULL)
        io = connect_through(t, err);
    else if (t->target->proxy_command != NULL)
        io = connect_by_command(t, err);
    else
        io = connect_directly(t, address, len, err);
    /* Not before: the time that a connection may take is the caller's. */
    if (io == IO_DONE)
        set_options(t->fd);
    if (io == IO_DONE && ssh_session_open(t) != 0) {
        err_set(err, FAULT_KEX, "%s: out of memory", t->label);
        return IO_FAIL;
    }
    return io;
}

static enum io handshake_failed(struct transport *t, struct err *err)
{
    if (ssh_banner(t) != NULL)
        return ssh_fail(t, FAULT_KEX, err, "key exchange");
    if (t->broken_errno == EPROTO)
        err_set(err, FAULT_BANNER_TIMEOUT,
                "%s: %zu bytes came and no SSH banner among them", t->label,
                t->banner_bytes);
    else if (t->broken)
        return ssh_fail(t, FAULT_BANNER_TIMEOUT, err, "no SSH banner");
    else
        err_set(err, FAULT_BANNER_TIMEOUT,
                "%s: what answers is not an SSH server", t->label);
    return IO_FAIL;
}

static enum io ssh_handshake(struct transport *t, struct err *err)
{
    if (!t->shaking_hands)
        ssh_prefer_known_types(t);
    t->shaking_hands = true;
    ssh_begin(t);
    int code = libssh2_session_handshake(t->session, t->fd);
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    t->shaking_hands = false;
    if (code == 0)
        return IO_DONE;
    handshake_failed(t, err);
    if (t->command != NULL)
        proxy_command_tell(t->command, err);
    return IO_FAIL;
}

static enum io ssh_disconnect(struct transport *t, struct err *err)
{
    ssh_begin(t);
    int code = libssh2_session_disconnect(t->session, "done");
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    if (code != 0)
        return ssh_fail(t, FAULT_LOST, err, "goodbye");
    return IO_DONE;
}

static void ssh_free(struct transport *t)
{
    if (t == NULL)
        return;
    ssh_login_free(t);
    ssh_session_free(t);
    if (t->way != NULL)
        way_close(t->way);
    else if (t->command != NULL)
        proxy_command_end(t->command);
    else if (t->fd >= 0)
        close(t->fd);
    free(t);
}

static struct transport_wait ssh_wait(struct transport *t)
{
    struct transport_wait wait = {.fd = t->fd};
    if (t->command != NULL)
        proxy_command_listen(t->command);
    if (t->connecting) {
        wait.events = t->way != NULL ? TRANSPORT_READABLE : TRANSPORT_WRITABLE;
        return wait;
    }
    if (t->session == NULL || ssh_login_wait(t, &wait))
        return wait;
    int directions = libssh2_session_block_directions(t->session);
    if (directions & LIBSSH2_SESSION_BLOCK_INBOUND)
        wait.events |= TRANSPORT_READABLE;
    if (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND)
        wait.events |= TRANSPORT_WRITABLE;
    if (wait.events == 0)
        wait.events = TRANSPORT_READABLE | TRANSPORT_WRITABLE;
    return wait;
}

static bool ssh_sent_password(const struct transport *t)
{
    return t->password_sent;
}

static bool ssh_way_lost(struct transport *t)
{
    return t->way != NULL && way_kind(t->way) == WAY_LOST;
}

const struct transport_ops ssh_transport = {
    .create = create,
    .connect = ssh_connect,
    .handshake = ssh_handshake,
    .banner = ssh_banner,
    .check_host_key = ssh_check_host_key,
    .login = ssh_log_in,
    .trusts = ssh_trusts,
    .sent_password = ssh_sent_password,
    .exec = ssh_exec,
    .exec_beside = ssh_exec_beside,
    .read = ssh_read,
    .close_channel = ssh_close_channel,
    .upload = ssh_upload,
    .stat = ssh_stat,
    .unlink = ssh_unlink,
    .disconnect = ssh_disconnect,
    .free = ssh_free,
    .wait = ssh_wait,
    .way_lost = ssh_way_lost,
};
