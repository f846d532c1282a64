/* SPDX-License-Identifier: MIT */
/*
 * Connections through this one: direct-tcpip channels. The window is small
 * for the reason that ssh_channel.c has, and the session's memory grows with
 * each channel by what that lets the server queue.
 *
 * libssh2 opens one channel at a time and has no call to give one up. An
 * error of the socket does it: libssh2 then forgets the channel and nothing
 * else, and drops what the server still says of it.
 *
 * It has no call either that only receives, but reading a stream that nobody
 * writes to does that. So that there is a channel for it when none is open,
 * one that is closed is kept; one with a wide window, for a read would enlarge
 * a small one, and the server has given the channel's number to another.
 */
#include "controller/ssh/ssh_transport.h"

#include <arpa/inet.h>
#include <string.h>

#define TUNNEL_WINDOW (128u * 1024)
#define TUNNEL_PACKET (32u * 1024)
/* The window, twice while it is enlarged, and libssh2's own. */
#define TUNNEL_MEMORY ((size_t)288 * 1024)
#define HOST_MAX 255

/* A tunnel is libssh2's channel itself, which goes with the session. */
static LIBSSH2_CHANNEL *channel_of(struct tunnel *tunnel)
{
    return (LIBSSH2_CHANNEL *)(void *)tunnel;
}

/* What an open says beyond its type, RFC 4254, 7.2. */
struct open_message {
    char bytes[HOST_MAX + 32];
    size_t len;
};

static void put_number(struct open_message *message, uint32_t number)
{
    uint32_t in_net_order = htonl(number);
    memcpy(message->bytes + message->len, &in_net_order, sizeof in_net_order);
    message->len += sizeof in_net_order;
}

static void put_text(struct open_message *message, const char *text)
{
    size_t len = strlen(text);
    put_number(message, (uint32_t)len);
    memcpy(message->bytes + message->len, text, len);
    message->len += len;
}

/* Where it comes from is of no meaning here, and may not be left out. */
static void make_message(struct open_message *message, const char *host,
                         uint16_t port)
{
    message->len = 0;
    put_text(message, host);
    put_number(message, port);
    put_text(message, "127.0.0.1");
    put_number(message, 0);
}

static LIBSSH2_CHANNEL *call_open(struct transport *t, const char *host,
                                  uint16_t port)
{
    static const char type[] = "direct-tcpip";
    struct open_message message;
    make_message(&message, host, port);
    ssh_begin(t);
    return libssh2_channel_open_ex(t->session, type, sizeof type - 1,
                                   TUNNEL_WINDOW, TUNNEL_PACKET, message.bytes,
                                   (unsigned)message.len);
}

static struct tunnel *tunnel_of(struct transport *t, LIBSSH2_CHANNEL *channel)
{
    if (channel == NULL)
        return NULL;
    t->memory.max += TUNNEL_MEMORY;
    /* It has none by right, and nobody would ever read it. */
    libssh2_channel_handle_extended_data2(channel,
                                          LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE);
    return (struct tunnel *)(void *)channel;
}

/* libssh2 keeps of the server's answer no more than this. */
static unsigned reason_code(const char *text)
{
    static const char *const reasons[] = {
        "administratively prohibited", "connect failed", "unknown channel type",
        "resource shortage"};
    for (unsigned i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strstr(text, reasons[i]) != NULL)
            return i + 1;
    return 0;
}

static enum io refused(const char *host, uint16_t port, const char *text,
                       struct err *err)
{
    static const char *const said[] = {
        "it refused for a reason of its own",
        "it does not permit that (administratively prohibited, reason 1)",
        "it could not connect there (connect failed, reason 2)",
        "it does not know such channels (reason 3)",
        "it is short of resources (reason 4)"};
    err_set(err, FAULT_REFUSED, "%.255s port %u: %s", host, (unsigned)port,
            said[reason_code(text)]);
    return IO_FAIL;
}

static enum io lost(struct transport *t, struct err *err)
{
    return ssh_fail(t, FAULT_LOST, err, "the connection was lost");
}

static enum io forward_open(struct transport *t, const char *host,
                            uint16_t port, struct tunnel **tunnel,
                            struct err *err)
{
    if (strlen(host) > HOST_MAX)
        return refused(host, port, "", err);
    LIBSSH2_CHANNEL *channel = call_open(t, host, port);
    if (channel != NULL) {
        *tunnel = tunnel_of(t, channel);
        return IO_DONE;
    }
    char *text = NULL;
    int code = libssh2_session_last_error(t->session, &text, NULL, 0);
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    if (code == LIBSSH2_ERROR_CHANNEL_FAILURE)
        return refused(host, port, text, err);
    if (t->broken || code != LIBSSH2_ERROR_TIMEOUT)
        return lost(t, err);
    err_set(err, FAULT_TCP_TIMEOUT, "%.255s port %u: it gave no answer", host,
            (unsigned)port);
    return IO_FAIL;
}

