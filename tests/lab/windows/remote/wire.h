/* SPDX-License-Identifier: MIT */
/*
 * What the lab's machines say to each other in the place of DCOM: one message
 * there, one back, over TCP. A message is an ordered list of names with
 * values, of which names may repeat; on the wire it is its length in bytes
 * (32 bits) and the texts in UTF-16, each with its end.
 *
 * Nothing here is Windows' own protocol: what a connection is refused for is
 * Windows', how the refusal travels is the lab's.
 */
#ifndef LAB_REMOTE_WIRE_H
#define LAB_REMOTE_WIRE_H

#include <winsock2.h>
#include <windows.h>
#include <stdbool.h>
#include <stddef.h>

enum { MESSAGE_COUNT_MAX = 262144, WIRE_MS = 20000 };

struct message {
    WCHAR *texts;    /* name, 0, value, 0, name, ... */
    size_t count;    /* characters in use, ends included */
    size_t capacity; /* of them */
    bool failed;     /* no memory, or too long: it cannot be sent */
};

void message_init(struct message *);
void message_release(struct message *);

/* NULL counts as empty. A failure is remembered until it is sent. */
void message_add(struct message *, const WCHAR *name, const WCHAR *value);
void message_add_number(struct message *, const WCHAR *name, DWORD);

/*
 * The pair at *at (begin with 0), which moves behind it. False at the end.
 * The texts are the message's.
 */
bool message_next(const struct message *, size_t *at, const WCHAR **name,
                  const WCHAR **value);

/* The first value of that name; NULL: it has none. */
const WCHAR *message_get(const struct message *, const WCHAR *name);
DWORD message_number(const struct message *, const WCHAR *name,
                     DWORD otherwise);

/* Both wait at most WIRE_MS. False: the other side is gone, or talks what is
 * no message. wire_receive() fills an initialised, empty message. */
bool wire_send(SOCKET, const struct message *);
bool wire_receive(SOCKET, struct message *);

/* A socket bound to `own`, connected; INVALID_SOCKET: nobody listens. */
SOCKET wire_connect(DWORD own, DWORD address, unsigned port);

/*
 * A socket that listens at that address, and its port: `port` if it is not 0
 * and free, else one of 49152 to 65535. INVALID_SOCKET on failure.
 */
SOCKET wire_listen(DWORD own, unsigned *port);

/* One question and its answer. S_OK when there is one; 0x800706BA: nobody
 * listens, 0x800706BE: he hung up. */
HRESULT wire_ask(DWORD own, DWORD address, unsigned port,
                 const struct message *question, struct message *answer);

#endif
