/* SPDX-License-Identifier: MIT */
/*
 * pending.json: which settings wait for winmgmt to restart.
 *
 *   {"protocol", "process": "1234-01dc5b1f0a2b3c4d", "settings": [ids]}
 *
 * They wait as long as winmgmt runs in the process in which it ran before
 * they were written, whatever the clock was set to since. The file is written
 * before the settings are, and goes when winmgmt was restarted here. Where
 * other services share the process, a restart by somebody else cannot be seen,
 * and they go on waiting.
 */
#ifndef PAYLOAD_PENDING_H
#define PAYLOAD_PENDING_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "payload/run/folder.h"

/*
 * Array of the ids that wait now: none when winmgmt runs in another process
 * than they wait for, or not at all. The caller frees; NULL when memory is
 * short.
 */
cJSON *pending_load(const struct folder *folder);

bool pending_has(const cJSON *ids, const char *id);

/*
 * Keeps `ids`, an array, as waiting for the process of winmgmt that runs
 * now; without a process there is nothing to wait for. On the disk to stay
 * when it returns 0.
 */
int pending_save(const struct folder *folder, const cJSON *ids,
                 struct err *err);

/* Nothing waits any more. */
void pending_forget(const struct folder *folder);

#endif
