/* SPDX-License-Identifier: MIT */
/*
 * What a person reads of a run, on standard output.
 *
 * The end has what is worth a line (differences of check, changes of apply,
 * failures), hosts of one reason together, the folded table and the commands
 * to go on. At a terminal a list of names that is longer than some lines is
 * cut; elsewhere it is one line, whole.
 * Nothing that a target said is printed unescaped. With --json: one object a
 * host as it finishes, then one {"summary": ...} object; with -o json: one
 * document at the end.
 */
#ifndef CONTROLLER_RECAP_H
#define CONTROLLER_RECAP_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "controller/result/result.h"

enum output { OUTPUT_HUMAN, OUTPUT_JSON, OUTPUT_NDJSON };

struct recap_config {
    FILE *out;
    enum output output;
    bool color;
    /* Before anything is printed, with `context`; may be NULL. */
    void (*before)(void *context);
    void *context;
    int columns; /* of the terminal that `out` is; 0: it is none */
    bool quiet;  /* only the end table */
    enum verb verb;
    const char *run;
    /* What follows the verb to do it again, " -i lab.json"; NULL: not said. */
    const char *again;
    /* The same for an apply: of what differs, of what undo does not bring. */
    const char *apply;
    size_t nothing_asked;
};

struct recap;

struct recap *recap_new(const struct recap_config *config);
void recap_free(struct recap *recap);

/* Takes note of one result and prints what is due now. Keeps no reference. */
int recap_host(struct recap *recap, const struct result *result);
void recap_not_tried(struct recap *recap, const char *host);
/*
 * Prints the end. `stopped` says in one line why hosts are missing
 * ("interrupted"), NULL when none is.
 */
int recap_end(struct recap *recap, const char *stopped);
const size_t *recap_counts(const struct recap *recap);

#endif
