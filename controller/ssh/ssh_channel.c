/* SPDX-License-Identifier: MIT */
/*
 * One command on one channel. The server's window is kept small: what a
 * hostile host may queue in us is one window a channel, and libssh2 enlarges
 * it again as it is read.
 */
#include "controller/ssh/ssh_transport.h"

#include <string.h>

#define CHANNEL_WINDOW (256u * 1024)
#define CHANNEL_PACKET (32u * 1024)
#define READ_CHUNK ((size_t)16 * 1024)
#define STANDARD_OUTPUT 0
#define STANDARD_ERROR SSH_EXTENDED_DATA_STDERR

static const char session_type[] = "session";

static enum io open_channel(struct transport *t, LIBSSH2_CHANNEL **channel,
                            struct err *err)
{
    *channel = libssh2_channel_open_ex(t->session, session_type,
                                       sizeof session_type - 1, CHANNEL_WINDOW,
                                       CHANNEL_PACKET, NULL, 0);
    if (*channel != NULL)
        return IO_DONE;
    if (libssh2_session_last_errno(t->session) == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    return ssh_fail(t, FAULT_EXEC, err, "no channel for a command");
}

static enum io start_on(struct transport *t, LIBSSH2_CHANNEL **channel,
                        const char *command, struct err *err)
{
    ssh_begin(t);
    if (*channel == NULL) {
        enum io io = open_channel(t, channel, err);
        if (io != IO_DONE)
            return io;
    }
    /* A file that is still open is none that Windows runs. */
    enum io io = ssh_finish_upload(t, FAULT_LOST, err);
    if (io != IO_DONE)
        return io;
    static const char request[] = "exec";
    int code =
        libssh2_channel_process_startup(*channel, request, sizeof request - 1,
                                        command, (unsigned)strlen(command));
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    if (ssh_is_broken(t, code))
        return ssh_fail(t, FAULT_LOST, err, "the connection was lost");
    if (code != 0)
        return ssh_fail(t, FAULT_EXEC, err, "the command was not accepted");
    return IO_DONE;
}

enum io ssh_exec(struct transport *t, const char *command, struct err *err)
{
    return start_on(t, &t->channel, command, err);
}

/*
 * A read may have stopped in the middle of sending a larger window, and only
 * another read would end that: this connection has another use then.
 */
enum io ssh_exec_beside(struct transport *t, const char *command,
                        struct err *err)
{
    if (!t->telling && (libssh2_session_block_directions(t->session) &
                        LIBSSH2_SESSION_BLOCK_OUTBOUND))
        return ssh_fail(t, FAULT_EXEC, err, "no second channel");
    t->telling = true;
    return start_on(t, &t->beside, command, err);
}

/* *got: bytes appended; 0 with IO_DONE: the stream has ended. */
static enum io drain(struct transport *t, int stream, struct buf *into,
                     size_t *got, struct err *err)
{
    char chunk[READ_CHUNK];
    t->dry_reads = 0;
    ssize_t len =
        libssh2_channel_read_ex(t->channel, stream, chunk, sizeof chunk);
    *got = len > 0 ? (size_t)len : 0;
    if (len == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    if (len < 0)
        return ssh_fail(t, FAULT_LOST, err, "the connection was lost");
    if (buf_add(into, chunk, (size_t)len) != 0) {
        err_set(err, FAULT_BAD_RESULT, "%s: the output is over %zu bytes long",
                t->label, into->max);
        return IO_FAIL;
    }
    return IO_DONE;
}

/*
 * Each read takes in what the socket has, for either stream: what came
 * between the two is the first one's, and no descriptor tells of it again. So
 * it is over only when both were read and nothing came.
 *
 * The budget of ssh_begin ends this loop: once it is used up, libssh2 gets
 * no more bytes and says EAGAIN, and the poll reports the rest at once.
 */
enum io ssh_read(struct transport *t, struct buf *out, struct buf *errors,
                 struct err *err)
{
    ssh_begin(t);
    size_t from_out;
    size_t from_errors;
    size_t budget;
    t->hold_end = true;
    do {
        budget = t->budget;
        if (drain(t, STANDARD_OUTPUT, out, &from_out, err) == IO_FAIL ||
            drain(t, STANDARD_ERROR, errors, &from_errors, err) == IO_FAIL)
            return IO_FAIL;
    } while (from_out + from_errors > 0 || t->budget != budget);
    t->hold_end = false;
    if (libssh2_channel_eof(t->channel) == 1)
        return IO_DONE;
    if (t->broken)
        return ssh_fail(t, FAULT_LOST, err, "the connection was lost");
    return IO_AGAIN;
}

/*
 * A read may have stopped in the middle of sending a larger window; libssh2
 * takes nothing else before the rest of that. True when it is out.
 */
static bool finish_sending(struct transport *t)
{
    char ignored[READ_CHUNK];
    if (libssh2_session_block_directions(t->session) &
        LIBSSH2_SESSION_BLOCK_OUTBOUND)
        libssh2_channel_read(t->channel, ignored, sizeof ignored);
    return t->broken || !(libssh2_session_block_directions(t->session) &
                          LIBSSH2_SESSION_BLOCK_OUTBOUND);
}

enum io ssh_close_channel(struct transport *t, struct err *err)
{
    if (t->channel == NULL)
        return IO_DONE;
    ssh_begin(t);
    if (!t->closing && !finish_sending(t))
        return IO_AGAIN;
    t->closing = true;
    /* Sends EOF and CLOSE and waits for the server's CLOSE. */
    int code = libssh2_channel_free(t->channel);
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    t->channel = NULL;
    t->closing = false;
    if (code != 0 || t->broken)
        return ssh_fail(t, FAULT_LOST, err, "the connection was lost");
    return IO_DONE;
}
