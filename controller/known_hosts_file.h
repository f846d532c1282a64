/* SPDX-License-Identifier: MIT */
/*
 * A known_hosts file on disk: read whole, and only ever appended to.
 */
#ifndef CONTROLLER_KNOWN_HOSTS_FILE_H
#define CONTROLLER_KNOWN_HOSTS_FILE_H

#include "base/buf.h"
#include "base/err.h"

#define KNOWN_HOSTS_FILE_MAX ((size_t)64 * 1024 * 1024) /* bytes */

/* A file that does not exist is empty. */
int known_hosts_file_read(const char *path, struct buf *text, struct err *err);

/*
 * Appends one line, which ends in its line feed, under a lock and in one
 * write. A last line without line feed is ended first. Makes the file (0600)
 * and its folder (0700). What was there stays on every failure.
 */
int known_hosts_file_append(const char *path, const struct buf *line,
                            struct err *err);

#endif
