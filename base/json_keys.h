/* SPDX-License-Identifier: MIT */
/*
 * Finds two members of one object that have the same key. Used by
 * base/json.c only.
 */
#ifndef BASE_JSON_KEYS_H
#define BASE_JSON_KEYS_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

/* Storage that one look after the other uses again. */
struct json_keys {
    const cJSON **slots;
    size_t capacity;
    uint64_t seed[2];
};

void json_keys_init(struct json_keys *keys);
void json_keys_release(struct json_keys *keys);

/*
 * 0 when the keys of `object` all differ, 1 with the first pair of equal
 * ones, -1 when memory is short. Linear in the number of members.
 */
int json_keys_check(struct json_keys *keys, const cJSON *object,
                    const cJSON **first, const cJSON **second);

#endif
