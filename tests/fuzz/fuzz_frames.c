/* SPDX-License-Identifier: MIT */
/*
 * Documents taken out of a target's output. Line 1: the sizes of the pieces
 * in which the rest comes. The same bytes in other pieces give the same
 * documents, the same noise and the same verdict; a plain reading of the
 * whole (RS to LF, no NULs) agrees. A document "stop" is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "controller/result/frames.h"
#include "payload/protocol.h"
#include "tests/fuzz/fuzz.h"

#define SEEN_MAX ((size_t)1024 * 1024)

static int note_document(void *context, const char *text, size_t len,
                         struct err *err)
{
    struct buf *seen = context;
    fuzz_must(memchr(text, '\n', len) == NULL, "a document is one line");
    fuzz_must(memchr(text, '\0', len) == NULL, "a document has no NUL");
    buf_addf(seen, "%zu:", len);
    buf_add(seen, text, len);
    return strcmp(text, "stop") == 0 ? err_set(err, 0, "stopped") : 0;
}

/* All of it in pieces; -1 when it was refused. */
static int feed(struct frames *frames, const struct fuzz_input *input,
                const char *sizes, struct err *err)
{
    size_t at = 0;
    for (size_t number = 0; at < input->len; number++) {
        size_t size = sizes == NULL
                          ? input->len
                          : fuzz_piece(sizes, number, input->len - at);
        /* of its own, so that nothing beyond it is read */
        char *piece = malloc(size);
        fuzz_must(piece != NULL, "there is memory");
        memcpy(piece, input->at + at, size);
        int status = frames_feed(frames, piece, size, err);
        free(piece);
        if (status != 0)
            return -1;
        at += size;
    }
    return 0;
}

static void same(const struct buf *a, const struct buf *b, const char *what)
{
    fuzz_must(a->len == b->len && memcmp(a->data, b->data, a->len) == 0, what);
}

/* What the documents must be, read as a whole. */
static void read_plainly(const struct fuzz_input *input, struct buf *seen)
{
    struct buf document;
    bool inside = false;
    buf_init(&document, SEEN_MAX);
    for (size_t i = 0; i < input->len; i++) {
        char c = input->at[i];
        if (c == '\0')
            continue;
        if (c == PROTOCOL_RS) {
            buf_reset(&document);
            inside = true;
        } else if (c == '\n' && inside) {
            size_t len = document.len;
            if (len > 0 && document.data[len - 1] == '\r')
                len--;
            buf_addf(seen, "%zu:", len);
            buf_add(seen, document.data, len);
            inside = false;
            if (len == 4 && memcmp(document.data, "stop", 4) == 0)
                break;
        } else if (inside) {
            buf_add_char(&document, c);
        }
    }
    buf_release(&document);
}

static void compare(const struct fuzz_input *input, const char *sizes)
{
    struct buf seen[3];
    struct frames frames[2];
    struct err err = {0};
    int status[2];
    for (int i = 0; i < 3; i++)
        buf_init(&seen[i], SEEN_MAX);
    for (int i = 0; i < 2; i++) {
        frames_init(&frames[i], note_document, &seen[i]);
        status[i] = feed(&frames[i], input, i == 0 ? NULL : sizes, &err);
    }
    read_plainly(input, &seen[2]);
    fuzz_must(status[0] == status[1], "pieces get the verdict of the whole");
    same(&seen[0], &seen[1], "pieces give the documents of the whole");
    same(&seen[0], &seen[2], "the documents are those that stand there");
    same(&frames[0].noise, &frames[1].noise, "pieces make the same noise");
    fuzz_must(frames[0].noise_dropped == frames[1].noise_dropped,
              "pieces drop as much noise");
    fuzz_must(frames[0].noise.len <= FRAMES_NOISE_MAX, "noise has an end");
    fuzz_must(frames[0].inside == frames[1].inside, "pieces end in the same");
    for (int i = 0; i < 2; i++)
        frames_release(&frames[i]);
    for (int i = 0; i < 3; i++)
        buf_release(&seen[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input input = {(const char *)data, len};
    char *sizes = fuzz_line(&input);
    compare(&input, sizes);
    free(sizes);
    return 0;
}
