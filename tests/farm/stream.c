/* SPDX-License-Identifier: MIT */
#include "tests/farm/stream.h"

#include <libssh/server.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PIECE_MAX 32768u
#define ROUNDS_MAX 64 /* then other connections have their turn */

/* --- what libssh says ----------------------------------------------------- */

static int on_data(ssh_session session, ssh_channel handle, void *data,
                   uint32_t len, int is_stderr, void *context)
{
    (void)session;
    (void)handle;
    struct stream *stream = context;
    stream->noted = true;
    if (!is_stderr && stream->is_sftp)
        sftp_feed(&stream->sftp, data, len);
    return (int)len;
}

static void on_close(ssh_session session, ssh_channel handle, void *context)
{
    (void)session;
    (void)handle;
    struct stream *stream = context;
    stream->noted = true;
    stream->closed = true;
}

void stream_cut(ssh_session session)
{
    shutdown(ssh_get_fd(session), SHUT_RDWR);
}

static int on_exec(ssh_session session, ssh_channel handle, const char *command,
                   void *context)
{
    (void)handle;
    struct stream *stream = context;
    stream->noted = true;
    stream->target->counts.execs++;
    if (stream->target->script == SCRIPT_DROP_EXEC)
        stream_cut(session);
    if (stream->target->script == SCRIPT_EXEC_REFUSED || stream->is_sftp ||
        stream->is_playing || stream->command != NULL)
        return 1;
    stream->command = strdup(command);
    return stream->command != NULL ? 0 : 1;
}

static int on_subsystem(ssh_session session, ssh_channel handle,
                        const char *subsystem, void *context)
{
    (void)session;
    (void)handle;
    struct stream *stream = context;
    if (stream->target->script == SCRIPT_SFTP_REFUSED ||
        strcmp(subsystem, "sftp") != 0 || stream->is_sftp ||
        stream->command != NULL || stream->is_playing)
        return 1;
    stream->is_sftp = true;
    return 0;
}

struct stream *stream_new(ssh_session session, struct target *target)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return NULL;
    stream->target = target;
    sftp_init(&stream->sftp, target);
    stream->callbacks = (struct ssh_channel_callbacks_struct){
        .userdata = stream,
        .channel_data_function = on_data,
        .channel_close_function = on_close,
        .channel_exec_request_function = on_exec,
        .channel_subsystem_request_function = on_subsystem,
    };
    ssh_callbacks_init(&stream->callbacks);
    stream->handle = ssh_channel_new(session);
    if (stream->handle != NULL &&
        ssh_set_channel_callbacks(stream->handle, &stream->callbacks) == SSH_OK)
        return stream;
    stream_free(stream);
    return NULL;
}

void stream_free(struct stream *stream)
{
    sftp_release(&stream->sftp);
    if (stream->is_playing)
        play_release(&stream->play);
    free(stream->command);
    free(stream);
}

/* --- sending -------------------------------------------------------------- */

static bool socket_is_full(const struct stream *stream)
{
    ssh_session session = ssh_channel_get_session(stream->handle);
    return (ssh_get_poll_flags(session) & SSH_WRITE_PENDING) != 0;
}

/* What may be sent now: libssh would wait for the client to take more. */
static uint32_t room(const struct stream *stream)
{
    if (stream->closed || socket_is_full(stream))
        return 0;
    uint32_t window = ssh_channel_window_size(stream->handle);
    return window < PIECE_MAX ? window : PIECE_MAX;
}

static size_t send_some(struct stream *stream, const char *bytes, size_t len,
                        bool to_errors)
{
    uint32_t most = room(stream);
    uint32_t piece = len < most ? (uint32_t)len : most;
    if (piece == 0)
        return 0;
    int sent = to_errors
                   ? ssh_channel_write_stderr(stream->handle, bytes, piece)
                   : ssh_channel_write(stream->handle, bytes, piece);
    return sent > 0 ? (size_t)sent : 0;
}

/* True when all of it is out. */
static bool send_all(struct stream *stream, struct buf *buf, bool to_errors)
{
    size_t done = 0;
    size_t sent = 0;
    while (done < buf->len &&
           (sent = send_some(stream, buf->data + done, buf->len - done,
                             to_errors)) > 0)
        done += sent;
    buf_drop_front(buf, done);
    return buf->len == 0;
}

