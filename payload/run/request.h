/* SPDX-License-Identifier: MIT */
/* The request file: read once, proven by its name, judged, unfolded. */
#ifndef PAYLOAD_REQUEST_H
#define PAYLOAD_REQUEST_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/buf.h"
#include "payload/run/command.h"
#include "payload/run/folder.h"
#include "payload/settings/settings.h"

struct request {
    struct buf bytes; /* as they were uploaded */
    cJSON *tree;
    struct settings settings;
    struct settings *earlier; /* undo: what older runs asked, newest first */
    size_t earlier_count;
    const cJSON *undo; /* the member of that name; NULL for other verbs */
    bool secret;       /* its file is gone, and it is never copied */
};

/*
 * Reads the command's request from where its name says it lies. 0, or -1
 * with FAILURE_PAYLOAD_FAILED; the request then holds nothing.
 */
int request_open(struct request *request, const struct command *command,
                 const struct folder *folder, struct failure *failure);
void request_close(struct request *request);

/* False where the request has "restart": "never". */
bool request_may_restart(const struct request *request);

/* Whether a setting may be written that no undo brings back. */
bool request_allows_irreversible(const struct request *request);

/* Whether the option of that name is there and true. */
bool request_has_option(const struct request *request, const char *name);

/* What "only" and "skip" leave of the families. */
bool request_wants_family(const struct request *request, const char *name);

#endif
