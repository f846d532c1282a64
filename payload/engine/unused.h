/* SPDX-License-Identifier: MIT */
/*
 * Which runs have an undo left: what their snapshots in the folder would
 * still put back. A setting is put back when the state that was read of it
 * last is the one from before the oldest apply, whoever brought it
 * there; where it was not read since a run that ended half-way, it is not
 * known to be. What was written on another installation of Windows no undo
 * puts back.
 *
 * Life cycle: unused_init, every snapshot and then every saved result, each
 * from the newest to the oldest, unused_runs, unused_release.
 * Free of windows.h.
 */
#ifndef PAYLOAD_UNUSED_H
#define PAYLOAD_UNUSED_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct unused {
    const cJSON *identity; /* of this installation; given */
    cJSON *settings;       /* by id */
    cJSON *runs;           /* array of the ids of runs */
    bool failed;           /* memory is short */
};

void unused_init(struct unused *unused, const cJSON *identity);
void unused_release(struct unused *unused);

/*
 * One u-<run>.json, which was written at `written` (in any unit); `tree` NULL:
 * it cannot be read. `left` is the saved result of that run, or NULL.
 */
void unused_add_snapshot(struct unused *unused, const char *run, double written,
                         const cJSON *tree, const cJSON *left);

/* One saved result of any verb. */
void unused_add_result(struct unused *unused, double written,
                       const cJSON *tree);

/*
 * The runs that have an undo left, each once, the newest first: an array that
 * lives as long as `unused`. NULL when memory was short.
 */
const cJSON *unused_runs(struct unused *unused);

#endif
