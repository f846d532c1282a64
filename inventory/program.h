/* SPDX-License-Identifier: MIT */
/*
 * Runs a program of the administrator's own (an inventory script, a password
 * store's command) and collects what it writes. Never through a shell.
 */
#ifndef INVENTORY_PROGRAM_H
#define INVENTORY_PROGRAM_H

#include "base/buf.h"
#include "base/err.h"

struct program {
    const char *const *argv; /* NULL-terminated */
    const char *env_name;    /* one more variable, or NULL */
    const char *env_value;
    unsigned limit_s; /* it is killed when this has passed */
};

/*
 * Standard input is empty, standard error is ours, standard output goes into
 * `out`. 0 when it ended with status 0 in time and `out` took everything.
 * A name without a slash is looked up in PATH. The text of a failure opens
 * with the program's name and never holds its output.
 */
int program_run(const struct program *program, struct buf *out,
                struct err *err);

#endif
