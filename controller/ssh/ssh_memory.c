/* SPDX-License-Identifier: MIT */
#include "controller/ssh/ssh_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct ssh_block {
    struct ssh_block *previous;
    struct ssh_block *next;
    size_t len;
    max_align_t bytes[];
};

static struct ssh_block *block_of(void *bytes)
{
    return (struct ssh_block *)(void *)((char *)bytes -
                                        offsetof(struct ssh_block, bytes));
}

void *ssh_memory_take(struct ssh_memory *memory, size_t len)
{
    if (memory->used > memory->max || len > memory->max - memory->used)
        return NULL;
    struct ssh_block *block = malloc(sizeof *block + len);
    if (block == NULL)
        return NULL;
    *block = (struct ssh_block){.next = memory->first, .len = len};
    if (memory->first != NULL)
        memory->first->previous = block;
    memory->first = block;
    memory->used += len;
    return block->bytes;
}

static void wipe_and_free(struct ssh_block *block)
{
    explicit_bzero(block->bytes, block->len);
    free(block);
}

void ssh_memory_give(struct ssh_memory *memory, void *bytes)
{
    if (bytes == NULL)
        return;
    struct ssh_block *block = block_of(bytes);
    if (block->previous != NULL)
        block->previous->next = block->next;
    else
        memory->first = block->next;
    if (block->next != NULL)
        block->next->previous = block->previous;
    memory->used -= block->len;
    wipe_and_free(block);
}

/* realloc() would leave a copy of the old bytes behind. */
void *ssh_memory_resize(struct ssh_memory *memory, void *bytes, size_t len)
{
    void *bigger = ssh_memory_take(memory, len);
    if (bigger == NULL || bytes == NULL)
        return bigger;
    size_t old_len = block_of(bytes)->len;
    memcpy(bigger, bytes, old_len < len ? old_len : len);
    ssh_memory_give(memory, bytes);
    return bigger;
}

void ssh_memory_release(struct ssh_memory *memory)
{
    for (struct ssh_block *next, *block = memory->first; block != NULL;
         block = next) {
        next = block->next;
        wipe_and_free(block);
    }
    memory->first = NULL;
    memory->used = 0;
}
