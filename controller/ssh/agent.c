/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. A request is put into `request`, sent as far as the
 * socket takes it, then the answer is read into `answer` until its length
 * word is satisfied. `stage` says which of that is under way, so calling
 * again continues. An agent whose queue of connections is full makes
 * connect() on its socket say EAGAIN, and there is nothing to poll for then:
 * a timer wakes the next try.
 */
#include "controller/ssh/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "controller/ssh/wire.h"

#define MESSAGE_MAX ((size_t)256 * 1024) /* OpenSSH's own limit */
#define IDENTITIES_MAX 256u
#define CONNECT_TRIES 150u
#define CONNECT_PAUSE_NS (20L * 1000 * 1000)

enum message {
    REQUEST_IDENTITIES = 11,
    IDENTITIES_ANSWER = 12,
    SIGN_REQUEST = 13,
    SIGN_RESPONSE = 14,
};

enum stage { IDLE, CONNECTING, SENDING, RECEIVING };

struct agent {
    char *path;
    int fd;
    int timer;
    unsigned tries;
    enum stage stage;
    struct buf request;
    size_t sent;
    struct buf answer;
    struct buf keys; /* the identities' answer, which they point into */
    struct agent_identity *identities;
    size_t count;
};

struct agent *agent_open(const char *socket_path)
{
    struct agent *agent = calloc(1, sizeof *agent);
    if (agent == NULL)
        return NULL;
    agent->fd = -1;
    agent->timer = -1;
    buf_init(&agent->request, MESSAGE_MAX + 4);
    buf_init(&agent->answer, MESSAGE_MAX + 4);
    buf_init(&agent->keys, MESSAGE_MAX + 4);
    agent->path = strdup(socket_path);
    if (agent->path != NULL)
        return agent;
    agent_close(agent);
    return NULL;
}

void agent_close(struct agent *agent)
{
    if (agent == NULL)
        return;
    if (agent->fd >= 0)
        close(agent->fd);
    if (agent->timer >= 0)
        close(agent->timer);
    buf_release(&agent->request);
    buf_release(&agent->answer);
    buf_release(&agent->keys);
    free(agent->identities);
    free(agent->path);
    free(agent);
}

static enum io failed(const struct agent *agent, const char *why,
                      struct err *err)
{
    err_set(err, 0, "ssh-agent (%s): %s", agent->path, why);
    return IO_FAIL;
}

static enum io pause_before_retry(struct agent *agent, struct err *err)
{
    if (++agent->tries > CONNECT_TRIES)
        return failed(agent, "does not accept connections", err);
    if (agent->timer < 0)
        agent->timer =
            timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct itimerspec pause = {.it_value.tv_nsec = CONNECT_PAUSE_NS};
    if (agent->timer < 0 || timerfd_settime(agent->timer, 0, &pause, NULL))
        return failed(agent, strerror(errno), err);
    return IO_AGAIN;
}

static enum io connect_agent(struct agent *agent, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(agent->path);
    if (len >= sizeof address.sun_path)
        return failed(agent, "the path is too long for a socket", err);
    memcpy(address.sun_path, agent->path, len);
    if (agent->fd < 0)
        agent->fd =
            socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (agent->fd < 0)
        return failed(agent, strerror(errno), err);
    if (connect(agent->fd, (const struct sockaddr *)&address, sizeof address) ==
        0)
        return IO_DONE;
    if (errno == EAGAIN)
        return pause_before_retry(agent, err);
    return failed(agent, strerror(errno), err);
}

static enum io send_request(struct agent *agent, struct err *err)
{
    while (agent->sent < agent->request.len) {
        ssize_t len = send(agent->fd, agent->request.data + agent->sent,
                           agent->request.len - agent->sent, MSG_NOSIGNAL);
        if (len >= 0)
            agent->sent += (size_t)len;
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return IO_AGAIN;
        else if (errno != EINTR)
            return failed(agent, strerror(errno), err);
    }
    return IO_DONE;
}

/* How many bytes are missing; 0: the answer is whole. */
static size_t missing(const struct agent *agent)
{
    struct wire wire = {(const unsigned char *)agent->answer.data,
                        agent->answer.len, false};
    if (agent->answer.len < 4)
        return 4 - agent->answer.len;
    size_t len = 4 + (size_t)wire_number(&wire);
    return len > agent->answer.len ? len - agent->answer.len : 0;
}

static enum io receive_answer(struct agent *agent, struct err *err)
{
    for (size_t len; (len = missing(agent)) > 0;) {
        char *room = buf_room(&agent->answer, len);
        if (room == NULL)
            return failed(agent, "the answer is too long", err);
        ssize_t got = recv(agent->fd, room, len, 0);
        if (got > 0)
            buf_added(&agent->answer, (size_t)got);
        else if (got == 0)
            return failed(agent, "it closed the connection", err);
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return IO_AGAIN;
        else if (errno != EINTR)
            return failed(agent, strerror(errno), err);
    }
    return IO_DONE;
}

