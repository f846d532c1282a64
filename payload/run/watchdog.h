/* SPDX-License-Identifier: MIT */
/*
 * A thread that ends a process which does not end by itself: dropping the
 * SSH session stops nothing on Windows.
 */
#ifndef PAYLOAD_WATCHDOG_H
#define PAYLOAD_WATCHDOG_H

struct watchdog {
    unsigned long after_ms;
    /* Last words, on the watchdog's thread; the process ends behind it. */
    void (*bark)(void *context);
    void *context;
};

/* It is never stopped: it ends with the process. 0/-1. */
int watchdog_start(struct watchdog *watchdog);

#endif
