/* SPDX-License-Identifier: MIT */
/*
 * Where a run stands, as one line of text:
 *
 *   4213/10000  ok 3100  drift 1090  failed 3  unreachable 20  312/s  19 s left
 *
 * Pure: numbers and a width in, text out. The line is never wider than it may
 * be. What does not fit is left out, the least important first: what counts
 * nothing, the slowest host, the rate, the time left, what went well. What
 * went wrong stays longest, so a line without it says that nothing did.
 */
#ifndef CONTROLLER_PROGRESS_H
#define CONTROLLER_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct progress {
    size_t total;
    size_t done;
    size_t ok;
    size_t changed;
    const char *changed_word; /* "changed", "drift"; NULL: not counted */
    size_t failed;
    size_t unreachable;
    double rate;         /* hosts a second; 0: not known, or none */
    uint64_t idle_ms;    /* since a host was done last */
    bool ending;         /* no more hosts are begun */
    size_t at_work;      /* told while it is ending */
    size_t waiting;      /* to be tried again */
    uint64_t due_ms;     /* until the first of them is */
    const char *slowest; /* host, as the inventory names it; NULL: none */
    const char *phase;   /* that it is in, and for how long */
    uint64_t phase_ms;
};

/*
 * Appends the line, without a line feed, of at most `columns` columns; nothing
 * where not even the first number fits. Names are escaped as log_escape does,
 * and cut. 0, or -1 when the buffer failed.
 */
int progress_line(struct buf *out, const struct progress *progress,
                  int columns);

/* --- how fast it goes ----------------------------------------------------- */

#define PROGRESS_SAMPLES 21

/* What was done when, for the last ten seconds. Zeroed: nothing is known. */
struct progress_rate {
    struct {
        uint64_t ms;
        size_t done;
    } samples[PROGRESS_SAMPLES];
    size_t count; /* of all that were ever taken */
    size_t done;  /* at last, and since when */
    uint64_t since_ms;
};

/*
 * Notes what is done at `now_ms` and sets `rate` and `idle_ms`. The rate is
 * that of the last ten seconds, 0 in the first half of one.
 */
void progress_note(struct progress *progress, struct progress_rate *rate,
                   uint64_t now_ms);

#endif
