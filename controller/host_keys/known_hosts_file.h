/* SPDX-License-Identifier: MIT */
/*
 * A known_hosts file on disk: read whole, appended to, or replaced by a new
 * one; the lock on the file makes one writer of many processes.
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

/* Puts what the file shall be into `out`; -1 when memory is short. */
typedef int known_hosts_editor(void *context, const struct buf *text,
                               struct buf *out);

/*
 * Puts another file in its place, made beside it under its lock, with its
 * permissions; through a symbolic link the file it leads to. What was there
 * stays on every failure.
 */
int known_hosts_file_rewrite(const char *path, known_hosts_editor *edit,
                             void *context, struct err *err);

#endif
