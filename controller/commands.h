/* SPDX-License-Identifier: MIT */
/*
 * The verbs, one function each. Every one returns the program's exit status
 * as docs/wmifleet.1 has it, and has told on standard error why it is not 0
 * where standard output does not.
 */
#ifndef CONTROLLER_COMMANDS_H
#define CONTROLLER_COMMANDS_H

#include "base/log.h"
#include "controller/options.h"

enum {
    EXIT_CONTROLLER = 1,  /* nothing was contacted */
    EXIT_DIFFERENCES = 3, /* differences and no failure */
    EXIT_USAGE = 5,
    EXIT_INTERRUPTED = 130,
};

int command_run(const struct options *options, const struct log *log);
int command_verify(const struct options *options, const struct log *log);
int command_trust(const struct options *options, const struct log *log);
int command_inventory(const struct options *options, const struct log *log);
int command_runs(const struct options *options, const struct log *log);
int command_show(const struct options *options, const struct log *log);
int command_report(const struct options *options, const struct log *log);
int command_status(const struct options *options, const struct log *log);
int command_explain(const struct options *options, const struct log *log);

#endif
