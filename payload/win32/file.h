/* SPDX-License-Identifier: MIT */
/*
 * Whole files, bounded, by UTF-8 path. Every err carries the Win32 code and
 * a text that opens with the path.
 */
#ifndef PAYLOAD_FILE_H
#define PAYLOAD_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define FILE_PATH_MAX 520

/*
 * All of it, into an initialised buffer whose maximum is the limit. err's
 * code is Windows', FILE_CODE_TOO_LARGE where there is more.
 */
#define FILE_CODE_TOO_LARGE 223 /* ERROR_FILE_TOO_LARGE */
int file_read(const char *path, struct buf *out, struct err *err);

/*
 * Puts a file with these bytes in place, or leaves what was there: written
 * beside it, flushed to the disk and then moved over it.
 */
int file_replace(const char *path, const void *bytes, size_t len,
                 struct err *err);

/* 0 also when there was none. */
int file_delete(const char *path, struct err *err);

/*
 * The same, patient until GetTickCount64 passes `until_ms` with a file that
 * somebody has open.
 */
int file_delete_by(const char *path, unsigned long long until_ms,
                   struct err *err);

/* What file_list tells of one file. */
struct file_entry {
    char name[260];
    unsigned long long written; /* 100 ns since 1601, UTC; the later of */
};                              /* creation and last write */

/*
 * The files (no directories) that match `pattern`, a path whose last part
 * may have wildcards, the newest first, and of more than 4096 only those;
 * *entries is the caller's to free. 0 matches is no failure.
 */
int file_list(const char *pattern, struct file_entry **entries, size_t *count,
              struct err *err);

/* Now, as file_entry.written counts. */
unsigned long long file_time_now(void);

#endif
