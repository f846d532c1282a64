/* SPDX-License-Identifier: MIT */
/* Bytes from the ways to the tunnels and back, each with one buffer. */
#include "controller/jump/pump_line.h"

#include <errno.h>
#include <sys/socket.h>

/* One line gets no more turns than this in one pump_run. */
#define TURNS_MAX 8

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
        enum io io = pump_call(pump, line, CALL_WRITE);
        line->gone |= io == IO_FAIL;
        return io == IO_DONE;
    }
    if (!line->way_ended || line->end_told)
        return false;
    line->end_told = pump_call(pump, line, CALL_END) != IO_AGAIN;
    return line->end_told;
}

static bool move_down(struct pump *pump, struct line *line)
{
    if (line->down.len == 0 && !line->tunnel_ended) {
        enum tunnel_holds holds =
            pump->plan.tunnels->holds(pump->plan.transport, line->tunnel);
        line->tunnel_ended = holds == TUNNEL_END;
        if (holds == TUNNEL_BYTES &&
            pump_call(pump, line, CALL_READ) == IO_FAIL)
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
    for (int turn = 0; moved && turn < TURNS_MAX && !pump_closed(pump);
         turn++) {
        moved = move_up(pump, line);
        if (!pump_closed(pump) && line->fd >= 0)
            moved |= move_down(pump, line);
    }
    pump->busy |= moved;
    if (is_over(line, moved) && pump->held_line != line)
        pump_line_let_go(pump, line, NULL, WAY_OVER);
    pump_watch_line(pump, line);
}

static void close_tunnel(struct pump *pump, struct line *line)
{
    if (pump_call(pump, line, CALL_CLOSE) == IO_AGAIN)
        return;
    pump_line_free(pump, line);
}

void pump_serve_all(struct pump *pump)
{
    struct line *next;
    for (struct line *line = pump->lines; line && !pump_closed(pump);
         line = next) {
        next = line->next;
        if (line == pump->opening)
            continue;
        if (line->way != NULL)
            serve(pump, line);
        if (line->way == NULL && !pump_closed(pump))
            close_tunnel(pump, line);
    }
}
