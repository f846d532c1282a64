/* SPDX-License-Identifier: MIT */
#include "controller/report/live.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_COLUMNS 80
#define WIPE "\r\033[K"

static bool is_obedient(int fd)
{
    const char *kind = getenv("TERM");
    return isatty(fd) && kind != NULL && kind[0] != '\0' &&
           strcmp(kind, "dumb") != 0;
}

void live_init(struct live *live, enum verb verb, bool quiet,
               const struct log *log)
{
    *live = (struct live){.out = log->out, .verb = verb, .log = *log};
    live->possible = !quiet && is_obedient(fileno(log->out));
    live->log.before = live_wipe;
    live->log.context = live;
}

void live_begin(struct live *live, size_t total)
{
    live->total = total;
    live->rate = (struct progress_rate){.count = 0};
}

int live_columns(int fd)
{
    struct winsize size;
    if (!isatty(fd))
        return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) || size.ws_col == 0)
        return USUAL_COLUMNS;
    return size.ws_col;
}

/* Whether the terminal is ours, and takes a line without making us wait. */
static bool is_ready(int fd)
{
    pid_t group = tcgetpgrp(fd);
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    return (group < 0 || group == getpgrp()) && poll(&room, 1, 0) == 1 &&
           (room.revents & POLLOUT) != 0;
}

static void write_out(struct live *live, const char *text)
{
    fputs(text, live->out);
    fflush(live->out);
}

void live_wipe(void *context)
{
    struct live *live = context;
    if (live->shown[0] == '\0')
        return;
    live->shown[0] = '\0';
    write_out(live, WIPE);
}

/* --- what is told --------------------------------------------------------- */

static const char *changed_word(enum verb verb)
{
    if (verb_writes(verb))
        return status_word(STATUS_CHANGED);
    return verb == VERB_CHECK || verb == VERB_VERIFY ? status_word(STATUS_DRIFT)
                                                     : NULL;
}

/* Blocked is a failure for verbs that write, a difference for the others. */
static struct progress progress_of(struct live *live,
                                   const struct fleet_view *view,
                                   const size_t counts[STATUS_COUNT])
{
    bool writes = verb_writes(live->verb);
    struct progress progress = {
        .total = live->total,
        .ok = counts[STATUS_OK],
        .changed = writes ? counts[STATUS_CHANGED]
                          : counts[STATUS_DRIFT] + counts[STATUS_BLOCKED],
        .changed_word = changed_word(live->verb),
        .failed = counts[STATUS_FAILED] + counts[STATUS_CONFLICT] +
                  (writes ? counts[STATUS_BLOCKED] : 0),
        .unreachable = counts[STATUS_UNREACHABLE],
        .ending = view->ending,
        .at_work = view->at_work,
        .waiting = view->waiting,
        .due_ms = view->due_ms,
        .slowest = view->slowest,
        .phase = view->phase,
        .phase_ms = view->phase_ms};
    for (int i = 0; i < STATUS_COUNT; i++)
        progress.done += counts[i];
    progress_note(&progress, &live->rate, view->now_ms);
    return progress;
}

static void draw(struct live *live, const char *line)
{
    struct buf text;
    size_t size = strlen(line) + 1;
    if (size > sizeof live->shown)
        return;
    buf_init(&text, LIVE_LINE_MAX + 16);
    if (buf_addf(&text, "\r%s\033[K", line) == 0)
        write_out(live, text.data);
    memcpy(live->shown, line, size);
    buf_release(&text);
}

void live_show(struct live *live, const struct fleet_view *view,
               const size_t counts[STATUS_COUNT])
{
    struct buf line;
    if (!live->possible)
        return;
    int fd = fileno(live->out);
    const struct progress progress = progress_of(live, view, counts);
    buf_init(&line, LIVE_LINE_MAX);
    /* In a terminal's last column the cursor's place is its own secret. */
    if (progress_line(&line, &progress, live_columns(fd) - 1) == 0 &&
        line.len > 0 && strcmp(line.data, live->shown) != 0 && is_ready(fd))
        draw(live, line.data);
    buf_release(&line);
}
