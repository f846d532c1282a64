/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. Each line is one way and its tunnel. pump_run looks at
 * what is ready, gives the opening its turn, takes in what the session brought,
 * then serves the lines that something may be done for. Every call on the
 * session goes through make_call: one that stopped in the middle of a packet
 * is held, and nothing else is called before it has been made again.
 *
 * All descriptors are in one epoll set, so that whoever waits has one to wait
 * for. What is asked of a line's descriptor is what its buffers have room for.
 */
#include "controller/pump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * An open that takes longer than this holds up others. The first link is
 * given more: a jump host that is only slow is to have one login.
 */
#define STUCK_FIRST_MS 5000
#define STUCK_MS 1000
/* One line gets no more turns than this in one pump_run. */
#define TURNS_MAX 8
#define READY_MAX 64

enum call {
    CALL_NONE,
    CALL_RECEIVE,
    CALL_OPEN,
    CALL_READ,
    CALL_WRITE,
    CALL_END,
    CALL_CLOSE,
};

struct bytes {
    char data[PUMP_BYTES];
    size_t at;
    size_t len; /* what is left from `at` on */
};

struct line {
    struct way *way; /* NULL: gone */
    struct tunnel *tunnel;
    int fd;
    uint32_t events; /* in the epoll set */
    bool readable;
    bool way_ended;    /* nothing more comes from the way */
    bool end_told;     /* and the tunnel knows */
    bool tunnel_ended; /* nothing more comes from the tunnel */
    bool shut;         /* and the way knows */
    bool gone;         /* nobody is at the way any more */
    struct bytes up;   /* from the way to the tunnel */
    struct bytes down;
    struct line *next;
};

struct pump {
    struct pump_plan plan;
    int epoll;
    uint32_t session_events;
    uint64_t now;
    struct line *lines;
    size_t count; /* of lines that still have their way */
    struct line *opening;
    uint64_t opened_ms; /* when that began */
    uint64_t stuck_ms;  /* when it has taken long */
    uint64_t give_up_ms;
    bool stuck;
    bool busy; /* there is more to do at once */
    bool deaf; /* nothing can receive */
    bool lost;
    enum call held;
    struct line *held_line;
    struct err err;
};

/* --- the epoll set -------------------------------------------------------- */

static int watch(struct pump *pump, int operation, int fd, uint32_t events,
                 void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};
    return epoll_ctl(pump->epoll, operation, fd, &event);
}

static void watch_line(struct pump *pump, struct line *line)
{
    uint32_t events = 0;
    if (line->fd < 0)
        return;
    if (line->tunnel != NULL && line->up.len == 0 && !line->way_ended)
        events |= EPOLLIN;
    if (line->down.len > 0)
        events |= EPOLLOUT;
    if (events == line->events)
        return;
    watch(pump, EPOLL_CTL_MOD, line->fd, events, line);
    line->events = events;
}

/* What it brings is always wanted, if only to see that it is there. */
static void watch_session(struct pump *pump, bool receives)
{
    uint32_t events = receives ? EPOLLIN : EPOLLRDHUP;
    if (pump->plan.tunnels->sending(pump->plan.transport))
        events |= EPOLLOUT;
    if (events == pump->session_events)
        return;
    watch(pump, EPOLL_CTL_MOD, pump->plan.fd, events, NULL);
    pump->session_events = events;
}

static void look(struct pump *pump)
{
    struct epoll_event ready[READY_MAX];
    int count = epoll_wait(pump->epoll, ready, READY_MAX, 0);
    for (int i = 0; i < count; i++) {
        struct line *line = ready[i].data.ptr;
        if (ready[i].data.ptr == pump)
            gate_bell_heard(pump->plan.gate);
        else if (line != NULL && (ready[i].events & (EPOLLIN | EPOLLHUP)))
            line->readable = true;
        if (line != NULL && ready[i].data.ptr != pump &&
            (ready[i].events & (EPOLLHUP | EPOLLERR)))
            line->gone = true;
    }
    pump->busy |= count == READY_MAX;
}

/* --- lines ---------------------------------------------------------------- */

/* 0, or -1 when memory is short: the way has been told. */
static int line_new(struct pump *pump, struct way *way)
{
    struct line *line = calloc(1, sizeof *line);
    if (line != NULL) {
        *line = (struct line){.way = way, .fd = way_inner_fd(way)};
        if (watch(pump, EPOLL_CTL_ADD, line->fd, 0, line) == 0) {
            line->next = pump->lines;
            pump->lines = line;
            pump->opening = line;
            pump->count++;
            return 0;
        }
    }
    struct err err;
    free(line);
    err_set(&err, FAULT_REFUSED, "no memory for a way through it");
    way_end(way, &err, WAY_REFUSED);
    return -1;
}

