/* SPDX-License-Identifier: MIT */
/*
 * The verb cancel: a run that is at work on this machine stops before its
 * next setting.
 *
 * It is asked by a file, c-<run-id>, in the folder. A named event would do
 * the same, but any user can make one of that name first, and so stop
 * somebody's run or keep it from being stopped; this file is out of their
 * reach. The run looks for it between two settings, so nothing is left half
 * written.
 *
 * Whoever asks waits until the run has let go of the machine's lock, and
 * removes the file then. The run removes it too, behind its lock, for one
 * that asked and was ended. No file is left behind.
 */
#ifndef PAYLOAD_CANCELLATION_H
#define PAYLOAD_CANCELLATION_H

#include <stdbool.h>

#include "payload/run/command.h"
#include "payload/run/folder.h"

enum cancellation {
    CANCELLATION_ENDED,   /* the run was at work, and is no longer */
    CANCELLATION_NONE,    /* it is not at work here: nothing was done */
    CANCELLATION_LASTS,   /* it still is: what it does takes its time */
    CANCELLATION_REFUSED, /* the file cannot be written; err says why */
};

/*
 * Asks the run that has the run id and the request of `command`, and waits
 * for its end, `wait_ms` at most. One that only just starts is waited for.
 */
enum cancellation cancellation_ask(const struct folder *folder,
                                   const struct command *command,
                                   unsigned long wait_ms, struct err *err);

/* Whether this run was asked to stop. */
bool cancellation_is_asked(const struct folder *folder, const char *run);

/* Behind the machine's lock: nobody is asked any more. */
void cancellation_forget(const struct folder *folder, const char *run);

#endif
