/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. Each line is one way and its tunnel. pump_run looks at
 * what is ready, gives the opening its turn, takes in what the session brought,
 * then serves the lines that something may be done for. Every call on the
 * session goes through pump_call: one that stopped in the middle of a packet
 * is held, and nothing else is called before it has been made again.
 *
 * All descriptors are in one epoll set, so that whoever waits has one to wait
 * for; those of the lines in a set of their own within it, because nothing is
 * done for them while a call is held. What is asked of a line's descriptor is
 * what its buffers have room for.
 */
#include "controller/jump/pump_line.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/*
 * An open that takes longer than this holds up others. The first link is
 * given more: a jump host that is only slow is to have one login.
 */
#define STUCK_FIRST_MS 5000
#define STUCK_MS 1000
#define READY_MAX 64
#define SESSION_END (EPOLLRDHUP | EPOLLHUP | EPOLLERR)
/*
 * A session that takes no whole packet for so long takes none any more. A slow
 * line needs a good part of it for what the system keeps to be sent.
 */
#define HELD_MAX_MS 120000

/* --- the epoll set -------------------------------------------------------- */

static void watch_session(struct pump *pump, bool receives)
{
    uint32_t events = receives ? EPOLLIN : EPOLLRDHUP;
    if (pump->plan.tunnels->sending(pump->plan.transport))
        events |= EPOLLOUT;
    if (events == pump->session_events)
        return;
    pump_watch(pump->epoll, EPOLL_CTL_MOD, pump->plan.fd, events, NULL);
    pump->session_events = events;
}

/*
 * While a call is held nothing can be done for a line, nor be taken in of what
 * the session brings; else that is always wanted, if only to see that it is
 * there.
 */
static void watch(struct pump *pump, bool receives)
{
    bool held = pump->held != CALL_NONE;
    watch_session(pump, receives && !held);
    if (held == pump->lines_wait)
        return;
    pump_watch(pump->epoll, EPOLL_CTL_MOD, pump->line_set, held ? 0 : EPOLLIN,
               &pump->line_set);
    pump->lines_wait = held;
}

static void look_at_lines(struct pump *pump)
{
    struct epoll_event ready[READY_MAX];
    int count = epoll_wait(pump->line_set, ready, READY_MAX, 0);
    for (int i = 0; i < count; i++) {
        struct line *line = ready[i].data.ptr;
        line->readable |= (ready[i].events & (EPOLLIN | EPOLLHUP)) != 0;
        line->gone |= (ready[i].events & (EPOLLHUP | EPOLLERR)) != 0;
    }
    pump->busy |= count == READY_MAX;
}

static void look(struct pump *pump)
{
    struct epoll_event ready[3]; /* the session, the bell, the lines */
    int count = epoll_wait(pump->epoll, ready, 3, 0);
    for (int i = 0; i < count; i++) {
        if (ready[i].data.ptr == pump)
            gate_bell_heard(pump->plan.gate);
        else if (ready[i].data.ptr == NULL)
            pump->ended |= (ready[i].events & SESSION_END) != 0;
    }
    look_at_lines(pump);
}

/* --- opening -------------------------------------------------------------- */

/* 0, or -1 when memory is short: the way has been told. */
static int line_new(struct pump *pump, struct way *way)
{
    struct line *line = calloc(1, sizeof *line);
    if (line != NULL) {
        *line = (struct line){.way = way, .fd = way_inner_fd(way)};
        if (pump_watch(pump->line_set, EPOLL_CTL_ADD, line->fd, 0, line) == 0) {
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
    pump_line_let_go(pump, line, &pump->err, WAY_REFUSED);
    pump_line_free(pump, line);
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
    pump_line_let_go(pump, line, &err, WAY_REFUSED);
    if (line->tunnel == NULL)
        pump_line_free(pump, line);
}

/* The answer to the open that is under way, if it has come. */
static void go_on_opening(struct pump *pump)
{
    struct line *line = pump->opening;
    switch (pump_call(pump, line, CALL_OPEN)) {
    case IO_DONE:
        opened(pump, line);
        return;
    case IO_FAIL:
        not_opened(pump, line);
        return;
    case IO_AGAIN:
        break;
    }
    if (!pump_closed(pump) && (line->gone || pump->now >= pump->give_up_ms))
        give_up(pump, line);
}

static void open_waiting(struct pump *pump)
{
    while (!pump_closed(pump)) {
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

/* --- the whole ------------------------------------------------------------ */

/* A line whose tunnel serves to receive with; NULL: none. */
static struct line *any_line(const struct pump *pump)
{
    struct line *line = pump->lines;
    while (line != NULL && (line->tunnel == NULL || line->way == NULL))
        line = line->next;
    return line;
}

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
    enum io io = pump_call(pump, line, call);
    if (call == CALL_END && io != IO_AGAIN)
        line->end_told = true;
    if (call == CALL_WRITE && io == IO_FAIL)
        line->gone = true;
    if (call == CALL_CLOSE && io != IO_AGAIN)
        pump_line_free(pump, line);
    pump->busy = true;
}

static void lose(struct pump *pump, const char *why)
{
    err_set(&pump->err, FAULT_LOST, "%s", why);
    pump->lost = true;
}

static void look_at_held(struct pump *pump)
{
    if (pump->held == CALL_NONE || pump->now < pump->held_ms + HELD_MAX_MS)
        return;
    lose(pump, "it takes nothing any more");
}

/*
 * Where nothing can take in what the session brings, it is not waited for
 * either: only its end is.
 */
static void receive(struct pump *pump)
{
    if (pump_closed(pump))
        return;
    enum io io = pump_call(pump, any_line(pump), CALL_RECEIVE);
    pump->deaf = io == IO_DONE;
    pump->lost |= io == IO_FAIL;
    if (pump->deaf && pump->ended && pump->opening == NULL)
        lose(pump, "it closed the connection");
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
    if (opening != NULL && !pump_closed(pump))
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
    look_at_held(pump);
    receive(pump);
    open_waiting(pump);
    pump_serve_all(pump);
    if (!pump->lost)
        look_again(pump);
    if (!pump->lost) {
        watch(pump,
              !pump->deaf || pump->opening != NULL || any_line(pump) != NULL);
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
    pump->line_set = epoll_create1(EPOLL_CLOEXEC);
    int set = pump->epoll;
    if (set >= 0 && pump->line_set >= 0 &&
        pump_watch(set, EPOLL_CTL_ADD, plan->fd, EPOLLIN, NULL) == 0 &&
        pump_watch(set, EPOLL_CTL_ADD, gate_bell(plan->gate), EPOLLIN, pump) ==
            0 &&
        pump_watch(set, EPOLL_CTL_ADD, pump->line_set, EPOLLIN,
                   &pump->line_set) == 0)
        return pump;
    pump_free(pump, NULL);
    return NULL;
}

void pump_free(struct pump *pump, const struct err *why)
{
    if (pump == NULL)
        return;
    while (pump->lines != NULL) {
        pump_line_let_go(pump, pump->lines, why, WAY_LOST);
        pump_line_free(pump, pump->lines);
    }
    if (pump->line_set >= 0)
        close(pump->line_set);
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
    if (pump->held != CALL_NONE) {
        uint64_t due = pump->held_ms + HELD_MAX_MS;
        bool soon = pump->opening != NULL && !pump->stuck;
        return soon && pump->stuck_ms < due ? pump->stuck_ms : due;
    }
    if (pump->busy)
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
