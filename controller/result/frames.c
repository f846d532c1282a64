/* SPDX-License-Identifier: MIT */
#include "controller/result/frames.h"

#include <string.h>

#include "controller/result/fault.h"
#include "payload/protocol.h"

/* One more than a document may have: the CR that a shell puts before LF. */
#define DOCUMENT_ROOM (PROTOCOL_RESULT_MAX + 1)

void frames_init(struct frames *frames,
                 int (*on_document)(void *context, const char *text, size_t len,
                                    struct err *err),
                 void *context)
{
    *frames = (struct frames){.on_document = on_document, .context = context};
    buf_init(&frames->document, DOCUMENT_ROOM);
    buf_init(&frames->noise, FRAMES_NOISE_MAX);
}

void frames_release(struct frames *frames)
{
    buf_release(&frames->document);
    buf_release(&frames->noise);
}

void frames_restart(struct frames *frames)
{
    frames->inside = false;
    buf_release(&frames->document);
}

void frames_noise(struct frames *frames, const char *bytes, size_t len)
{
    size_t room = FRAMES_NOISE_MAX - frames->noise.len;
    size_t kept = len < room ? len : room;
    if (buf_add(&frames->noise, bytes, kept)) {
        /* Noise is a courtesy: without memory it is only counted. */
        frames->noise.failed = false;
        kept = 0;
    }
    frames->noise_dropped += len - kept;
}

static int add_to_document(struct frames *frames, const char *bytes, size_t len,
                           struct err *err)
{
    if (len > DOCUMENT_ROOM - frames->document.len)
        return err_set(err, FAULT_BAD_RESULT,
                       "the answer is longer than %u MiB",
                       PROTOCOL_RESULT_MAX / 1024 / 1024);
    if (buf_add(&frames->document, bytes, len))
        return err_set(err, FAULT_BAD_RESULT,
                       "no memory for an answer of %zu bytes",
                       frames->document.len + len);
    return 0;
}

static int end_document(struct frames *frames, struct err *err)
{
    struct buf *document = &frames->document;
    if (document->len > 0 && document->data[document->len - 1] == '\r')
        document->data[--document->len] = '\0';
    int failed = 0;
    if (document->len > PROTOCOL_RESULT_MAX)
        failed =
            err_set(err, FAULT_BAD_RESULT, "the answer is longer than %u MiB",
                    PROTOCOL_RESULT_MAX / 1024 / 1024);
    else
        failed = frames->on_document(frames->context, document->data,
                                     document->len, err);
    frames_restart(frames);
    return failed;
}

/* RS inside a document: what came so far was cut off by something else. */
static void begin_document(struct frames *frames)
{
    if (frames->inside)
        frames_noise(frames, frames->document.data, frames->document.len);
    buf_release(&frames->document);
    frames->inside = true;
}

/* How many bytes from `bytes` on need no decision. */
static size_t plain_run(const struct frames *frames, const char *bytes,
                        size_t len)
{
    size_t run = 0;
    while (run < len && bytes[run] != '\0' && bytes[run] != PROTOCOL_RS &&
           !(frames->inside && bytes[run] == '\n'))
        run++;
    return run;
}

int frames_feed(struct frames *frames, const char *bytes, size_t len,
                struct err *err)
{
    size_t at = 0;
    while (at < len) {
        size_t run = plain_run(frames, bytes + at, len - at);
        if (!frames->inside)
            frames_noise(frames, bytes + at, run);
        else if (add_to_document(frames, bytes + at, run, err)) {
            frames_restart(frames);
            return -1;
        }
        at += run;
        if (at == len)
            break;
        char c = bytes[at++];
        if (c == PROTOCOL_RS)
            begin_document(frames);
        else if (c == '\n' && end_document(frames, err))
            return -1;
        /* A NUL is the upper half of a UTF-16LE unit: dropped. */
    }
    return 0;
}
