/* SPDX-License-Identifier: MIT */
/*
 * A port on which this target answers others. Each connection has a thread
 * of its own, one question and one answer.
 */
#ifndef LAB_REMOTE_LISTENER_H
#define LAB_REMOTE_LISTENER_H

#include "wire.h"

/*
 * Answers one question; `from` is the other side's address. False hangs up
 * without an answer. Called in any thread.
 */
typedef bool (*listener_answer)(void *context, DWORD from,
                                const struct message *question,
                                struct message *answer);

/*
 * Listens at this target's address from now on and until listener_close().
 * `port` as for wire_listen(). NULL: the lab has given no address, or the
 * port cannot be had.
 */
struct listener *listener_open(unsigned *port, listener_answer, void *context);

/* When it returns no answer is asked for any more. */
void listener_close(struct listener *);

#endif
