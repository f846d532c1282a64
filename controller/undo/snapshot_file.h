/* SPDX-License-Identifier: MIT */
/*
 * One u-<run-id>.json of a target and that run's saved result, judged: only
 * known members of the right types, settings of known families, states that
 * are neither too deep nor too wide to compare, what was asked as
 * payload/settings/settings.h understands it, and no password's source in it.
 *
 * Life cycle: fill the three that are given, snapshot_file_name,
 * snapshot_file_read, snapshot_file_release.
 */
#ifndef CONTROLLER_SNAPSHOT_FILE_H
#define CONTROLLER_SNAPSHOT_FILE_H

#include <cjson/cJSON.h>

#include "base/err.h"
#include "payload/protocol.h"

struct snapshot_file {
    const char *name;   /* given: these three, as the target told them */
    const char *text;   /* of the snapshot */
    const char *result; /* NULL: there is none */
    char run[PROTOCOL_RUN_ID_MAX + 1];
    cJSON *snapshot; /* {"run", "verb", "wmi", "identity", "settings", ...} */
    cJSON *left;     /* the result; NULL: there is none */
};

/*
 * Fills `run` from the name. 0, or -1 with nothing to release. Every `err`
 * of this module opens with the name.
 */
int snapshot_file_name(struct snapshot_file *file, struct err *err);

/*
 * Fills the trees. 0 or -1; after either they are to be released, and what
 * they hold is to be used after 0 only.
 */
int snapshot_file_read(struct snapshot_file *file, struct err *err);
void snapshot_file_release(struct snapshot_file *file);

#endif
