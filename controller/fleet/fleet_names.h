/* SPDX-License-Identifier: MIT */
/*
 * Looks names up beside the loop, each in a thread that has nothing else to
 * do.
 *
 * A resolver is patient: a name whose server is silent takes its thread for
 * half a minute. It must not hold up other names (libuv's own look-ups share
 * two threads), nor the end of the run: nobody waits for a thread.
 *
 * Life cycle: names_open, names_ask..., names_close. All of it is called in
 * the loop's thread, and there the answers come.
 */
#ifndef CONTROLLER_FLEET_NAMES_H
#define CONTROLLER_FLEET_NAMES_H

#include <netdb.h>
#include <uv.h>

#include "base/err.h"

/* Names at a time; more wait for their turn. */
#define NAMES_THREADS_MAX 256

struct names;
struct names_query;

/* `found` is the callback's for the call only; NULL: error_text says why. */
typedef void names_answer(void *context, const struct addrinfo *found,
                          const char *error_text);

/* NULL on failure. No thread is begun before there is a name. */
struct names *names_open(uv_loop_t *loop, struct err *err);
/*
 * No answer comes any more. The loop has to run once to be rid of the handle;
 * threads that still look up end by themselves.
 */
void names_close(struct names *names);

/*
 * The answer comes in a later turn of the loop, unless the query is forgotten
 * before; it is gone with its answer. NULL when memory or threads are short.
 */
struct names_query *names_ask(struct names *names, const char *name,
                              names_answer *answer, void *context);
void names_forget(struct names *names, struct names_query *query);

#endif
