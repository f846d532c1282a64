/* SPDX-License-Identifier: MIT */
/*
 * --outdir: a folder with one file a host, its result as one JSON object.
 *
 * A file is written beside its name and then renamed, so whoever looks sees a
 * whole one: this run's or an earlier one's (the object says whose).
 */
#ifndef CONTROLLER_OUTDIR_H
#define CONTROLLER_OUTDIR_H

#include "base/buf.h"
#include "base/err.h"

struct outdir;

/*
 * Makes the folder where it is not there and writes in it for a try. `run` is
 * the run's id. 0, or -1 with the cause.
 */
int outdir_open(struct outdir **out, const char *path, const char *run,
                struct err *err);
void outdir_close(struct outdir *outdir);

/* Writes the host's file: `text` and a line feed. */
int outdir_put(struct outdir *outdir, const char *host, const char *text,
               struct err *err);

/*
 * Appends the file's name: the host's with every byte but letters, digits and
 * "._-" as %XX, and a leading dot too; a name that no file may have for its
 * length ends with "~" and a hash instead. Two hosts never share one. 0 or -1.
 */
int outdir_name(struct buf *out, const char *host, struct err *err);

#endif
