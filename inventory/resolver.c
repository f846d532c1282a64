/* SPDX-License-Identifier: MIT */
#include "inventory/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"

#define WORKERS_MAX 64
#define ADDRESSES_MAX 4096 /* bytes for one name */

struct looking {
    struct resolver_query *queries;
    size_t count;
    time_t until;
    pthread_mutex_t lock;
    size_t next;       /* the lock's */
    bool memory_short; /* the lock's */
};

static time_t seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* False for what is of no use on another machine. */
static bool print_address(const struct sockaddr *address, char *text,
                          size_t size)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 != 127 &&
               inet_ntop(AF_INET, &v4.sin_addr, text, (socklen_t)size) != NULL;
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        return !IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) &&
               inet_ntop(AF_INET6, &v6.sin6_addr, text, (socklen_t)size) !=
                   NULL;
    }
    return false;
}

static int join(const struct addrinfo *found, struct resolver_query *query)
{
    struct buf list;
    buf_init(&list, ADDRESSES_MAX);
    for (; found != NULL; found = found->ai_next) {
        char text[INET6_ADDRSTRLEN];
        if (print_address(found->ai_addr, text, sizeof text))
            buf_addf(&list, "%s%s", list.len > 0 ? "," : "", text);
    }
    bool none = list.len == 0 && !list.failed;
    if (none)
        query->trouble = "here it is a loopback address, which other machines "
                         "cannot use";
    query->addresses = none ? NULL : buf_take(&list);
    buf_release(&list);
    return none || query->addresses != NULL ? 0 : -1;
}

static int look_up(struct resolver_query *query)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int code = getaddrinfo(query->name, NULL, &hints, &found);
    if (code == EAI_MEMORY)
        return -1;
    if (code != 0) {
        query->trouble = gai_strerror(code);
        return 0;
    }
    int status = join(found, query);
    freeaddrinfo(found);
    return status;
}

static struct resolver_query *take(struct looking *looking)
{
    pthread_mutex_lock(&looking->lock);
    struct resolver_query *query = looking->next < looking->count
                                       ? &looking->queries[looking->next++]
                                       : NULL;
    pthread_mutex_unlock(&looking->lock);
    return query;
}

static void *work(void *argument)
{
    struct looking *looking = argument;
    struct resolver_query *query;
    while ((query = take(looking)) != NULL) {
        if (seconds_now() >= looking->until) {
            query->trouble = "the names before it took all the time there is";
        } else if (look_up(query) == -1) {
            pthread_mutex_lock(&looking->lock);
            looking->memory_short = true;
            pthread_mutex_unlock(&looking->lock);
        }
    }
    return NULL;
}

int resolver_look_up(void *context, struct resolver_query *queries,
                     size_t count)
{
    pthread_t workers[WORKERS_MAX];
    size_t started = 0;
    struct looking looking = {.queries = queries,
                              .count = count,
                              .until = seconds_now() + RESOLVER_PATIENCE_S,
                              .lock = PTHREAD_MUTEX_INITIALIZER};
    (void)context;
    while (started < WORKERS_MAX && started + 1 < count &&
           pthread_create(&workers[started], NULL, work, &looking) == 0)
        started++;
    work(&looking); /* this thread too, which is enough if there is no other */
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i], NULL);
    pthread_mutex_destroy(&looking.lock);
    return looking.memory_short ? -1 : 0;
}
