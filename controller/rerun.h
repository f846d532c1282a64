/* SPDX-License-Identifier: MIT */
/*
 * Which hosts an earlier run left undone: --rerun and --resume narrow the
 * selection to them.
 *
 * "failed": the payload ran and the outcome is bad (failed, conflict,
 * cancelled; blocked where settings were written). "unreachable": it never
 * ran. "pending": the run did not come to the host, or was cancelled there.
 * "all": every host of the run.
 *
 * --rerun begins a new run (of what the named one left, with --resume too).
 * --resume goes on with the one that it names, under its id: where its
 * controller was killed a payload may have worked unseen, and under that id it
 * prints what it did then, or goes on, with the state that stood before.
 */
#ifndef CONTROLLER_RERUN_H
#define CONTROLLER_RERUN_H

#include "base/err.h"
#include "base/log.h"
#include "controller/options.h"
#include "controller/result/result.h"
#include "inventory/inventory.h"
#include "inventory/table.h"

/* True after telling that the words of --rerun are none. */
bool rerun_words_wrong(const char *words);

/* A run that is gone on with. Zeroed: none is. */
struct resumed {
    char run[48]; /* its id */
    /* Names of hosts of `targets` where it was cancelled with a result. */
    struct table cancelled;
    /*
     * Its controller was killed, and hosts that it may have begun are not
     * selected now: it is not at its end behind this either.
     */
    bool stays_open;
};

void resumed_release(struct resumed *resumed);

/*
 * Leaves in `targets` the hosts that the options mean, in their order; all of
 * them when neither option is given. `resumed` is filled with --resume; its
 * names are those of `targets`. -1: told what is wrong, an empty rest
 * included.
 */
int rerun_narrow(struct target_list *targets, const struct options *options,
                 enum verb verb, const struct log *log,
                 struct resumed *resumed);

#endif
