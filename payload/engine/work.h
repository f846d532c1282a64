/* SPDX-License-Identifier: MIT */
/*
 * One setting on its way through the engine: what is read of it, written to
 * it, and told of it. Free of windows.h.
 */
#ifndef PAYLOAD_WORK_H
#define PAYLOAD_WORK_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "payload/engine/setting.h"

struct work {
    struct setting *setting;
    cJSON *before; /* owned until the entry has it; NULL: not readable yet */
    cJSON *entry;  /* NULL: not done yet */
    cJSON *superseded; /* the entry that stood there before the restart */
    bool waits;        /* for winmgmt to restart */
    bool lost;         /* a write that cannot be undone was begun */
};

/* What the entry of a setting says, besides what the setting itself has. */
struct verdict {
    const char *state; /* one of PROTOCOL_STATES */
    struct setting_reason reason;
};

/* The word of PROTOCOL_STATES that stands for what compare has said. */
const char *verdict_word(enum setting_verdict verdict);

/* The state now, the caller's; NULL with `verdict` filled. */
cJSON *work_read(struct setting *setting, struct verdict *verdict);

/*
 * Writes, reads again and compares again. `after` becomes the state that is
 * left, the caller's, or NULL where it cannot be read.
 */
void work_write(struct setting *setting, const cJSON *state, cJSON **after,
                struct verdict *verdict);

/*
 * What protocol.h tells of a setting; the caller's. NULL when memory is
 * short. `after` may be NULL.
 */
cJSON *work_entry(const struct work *work, const cJSON *after,
                  const struct verdict *verdict);

/*
 * Adds the entry of one that `text` says to have been interrupted. Reads
 * only what plan has made of it: another thread may be at work on the rest.
 */
bool work_add_interrupted(cJSON *settings, const struct work *work,
                          const char *text);

/* {"id", "desired", "before"}, the caller's; NULL when memory is short. */
cJSON *work_snapshot(const struct work *work);

#endif
