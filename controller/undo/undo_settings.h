/* SPDX-License-Identifier: MIT */
/*
 * What several runs did to one host, as one span: of each setting the oldest
 * state before and the newest state after.
 */
#ifndef CONTROLLER_UNDO_SETTINGS_H
#define CONTROLLER_UNDO_SETTINGS_H

#include <cjson/cJSON.h>

/*
 * Adds one setting ({"id", "before", ...}) of a run older than all that
 * `settings`, an array of {"id", "before", "after"}, has so far. `after` NULL
 * is written as null: not known. Copies. -1 when memory is short.
 *
 * An older state of another account is not taken: where an account was deleted
 * and made again between the runs ("sid"), its rights went with it, and the
 * state before is what the new one was found with.
 */
int undo_settings_take(cJSON *settings, const cJSON *setting,
                       const cJSON *after);

/* Settings that are as before already, by a later run: nothing to do. */
void undo_settings_drop_settled(cJSON *settings);

#endif
