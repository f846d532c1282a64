/* SPDX-License-Identifier: MIT */
/*
 * One u-<run-id>.json of a target and that run's saved result, judged: only
 * known members of the right types, settings of known families, states that
 * are not too deep, what was asked as payload/settings.h understands it.
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

/* Fills `run` from the name. Every `err` opens with the name. */
int snapshot_file_name(struct snapshot_file *file, struct err *err);

/* Fills the trees; also after -1 they are to be released. */
int snapshot_file_read(struct snapshot_file *file, struct err *err);
void snapshot_file_release(struct snapshot_file *file);

#endif
