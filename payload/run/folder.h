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
void folder_close(struct folder *folder);

/* "<folder>\<name>" into `path`; `name` is one of protocol.h's. */
void folder_path(const struct folder *folder, const char *name,
                 char path[FILE_PATH_MAX]);

#endif
