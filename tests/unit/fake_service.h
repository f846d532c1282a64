/* SPDX-License-Identifier: MIT */
/*
 * A service manager in memory, behind payload/service/service.h: services that
 * take their time, refuse, hang or fail, as Microsoft's pages say that they do.
 * Its clock moves only when somebody pauses. One for each test program.
 */
#ifndef TESTS_UNIT_FAKE_SERVICE_H
#define TESTS_UNIT_FAKE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "payload/service/service.h"

struct fake_service {
    const char *name;
    const char *needs; /* name of another one, or NULL */
    unsigned long state;
    unsigned long start;
    unsigned long pid;
    unsigned long slow_ms;       /* how long a start or stop takes */
    unsigned long start_slow_ms; /* and how much longer a start takes */
    bool stop_hangs;             /* it says that it goes down, and does not */
    unsigned long stop_code;     /* what asking it to stop is refused with */
    bool guarded; /* may not be stopped, even by administrators */
    unsigned long continue_code; /* what asking to continue is refused with */
    unsigned long start_code;    /* what asking it to start is refused with */
    unsigned long starts_into;   /* exit code it ends with right away */
    bool wanted; /* a client starts it the moment that it is at rest */
    bool shared; /* in a process that stays */
    /* Filled by the fake. */
    unsigned long long there_at;
    unsigned long exit_code;
    int starts;
    int stops;
};

struct fake_manager {
    struct fake_service services[8];
    size_t count;
    unsigned long long now_ms;
    unsigned long next_pid;
    unsigned long enumerate_code;
    /* Starts when the one of that name is asked to stop, once. */
    const char *rises;
    const char *rises_when;
    char log[512]; /* "-a -b +b +a", "<a >a" of pauses */
};

/* The manager of this program, emptied. */
struct fake_manager *fake_manager_reset(void);
struct fake_manager *fake_manager(void);
struct fake_service *fake_service(const char *name);

#endif
