/* SPDX-License-Identifier: MIT */
#include "controller/host_keys/key_index.h"

#include <stdlib.h>
#include <string.h>

struct key_index_entry {
    const void *key;
    uint32_t len;
    uint32_t hash;
    uint32_t next; /* in the bucket, entry number + 1 */
    uint32_t value;
};

void key_index_release(struct key_index *index)
{
    free(index->entries);
    free(index->buckets);
    *index = (struct key_index){0};
}

/* FNV-1a, its halves together: an entry is as small as it can be. */
static uint32_t hash_of(const void *key, size_t len)
{
    const unsigned char *bytes = key;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return (uint32_t)(hash ^ hash >> 32);
}

/* Each chain stays in the order of addition. */
static void link_entry(struct key_index *index, uint32_t number)
{
    struct key_index_entry *entry = &index->entries[number];
    uint32_t *link = &index->buckets[entry->hash % index->bucket_count];
    while (*link != 0)
        link = &index->entries[*link - 1].next;
    entry->next = 0;
    *link = number + 1;
}

static int grow(struct key_index *index)
{
    size_t room = index->room == 0 ? 64 : index->room * 2;
    if (room > UINT32_MAX / 2)
        return -1;
    struct key_index_entry *entries =
        realloc(index->entries, room * sizeof *entries);
    if (entries == NULL)
        return -1;
    index->entries = entries;
    uint32_t *buckets = calloc(room * 2, sizeof *buckets);
    if (buckets == NULL)
        return -1;
    free(index->buckets);
    index->buckets = buckets;
    index->bucket_count = room * 2;
    index->room = room;
    for (size_t i = 0; i < index->count; i++)
        link_entry(index, (uint32_t)i);
    return 0;
}

int key_index_add(struct key_index *index, const void *key, size_t len,
                  uint32_t value)
{
    if (len > UINT32_MAX || (index->count == index->room && grow(index) != 0))
        return -1;
    index->entries[index->count] =
        (struct key_index_entry){.key = key,
                                 .len = (uint32_t)len,
                                 .hash = hash_of(key, len),
                                 .value = value};
    link_entry(index, (uint32_t)index->count);
    index->count++;
    return 0;
}

bool key_index_next(const struct key_index *index, const void *key, size_t len,
                    uint32_t *cursor, uint32_t *value)
{
    if (index->count == 0)
        return false;
    uint32_t hash = hash_of(key, len);
    uint32_t at = *cursor == 0 ? index->buckets[hash % index->bucket_count]
                               : index->entries[*cursor - 1].next;
    for (; at != 0; at = index->entries[at - 1].next) {
        const struct key_index_entry *entry = &index->entries[at - 1];
        if (entry->hash == hash && entry->len == len &&
            memcmp(entry->key, key, len) == 0) {
            *cursor = at;
            *value = entry->value;
            return true;
        }
    }
    return false;
}
