/* SPDX-License-Identifier: MIT */
#include "controller/fleet/fleet_watch.h"

#include <stdlib.h>

struct fleet_watch {
    uv_poll_t poll;
    int fd;
    void (*ready)(void *context);
    void *context;
};

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void fleet_watch_close(struct fleet_watch **watch)
{
    if (*watch == NULL)
        return;
    uv_close((uv_handle_t *)&(*watch)->poll, on_closed);
    *watch = NULL;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    (void)status; /* an error shows itself in the host's next operation */
    (void)events;
    struct fleet_watch *watch = poll->data;
    watch->ready(watch->context);
}

static struct fleet_watch *watch_open(uv_loop_t *loop, int fd)
{
    struct fleet_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return NULL;
    if (uv_poll_init(loop, &watch->poll, fd)) {
        free(watch);
        return NULL;
    }
    watch->poll.data = watch;
    watch->fd = fd;
    return watch;
}

int fleet_watch_set(struct fleet_watch **watch, uv_loop_t *loop,
                    struct transport_wait io, void (*ready)(void *context),
                    void *context)
{
    int events = 0;
    if (io.events & TRANSPORT_WRITABLE)
        events |= UV_WRITABLE;
    /* Who does not say what it waits for waits for an answer. */
    if ((io.events & TRANSPORT_READABLE) || events == 0)
        events |= UV_READABLE;
    if (*watch && (*watch)->fd != io.fd)
        fleet_watch_close(watch);
    if (*watch == NULL)
        *watch = watch_open(loop, io.fd);
    if (*watch == NULL)
        return -1;
    (*watch)->ready = ready;
    (*watch)->context = context;
    return uv_poll_start(&(*watch)->poll, events, on_ready) ? -1 : 0;
}
