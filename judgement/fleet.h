/* SPDX-License-Identifier: MIT */
/*
 * Findings that no single host can make: what several machines of one run
 * have in common and should not have.
 */
#ifndef JUDGEMENT_FLEET_H
#define JUDGEMENT_FLEET_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

struct fleet_machine {
    uint32_t sid[3]; /* S-1-5-21-a-b-c */
    double build;
    char *name;
};

/* Zeroed: none. Grows by a name and some bytes for each host. */
struct fleet {
    struct fleet_machine *machines;
    size_t count;
    size_t capacity;
};

void fleet_release(struct fleet *fleet);

/*
 * Takes what a host's result says of it; nothing where that is not known.
 * 0, or -1 when memory is short.
 */
int fleet_note(struct fleet *fleet, const char *host, const cJSON *facts,
               const cJSON *identity);

/*
 * Calls `tell` once for every finding, with the hosts in the order of their
 * names. The text says what it is and what to do, and stands well behind the
 * names.
 */
void fleet_findings(struct fleet *fleet,
                    void (*tell)(void *context, const char *name,
                                 const char *text, char **hosts, size_t count),
                    void *context);

#endif
