/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. The pair of sockets is the message, too: one byte from
 * the link says that the way is open, its end that it is not.
 */
#include "controller/jump/way.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inventory/jump.h"

/* A link after one that failed waits 0.5, 1, 2, 4, 8, 10, 10... s. */
#define FIRST_PAUSE_MS 500
#define PAUSE_MAX_MS 10000
/* What each pause may be longer by, so that not all come back at once. */
#define JITTER_MS 255

struct way {
    struct gate *gate;
    const struct target *target;
    uint16_t port;
    int outer; /* the end of who goes; -1: let go */
    int inner; /* the link's; -1: let go */
    bool waiting;
    enum way_end_kind kind;
    struct err err; /* why it ended; code 0: it did not */
    struct way *next;
};

struct gate {
    const struct target *jump;
    struct way *first; /* of those that wait */
    struct way *last;
    int bell;
    size_t expected; /* hosts */
    size_t links;
    size_t stuck;                    /* of them */
    struct sockaddr_storage address; /* where it is reached */
    bool was_up;
    unsigned failures; /* in a row */
    uint64_t due_ms;
    uint64_t rest_until_ms;
    bool refused; /* for the whole run */
    struct err refusal;
    struct gate *next;
};

struct ways {
    struct gate *gates;
};

struct ways *ways_new(void)
{
    return calloc(1, sizeof(struct ways));
}

void ways_free(struct ways *ways)
{
    while (ways != NULL && ways->gates != NULL) {
        struct gate *gate = ways->gates;
        ways->gates = gate->next;
        close(gate->bell);
        free(gate);
    }
    free(ways);
}

/* --- gates ---------------------------------------------------------------- */

static struct gate *gate_find(const struct ways *ways,
                              const struct target *jump)
{
    struct gate *gate = ways->gates;
    while (gate != NULL && !jump_same(gate->jump, jump))
        gate = gate->next;
    return gate;
}

static struct gate *gate_get(struct ways *ways, const struct target *jump)
{
    struct gate *gate = gate_find(ways, jump);
    if (gate != NULL || (gate = calloc(1, sizeof *gate)) == NULL)
        return gate;
    gate->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (gate->bell < 0) {
        free(gate);
        return NULL;
    }
    gate->jump = jump;
    gate->next = ways->gates;
    ways->gates = gate;
    return gate;
}

const struct target *gate_jump(const struct gate *gate)
{
    return gate->jump;
}

size_t gate_links(const struct gate *gate)
{
    return gate->links;
}

int gate_bell(const struct gate *gate)
{
    return gate->bell;
}

static void ring(const struct gate *gate)
{
    static const uint64_t one = 1;
    ssize_t written = write(gate->bell, &one, sizeof one);
    (void)written; /* full: it rings already */
}

void gate_bell_heard(struct gate *gate)
{
    uint64_t times;
    ssize_t got = read(gate->bell, &times, sizeof times);
    (void)got; /* another link heard it before */
}

void ways_expect(struct ways *ways, const struct target *target)
{
    for (const struct target *hop = target->jump; hop; hop = hop->jump) {
        struct gate *gate = gate_get(ways, hop);
        if (gate != NULL) /* without memory for one, the way will say so */
            gate->expected++;
    }
}

void ways_done_with(struct ways *ways, const struct target *target)
{
    for (const struct target *hop = target->jump; hop; hop = hop->jump) {
        struct gate *gate = gate_find(ways, hop);
        if (gate != NULL && gate->expected > 0 && --gate->expected == 0)
            ring(gate);
    }
}

bool gate_is_wanted(const struct gate *gate)
{
    return gate->expected > 0 || gate->first != NULL;
}

void gate_link_made(struct gate *gate)
{
    gate->links++;
}

void gate_link_stuck(struct gate *gate, bool stuck)
{
    gate->stuck += stuck ? 1 : (size_t)-1;
}

void gate_link_ended(struct gate *gate, bool stuck)
{
    gate->links--;
    gate->stuck -= stuck;
}

uint64_t gate_due(const struct gate *gate)
{
    return gate->due_ms;
}

void gate_name(const struct gate *gate, struct err *err)
{
    char name[300];
    snprintf(name, sizeof name, "jump host %s", gate->jump->name);
    err_prefix(err, name);
}

void gate_reached_at(struct gate *gate, const struct sockaddr_storage *address)
{
    gate->address = *address;
}

void gate_well(struct gate *gate)
{
    gate->failures = 0;
    gate->was_up = true;
}

static uint64_t pause_ms(unsigned failures)
{
    unsigned char jitter = 0;
    uint64_t ms = (uint64_t)FIRST_PAUSE_MS << (failures < 8 ? failures - 1 : 7);
    if (getrandom(&jitter, sizeof jitter, GRND_NONBLOCK) < 0)
        jitter = JITTER_MS / 2;
    return (ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS) + jitter;
}

