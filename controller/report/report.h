/* SPDX-License-Identifier: MIT */
/*
 * A file about one run, for those who were not there.
 *
 * A format sees every result twice: `note` gathers what a head needs, and
 * between `begin` and `end` `host` prints. So memory goes with the names of
 * the hosts, not with their results. Nothing that a target said gets into a
 * file as anything but text (markup.h).
 *
 * Life cycle: report_open; note for each result; begin; host for each result
 * again and pending for each host without one; end; report_close.
 */
#ifndef CONTROLLER_REPORT_H
#define CONTROLLER_REPORT_H

#include <stdio.h>

#include "controller/report/entries.h"
#include "controller/report/recap.h"
#include "controller/store/store.h"

struct report_cases {
    size_t all;
    size_t failures; /* of settings */
    size_t errors;   /* of hosts: no answer, or none that is believed */
    size_t skipped;
};

struct report_rows;

struct report {
    FILE *out; /* the caller's; whether it took all is the caller's to ask */
    const struct store_run *run;
    enum verb verb;
    bool begun;                /* JSON: a host was printed */
    struct report_cases cases; /* JUnit */
    struct recap *recap;       /* HTML: hosts of one reason together */
    struct report_rows *rows;  /* HTML: a line for each host */
    struct entries risks;      /* HTML: report_risks.h */
};

/* Where a format needs nothing of one of these, it is NULL. 0 or -1. */
struct report_format {
    const char *suffix;
    int (*note)(struct report *report, const struct result *result);
    int (*begin)(struct report *report);
    int (*host)(struct report *report, const struct result *result);
    int (*pending)(struct report *report, const char *host);
    int (*end)(struct report *report);
};

extern const struct report_format report_html;
extern const struct report_format report_json;
extern const struct report_format report_junit;

/* By the end of its name; NULL: no format has that. */
const struct report_format *report_format_of(const char *file);

/* 0, or -1: memory is short. Both texts are the caller's and outlive it. */
int report_open(struct report *report, FILE *out, const struct store_run *run,
                enum verb verb);
void report_close(struct report *report);

/* Hosts of the run that have no result. */
size_t report_pending_count(const struct store_run *run);

#endif