/* The way goes; the tunnel, where there is one, is still to be closed. */
static void line_let_go(struct pump *pump, struct line *line,
                        const struct err *why, enum way_end_kind kind)
{
    if (line->way == NULL)
        return;
    watch(pump, EPOLL_CTL_DEL, line->fd, 0, NULL);
    way_end(line->way, why, kind);
    line->way = NULL;
    line->fd = -1;
    pump->count--;
}

static void line_free(struct pump *pump, struct line *line)
{
    struct line **place = &pump->lines;
    while (*place != line)
        place = &(*place)->next;
    *place = line->next;
    free(line);
}

/* --- calls on the session ------------------------------------------------- */

static enum io call_read(struct pump *pump, struct line *line)
{
    size_t got = 0;
    enum io io =
        pump->plan.tunnels->read(pump->plan.transport, line->tunnel,
                                 line->down.data, PUMP_BYTES, &got, &pump->err);
    if (io != IO_DONE)
        return io;
    line->down.at = 0;
    line->down.len = got;
    line->tunnel_ended = got == 0;
    return IO_DONE;
}

static enum io call_write(struct pump *pump, struct line *line)
{
    size_t sent = 0;
    enum io io = pump->plan.tunnels->write(pump->plan.transport, line->tunnel,
                                           line->up.data + line->up.at,
                                           line->up.len, &sent, &pump->err);
    if (io != IO_DONE)
        return io;
    line->up.at += sent;
    line->up.len -= sent;
    return IO_DONE;
}

static enum io one_call(struct pump *pump, struct line *line, enum call call)
{
    const struct tunnel_ops *tunnels = pump->plan.tunnels;
    struct transport *transport = pump->plan.transport;
    switch (call) {
    case CALL_RECEIVE:
        return tunnels->receive(transport, line != NULL ? line->tunnel : NULL,
                                &pump->err);
    case CALL_OPEN:
        return tunnels->open(transport, way_host(line->way),
                             way_port(line->way), &line->tunnel, &pump->err);
    case CALL_READ:
        return call_read(pump, line);
    case CALL_WRITE:
        return call_write(pump, line);
    case CALL_END:
        return tunnels->end(transport, line->tunnel, &pump->err);
    case CALL_CLOSE:
        return tunnels->close(transport, line->tunnel, &pump->err);
    case CALL_NONE:
        break;
    }
    return IO_DONE;
}

static enum io make_call(struct pump *pump, struct line *line, enum call call)
{
    enum io io = one_call(pump, line, call);
    bool held =
        io == IO_AGAIN && pump->plan.tunnels->sending(pump->plan.transport);
    pump->held = held ? call : CALL_NONE;
    pump->held_line = held ? line : NULL;
    if (io == IO_FAIL && pump->err.code == FAULT_LOST)
        pump->lost = true;
    return io;
}

/* Nothing may be called now. */
static bool closed(const struct pump *pump)
{
    return pump->lost || pump->held != CALL_NONE;
}

/* --- opening -------------------------------------------------------------- */

static void set_opening(struct pump *pump, struct line *line)
{
    unsigned own_s = way_timeout_s(line->way);
    uint64_t ms = own_s > 0 ? own_s * UINT64_C(1000) : pump->plan.open_ms;
    pump->opened_ms = pump->now;
    pump->give_up_ms = pump->now + ms;
    pump->stuck_ms =
        pump->now +
        (gate_links(pump->plan.gate) > 1 ? STUCK_MS : STUCK_FIRST_MS);
}

static void opened(struct pump *pump, struct line *line)
{
    pump->opening = NULL;
    gate_well(pump->plan.gate);
    if (way_tell_open(line->way))
        line->gone = true;
}

static void not_opened(struct pump *pump, struct line *line)
{
    pump->opening = NULL;
    if (pump->lost)
        return;
    gate_well(pump->plan.gate); /* it answers */
    gate_name(pump->plan.gate, &pump->err);
    line_let_go(pump, line, &pump->err, WAY_REFUSED);
    line_free(pump, line);
}

/* Too late, or nobody waits for it any more. */
static void give_up(struct pump *pump, struct line *line)
{
    const char *host = way_host(line->way);
    uint16_t port = way_port(line->way);
    struct err err;
    err_set(&err, FAULT_TCP_TIMEOUT,
            "jump host %s: %.255s port %u did not answer it within %llu s",
            gate_jump(pump->plan.gate)->name, host, (unsigned)port,
            (unsigned long long)((pump->give_up_ms - pump->opened_ms + 999) /
                                 1000));
    line->tunnel =
        pump->plan.tunnels->give_up(pump->plan.transport, host, port);
    pump->opening = NULL;
    line_let_go(pump, line, &err, WAY_REFUSED);
    if (line->tunnel == NULL)
        line_free(pump, line);
}