static void fail_waiting(struct gate *gate)
{
    for (struct way *way; (way = gate_take(gate)) != NULL;)
        way_end(way, &gate->refusal, WAY_NO_LINK);
}

void gate_failed(struct gate *gate, const struct err *why, uint64_t now_ms)
{
    gate->failures++;
    gate->due_ms = now_ms + pause_ms(gate->failures);
    gate->was_up |= why->code == FAULT_LOST; /* it was logged in */
    if (gate->links > 1)
        return;
    gate->refusal = *why;
    /* Who let a link in once may refuse the next: that is not asked again. */
    gate->refused = !fault_transient((enum fault)why->code) &&
                    !(gate->was_up && why->code == FAULT_LOST);
    if (gate->failures >= GATE_TRIES_MAX)
        gate->rest_until_ms = now_ms + GATE_REST_MS;
    if (!gate->was_up || gate->refused || gate->failures >= GATE_TRIES_MAX)
        fail_waiting(gate);
}

struct gate *ways_wanting(struct ways *ways, uint64_t now_ms)
{
    for (struct gate *gate = ways->gates; gate != NULL; gate = gate->next) {
        if (gate->links == 0 && now_ms < gate->rest_until_ms)
            fail_waiting(gate);
        if (gate->first != NULL && gate->links == gate->stuck &&
            gate->links < GATE_LINKS_MAX)
            return gate;
    }
    return NULL;
}

/* --- ways ----------------------------------------------------------------- */

static void forget(struct way *way)
{
    if (way->outer < 0 && way->inner < 0)
        free(way);
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void enqueue(struct gate *gate, struct way *way)
{
    way->waiting = true;
    if (gate->last != NULL)
        gate->last->next = way;
    else
        gate->first = way;
    gate->last = way;
    ring(gate);
}

static void dequeue(struct gate *gate, struct way *way)
{
    struct way *before = NULL;
    for (struct way *at = gate->first; at != way; at = at->next)
        before = at;
    if (before != NULL)
        before->next = way->next;
    else
        gate->first = way->next;
    if (gate->last == way)
        gate->last = before;
    way->next = NULL;
    way->waiting = false;
}

struct way *gate_take(struct gate *gate)
{
    struct way *way = gate->first;
    if (way != NULL)
        dequeue(gate, way);
    return way;
}

struct way *way_open(struct ways *ways, const struct target *target,
                     uint16_t port, struct err *err)
{
    int pair[2];
    struct gate *gate = gate_get(ways, target->jump);
    if (gate == NULL) {
        err_set(err, 0, "%s: out of memory", target->name);
        return NULL;
    }
    if (gate->refused) {
        *err = gate->refusal;
        return NULL;
    }
    struct way *way = calloc(1, sizeof *way);
    if (way == NULL ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   pair) != 0) {
        err_set(err, 0, "%s: %s", target->name,
                way == NULL ? "out of memory" : strerror(errno));
        free(way);
        return NULL;
    }
    *way = (struct way){.gate = gate,
                        .target = target,
                        .port = port,
                        .outer = pair[0],
                        .inner = pair[1]};
    enqueue(gate, way);
    return way;
}

int way_fd(const struct way *way)
{
    return way->outer;
}

enum io way_opened(struct way *way, struct err *err)
{
    char word;
    if (recv(way->outer, &word, sizeof word, 0) == 1)
        return IO_DONE;
    if (way->inner >= 0)
        return IO_AGAIN;
    *err = way->err;
    return IO_FAIL;
}

enum way_end_kind way_kind(const struct way *way)
{
    return way->kind;
}

bool way_from(const struct way *way, struct sockaddr_storage *address)
{
    const char *text = way->gate->jump->address;
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    *address = way->gate->address;
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        memcpy(address, &in, sizeof in);
    else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
        memcpy(address, &in6, sizeof in6);
    return address->ss_family != AF_UNSPEC;
}

void way_close(struct way *way)
{
    if (way->waiting) {
        dequeue(way->gate, way);
        close_end(&way->inner);
    }
    close_end(&way->outer);
    forget(way);
}

int way_inner_fd(const struct way *way)
{
    return way->inner;
}

const char *way_host(const struct way *way)
{
    return way->target->address;
}

uint16_t way_port(const struct way *way)
{
    return way->port;
}

unsigned way_timeout_s(const struct way *way)
{
    return way->target->connect_timeout_s;
}

int way_tell_open(struct way *way)
{
    static const char word[] = "!";
    return send(way->inner, word, 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

void way_end(struct way *way, const struct err *why, enum way_end_kind kind)
{
    if (why != NULL)
        way->err = *why;
    way->kind = kind;
    close_end(&way->inner);
    forget(way);
}
