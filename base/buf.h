/* SPDX-License-Identifier: MIT */
/*
 * A growing run of bytes with a hard maximum.
 *
 * Invariants: `data` is never NULL and always ends in a NUL that `len` does
 * not count; `len` <= `max`. The first addition that does not fit, or that
 * memory refuses, sets `failed`; the content stays as it was before that
 * addition and every later addition is refused too. A writer may therefore
 * add many pieces and ask once at the end.
 *
 * Life cycle: buf_init, use, buf_release. A released buffer may be
 * initialised again. buf_reset empties it, keeps the storage and clears
 * `failed`.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len;
    size_t capacity;
    size_t max;
    bool failed;
};

/* No memory is taken until the first addition. `max` is in bytes. */
void buf_init(struct buf *buf, size_t max);
void buf_release(struct buf *buf);
void buf_reset(struct buf *buf);

/* Each returns 0, or -1 when the buffer has failed (now or before). */
int buf_add(struct buf *buf, const void *bytes, size_t len);
int buf_add_text(struct buf *buf, const char *text);
int buf_add_char(struct buf *buf, char c);
int buf_addf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int buf_addv(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/*
 * Makes room for `len` more bytes and returns where they go, or NULL; the
 * caller writes there and says with buf_added how many it wrote.
 */
char *buf_room(struct buf *buf, size_t len);
void buf_added(struct buf *buf, size_t len);

/* Drops the first `len` bytes (all, when there are fewer). */
void buf_drop_front(struct buf *buf, size_t len);

/*
 * Hands the NUL-terminated content to the caller, who frees it with free();
 * the buffer is empty afterwards. NULL when the buffer had failed or memory
 * refuses; the buffer is then released.
 */
char *buf_take(struct buf *buf);

#endif