/* The answer to the open that is under way, if it has come. */
static void go_on_opening(struct pump *pump)
{
    struct line *line = pump->opening;
    switch (make_call(pump, line, CALL_OPEN)) {
    case IO_DONE:
        opened(pump, line);
        return;
    case IO_FAIL:
        not_opened(pump, line);
        return;
    case IO_AGAIN:
        break;
    }
    if (!closed(pump) && (line->gone || pump->now >= pump->give_up_ms))
        give_up(pump, line);
}

static void open_waiting(struct pump *pump)
{
    while (!closed(pump)) {
        struct way *way = NULL;
        if (pump->opening == NULL) {
            way = gate_take(pump->plan.gate);
            if (way == NULL)
                break;
            if (line_new(pump, way))
                continue;
            set_opening(pump, pump->opening);
        }
        struct line *line = pump->opening;
        go_on_opening(pump);
        if (pump->opening == line)
            break;
    }
    bool stuck = pump->opening != NULL && pump->now >= pump->stuck_ms;
    if (stuck != pump->stuck)
        gate_link_stuck(pump->plan.gate, stuck);
    pump->stuck = stuck;
}

/* --- moving --------------------------------------------------------------- */

/* From the way into the buffer. */
static void take_up(struct line *line)
{
    if (line->up.len > 0 || line->way_ended || !line->readable)
        return;
    ssize_t got = recv(line->fd, line->up.data, PUMP_BYTES, 0);
    line->readable = got > 0;
    line->up.at = 0;
    line->up.len = got > 0 ? (size_t)got : 0;
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        line->way_ended = true;
}

