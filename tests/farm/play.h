/* SPDX-License-Identifier: MIT */
/*
 * What a command does on a target: the payload, played by payload/protocol.h,
 * and the scripts that begin when a command comes. It works at once and says
 * what is to be sent; the connection sends it.
 */
#ifndef FARM_PLAY_H
#define FARM_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "tests/farm/target.h"

enum play_end { PLAY_EXITS, PLAY_HOLDS, PLAY_HANGS_UP };

/* Sent in this order: errors, out, filler, tail, end. */
struct play {
    struct buf errors;
    struct buf out;
    const char *filler; /* again and again */
    bool filler_to_errors;
    uint64_t filler_left; /* bytes */
    struct buf tail;
    size_t slowly_after; /* bytes of `out`; then one a second */
    enum play_end end;
    char *held; /* the command that works on until it is told to stop */
    int status;
};

/* Does what `command` says on `target`. */
void play_init(struct play *play, struct target *target, const char *command);
/* Goes on with a command that works on, where that was told to stop. */
void play_look(struct play *play, struct target *target);
void play_release(struct play *play);

#endif
