/* SPDX-License-Identifier: MIT */
/*
 * The memory of one libssh2 session.
 *
 * libssh2 frees most of what it takes, but not all of it when a session ends
 * in the middle of something (an open SFTP handle, a half-read answer), it
 * does not wipe passwords, and it queues whatever a server sends. So each
 * session's blocks are kept in one list: they are wiped when freed, all of
 * them go when the session goes, and together they may not pass a maximum.
 */
#ifndef CONTROLLER_SSH_MEMORY_H
#define CONTROLLER_SSH_MEMORY_H

#include <stddef.h>

struct ssh_block;

/* Zeroed but for `max`: empty. */
struct ssh_memory {
    struct ssh_block *first;
    size_t used; /* bytes handed out */
    size_t max;
};

/* As malloc, realloc and free. NULL beyond the maximum. */
void *ssh_memory_take(struct ssh_memory *memory, size_t len);
void *ssh_memory_resize(struct ssh_memory *memory, void *bytes, size_t len);
void ssh_memory_give(struct ssh_memory *memory, void *bytes);

/* Wipes and frees all that is left. */
void ssh_memory_release(struct ssh_memory *memory);

#endif
