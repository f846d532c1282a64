/* SPDX-License-Identifier: MIT */
/*
 * What the files of a pump share: pump.c gives the lines their turns,
 * pump_line.c holds a line and makes the calls on the session, pump_move.c
 * moves what goes through. Nobody else includes this.
 *
 * Invariant: while a call is held, no other is made on the session.
 */
#ifndef CONTROLLER_PUMP_LINE_H
#define CONTROLLER_PUMP_LINE_H

#include "controller/jump/pump.h"

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
    int line_set; /* in `epoll`: all lines' descriptors */
    bool lines_wait;
    uint32_t session_events;
    uint64_t now;
    struct line *lines;
    size_t count; /* of lines that still have their way */
    struct line *opening;
    uint64_t opened_ms; /* when that began */
    uint64_t stuck_ms;  /* when it has taken long */
    uint64_t give_up_ms;
    bool stuck;
    bool busy;  /* there is more to do at once */
    bool deaf;  /* nothing can receive */
    bool ended; /* the session's descriptor says so */
    bool lost;
    enum call held;
    struct line *held_line;
    uint64_t held_ms; /* since when */
    struct err err;
};

/*
 * epoll_ctl; `what` comes with the event: a line in `line_set`; in `epoll` the
 * pump (its bell), NULL (the session) or the address of `line_set`.
 */
int pump_watch(int set, int operation, int fd, uint32_t events, void *what);

/* Asks of the line's descriptor what its buffers have room for. */
void pump_watch_line(struct pump *pump, struct line *line);

/* The way goes; the tunnel, where there is one, is still to be closed. */
void pump_line_let_go(struct pump *pump, struct line *line,
                      const struct err *why, enum way_end_kind kind);
void pump_line_free(struct pump *pump, struct line *line);

/* One call on the session; what stopped in the middle is held. */
enum io pump_call(struct pump *pump, struct line *line, enum call call);

/* Nothing may be called now. */
bool pump_closed(const struct pump *pump);

/* Moves what can be moved, of every line that is open. */
void pump_serve_all(struct pump *pump);

#endif
