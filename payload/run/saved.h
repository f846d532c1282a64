/* SPDX-License-Identifier: MIT */
/* Results of past runs in the folder: s-<run-id>-<verb>-<hash>.json. */
#ifndef PAYLOAD_SAVED_H
#define PAYLOAD_SAVED_H

#include "base/buf.h"
#include "payload/run/command.h"
#include "payload/run/folder.h"

#define SAVED_KEEP 20
#define SAVED_KEY_MAX 160

/* "<run-id>-<verb>-<hash>": what makes two runs the same. */
void saved_key(const struct command *command, char key[SAVED_KEY_MAX]);

/* 0 when there is a whole one; `out` then holds its text. */
int saved_load(const struct folder *folder, const char *key, struct buf *out,
               struct err *err);

/*
 * On the disk when it returns 0; then all but the newest SAVED_KEEP of this
 * verb are removed: checks do not push out what an apply said.
 */
int saved_store(const struct folder *folder, const struct command *command,
                const char *text, size_t len, struct err *err);

#endif
