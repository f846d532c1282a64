/* SPDX-License-Identifier: MIT */
/*
 * A hash table from bytes to pointers: names to hosts, texts to counters.
 *
 * Owns neither keys nor values; a key must stay where it is and as it is
 * while the table lives. Nothing is ever removed.
 */
#ifndef INVENTORY_TABLE_H
#define INVENTORY_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_slot {
    const void *key;
    size_t len;
    uint64_t hash;
    void *value; /* NULL: the slot is free */
};

struct table {
    struct table_slot *slots;
    size_t capacity; /* 0 or a power of two */
    size_t count;
};

/* A zeroed struct is an empty table. */
void table_release(struct table *table);

/* The value under the key, or NULL. */
void *table_get(const struct table *table, const void *key, size_t len);
void *table_get_text(const struct table *table, const char *key);

/* Puts a value (not NULL), replacing an earlier one. -1 when out of memory. */
int table_put(struct table *table, const void *key, size_t len, void *value);
int table_put_text(struct table *table, const char *key, void *value);

#endif
