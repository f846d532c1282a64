/* SPDX-License-Identifier: MIT */
#include "inventory/table.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 16

void table_release(struct table *table)
{
    free(table->slots);
    *table = (struct table){0};
}

/* FNV-1a. */
static uint64_t hash_of(const void *key, size_t len)
{
    const unsigned char *bytes = key;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash ^ hash >> 32;
}

/* The slot that holds the key, or the free one where it belongs. */
static struct table_slot *find(const struct table *table, const void *key,
                               size_t len, uint64_t hash)
{
    size_t i = (size_t)hash & (table->capacity - 1);
    for (;; i = (i + 1) & (table->capacity - 1)) {
        struct table_slot *slot = &table->slots[i];
        if (slot->value == NULL || (slot->hash == hash && slot->len == len &&
                                    memcmp(slot->key, key, len) == 0))
            return slot;
    }
}

void *table_get(const struct table *table, const void *key, size_t len)
{
    if (table->capacity == 0)
        return NULL;
    return find(table, key, len, hash_of(key, len))->value;
}

void *table_get_text(const struct table *table, const char *key)
{
    return table_get(table, key, strlen(key));
}

static int grow(struct table *table)
{
    struct table larger = {0};
    larger.capacity =
        table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL)
        return -1;
    larger.count = table->count;
    for (size_t i = 0; i < table->capacity; i++) {
        const struct table_slot *old = &table->slots[i];
        if (old->value != NULL)
            *find(&larger, old->key, old->len, old->hash) = *old;
    }
    table_release(table);
    *table = larger;
    return 0;
}

int table_put(struct table *table, const void *key, size_t len, void *value)
{
    if (table->count * 2 >= table->capacity && grow(table) == -1)
        return -1;
    uint64_t hash = hash_of(key, len);
    struct table_slot *slot = find(table, key, len, hash);
    if (slot->value == NULL)
        table->count++;
    *slot = (struct table_slot){
        .key = key, .len = len, .hash = hash, .value = value};
    return 0;
}

int table_put_text(struct table *table, const char *key, void *value)
{
    return table_put(table, key, strlen(key), value);
}
