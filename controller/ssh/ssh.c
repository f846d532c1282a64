/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. One struct transport is one TCP connection with one
 * libssh2 session on it. Each operation makes the same libssh2 call with the
 * same arguments until it stops saying EAGAIN; what has to be remembered in
 * between is in the struct. libssh2 1.10 has loops that end only when the
 * server is polite: it skips any number of lines before the banner, reads as
 * long as anything arrives, and after a refused SFTP it spins until the
 * server closes the channel. The receive callback ends them all: it counts.
 */
#include "controller/ssh/ssh_transport.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

#define SESSION_MEMORY_MAX ((size_t)8 * 1024 * 1024)
/* A few packets' worth: one flooding host gets no more of a loop turn. */
#define CALL_BUDGET ((size_t)256 * 1024)
/* Between two writes no libssh2 call reads an empty socket more than a few
 * times, unless it waits in a loop of its own. */
#define DRY_READS_MAX 64
/* RFC 4253 lets a server send text before its banner, and sets no end. */
#define BANNER_BYTES_MAX ((size_t)16 * 1024)
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

static const char *ssh_banner(struct transport *t)
{
    const char *banner =
        t->session == NULL ? NULL : libssh2_session_banner_get(t->session);
    /* libssh2 keeps the lines before the banner in the same place. */
    return banner != NULL && strncmp(banner, "SSH-", 4) == 0 ? banner : NULL;
}

static void *take(size_t len, void **abstract)
{
    struct transport *t = *abstract;
    return ssh_memory_take(&t->memory, len);
}

static void *resize(void *bytes, size_t len, void **abstract)
{
    struct transport *t = *abstract;
    return ssh_memory_resize(&t->memory, bytes, len);
}

static void give(void *bytes, void **abstract)
{
    struct transport *t = *abstract;
    ssh_memory_give(&t->memory, bytes);
}

static ssize_t broke(struct transport *t, int number)
{
    t->broken = true;
    t->broken_errno = number;
    return -number;
}

/*
 * libssh2 throws away what it has queued for a channel when the connection
 * ends; while a channel is read, the end is therefore kept back.
 */
static ssize_t ended(struct transport *t, int number)
{
    broke(t, number);
    return t->hold_end ? -EAGAIN : -number;
}

/* libssh2 wants a negative errno. */
static ssize_t receive(libssh2_socket_t fd, void *bytes, size_t len, int flags,
                       void **abstract)
{
    struct transport *t = *abstract;
    if (t->dead || t->giving_up)
        return -ECONNABORTED;
    if (t->broken && t->hold_end)
        return -EAGAIN;
    if (t->budget == 0 && ++t->dry_reads <= DRY_READS_MAX)
        return -EAGAIN;
    if (t->dry_reads > DRY_READS_MAX) {
        t->stuck = true;
        return broke(t, ETIMEDOUT);
    }
    ssize_t got = recv(fd, bytes, len < t->budget ? len : t->budget, flags);
    if (got == 0)
        return ended(t, 0);
    if (got < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return ended(t, errno);
        t->dry_reads++;
        return -EAGAIN;
    }
    t->budget -= (size_t)got;
    if (t->shaking_hands && ssh_banner(t) == NULL &&
        (t->banner_bytes += (size_t)got) > BANNER_BYTES_MAX)
        return broke(t, EPROTO);
    return got;
}

static ssize_t transmit(libssh2_socket_t fd, const void *bytes, size_t len,
                        int flags, void **abstract)
{
    struct transport *t = *abstract;
    if (t->dead)
        return -ECONNABORTED;
    ssize_t sent = send(fd, bytes, len, flags | MSG_NOSIGNAL);
    if (sent > 0)
        t->dry_reads = 0;
    if (sent >= 0)
        return sent;
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        return broke(t, errno);
    return -EAGAIN;
}

static void said_goodbye(LIBSSH2_SESSION *session, int reason,
                         const char *message, int message_len,
                         const char *language, int language_len,
                         void **abstract)
{
    (void)session;
    (void)reason;
    (void)language;
    (void)language_len;
    struct transport *t = *abstract;
    t->broken = true;
    if (message_len <= 0)
        message = "the server ended the session";
    snprintf(t->goodbye, sizeof t->goodbye, "%.*s",
             message_len > 0 ? message_len : (int)sizeof t->goodbye, message);
}

void ssh_begin(struct transport *t)
{
    t->budget = CALL_BUDGET;
    t->dry_reads = 0;
}

const char *ssh_reason(struct transport *t)
{
    if (t->goodbye[0] != '\0')
        return t->goodbye;
    if (t->stuck)
        return "the server refused it, or answered with something else";
    if (t->broken && t->broken_errno == 0)
        return "the server closed the connection";
    if (t->broken)
        return strerror(t->broken_errno);
    char *text = NULL;
    if (t->session != NULL)
        libssh2_session_last_error(t->session, &text, NULL, 0);
    return text != NULL && text[0] != '\0' ? text : "no reason given";
}

bool ssh_is_broken(const struct transport *t, int code)
{
    return t->broken || code == LIBSSH2_ERROR_SOCKET_DISCONNECT ||
           code == LIBSSH2_ERROR_SOCKET_RECV ||
           code == LIBSSH2_ERROR_SOCKET_SEND ||
           code == LIBSSH2_ERROR_SOCKET_TIMEOUT ||
           code == LIBSSH2_ERROR_TIMEOUT;
}

enum io ssh_fail(struct transport *t, enum fault fault, struct err *err,
                 const char *what)
{
    err_set(err, (int)fault, "%s: %s: %s", t->label, what, ssh_reason(t));
    return IO_FAIL;
}

static struct transport *create(void *context, const struct target *target)
{
    struct transport *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->context = context;
    t->target = target;
    t->memory.max = SESSION_MEMORY_MAX;
    t->fd = -1;
    snprintf(t->label, sizeof t->label, "%s port %u", target->address,
             (unsigned)target->port);
    return t;
}

static int open_session(struct transport *t)
{
    t->session = libssh2_session_init_ex(take, give, resize, t);
    if (t->session == NULL)
        return -1;
    libssh2_session_set_blocking(t->session, 0);
    /* The callbacks' types are libssh2's own convention for this function. */
    libssh2_session_callback_set(t->session, LIBSSH2_CALLBACK_RECV,
                                 (void *)receive);
    libssh2_session_callback_set(t->session, LIBSSH2_CALLBACK_SEND,
                                 (void *)transmit);
    libssh2_session_callback_set(t->session, LIBSSH2_CALLBACK_DISCONNECT,
                                 (void *)said_goodbye);
    return 0;
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
    if (io == IO_DONE && open_session(t) != 0) {
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

/*
 * libssh2_session_free waits for the server to close each channel, and
 * forgets the half of a key exchange. With a socket that fails at once, the
 * interrupted handshake is made to clean up behind itself, and nothing waits.
 */
static void free_session(struct transport *t)
{
    t->dead = true;
    if (t->fd >= 0)
        shutdown(t->fd, SHUT_RDWR);
    if (t->session != NULL) {
        if (t->shaking_hands)
            libssh2_session_handshake(t->session, t->fd);
        int tries = 100;
        while (libssh2_session_free(t->session) == LIBSSH2_ERROR_EAGAIN &&
               --tries > 0)
            ;
    }
    ssh_memory_release(&t->memory);
}

static void ssh_free(struct transport *t)
{
    if (t == NULL)
        return;
    ssh_login_free(t);
    free_session(t);
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