static enum stream_wish blocked(const struct stream *stream)
{
    return socket_is_full(stream) ? STREAM_GOES_ON : STREAM_RESTS;
}

static void end_stream(struct stream *stream, int status)
{
    if (stream->ended)
        return;
    stream->ended = true;
    if (stream->closed)
        return;
    if (stream->is_playing)
        ssh_channel_request_send_exit_status(stream->handle, status);
    ssh_channel_send_eof(stream->handle);
    ssh_channel_close(stream->handle);
}

/* --- SFTP ----------------------------------------------------------------- */

static enum stream_wish work_sftp(struct stream *stream)
{
    struct sftp *sftp = &stream->sftp;
    if (sftp->hangs_up)
        return STREAM_HANGS_UP;
    if (sftp->broken)
        end_stream(stream, 1);
    else if (!send_all(stream, &sftp->out, false))
        return blocked(stream);
    return STREAM_RESTS;
}

/* --- a command ------------------------------------------------------------ */

static void begin_command(struct stream *stream)
{
    play_init(&stream->play, stream->target, stream->command);
    stream->is_playing = true;
    free(stream->command);
    stream->command = NULL;
}

static enum stream_wish send_filler(struct stream *stream)
{
    struct play *play = &stream->play;
    char piece[PIECE_MAX];
    size_t filler_len = strlen(play->filler);
    size_t len = 0;
    while (len + filler_len <= sizeof piece) {
        memcpy(piece + len, play->filler, filler_len);
        len += filler_len;
    }
    if (len > play->filler_left)
        len = (size_t)play->filler_left;
    size_t sent = send_some(stream, piece, len, play->filler_to_errors);
    if (play->filler_left != UINT64_MAX)
        play->filler_left -= sent;
    return sent > 0 ? STREAM_GOES_ON : blocked(stream);
}

static enum stream_wish send_slowly(struct stream *stream, bool tick)
{
    struct play *play = &stream->play;
    if (play->slowly_after > 0) {
        size_t sent =
            send_some(stream, play->out.data, play->slowly_after, false);
        play->slowly_after -= sent;
        buf_drop_front(&play->out, sent);
    } else if (tick && play->out.len > 0) {
        buf_drop_front(&play->out, send_some(stream, play->out.data, 1, false));
    }
    return STREAM_TICKS;
}

static enum stream_wish work_command(struct stream *stream, bool tick)
{
    struct play *play = &stream->play;
    play_look(play, stream->target);
    if (!send_all(stream, &play->errors, true))
        return blocked(stream);
    if (play->slowly_after != SIZE_MAX && play->out.len > 0)
        return send_slowly(stream, tick);
    if (!send_all(stream, &play->out, false))
        return blocked(stream);
    if (play->filler_left > 0)
        return send_filler(stream);
    if (!send_all(stream, &play->tail, false))
        return blocked(stream);
    switch (play->end) {
    case PLAY_HANGS_UP:
        return socket_is_full(stream) ? STREAM_GOES_ON : STREAM_HANGS_UP;
    case PLAY_EXITS:
        end_stream(stream, play->status);
        break;
    case PLAY_HOLDS:
        break;
    }
    return STREAM_RESTS;
}

/* --- all streams of a connection ------------------------------------------ */

static enum stream_wish work_stream(struct stream *stream, bool tick)
{
    stream->noted = false;
    if (stream->ended || stream->closed) {
        end_stream(stream, 0);
        return STREAM_RESTS;
    }
    if (stream->command != NULL && stream->target->script == SCRIPT_DROP_START)
        return STREAM_HANGS_UP;
    if (stream->command != NULL)
        begin_command(stream);
    if (stream->is_sftp)
        return work_sftp(stream);
    return stream->is_playing ? work_command(stream, tick) : STREAM_RESTS;
}

static bool anything_noted(const struct stream *stream)
{
    while (stream != NULL && !stream->noted)
        stream = stream->next;
    return stream != NULL;
}

unsigned streams_work(struct stream *const *streams, bool tick)
{
    unsigned wishes = STREAM_RESTS;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        wishes = STREAM_RESTS;
        for (struct stream *stream = *streams; stream != NULL;
             stream = stream->next)
            wishes |= work_stream(stream, tick);
        tick = false;
        if ((wishes & STREAM_HANGS_UP) || !anything_noted(*streams))
            return wishes;
    }
    return wishes | STREAM_GOES_ON;
}
