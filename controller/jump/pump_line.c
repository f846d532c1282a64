/* SPDX-License-Identifier: MIT */
/* A line of a pump, and the calls on the session that it shares. */
#include "controller/jump/pump_line.h"

#include <stdlib.h>
#include <sys/epoll.h>

/* --- the epoll set -------------------------------------------------------- */

int pump_watch(int set, int operation, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};
    return epoll_ctl(set, operation, fd, &event);
}

void pump_watch_line(struct pump *pump, struct line *line)
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
    pump_watch(pump->line_set, EPOLL_CTL_MOD, line->fd, events, line);
    line->events = events;
}

/* --- lines ---------------------------------------------------------------- */

void pump_line_let_go(struct pump *pump, struct line *line,
                      const struct err *why, enum way_end_kind kind)
{
    if (line->way == NULL)
        return;
    pump_watch(pump->line_set, EPOLL_CTL_DEL, line->fd, 0, NULL);
    way_end(line->way, why, kind);
    line->way = NULL;
    line->fd = -1;
    pump->count--;
}

void pump_line_free(struct pump *pump, struct line *line)
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

enum io pump_call(struct pump *pump, struct line *line, enum call call)
{
    if (pump->held == CALL_NONE)
        pump->held_ms = pump->now;
    enum io io = one_call(pump, line, call);
    bool held =
        io == IO_AGAIN && pump->plan.tunnels->sending(pump->plan.transport);
    pump->held = held ? call : CALL_NONE;
    pump->held_line = held ? line : NULL;
    if (io == IO_FAIL && pump->err.code == FAULT_LOST)
        pump->lost = true;
    return io;
}

bool pump_closed(const struct pump *pump)
{
    return pump->lost || pump->held != CALL_NONE;
}
