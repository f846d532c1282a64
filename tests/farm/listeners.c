/* SPDX-License-Identifier: MIT */
#include "tests/farm/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/farm/connection.h"

#define FIRST_ADDRESS 0x7f800000u /* 127.128.0.0 */
#define HOSTS_PER_NET 254u        /* .1 to .254 */
#define BACKLOG 4096
#define ACCEPTS_MAX 64 /* in one turn */

struct in_addr farm_address(unsigned index)
{
    uint32_t address =
        FIRST_ADDRESS + index / HOSTS_PER_NET * 256 + 1 + index % HOSTS_PER_NET;
    return (struct in_addr){.s_addr = htonl(address)};
}

struct target *farm_target(struct farm *farm, struct in_addr address)
{
    uint32_t offset = ntohl(address.s_addr) - FIRST_ADDRESS;
    uint32_t host = offset % 256;
    uint32_t index = offset / 256 * HOSTS_PER_NET + host - 1;
    if (ntohl(address.s_addr) < FIRST_ADDRESS || host < 1 ||
        host > HOSTS_PER_NET || index >= farm->count)
        return NULL;
    return &farm->targets[index];
}

uint16_t farm_port(const struct farm *farm, const struct target *target)
{
    switch (target->script) {
    case SCRIPT_REFUSE:
        return farm->refusing_port;
    case SCRIPT_SWITCHED_OFF:
        return farm->silent_port;
    default:
        return farm->port;
    }
}

/* --- sockets -------------------------------------------------------------- */

static int new_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/*
 * A socket on `port` of every address, told in `*port`. Only from this
 * machine: the interface is lo where the system lets us say so, and calls for
 * other addresses than the targets' are closed at once.
 */
static int bind_all(uint16_t *port)
{
    static const char lo[] = "lo";
    static const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(*port)};
    socklen_t len = sizeof address;
    int fd = new_socket();
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, lo, sizeof lo);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, len) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &len) == 0) {
        *port = ntohs(address.sin_port);
        return fd;
    }
    close(fd);
    return -1;
}

/* Linux drops the calls for a queue that is full, as a machine that is off. */
static int fill_queue(struct listeners *listeners, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr = farm_address(0)};
    listeners->filler = new_socket();
    if (listen(listeners->silent, 0) != 0 || listeners->filler < 0)
        return -1;
    return connect(listeners->filler, (struct sockaddr *)&address,
                   sizeof address) == 0 ||
                   errno == EINPROGRESS
               ? 0
               : -1;
}

/* --- calls ---------------------------------------------------------------- */

static void take_call(struct farm *farm, int fd)
{
    static const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_UNSPEC};
    socklen_t len = sizeof address;
    struct target *target = NULL;
    if (getsockname(fd, (struct sockaddr *)&address, &len) == 0)
        target = farm_target(farm, address.sin_addr);
    if (target == NULL) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connection_open(farm, target, fd);
}

static void on_call(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    struct listeners *listeners = poll->data;
    for (int i = 0; i < ACCEPTS_MAX; i++) {
        int fd =
            accept4(listeners->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        take_call(listeners->farm, fd);
    }
}

int listeners_open(struct listeners *listeners, struct farm *farm,
                   uint16_t port)
{
    farm->port = port;
    *listeners = (struct listeners){.farm = farm,
                                    .fd = bind_all(&farm->port),
                                    .refusing = bind_all(&farm->refusing_port),
                                    .silent = bind_all(&farm->silent_port),
                                    .filler = -1};
    if (listeners->fd < 0 || listeners->refusing < 0 || listeners->silent < 0 ||
        listen(listeners->fd, BACKLOG) != 0 ||
        fill_queue(listeners, farm->silent_port) != 0 ||
        uv_poll_init(&farm->loop, &listeners->poll, listeners->fd) != 0) {
        fprintf(stderr, "farm: port %u: %s\n", (unsigned)port, strerror(errno));
        return -1;
    }
    listeners->poll.data = listeners;
    return uv_poll_start(&listeners->poll, UV_READABLE, on_call);
}

void listeners_close(struct listeners *listeners)
{
    uv_close((uv_handle_t *)&listeners->poll, NULL);
    close(listeners->fd);
    close(listeners->refusing);
    close(listeners->silent);
    close(listeners->filler);
}
