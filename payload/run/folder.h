/* SPDX-License-Identifier: MIT */
/*
 * %ProgramData%\wmifleet: made with its protection in one call, checked
 * before anything in it is believed, and held open while it is used so that
 * nobody can put another one in its place.
 */
#ifndef PAYLOAD_FOLDER_H
#define PAYLOAD_FOLDER_H

#include <stddef.h>

#include "payload/win32/file.h"
#include "payload/engine/outcome.h"

struct folder {
    void *handle;             /* NULL: not open */
    char path[FILE_PATH_MAX]; /* PROTOCOL_COMMAND_CHARACTERS only */
};

/* 0, or -1 with what is wrong; the folder is then not open. */
int folder_open(struct folder *folder, struct failure *failure);
/* The same, but makes none: 0 with `handle` NULL when there is none. */
int folder_open_existing(struct folder *folder, struct failure *failure);

/*
 * Closes it and removes it, which Windows does only with an empty one, and
 * with a link in its place without looking behind it. -1: err's code is
 * Windows'.
 */
int folder_remove(struct folder *folder, struct err *err);
void folder_close(struct folder *folder);

/* "<folder>\<name>" into `path`; `name` is one of protocol.h's. */
void folder_path(const struct folder *folder, const char *name,
                 char path[FILE_PATH_MAX]);

#endif
