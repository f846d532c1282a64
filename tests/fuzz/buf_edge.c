/* SPDX-License-Identifier: MIT */
/*
 * A buffer has more room than content, so a read behind the content goes
 * unseen. Here the linker leads each change of a buffer through a function
 * that shuts the room behind its end off: AddressSanitizer then tells.
 */
#include <sanitizer/asan_interface.h>

#include "base/buf.h"

int __real_buf_add(struct buf *buf, const void *bytes, size_t len);
int __real_buf_add_text(struct buf *buf, const char *text);
int __real_buf_add_char(struct buf *buf, char c);
int __real_buf_addv(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
char *__real_buf_room(struct buf *buf, size_t len);
void __real_buf_added(struct buf *buf, size_t len);
void __real_buf_drop_front(struct buf *buf, size_t len);
void __real_buf_reset(struct buf *buf);
char *__real_buf_take(struct buf *buf);

int __wrap_buf_add(struct buf *buf, const void *bytes, size_t len);
int __wrap_buf_add_text(struct buf *buf, const char *text);
int __wrap_buf_add_char(struct buf *buf, char c);
int __wrap_buf_addf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int __wrap_buf_addv(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
char *__wrap_buf_room(struct buf *buf, size_t len);
void __wrap_buf_added(struct buf *buf, size_t len);
void __wrap_buf_drop_front(struct buf *buf, size_t len);
void __wrap_buf_reset(struct buf *buf);
char *__wrap_buf_take(struct buf *buf);

static struct buf *open_room(struct buf *buf)
{
    if (buf->capacity > 0)
        __asan_unpoison_memory_region(buf->data, buf->capacity);
    return buf;
}

static void shut_room(const struct buf *buf)
{
    if (buf->capacity > buf->len + 1)
        __asan_poison_memory_region(buf->data + buf->len + 1,
                                    buf->capacity - buf->len - 1);
}

int __wrap_buf_add(struct buf *buf, const void *bytes, size_t len)
{
    int status = __real_buf_add(open_room(buf), bytes, len);
    shut_room(buf);
    return status;
}

int __wrap_buf_add_text(struct buf *buf, const char *text)
{
    int status = __real_buf_add_text(open_room(buf), text);
    shut_room(buf);
    return status;
}

int __wrap_buf_add_char(struct buf *buf, char c)
{
    int status = __real_buf_add_char(open_room(buf), c);
    shut_room(buf);
    return status;
}

int __wrap_buf_addv(struct buf *buf, const char *format, va_list args)
{
    int status = __real_buf_addv(open_room(buf), format, args);
    shut_room(buf);
    return status;
}

int __wrap_buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int status = __wrap_buf_addv(buf, format, args);
    va_end(args);
    return status;
}

/* Open until buf_added says how much of it is content. */
char *__wrap_buf_room(struct buf *buf, size_t len)
{
    char *room = __real_buf_room(open_room(buf), len);
    open_room(buf);
    return room;
}

void __wrap_buf_added(struct buf *buf, size_t len)
{
    __real_buf_added(buf, len);
    shut_room(buf);
}

void __wrap_buf_drop_front(struct buf *buf, size_t len)
{
    __real_buf_drop_front(open_room(buf), len);
    shut_room(buf);
}

void __wrap_buf_reset(struct buf *buf)
{
    __real_buf_reset(open_room(buf));
    shut_room(buf);
}

char *__wrap_buf_take(struct buf *buf)
{
    return __real_buf_take(open_room(buf));
}