/* From the buffer to the way. True when something went. */
static bool put_down(struct line *line)
{
    if (line->down.len == 0)
        return false;
    ssize_t sent = send(line->fd, line->down.data + line->down.at,
                        line->down.len, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        line->gone = true;
    if (sent <= 0)
        return false;
    line->down.at += (size_t)sent;
    line->down.len -= (size_t)sent;
    return true;
}

/* True when something moved. */
static bool move_up(struct pump *pump, struct line *line)
{
    take_up(line);
    if (line->up.len > 0 &&
        !pump->plan.tunnels->takes(pump->plan.transport, line->tunnel))
        return false;
    if (line->up.len > 0) {
        enum io io = make_call(pump, line, CALL_WRITE);
        line->gone |= io == IO_FAIL;
        return io == IO_DONE;
    }
    if (!line->way_ended || line->end_told)
        return false;
    line->end_told = make_call(pump, line, CALL_END) != IO_AGAIN;
    return line->end_told;
}

static bool move_down(struct pump *pump, struct line *line)
{
    if (line->down.len == 0 && !line->tunnel_ended) {
        enum tunnel_holds holds =
            pump->plan.tunnels->holds(pump->plan.transport, line->tunnel);
        line->tunnel_ended = holds == TUNNEL_END;
        if (holds == TUNNEL_BYTES &&
            make_call(pump, line, CALL_READ) == IO_FAIL)
            line->gone = true;
    }
    bool moved = put_down(line);
    if (line->tunnel_ended && line->down.len == 0 && !line->shut) {
        shutdown(line->fd, SHUT_WR);
        line->shut = true;
    }
    return moved;
}

/* Who has gone is not kept for what the tunnel does not take. */
static bool is_over(const struct line *line, bool moved)
{
    return (line->gone && !moved) || (line->end_told && line->shut);
}

/* Both ways until nothing moves. */
static void serve(struct pump *pump, struct line *line)
{
    bool moved = true;
    for (int turn = 0; moved && turn < TURNS_MAX && !closed(pump); turn++) {
        moved = move_up(pump, line);
        if (!closed(pump) && line->fd >= 0)
            moved |= move_down(pump, line);
    }
    pump->busy |= moved;
    if (is_over(line, moved) && pump->held_line != line)
        line_let_go(pump, line, NULL, WAY_OVER);
    watch_line(pump, line);
}

static void close_tunnel(struct pump *pump, struct line *line)
{
    if (make_call(pump, line, CALL_CLOSE) == IO_AGAIN)
        return;
    line_free(pump, line);
}

static void serve_all(struct pump *pump)
{
    struct line *next;
    for (struct line *line = pump->lines; line && !closed(pump); line = next) {
        next = line->next;
        if (line == pump->opening)
            continue;
        if (line->way != NULL)
            serve(pump, line);
        if (line->way == NULL && !closed(pump))
            close_tunnel(pump, line);
    }
}

/* A line whose tunnel serves to receive with; NULL: none. */
static struct line *any_line(const struct pump *pump)
{
    struct line *line = pump->lines;
    while (line != NULL && (line->tunnel == NULL || line->way == NULL))
        line = line->next;
    return line;
}

/* --- the whole ------------------------------------------------------------ */

/* The call that stopped in the middle, whatever its line wants by now. */
static void make_held_call(struct pump *pump)
{
    struct line *line = pump->held_line;
    enum call call = pump->held;
    if (call == CALL_NONE)
        return;
    if (call == CALL_OPEN) {
        go_on_opening(pump);
        return;
    }
    enum io io = make_call(pump, line, call);
    if (call == CALL_END && io != IO_AGAIN)
        line->end_told = true;
    if (call == CALL_WRITE && io == IO_FAIL)
        line->gone = true;
    if (call == CALL_CLOSE && io != IO_AGAIN)
        line_free(pump, line);
    pump->busy = true;
}

/*
 * Where nothing can take in what the session brings, it is not waited for
 * either: only its end is.
 */
static void receive(struct pump *pump)
{
    if (closed(pump))
        return;
    enum io io = make_call(pump, any_line(pump), CALL_RECEIVE);
    pump->deaf = io == IO_DONE;
    pump->lost |= io == IO_FAIL;
}

/* There is something to do for it that no descriptor will tell of. */
static bool is_left(const struct pump *pump, const struct line *line)
{
    const struct tunnel_ops *tunnels = pump->plan.tunnels;
    if (line->way == NULL || line == pump->opening)
        return false;
    if (line->up.len > 0 && tunnels->takes(pump->plan.transport, line->tunnel))
        return true;
    return line->down.len == 0 && !line->tunnel_ended &&
           tunnels->holds(pump->plan.transport, line->tunnel) != TUNNEL_NOTHING;
}

/*
 * Every call takes in what has come, for whichever line. So after the last of
 * them the answer to the open may be here, or something for a line that had
 * its turn before.
 */
static void look_again(struct pump *pump)
{
    struct line *opening = pump->opening;
    if (opening != NULL && !closed(pump))
        go_on_opening(pump);
    pump->busy |= pump->opening != opening;
    for (const struct line *line = pump->lines; line && !pump->busy;
         line = line->next)
        pump->busy = is_left(pump, line);
}

enum io pump_run(struct pump *pump, uint64_t now_ms, struct err *err)
{
    pump->now = now_ms;
    pump->busy = false;
    look(pump);
    make_held_call(pump);
    receive(pump);
    open_waiting(pump);
    serve_all(pump);
    if (!pump->lost)
        look_again(pump);
    if (!pump->lost) {
        watch_session(pump, !pump->deaf || pump->opening != NULL ||
                                any_line(pump) != NULL);
        return IO_AGAIN;
    }
    *err = pump->err;
    err->code = FAULT_LOST;
    return IO_FAIL;
}

struct pump *pump_new(const struct pump_plan *plan)
{
    struct pump *pump = calloc(1, sizeof *pump);
    if (pump == NULL)
        return NULL;
    pump->plan = *plan;
    pump->session_events = EPOLLIN;
    pump->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (pump->epoll >= 0 &&
        watch(pump, EPOLL_CTL_ADD, plan->fd, EPOLLIN, NULL) == 0 &&
        watch(pump, EPOLL_CTL_ADD, gate_bell(plan->gate), EPOLLIN, pump) == 0)
        return pump;
    pump_free(pump, NULL);
    return NULL;
}

void pump_free(struct pump *pump, const struct err *why)
{
    if (pump == NULL)
        return;
    while (pump->lines != NULL) {
        line_let_go(pump, pump->lines, why, WAY_LOST);
        line_free(pump, pump->lines);
    }
    if (pump->epoll >= 0)
        close(pump->epoll);
    free(pump);
}

int pump_fd(const struct pump *pump)
{
    return pump->epoll;
}

uint64_t pump_due(const struct pump *pump)
{
    if (pump->busy && pump->held == CALL_NONE)
        return pump->now;
    if (pump->opening == NULL)
        return UINT64_MAX;
    return !pump->stuck && pump->stuck_ms < pump->give_up_ms ? pump->stuck_ms
                                                             : pump->give_up_ms;
}

size_t pump_count(const struct pump *pump)
{
    return pump->count;
}

bool pump_is_stuck(const struct pump *pump)
{
    return pump->stuck;
}
