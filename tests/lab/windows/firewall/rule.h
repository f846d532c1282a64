/* SPDX-License-Identifier: MIT */
/*
 * One firewall rule as Windows writes it into the registry (MS-GPFAS
 * 2.2.2.19): a schema version and an ordered list of Key=Value fields, of
 * which some may repeat.
 *
 *     v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|LPort=135|Name=DCOM|
 *
 * The list itself is the rule: keys that this lab does not know stay where
 * they were, and what meaning.h, address.h and ports.h say of a rule they read
 * out of its fields. A new field goes where Windows would put it.
 */
#ifndef LAB_FIREWALL_RULE_H
#define LAB_FIREWALL_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

#define RULE_VERSION_MIN 10u /* v2.10, MS-GPFAS' own sample */
#define RULE_VERSION_MAX 33u /* v2.33, Windows 11 */
#define RULE_VERSION_NEW 31u /* what a rule made here is written as */
#define RULE_FIELDS_MAX 8192u

struct fw_field {
    WCHAR *key;
    WCHAR *value;
};

struct fw_rule {
    unsigned minor; /* of the schema version 2.minor */
    struct fw_field *fields;
    size_t count;
    size_t capacity;
};

/* A rule without fields, in the version that new rules are written as. */
void rule_init(struct fw_rule *);
void rule_release(struct fw_rule *);

/* Overwrites *copy, which need not be initialised. */
HRESULT rule_copy(struct fw_rule *copy, const struct fw_rule *);

/*
 * Reads `text` into *rule, which need not be initialised. E_INVALIDARG when
 * it is not in the grammar or not in a version that we know; *rule is then
 * empty. Says nothing about what the values mean.
 */
HRESULT rule_parse(struct fw_rule *, const WCHAR *text);

/* The text for the registry, for the caller to free(); NULL: no memory. */
WCHAR *rule_format(const struct fw_rule *);

/* The first value of `key`, NULL when there is none. Keys have case. */
const WCHAR *rule_get(const struct fw_rule *, const WCHAR *key);

/*
 * The value of `key` at or behind field *at, NULL when there is none; *at is
 * then behind it. Begin with 0.
 */
const WCHAR *rule_next(const struct fw_rule *, const WCHAR *key, size_t *at);

/* Adds one field, behind those of the same key. */
HRESULT rule_add(struct fw_rule *, const WCHAR *key, const WCHAR *value);

/* Removes every field of `key`. */
void rule_drop(struct fw_rule *, const WCHAR *key);

/* Removes every field whose key begins with `prefix`. */
void rule_drop_prefix(struct fw_rule *, const WCHAR *prefix);

/* Leaves exactly one field of `key`, or none if `value` is NULL or empty. */
HRESULT rule_set(struct fw_rule *, const WCHAR *key, const WCHAR *value);

#endif
