/* SPDX-License-Identifier: MIT */
/*
 * What the ssh*.c files share: one connection and how it meets libssh2.
 * Nobody else includes this.
 *
 * Invariants: `session` exists from ssh_connect's success on. libssh2 reads
 * and writes the socket only through the callbacks in ssh_session.c, which see
 * a broken connection first (`broken`), limit what one call may swallow, and
 * refuse everything once `dead`, so that libssh2_session_free cannot wait.
 */
#ifndef CONTROLLER_SSH_TRANSPORT_H
#define CONTROLLER_SSH_TRANSPORT_H

#include <libssh2.h>
#include <libssh2_sftp.h>

#include "controller/ssh/agent.h"
#include "controller/result/fault.h"
#include "controller/ssh/ssh.h"
#include "controller/ssh/ssh_memory.h"

struct ssh_login;

#define SSH_FILE_NAME_SIZE 96

enum ssh_upload_step {
    UPLOAD_OPEN,
    UPLOAD_FINISH, /* the file before this one */
    UPLOAD_WRITE,
    UPLOAD_CLOSE,
};

struct transport {
    struct ssh_context *context;
    const struct target *target;
    struct ssh_memory memory;
    LIBSSH2_SESSION *session;
    char label[300]; /* "10.0.3.17 port 22" */

    int fd;
    struct way *way;               /* through a jump host: `fd` is its end */
    struct proxy_command *command; /* the same, of a program */
    bool connecting;
    bool shaking_hands;
    bool broken; /* the socket said end or error */
    bool dead;   /* free has begun: the socket is not touched any more */
    bool stuck;  /* libssh2 waited in a loop of its own: that was ended */
    int broken_errno;
    bool hold_end;       /* tell libssh2 of no end while a channel is read */
    size_t budget;       /* bytes that this call may still receive */
    unsigned dry_reads;  /* reads of one libssh2 call without data */
    size_t banner_bytes; /* received before the key exchange */
    char goodbye[160];   /* the text of the server's DISCONNECT */

    struct host_key key;
    char key_type[64];
    bool key_was_known; /* before this run */
    bool host_key_good; /* nothing of a login goes out before */

    struct ssh_login *login; /* while logging in */
    bool password_sent;      /* or may have been */

    LIBSSH2_CHANNEL *channel;
    LIBSSH2_CHANNEL *beside; /* a command that nobody listens to */
    bool telling;            /* `beside` was begun */
    bool closing;

    LIBSSH2_CHANNEL *kept_channel; /* a closed one, for others' sake */
    bool giving_up;                /* an open: the socket is to fail once */

    LIBSSH2_SFTP *sftp;
    LIBSSH2_SFTP_HANDLE *file;
    LIBSSH2_SFTP_HANDLE *closing_file; /* asked for, the answer not yet read */
    char closing_name[SSH_FILE_NAME_SIZE];
    enum ssh_upload_step upload_step;
    size_t uploaded;
};

/*
 * A libssh2 session with the callbacks through which it meets socket and
 * memory. -1: memory is short.
 */
int ssh_session_open(struct transport *t);
/* Ends it at once, in whatever state it is; never waits. */
void ssh_session_free(struct transport *t);
const char *ssh_banner(struct transport *t);

/* Before each libssh2 call: a new budget. */
void ssh_begin(struct transport *t);

/* libssh2's last error, or what the socket or the server said at its end. */
const char *ssh_reason(struct transport *t);

/* True for a code after which nothing more can come. */
bool ssh_is_broken(const struct transport *t, int code);

/* IO_FAIL, with "<label>: <what>: <reason>" and the fault. */
enum io ssh_fail(struct transport *t, enum fault fault, struct err *err,
                 const char *what);

/* The parts that have files of their own; contracts in transport.h. */
void ssh_prefer_known_types(struct transport *t);
enum io ssh_check_host_key(struct transport *t, struct host_key *key,
                           struct err *err);
enum io ssh_log_in(struct transport *t, struct err *err);
bool ssh_trusts(const struct transport *t);
/* Wipes and frees what a login needed. */
void ssh_login_free(struct transport *t);
/* What the login waits for, when that is not the session's socket. */
bool ssh_login_wait(struct transport *t, struct transport_wait *wait);
enum io ssh_exec(struct transport *t, const char *command, struct err *err);
enum io ssh_exec_beside(struct transport *t, const char *command,
                        struct err *err);
enum io ssh_read(struct transport *t, struct buf *out, struct buf *errors,
                 struct err *err);
enum io ssh_close_channel(struct transport *t, struct err *err);
/*
 * Reads the answer to the close of the last uploaded file, when that is still
 * due. `lost`: the fault where the connection is gone.
 */
enum io ssh_finish_upload(struct transport *t, enum fault lost,
                          struct err *err);
enum io ssh_upload(struct transport *t, const char *name, const void *data,
                   size_t len, struct err *err);
enum io ssh_stat(struct transport *t, const char *name,
                 struct found_file *found, struct err *err);
enum io ssh_unlink(struct transport *t, const char *name, bool *removed,
                   struct err *err);

#endif
