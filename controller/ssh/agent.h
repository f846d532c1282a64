/* SPDX-License-Identifier: MIT */
/*
 * A client of ssh-agent that never blocks.
 *
 * One connection serves one login. The two requests, agent_identities and
 * agent_sign, return IO_AGAIN until the answer is there, to be called again
 * with the same arguments when agent_wait's descriptor is ready. Answers are
 * bounded and checked; after IO_FAIL only agent_close is allowed.
 */
#ifndef CONTROLLER_AGENT_H
#define CONTROLLER_AGENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "controller/ssh/transport.h"

struct agent;

/* A key that the agent holds; lives as long as the agent. */
struct agent_identity {
    const unsigned char *blob;
    size_t len;
    char type[64];     /* "ssh-ed25519", cut when longer */
    char comment[128]; /* cut when longer; unescaped */
};

/* NULL when memory is short. Nothing is connected yet. */
struct agent *agent_open(const char *socket_path);
void agent_close(struct agent *agent);

/* Connects, asks for the keys and keeps them. */
enum io agent_identities(struct agent *agent, struct err *err);
size_t agent_count(const struct agent *agent);
const struct agent_identity *agent_identity(const struct agent *agent,
                                            size_t index);

/*
 * Has `data` signed; `rsa_hash` is SIGN_RSA_... of private_key.h, or 0.
 * *signature (the bare signature, without the name of its
 * algorithm) is good until the next call.
 */
enum io agent_sign(struct agent *agent, size_t index, const void *data,
                   size_t len, uint32_t rsa_hash,
                   const unsigned char **signature, size_t *signature_len,
                   struct err *err);

/* What the pending request waits for; fd -1 when none is pending. */
struct transport_wait agent_wait(const struct agent *agent);

#endif
