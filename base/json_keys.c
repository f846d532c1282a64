/* SPDX-License-Identifier: MIT */
/*
 * Small objects are compared pair by pair, others through an open hash
 * table. A target may choose its keys so that they fall into one slot; the
 * hash is therefore SipHash-1-3 under a seed that differs from run to run.
 */
#include "base/json_keys.h"

#include <string.h>
#include <time.h>

#define FEW_MEMBERS 8

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void mix(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static uint64_t hash(const uint64_t seed[2], const char *text)
{
    uint64_t v[4] = {
        seed[0] ^ 0x736f6d6570736575u, seed[1] ^ 0x646f72616e646f6du,
        seed[0] ^ 0x6c7967656e657261u, seed[1] ^ 0x7465646279746573u};
    size_t len = strlen(text);
    size_t at = 0;
    uint64_t word = 0;
    for (; len - at >= 8; at += 8) {
        memcpy(&word, text + at, 8);
        v[3] ^= word;
        mix(v);
        v[0] ^= word;
    }
    word = (uint64_t)len << 56;
    for (unsigned shift = 0; at < len; at++, shift += 8)
        word |= (uint64_t)(unsigned char)text[at] << shift;
    v[3] ^= word;
    mix(v);
    v[0] ^= word;
    v[2] ^= 0xFF;
    mix(v);
    mix(v);
    mix(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Addresses (heap and stack are placed at random) and the time of day. */
void json_keys_init(struct json_keys *keys)
{
    *keys = (struct json_keys){0};
    void *heap = cJSON_malloc(1);
    keys->seed[0] = (uint64_t)(uintptr_t)heap * 0x9E3779B97F4A7C15u;
    keys->seed[1] = (uint64_t)(uintptr_t)keys ^ (uint64_t)time(NULL) << 20 ^
                    (uint64_t)clock() << 44;
    cJSON_free(heap);
}

void json_keys_release(struct json_keys *keys)
{
    cJSON_free(keys->slots);
    keys->slots = NULL;
    keys->capacity = 0;
}

static int check_few(const cJSON *object, const cJSON **first,
                     const cJSON **second)
{
    for (const cJSON *b = object->child; b != NULL; b = b->next) {
        for (const cJSON *a = object->child; a != b; a = a->next) {
            if (strcmp(a->string, b->string) != 0)
                continue;
            *first = a;
            *second = b;
            return 1;
        }
    }
    return 0;
}

/* Empties at least twice as many slots as there are members. */
static size_t prepare(struct json_keys *keys, size_t members)
{
    size_t needed = 32;
    while (needed < 2 * members)
        needed *= 2;
    if (needed > keys->capacity) {
        json_keys_release(keys);
        keys->slots = cJSON_malloc(needed * sizeof(const cJSON *));
        if (keys->slots == NULL)
            return 0;
        keys->capacity = needed;
    }
    memset(keys->slots, 0, needed * sizeof(const cJSON *));
    return needed;
}

int json_keys_check(struct json_keys *keys, const cJSON *object,
                    const cJSON **first, const cJSON **second)
{
    size_t members = 0;
    for (const cJSON *each = object->child; each != NULL; each = each->next)
        members++;
    if (members <= FEW_MEMBERS)
        return check_few(object, first, second);
    size_t used = prepare(keys, members);
    if (used == 0)
        return -1;
    for (const cJSON *each = object->child; each != NULL; each = each->next) {
        size_t slot = (size_t)hash(keys->seed, each->string) & (used - 1);
        while (keys->slots[slot] != NULL) {
            if (strcmp(keys->slots[slot]->string, each->string) == 0) {
                *first = keys->slots[slot];
                *second = each;
                return 1;
            }
            slot = (slot + 1) & (used - 1);
        }
        keys->slots[slot] = each;
    }
    return 0;
}
