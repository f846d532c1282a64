/* SPDX-License-Identifier: MIT */
/*
 * What a target's own snapshots say of what is to be put back there, where
 * the store does not know. All of it is the target's word, so it is judged
 * before it counts: sizes, depth, types, known members, known families, the
 * installation that it was written on. Nothing of a file that is wrong is
 * used, and no file behind it either. What is found fits into a request.
 */
#ifndef CONTROLLER_SNAPSHOTS_H
#define CONTROLLER_SNAPSHOTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Which of them are asked for. */
struct snapshots_wish {
    const char *run; /* how its id begins; NULL: the newest apply */
    bool all;        /* with `run` NULL: all of them */
};

/* Zeroed: nothing. */
struct snapshots_span {
    char run[48];       /* the newest run in it */
    cJSON *wmi;         /* what that run asked */
    cJSON *earlier_wmi; /* array: what the others asked, newest first */
    cJSON *settings;    /* array of {"id", "before", "after"}, after null where
                           it is not known */
    size_t foreign;     /* snapshots of another installation, left aside */
};

enum snapshots_end {
    SNAPSHOTS_REFUSED, /* `err` names the file; nothing to release */
    SNAPSHOTS_NOTHING, /* nothing to put back; nothing to release */
    SNAPSHOTS_FOUND,
};

/*
 * Judges `snapshots`, the member of that name of a result (see
 * payload/protocol.h), which the machine with `identity` gave.
 */
enum snapshots_end snapshots_read(struct snapshots_span *span,
                                  const cJSON *snapshots, const cJSON *identity,
                                  const struct snapshots_wish *wish,
                                  struct err *err);
void snapshots_release(struct snapshots_span *span);

#endif
