/* SPDX-License-Identifier: MIT */
/*
 * What a job needs of a connection, with nothing of sockets or SSH in it.
 *
 * controller/ssh/ssh.c is the real one (libssh2); tests have a scripted one.
 * All operations are non-blocking: each does what can be done now and returns
 *   IO_DONE   finished, the result is in the out-parameters;
 *   IO_AGAIN  call again with the same arguments once transport_wait's
 *             descriptor is ready; no other operation in between;
 *   IO_FAIL   `err->code` is an enum fault, `err->text` a line; the transport
 *             is good for nothing but `free` unless the operation says else.
 *
 * Order: connect, handshake, host_key, login, then any of exec/read/
 * close_channel and the sftp operations one at a time, disconnect, free.
 * `free` may be called at any time, ends everything at once and never
 * blocks.
 */
#ifndef CONTROLLER_TRANSPORT_H
#define CONTROLLER_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/err.h"
#include "inventory/target.h"

enum io { IO_DONE, IO_AGAIN, IO_FAIL };

#define TRANSPORT_READABLE 1
#define TRANSPORT_WRITABLE 2

/*
 * What an IO_AGAIN waits for; fd -1: nothing but the deadline, or with
 * `again_ms` for what other hosts do: it is asked again after that, and its
 * own time begins anew.
 */
struct transport_wait {
    int fd;
    int events; /* TRANSPORT_READABLE | TRANSPORT_WRITABLE */
    unsigned again_ms;
};

/* The host key as it came over the wire. Lives as long as the transport. */
struct host_key {
    const char *type; /* "ssh-ed25519" */
    const unsigned char *blob;
    size_t len;
};

struct transport;

struct found_file {
    bool exists;
    bool sized; /* the server says how long it is */
    uint64_t len;
};

struct transport_ops {
    /*
     * A transport for one connection. `context` is the implementation's own
     * (see ssh.h). `target` outlives it. NULL when memory is short.
     */
    struct transport *(*create)(void *context, const struct target *target);

    /* `address` does not count where the target has a jump host or command. */
    enum io (*connect)(struct transport *t, const struct sockaddr *address,
                       socklen_t len, struct err *err);
    /* Banner and key exchange. */
    enum io (*handshake)(struct transport *t, struct err *err);
    /* The server's banner, NULL until it arrived; unescaped, hostile. */
    const char *(*banner)(struct transport *t);
    /* Compares the key with what is known. Never IO_AGAIN. */
    enum io (*check_host_key)(struct transport *t, struct host_key *key,
                              struct err *err);
    enum io (*login)(struct transport *t, struct err *err);
    /*
     * Whether passwords may go to this host: its key was known before the
     * run, or the user said so.
     */
    bool (*trusts)(const struct transport *t);
    /* True once the login has sent a password, whatever came of it. */
    bool (*sent_password)(const struct transport *t);

    /* Opens a channel without PTY and standard input and starts `command`. */
    enum io (*exec)(struct transport *t, const char *command, struct err *err);
    /*
     * Starts `command` on a channel of its own, beside the one whose output is
     * read, if there is one. Nobody reads what it prints; it ends with the
     * connection. Also between two reads.
     */
    enum io (*exec_beside)(struct transport *t, const char *command,
                           struct err *err);
    /*
     * Appends what came on standard output and standard error. IO_DONE once
     * both have ended; IO_AGAIN after appending all there was. A buffer that
     * is full is a failure (BAD_RESULT); a broken connection is LOST.
     */
    enum io (*read)(struct transport *t, struct buf *out, struct buf *errors,
                    struct err *err);
    /* May also follow a read that said IO_AGAIN. */
    enum io (*close_channel)(struct transport *t, struct err *err);

    /* SFTP, in the login's start directory; `name` is a bare file name. */
    /*
     * Writes a new file and closes the handle; every write is answered, the
     * close by the next upload or exec, which fails where it did. Fault SFTP
     * when there is no SFTP at all, else UPLOAD.
     */
    enum io (*upload)(struct transport *t, const char *name, const void *data,
                      size_t len, struct err *err);
    /* IO_DONE with *found; only a lost connection is IO_FAIL. */
    enum io (*stat)(struct transport *t, const char *name,
                    struct found_file *found, struct err *err);
    /* IO_DONE with *removed (true when it was not there); as stat. */
    enum io (*unlink)(struct transport *t, const char *name, bool *removed,
                      struct err *err);

    enum io (*disconnect)(struct transport *t, struct err *err);
    void (*free)(struct transport *t);

    struct transport_wait (*wait)(struct transport *t);
    /*
     * True when it broke because the jump host that it goes through was lost,
     * which says nothing of the host itself. May be NULL.
     */
    bool (*way_lost)(struct transport *t);
};

#endif
