/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. libssh2 1.10 has loops that end only when the server is
 * polite: it skips any number of lines before the banner, reads as long as
 * anything arrives, and after a refused SFTP it spins until the server closes
 * the channel. The receive callback ends them all: it counts.
 */
#include "controller/ssh/ssh_transport.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define SESSION_MEMORY_MAX ((size_t)8 * 1024 * 1024)
/* A few packets' worth: one flooding host gets no more of a loop turn. */
#define CALL_BUDGET ((size_t)256 * 1024)
/* Between two writes no libssh2 call reads an empty socket more than a few
 * times, unless it waits in a loop of its own. */
#define DRY_READS_MAX 64
/* RFC 4253 lets a server send text before its banner, and sets no end. */
#define BANNER_BYTES_MAX ((size_t)16 * 1024)
const char *ssh_banner(struct transport *t)
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

int ssh_session_open(struct transport *t)
{
    t->memory.max = SESSION_MEMORY_MAX;
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

/*
 * libssh2_session_free waits for the server to close each channel, and
 * forgets the half of a key exchange. With a socket that fails at once, the
 * interrupted handshake is made to clean up behind itself, and nothing waits.
 */
void ssh_session_free(struct transport *t)
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