static struct tunnel *forward_give_up(struct transport *t, const char *host,
                                      uint16_t port)
{
    t->giving_up = true;
    LIBSSH2_CHANNEL *channel = call_open(t, host, port);
    t->giving_up = false;
    return tunnel_of(t, channel);
}

static enum io forward_receive(struct transport *t, struct tunnel *any,
                               struct err *err)
{
    char none[1];
    LIBSSH2_CHANNEL *channel = any != NULL ? channel_of(any) : t->kept_channel;
    if (channel == NULL)
        return IO_DONE;
    ssh_begin(t);
    ssize_t len = libssh2_channel_read_ex(channel, SSH_EXTENDED_DATA_STDERR,
                                          none, sizeof none);
    if (t->broken ||
        (len < 0 && len != LIBSSH2_ERROR_EAGAIN && ssh_is_broken(t, (int)len)))
        return lost(t, err);
    return IO_AGAIN;
}

static enum tunnel_holds forward_holds(struct transport *t,
                                       struct tunnel *tunnel)
{
    unsigned long bytes = 0;
    (void)t;
    libssh2_channel_window_read_ex(channel_of(tunnel), &bytes, NULL);
    if (bytes > 0)
        return TUNNEL_BYTES;
    return libssh2_channel_eof(channel_of(tunnel)) == 1 ? TUNNEL_END
                                                        : TUNNEL_NOTHING;
}

/* A code of this channel alone, or the end of them all. */
static enum io failed(struct transport *t, int code, struct err *err)
{
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    if (code != LIBSSH2_ERROR_CHANNEL_CLOSED &&
        code != LIBSSH2_ERROR_CHANNEL_EOF_SENT)
        return lost(t, err);
    err_set(err, FAULT_REFUSED, "%s: it closed the connection", t->label);
    return IO_FAIL;
}

static enum io forward_read(struct transport *t, struct tunnel *tunnel,
                            void *bytes, size_t size, size_t *got,
                            struct err *err)
{
    ssh_begin(t);
    ssize_t len = libssh2_channel_read_ex(channel_of(tunnel), 0, bytes, size);
    if (len < 0)
        return failed(t, (int)len, err);
    *got = (size_t)len;
    return IO_DONE;
}

static bool forward_takes(struct transport *t, struct tunnel *tunnel)
{
    (void)t;
    return libssh2_channel_window_write_ex(channel_of(tunnel), NULL) > 0;
}

static enum io forward_write(struct transport *t, struct tunnel *tunnel,
                             const void *bytes, size_t len, size_t *sent,
                             struct err *err)
{
    ssh_begin(t);
    ssize_t written =
        libssh2_channel_write_ex(channel_of(tunnel), 0, bytes, len);
    if (written < 0)
        return failed(t, (int)written, err);
    *sent = (size_t)written;
    return written > 0 ? IO_DONE : IO_AGAIN;
}

static enum io forward_end(struct transport *t, struct tunnel *tunnel,
                           struct err *err)
{
    ssh_begin(t);
    int code = libssh2_channel_send_eof(channel_of(tunnel));
    return code == 0 ? IO_DONE : failed(t, code, err);
}

static bool has_wide_window(LIBSSH2_CHANNEL *channel)
{
    return libssh2_channel_window_read_ex(channel, NULL, NULL) >
           TUNNEL_WINDOW / 4 * 3 + 1;
}

static enum io forward_close(struct transport *t, struct tunnel *tunnel,
                             struct err *err)
{
    ssh_begin(t);
    /* Sends EOF and CLOSE and waits for the server's CLOSE. */
    int code = libssh2_channel_close(channel_of(tunnel));
    if (code != 0 && failed(t, code, err) == IO_AGAIN)
        return IO_AGAIN;
    if (t->broken)
        return lost(t, err);
    if (t->kept_channel == NULL && has_wide_window(channel_of(tunnel)))
        t->kept_channel = channel_of(tunnel);
    else
        libssh2_channel_free(channel_of(tunnel));
    t->memory.max -= TUNNEL_MEMORY;
    return IO_DONE;
}

static bool forward_sending(struct transport *t)
{
    return (libssh2_session_block_directions(t->session) &
            LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0;
}

const struct tunnel_ops ssh_tunnels = {
    .open = forward_open,
    .give_up = forward_give_up,
    .receive = forward_receive,
    .holds = forward_holds,
    .read = forward_read,
    .takes = forward_takes,
    .write = forward_write,
    .end = forward_end,
    .close = forward_close,
    .sending = forward_sending,
};
