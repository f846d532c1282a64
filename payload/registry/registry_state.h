/* SPDX-License-Identifier: MIT */
/*
 * The state of one registry value as JSON: exact for every type, absence
 * included, and easy to read for the two types that people write.
 *
 *   REG_DWORD of 4 bytes        the number            1
 *   REG_SZ, well formed         the text              "Y"
 *   REG_EXPAND_SZ, well formed  {"type": "REG_EXPAND_SZ", "text": "%A%"}
 *   anything else               {"type": "REG_BINARY", "hex": "00ff"}
 *   no such value               {"absent": "value"}
 *   no such key                 {"absent": "key", "levels": 1}
 *
 * "Well formed" is UTF-16 without lone surrogates and with exactly one NUL,
 * at its end; other bytes under those types go the hex way, so that two
 * states are equal exactly when type and bytes are. A type without a name is
 * written as its number. "levels" counts the keys that are missing on the
 * way, the last one included: restoring removes as many again when they are
 * empty.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_REGISTRY_STATE_H
#define PAYLOAD_REGISTRY_STATE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* As in winnt.h. */
#define REGISTRY_TYPE_SZ 1u
#define REGISTRY_TYPE_EXPAND_SZ 2u
#define REGISTRY_TYPE_BINARY 3u
#define REGISTRY_TYPE_DWORD 4u
#define REGISTRY_TYPE_MULTI_SZ 7u

/* A value as the registry has it: UTF-16LE texts, little-endian numbers. */
struct registry_value {
    unsigned long type;
    unsigned char *bytes;
    size_t len;
};

void registry_value_release(struct registry_value *value);

/* Each is the caller's; NULL when memory is short. */
cJSON *registry_state_make(const struct registry_value *value);
cJSON *registry_state_no_value(void);
cJSON *registry_state_no_key(unsigned levels);

/* True for both kinds of absence. */
bool registry_state_absent(const cJSON *state);
/* How many keys were missing: 0 when there is a value or just the key. */
unsigned registry_state_missing_keys(const cJSON *state);

/*
 * The value that `state` tells of. 0, or -1 when it is an absence, no state
 * at all, or memory is short.
 */
int registry_state_value(const cJSON *state, struct registry_value *value);

#endif
