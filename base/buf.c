/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What `data` points to while nothing is allocated; never written. */
static char empty[1];

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.data = empty, .max = max};
}

void buf_release(struct buf *buf)
{
    if (buf->data != empty)
        free(buf->data);
    buf_init(buf, buf->max);
}

void buf_reset(struct buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->data != empty)
        buf->data[0] = '\0';
}

static int grow(struct buf *buf, size_t need)
{
    size_t capacity = buf->capacity < 64 ? 64 : buf->capacity;
    while (capacity < need)
        capacity += capacity / 2;
    if (capacity - 1 > buf->max)
        capacity = buf->max + 1;
    char *data = realloc(buf->data == empty ? NULL : buf->data, capacity);
    if (data == NULL)
        return -1;
    if (buf->data == empty)
        data[0] = '\0';
    buf->data = data;
    buf->capacity = capacity;
    return 0;
}

char *buf_room(struct buf *buf, size_t len)
{
    if (buf->failed)
        return NULL;
    if (len > buf->max - buf->len ||
        (buf->len + len + 1 > buf->capacity && grow(buf, buf->len + len + 1))) {
        buf->failed = true;
        return NULL;
    }
    return buf->data + buf->len;
}

void buf_added(struct buf *buf, size_t len)
{
    buf->len += len;
    buf->data[buf->len] = '\0';
}

int buf_add(struct buf *buf, const void *bytes, size_t len)
{
    char *room = buf_room(buf, len);
    if (room == NULL)
        return -1;
    if (len > 0)
        memcpy(room, bytes, len);
    buf_added(buf, len);
    return 0;
}

int buf_add_text(struct buf *buf, const char *text)
{
    return buf_add(buf, text, strlen(text));
}

int buf_add_char(struct buf *buf, char c)
{
    return buf_add(buf, &c, 1);
}

int buf_addv(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *room = len < 0 ? NULL : buf_room(buf, (size_t)len);
    if (room == NULL) {
        buf->failed = true;
        return -1;
    }
    vsnprintf(room, (size_t)len + 1, format, args);
    buf_added(buf, (size_t)len);
    return 0;
}

int buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int status = buf_addv(buf, format, args);
    va_end(args);
    return status;
}

void buf_drop_front(struct buf *buf, size_t len)
{
    if (len >= buf->len)
        len = buf->len;
    if (len == 0)
        return;
    memmove(buf->data, buf->data + len, buf->len - len + 1);
    buf->len -= len;
}

char *buf_take(struct buf *buf)
{
    if (buf->failed || (buf->data == empty && grow(buf, 1))) {
        buf_release(buf);
        return NULL;
    }
    char *data = buf->data;
    buf_init(buf, buf->max);
    return data;
}
