/* SPDX-License-Identifier: MIT */
/*
 * The real transport: libssh2, of which ssh.c is the only owner.
 *
 * Theory: every operation sets the session non-blocking, makes one libssh2
 * call until it stops saying EAGAIN, and reports the directions that libssh2
 * waits for. The agent is asked over its own socket by a client of ours, so
 * that nothing blocks the loop.
 */
#ifndef CONTROLLER_SSH_H
#define CONTROLLER_SSH_H

#include <stdbool.h>

#include "controller/host_keys/known_hosts.h"
#include "controller/jump/proxy_command.h"
#include "controller/ssh/ssh_trials.h"
#include "controller/ssh/transport.h"
#include "controller/jump/tunnel.h"
#include "controller/jump/way.h"

/* Shared by all connections of a run; outlives them. */
struct ssh_context {
    struct known_hosts *known_hosts;
    enum host_key_policy host_keys; /* DEFAULT: each target's own, or strict */
    bool trusting; /* VERB_TRUST: any key is fine, none added */
    bool password_to_new_hosts;
    const char *agent_socket; /* $SSH_AUTH_SOCK, or NULL */
    const char *default_user;
    const char *private_key; /* --private-key, or NULL */
    /*
     * The password for a target, or NULL when it has none; asked for only
     * once keys are used up. Owned by the callee, good until the next call.
     */
    const char *(*password)(void *context, const struct target *target,
                            struct err *err);
    void *password_context;
    struct trials *trials; /* of shared passwords; NULL: each is sent */
    struct ways *ways; /* through jump hosts; NULL where no target has one */
    struct proxy_commands *commands; /* NULL where no target has one */
    const struct log *log;
};

/* Once per process, before and after all else. 0 or -1. */
int ssh_global_init(struct err *err);
void ssh_global_exit(void);

/* transport_ops whose `context` is a struct ssh_context. */
extern const struct transport_ops ssh_transport;
/* What its transports can carry once they are logged in. */
extern const struct tunnel_ops ssh_tunnels;

#endif
