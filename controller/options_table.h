/* SPDX-License-Identifier: MIT */
/*
 * The table of options: options.c parses by it, options_help.c prints it,
 * nobody else sees it.
 */
#ifndef CONTROLLER_OPTIONS_TABLE_H
#define CONTROLLER_OPTIONS_TABLE_H

#include "controller/options.h"

enum kind {
    KIND_FLAG,   /* bool: set */
    KIND_COUNT,  /* unsigned: one more each time */
    KIND_TEXT,   /* const char *: the argument */
    KIND_NUMBER, /* unsigned: the argument, at least 1 */
    KIND_NUMBER_OR_0,
    KIND_WORD,   /* int-sized enum: place of the argument in `words` */
    KIND_SOURCE, /* one more inventory */
    KIND_SET,    /* int-sized enum: set to `value` */
    KIND_SERIAL, /* sizes of batches */
    KIND_SHARE,  /* a number of hosts, or a share of them */
    KIND_TIME,   /* unsigned: seconds, from "90s", "30m", "8h", "2d" */
};

struct option_row {
    char letter;
    const char *name;
    enum kind kind;
    size_t offset;
    unsigned verbs;
    const char *argument; /* NULL: takes none */
    const char *help;
    const char *const *words;
    int value;
};

enum { COLOR_NEVER, COLOR_ALWAYS, COLOR_AUTO };

/* What is parsed before it becomes struct options. */
struct parsed {
    struct options options;
    int color;
    int output;
    int host_keys;
    int restart;
    int expectation;
};

/* A row without a name ends them. */
#define OPTIONS_ROWS_MAX 96
extern const struct option_row options_rows[];

void options_print_help(void);
void options_print_command_help(enum command command);

/* Verbs that take the id of a run. */
bool options_takes_run(enum command command);

#endif
