/* SPDX-License-Identifier: MIT */
/*
 * Which hosts an earlier run left undone: --rerun and --resume narrow the
 * selection to them.
 *
 * "failed": the payload ran and the outcome is bad (failed, conflict,
 * cancelled; blocked where settings were written). "unreachable": it never
 * ran. "pending": the run did not come to the host. "all": every host of the
 * run.
 */
#ifndef CONTROLLER_RERUN_H
#define CONTROLLER_RERUN_H

#include "base/err.h"
#include "base/log.h"
#include "controller/options.h"
#include "controller/result.h"
#include "inventory/inventory.h"

/* True after telling that the words of --rerun are none. */
bool rerun_words_wrong(const char *words);

/*
 * Leaves in `targets` the hosts that the options mean, in their order; all of
 * them when neither option is given. -1: told what is wrong, an empty rest
 * included.
 */
int rerun_narrow(struct target_list *targets, const struct options *options,
                 enum verb verb, const struct log *log);

#endif
