/* SPDX-License-Identifier: MIT */
/*
 * A hash table from bytes to small numbers, several numbers a key.
 *
 * The keys are the caller's and outlive the index. Nothing is removed.
 */
#ifndef CONTROLLER_KEY_INDEX_H
#define CONTROLLER_KEY_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key_index_entry;

/* Zeroed: empty. */
struct key_index {
    struct key_index_entry *entries;
    size_t count;
    size_t room;
    uint32_t *buckets; /* entry number + 1; 0: none */
    size_t bucket_count;
};

void key_index_release(struct key_index *index);

/* 0, or -1 when memory is short. */
int key_index_add(struct key_index *index, const void *key, size_t len,
                  uint32_t value);

/*
 * Walks the values of one key in the order of their addition. Start with
 * *cursor 0; false when there is no further one.
 */
bool key_index_next(const struct key_index *index, const void *key, size_t len,
                    uint32_t *cursor, uint32_t *value);

#endif
