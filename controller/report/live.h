/* SPDX-License-Identifier: MIT */
/*
 * The line at the bottom of a terminal that says where a run stands
 * (controller/report/progress.h says how it reads).
 *
 * It is there only where standard error is a terminal that obeys a carriage
 * return and "erase to the end of the line" (not TERM=dumb), not under -q,
 * and not while another job of the shell has the terminal. It is wiped before
 * anything else is written there and comes back when it is next shown, so
 * nothing is torn and nothing is left. The width is asked for each time.
 *
 * A terminal that is stopped (Ctrl-S) does not hold the run: the line waits.
 */
#ifndef CONTROLLER_LIVE_H
#define CONTROLLER_LIVE_H

#include "base/log.h"
#include "controller/fleet/fleet.h"
#include "controller/report/progress.h"
#include "controller/result/result.h"

#define LIVE_LINE_MAX 1024

/* The caller's storage, which does not move; its members are for live.c. */
struct live {
    FILE *out;
    bool possible;
    enum verb verb;
    size_t total;
    struct log log;
    struct progress_rate rate;
    char shown[LIVE_LINE_MAX]; /* empty: nothing stands there */
};

/*
 * Nothing is shown yet. Messages that go to `live->log` instead of `log` wipe
 * the line first.
 */
void live_init(struct live *live, enum verb verb, bool quiet,
               const struct log *log);

/* Of the terminal that `fd` is, 80 where it does not say; 0: it is none. */
int live_columns(int fd);

/* How many hosts there are; the speed is measured from here on. */
void live_begin(struct live *live, size_t total);

/* Shows the line, where it is another than the one that stands there. */
void live_show(struct live *live, const struct fleet_view *view,
               const size_t counts[STATUS_COUNT]);

/* `live` is a struct live: before anything else is written, and at the end. */
void live_wipe(void *live);

#endif
