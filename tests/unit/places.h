/* SPDX-License-Identifier: MIT */
/*
 * A machine for the engine: settings that are plain numbers in memory. What
 * each does on being read, compared and written is a row of the test.
 */
#ifndef TESTS_PLACES_H
#define TESTS_PLACES_H

#include "payload/engine/engine.h"

#define FAR 1000000ull /* a deadline that does not come */

struct machine;

/* One value of the pretended machine. */
struct place {
    struct machine *machine;
    int value;
    int wanted;
    bool unreadable;
    bool behind;  /* unreadable until its neighbour is as wanted */
    bool to_come; /* until its neighbour before it is as wanted */
    bool irreversible;
    bool blocked;
    int known;           /* any other value but this is a conflict; 0: none */
    bool refuses;        /* a write fails */
    bool ignores;        /* a write succeeds and does not take */
    struct place *spill; /* a write here writes there too */
    int reads;
    int writes;
};

struct machine {
    struct place places[4];
    size_t count;
    struct setting_list list;
    unsigned long long now;
    unsigned long long step; /* what every look at the clock costs */
    bool snapshot_fails;
    bool addition_fails;
    bool allow_irreversible;
    cJSON *snapshot; /* the one that was saved */
    int writes_before_snapshot;
    cJSON *earlier; /* {"id": state} */
    int locks;
    bool restart[4];     /* which of the settings say that they need one */
    const char *waiting; /* id that waits for an earlier run's write */
    bool never;          /* winmgmt may not restart */
    bool restart_fails;
    bool nothing_runs; /* there is nothing to restart */
    int restarts;
    int looks_left; /* for the word to stop; 0: it never comes */
    unsigned long long deadline;
    char log[128]; /* "a.a R c.c": what was written, R the restart */
    cJSON *during; /* what the watchdog would tell in the restart */
    struct engine *engine;
};

/* Runs and returns the entries; `end` is what the run must end with. */
cJSON *places_run(struct machine *machine, bool apply,
                  unsigned long long deadline, enum engine_end end);
void places_release(struct machine *machine, cJSON *settings);

/* What an engine of the test's own runs with: the settings, the host. */
void places_add(struct machine *machine);
struct engine_host places_host(struct machine *machine);

/* Of the entry number `i`. */
const char *places_state(const cJSON *settings, int i);
double places_number(const cJSON *settings, int i, const char *key);
bool places_hint(const cJSON *settings, int i, const char *text);
const char *places_error(const cJSON *settings, int i, const char *key);

#endif
