/* SPDX-License-Identifier: MIT */
/*
 * Takes the documents (RS ... LF) out of a target's standard output and
 * keeps the rest as noise.
 *
 * Feed it the bytes as they come. A document is at most
 * PROTOCOL_RESULT_MAX bytes, noise is kept up to FRAMES_NOISE_MAX and counted
 * beyond. CR before LF is dropped: some shells re-encode line ends. So is a
 * NUL after each byte (UTF-16LE shells).
 */
#ifndef CONTROLLER_FRAMES_H
#define CONTROLLER_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define FRAMES_NOISE_MAX 8192

struct frames {
    struct buf document; /* the one being received */
    struct buf noise;
    bool inside;
    size_t noise_dropped;
    /* Called for each whole document; 0 to go on, -1 with `err` to stop. */
    int (*on_document)(void *context, const char *text, size_t len,
                       struct err *err);
    void *context;
};

void frames_init(struct frames *frames,
                 int (*on_document)(void *context, const char *text, size_t len,
                                    struct err *err),
                 void *context);
void frames_release(struct frames *frames);

/* Starts with the next channel: a half document is dropped, noise is kept. */
void frames_restart(struct frames *frames);

/* Keeps bytes that cannot hold a document, such as standard error. */
void frames_noise(struct frames *frames, const char *bytes, size_t len);

/*
 * 0, or -1 with `err` when a document is too long or the callback said so;
 * nothing of that document is kept.
 */
int frames_feed(struct frames *frames, const char *bytes, size_t len,
                struct err *err);

#endif