static enum io advance(struct agent *agent, struct err *err)
{
    while (agent->stage != IDLE) {
        enum io io = agent->stage == CONNECTING ? connect_agent(agent, err)
                     : agent->stage == SENDING  ? send_request(agent, err)
                                                : receive_answer(agent, err);
        if (io != IO_DONE)
            return io;
        agent->stage = agent->stage == RECEIVING ? IDLE : agent->stage + 1;
    }
    return IO_DONE;
}

/* Puts the length word, which counts what follows it, before `body`. */
static enum io ask(struct agent *agent, const struct buf *body, struct err *err)
{
    buf_reset(&agent->request);
    buf_reset(&agent->answer);
    agent->sent = 0;
    if (body->failed ||
        wire_add_string(&agent->request, body->data, body->len) != 0)
        return failed(agent, "the request is too long", err);
    agent->stage = agent->fd < 0 ? CONNECTING : SENDING;
    return IO_DONE;
}

/* The answer's content; `failed` is set unless it is of that type. */
static struct wire open_answer(struct buf *answer, enum message type)
{
    struct wire wire = {(const unsigned char *)answer->data, answer->len,
                        false};
    wire_number(&wire);
    if (wire_byte(&wire) != type)
        wire.failed = true;
    return wire;
}

static enum io keep_identities(struct agent *agent, struct err *err)
{
    struct buf swapped = agent->keys;
    agent->keys = agent->answer;
    agent->answer = swapped;
    struct wire wire = open_answer(&agent->keys, IDENTITIES_ANSWER);
    uint32_t count = wire_number(&wire);
    if (wire.failed)
        return failed(agent, "it refuses to list its keys", err);
    if (count > IDENTITIES_MAX)
        count = IDENTITIES_MAX;
    agent->identities = calloc(count + 1, sizeof *agent->identities);
    if (agent->identities == NULL)
        return failed(agent, "out of memory", err);
    for (uint32_t i = 0; i < count; i++) {
        struct wire_string blob = wire_string(&wire);
        struct wire_string comment = wire_string(&wire);
        struct wire inside = {blob.bytes, blob.len, false};
        struct wire_string type = wire_string(&inside);
        if (wire.failed || inside.failed)
            return failed(agent, "its list of keys is broken", err);
        struct agent_identity *identity = &agent->identities[agent->count++];
        identity->blob = blob.bytes;
        identity->len = blob.len;
        wire_text(type, identity->type, sizeof identity->type);
        wire_text(comment, identity->comment, sizeof identity->comment);
    }
    return IO_DONE;
}

enum io agent_identities(struct agent *agent, struct err *err)
{
    if (agent->stage == IDLE) {
        char message[1] = {REQUEST_IDENTITIES};
        struct buf body = {.data = message, .len = 1};
        if (ask(agent, &body, err) != IO_DONE)
            return IO_FAIL;
    }
    enum io io = advance(agent, err);
    return io == IO_DONE ? keep_identities(agent, err) : io;
}

size_t agent_count(const struct agent *agent)
{
    return agent->count;
}

const struct agent_identity *agent_identity(const struct agent *agent,
                                            size_t index)
{
    return &agent->identities[index];
}

static enum io ask_to_sign(struct agent *agent,
                           const struct agent_identity *identity,
                           const void *data, size_t len, uint32_t rsa_hash,
                           struct err *err)
{
    struct buf body;
    buf_init(&body, MESSAGE_MAX);
    buf_add_char(&body, SIGN_REQUEST);
    wire_add_string(&body, identity->blob, identity->len);
    wire_add_string(&body, data, len);
    wire_add_number(&body, rsa_hash);
    enum io io = ask(agent, &body, err);
    buf_release(&body);
    return io;
}

enum io agent_sign(struct agent *agent, size_t index, const void *data,
                   size_t len, uint32_t rsa_hash,
                   const unsigned char **signature, size_t *signature_len,
                   struct err *err)
{
    if (agent->stage == IDLE &&
        ask_to_sign(agent, &agent->identities[index], data, len, rsa_hash,
                    err) != IO_DONE)
        return IO_FAIL;
    enum io io = advance(agent, err);
    if (io != IO_DONE)
        return io;
    struct wire wire = open_answer(&agent->answer, SIGN_RESPONSE);
    struct wire_string whole = wire_string(&wire);
    struct wire inside = {whole.bytes, whole.len, wire.failed};
    wire_string(&inside);
    struct wire_string bare = wire_string(&inside);
    if (inside.failed)
        return failed(agent, "it refuses to sign", err);
    *signature = bare.bytes;
    *signature_len = bare.len;
    return IO_DONE;
}

struct transport_wait agent_wait(const struct agent *agent)
{
    if (agent->stage == IDLE)
        return (struct transport_wait){.fd = -1};
    if (agent->stage == CONNECTING)
        return (struct transport_wait){.fd = agent->timer,
                                       .events = TRANSPORT_READABLE};
    return (struct transport_wait){.fd = agent->fd,
                                   .events = agent->stage == SENDING
                                                 ? TRANSPORT_WRITABLE
                                                 : TRANSPORT_READABLE};
}
