/* SPDX-License-Identifier: MIT */
/*
 * u-<run-id>.json: what stood on the machine before a run wrote.
 *
 *   {"protocol", "run", "verb", "wmi", "earlier_wmi", "computer", "identity",
 *    "settings": [{"id", "desired", "before"}], "complete": true}
 *
 * `wmi` and `earlier_wmi` are the request's, without account.password: what
 * an undo needs to plan the same settings when only this file is left.
 *
 * A run id may be worked on twice, when the first time ended half-way. The
 * snapshot of the first time then stands: it has the state before the first
 * write. Only settings that it lacks are added. Never deleted here.
 */
#ifndef PAYLOAD_SNAPSHOT_H
#define PAYLOAD_SNAPSHOT_H

#include <cjson/cJSON.h>

#include "payload/run/folder.h"

struct snapshot_head {
    const char *run;
    const char *verb;
    const char *computer; /* may be NULL */
    const cJSON *identity;
    const cJSON *request; /* the whole of it */
};

/*
 * The settings of the snapshot that this run id has already, an empty array
 * when it has none; the caller frees. NULL when there is one that cannot be
 * read: nothing may be written then.
 */
cJSON *snapshot_load(const struct folder *folder, const char *run,
                     struct err *err);

/* On the disk to stay when it returns 0. */
int snapshot_save(const struct folder *folder, const struct snapshot_head *head,
                  const cJSON *settings, struct err *err);

#endif
