/* SPDX-License-Identifier: MIT */
/*
 * One payload works on a machine at a time.
 *
 * The machine-wide mutex is a byte-range lock on the file `lock` in the
 * folder. A named mutex would do the same, but any user can make one of that
 * name first and hold it for ever; this file is out of their reach. Windows
 * drops the lock when its holder ends, however it ends. The holder writes
 * its key at the start of the file, outside the locked range, so that a
 * second one can tell whether its own run is already being done.
 */
#ifndef PAYLOAD_MACHINE_LOCK_H
#define PAYLOAD_MACHINE_LOCK_H

#include <stdbool.h>

#include "payload/run/command.h"
#include "payload/run/folder.h"

struct machine_lock {
    void *file; /* NULL: not held */
};

/*
 * Takes the lock in the name of `key`. While it is held under the same key,
 * waits up to `wait_ms` for it; held under another: FAILURE_BUSY.
 */
int machine_lock_take(struct machine_lock *lock, const struct folder *folder,
                      const char *key, unsigned long wait_ms,
                      struct failure *failure);
void machine_lock_release(struct machine_lock *lock);

/*
 * Whether a payload works here with the run id and the request of `command`,
 * whatever its verb is. Makes no file.
 */
bool machine_lock_is_held(const struct folder *folder,
                          const struct command *command);

#endif
