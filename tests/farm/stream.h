/* SPDX-License-Identifier: MIT */
/*
 * One channel of an SSH session: a command or SFTP. libssh's callbacks only
 * note what came, since a write inside of one would poll, call back and so
 * write again; stream_work does the rest outside of them.
 */
#ifndef FARM_STREAM_H
#define FARM_STREAM_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <stdbool.h>

#include "tests/farm/play.h"
#include "tests/farm/sftp.h"

struct stream {
    struct stream *next;
    struct target *target;
    ssh_channel handle;
    struct ssh_channel_callbacks_struct callbacks;
    char *command; /* asked for, not yet begun */
    bool is_sftp;
    bool is_playing;
    bool noted;  /* something came that no work has seen */
    bool ended;  /* by us */
    bool closed; /* by the client */
    struct sftp sftp;
    struct play play;
};

enum stream_wish {
    STREAM_RESTS = 0,    /* until something comes */
    STREAM_GOES_ON = 1,  /* as soon as the socket takes more */
    STREAM_TICKS = 2,    /* in a second */
    STREAM_HANGS_UP = 4, /* the whole connection ends */
};

/* NULL when memory or libssh refuses. */
struct stream *stream_new(ssh_session session, struct target *target);

/* Only when the session is gone, or the client has closed the channel. */
void stream_free(struct stream *stream);

/* Ends the connection at once: libssh cannot answer what it calls back for. */
void stream_cut(ssh_session session);

/*
 * Does what is due on all streams of a connection, and what comes due while
 * it does: libssh reads whenever it writes. `tick`: a second has passed since
 * STREAM_TICKS. Gives the wishes of all of them together.
 */
unsigned streams_work(struct stream *const *streams, bool tick);

#endif
