/* SPDX-License-Identifier: MIT */
/*
 * Values of the registry under HKEY_LOCAL_MACHINE, always in the 64-bit
 * view. Keys and names are UTF-8. Every function returns a Win32
 * code, 0 when all went well.
 */
#ifndef PAYLOAD_REGISTRY_IO_H
#define PAYLOAD_REGISTRY_IO_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "payload/registry/registry_state.h"

/* The state of a value, absence included, as registry_state.h has it. */
unsigned long registry_read(const char *key, const char *name, cJSON **state);

/* Makes the key where it is missing. */
unsigned long registry_write(const char *key, const char *name,
                             const struct registry_value *value);

/*
 * Puts a state back that registry_read gave: a value, or its absence and
 * that of the keys that were missing, as far as they are empty now.
 */
unsigned long registry_restore(const char *key, const char *name,
                               const cJSON *state);

/*
 * The same for all values of a key: an object with the state of each by its
 * name, or the absence of the key. Keys below it are not looked at.
 */
unsigned long registry_read_all(const char *key, cJSON **states);

/* Values that are not in `states` are deleted. */
unsigned long registry_restore_all(const char *key, const cJSON *states);

/*
 * True when there is such a key and it opens; there is none, for sure. One
 * that may not be opened is neither.
 */
bool registry_has_key(const char *key);
bool registry_lacks_key(const char *key);

/* For facts: false when it is absent or of another type. */
bool registry_number(const char *key, const char *name, unsigned long *number);
/* The text, or NULL; the caller frees. */
char *registry_text(const char *key, const char *name);

#endif
