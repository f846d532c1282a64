/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. Queries wait in one list, are with a thread, or wait
 * in another list for the loop, which a thread wakes. One lock guards the
 * lists and the counts; a query belongs to whoever took it off a list. The
 * whole is freed by the last who leaves: a thread, or the loop when its handle
 * is closed.
 */
#include "controller/fleet/fleet_names.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Enough for what the C library and its modules do. */
#define STACK_SIZE ((size_t)1024 * 1024)

struct names_query {
    struct names_query *next;
    char *name;
    names_answer *answer;
    void *context;
    bool forgotten; /* the lock's */
    int code;       /* of getaddrinfo */
    int number;     /* errno, for EAI_SYSTEM */
    struct addrinfo *found;
};

struct query_list {
    struct names_query *first;
    struct names_query **end;
};

struct names {
    uv_async_t wake;
    pthread_mutex_t lock;
    pthread_cond_t asked; /* or closed */
    struct query_list waiting;
    struct query_list done;
    size_t waiting_count;
    size_t threads;
    size_t idle;
    bool closed;
    bool handle_gone;
};

/* --- lists ---------------------------------------------------------------- */

static void list_init(struct query_list *list)
{
    list->first = NULL;
    list->end = &list->first;
}

static void list_add(struct query_list *list, struct names_query *query)
{
    query->next = NULL;
    *list->end = query;
    list->end = &query->next;
}

static struct names_query *list_take(struct query_list *list)
{
    struct names_query *query = list->first;
    if (query == NULL)
        return NULL;
    list->first = query->next;
    if (list->first == NULL)
        list->end = &list->first;
    return query;
}

static void query_free(struct names_query *query)
{
    if (query == NULL)
        return;
    if (query->found != NULL)
        freeaddrinfo(query->found);
    free(query->name);
    free(query);
}

static void list_free(struct query_list *list)
{
    for (struct names_query *query; (query = list_take(list)) != NULL;)
        query_free(query);
}

static void names_free(struct names *names)
{
    list_free(&names->waiting);
    list_free(&names->done);
    pthread_cond_destroy(&names->asked);
    pthread_mutex_destroy(&names->lock);
    free(names);
}

/* --- in a thread ---------------------------------------------------------- */

static void look_up(struct names_query *query)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_ADDRCONFIG};
    query->code = getaddrinfo(query->name, NULL, &hints, &query->found);
    query->number = errno;
}

/* The next that is still wanted, or NULL: all is over. With the lock. */
static struct names_query *wait_for_query(struct names *names)
{
    for (;;) {
        while (names->waiting.first == NULL && !names->closed) {
            names->idle++;
            pthread_cond_wait(&names->asked, &names->lock);
            names->idle--;
        }
        if (names->closed)
            return NULL;
        struct names_query *query = list_take(&names->waiting);
        names->waiting_count--;
        if (!query->forgotten)
            return query;
        query_free(query);
    }
}

static void *work(void *argument)
{
    struct names *names = argument;
    struct names_query *query;
    pthread_mutex_lock(&names->lock);
    while ((query = wait_for_query(names)) != NULL) {
        pthread_mutex_unlock(&names->lock);
        look_up(query);
        pthread_mutex_lock(&names->lock);
        list_add(&names->done, query);
        if (!names->closed)
            uv_async_send(&names->wake);
    }
    bool last = --names->threads == 0 && names->handle_gone;
    pthread_mutex_unlock(&names->lock);
    if (last)
        names_free(names);
    return NULL;
}

/* --- in the loop ---------------------------------------------------------- */

static void deliver(struct names_query *query)
{
    const char *why = NULL;
    if (query->code == EAI_SYSTEM)
        why = strerror(query->number);
    else if (query->code != 0)
        why = gai_strerror(query->code);
    query->answer(query->context, why == NULL ? query->found : NULL, why);
}

static void on_wake(uv_async_t *wake)
{
    struct names *names = wake->data;
    for (;;) {
        pthread_mutex_lock(&names->lock);
        struct names_query *query = list_take(&names->done);
        bool wanted = query != NULL && !query->forgotten;
        pthread_mutex_unlock(&names->lock);
        if (query == NULL)
            return;
        if (wanted)
            deliver(query);
        query_free(query);
    }
}

struct names *names_open(uv_loop_t *loop, struct err *err)
{
    struct names *names = calloc(1, sizeof *names);
    int code =
        names == NULL ? UV_ENOMEM : uv_async_init(loop, &names->wake, on_wake);
    if (code != 0) {
        free(names);
        err_set(err, 0, "looking up names: %s", uv_strerror(code));
        return NULL;
    }
    names->wake.data = names;
    pthread_mutex_init(&names->lock, NULL);
    pthread_cond_init(&names->asked, NULL);
    list_init(&names->waiting);
    list_init(&names->done);
    return names;
}

static void on_closed(uv_handle_t *handle)
{
    struct names *names = handle->data;
    pthread_mutex_lock(&names->lock);
    names->handle_gone = true;
    bool last = names->threads == 0;
    pthread_mutex_unlock(&names->lock);
    if (last)
        names_free(names);
}

void names_close(struct names *names)
{
    if (names == NULL)
        return;
    pthread_mutex_lock(&names->lock);
    names->closed = true;
    pthread_cond_broadcast(&names->asked);
    pthread_mutex_unlock(&names->lock);
    uv_close((uv_handle_t *)&names->wake, on_closed);
}

/* With the lock. */
static void begin_thread(struct names *names)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    if (pthread_create(&thread, &attributes, work, names) == 0)
        names->threads++;
    pthread_attr_destroy(&attributes);
}

/* -1 when there is no thread that would ever come to it. */
static int hand_over(struct names *names, struct names_query *query)
{
    pthread_mutex_lock(&names->lock);
    if (names->idle <= names->waiting_count &&
        names->threads < NAMES_THREADS_MAX)
        begin_thread(names);
    int failed = names->threads == 0 ? -1 : 0;
    if (!failed) {
        list_add(&names->waiting, query);
        names->waiting_count++;
        pthread_cond_signal(&names->asked);
    }
    pthread_mutex_unlock(&names->lock);
    return failed;
}

struct names_query *names_ask(struct names *names, const char *name,
                              names_answer *answer, void *context)
{
    struct names_query *query = calloc(1, sizeof *query);
    if (query == NULL)
        return NULL;
    query->answer = answer;
    query->context = context;
    query->name = strdup(name);
    if (query->name != NULL && hand_over(names, query) == 0)
        return query;
    query_free(query);
    return NULL;
}

void names_forget(struct names *names, struct names_query *query)
{
    if (query == NULL)
        return;
    pthread_mutex_lock(&names->lock);
    query->forgotten = true;
    pthread_mutex_unlock(&names->lock);
}
