/* SPDX-License-Identifier: MIT */
/*
 * How the files payload/settings/ read the `wmi` variable: objects by
 * tables of keys, and every mistake told with its place.
 *
 * A further setting is a struct member in settings.h, a row in a table and,
 * where its value is new in kind, a reader of the type settings_reader_fn.
 * Readers never stop at a mistake: they tell it and go on; a value that is
 * wrong leaves what it would have filled untouched.
 */
#ifndef PAYLOAD_SETTINGS_READ_H
#define PAYLOAD_SETTINGS_READ_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/problems.h"
#include "base/word.h"
#include "payload/settings/settings.h"

struct settings_block;

struct settings_reader {
    const struct settings_place *place; /* may be NULL */
    struct problems *problems;
    struct settings_block *storage;
};

/* The way to a value; it lives on the stack of those who read. */
struct settings_path {
    const struct settings_path *parent; /* NULL: `key` is the root */
    const char *key;                    /* NULL: element `index` of a list */
    size_t index;
};

typedef void settings_reader_fn(struct settings_reader *reader,
                                const struct settings_path *path,
                                const cJSON *value, void *out);

struct settings_key {
    const char *name;
    settings_reader_fn *read; /* NULL: known, and read elsewhere */
    size_t offset;            /* of what it fills in the struct of the object */
    bool required;
};

struct settings_shape {
    const char *noun; /* what a key is called: "a setting" */
    const struct settings_key *keys;
    size_t count;
};

struct settings_word {
    const char *name;
    int value;
};

/* Tells a mistake at `node`. */
void settings_mistake(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *node,
                      const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Tells that `node` is not what was expected ("true or false"). */
void settings_expected(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *node,
                       const char *expected);

/* Zeroed memory that lives as long as the settings; NULL is told. */
void *settings_alloc(struct settings_reader *reader, size_t count, size_t size);
char *settings_copy(struct settings_reader *reader, const char *text);

/* Frees the storage that settings_alloc has taken from. */
void settings_storage_free(void *storage);

/* Reads the members of an object by the rows of `shape`. */
void settings_read_object(struct settings_reader *reader,
                          const struct settings_path *path, const cJSON *object,
                          const struct settings_shape *shape, void *out);

/* True when `value` is a list; else that is told. */
bool settings_is_list(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      const char *of_what);

/* How the items of a list become elements of one kind. */
struct settings_items {
    const char *noun; /* what the list is of: "rules" */
    size_t size;      /* of an element */
    /* Fills a zeroed element; false when a mistake was told. */
    bool (*read)(struct settings_reader *reader,
                 const struct settings_path *path, const cJSON *value,
                 void *element);
    /*
     * Tells what an element cannot be beside an earlier one, which stands as
     * number `index` in the request. May be NULL.
     */
    void (*check)(struct settings_reader *reader,
                  const struct settings_path *path, const cJSON *value,
                  const void *element, const void *earlier, size_t index);
};

/*
 * The elements of a list, without those that are wrong, and their count;
 * NULL and 0 when it is no list, which is told.
 */
void *settings_read_list(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         const struct settings_items *items, size_t *count);

/*
 * The value of a word out of `words`; false, and told, when it is another.
 * `also` says what else is allowed, or is NULL.
 */
bool settings_read_word(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        const struct settings_word *words, size_t count,
                        const char *also, int *out);

/*
 * A list of words as bits; told, and `out` left as it is, when one is
 * another, stands there twice, or none is there at all. `of_what` names the
 * elements, `when_absent` says what leaving the key out means.
 */
bool settings_read_bits(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        const struct settings_word *words, size_t count,
                        const char *of_what, const char *when_absent,
                        unsigned *out);

/* " did you mean `x`?" behind a semicolon when a word is near, else "". */
void settings_suggest(const char *word, const struct settings_word *words,
                      size_t count, char *text, size_t size);

/* A whole number from `low` to `high`; false, untold, when it is not. */
bool settings_is_integer(const cJSON *value, int low, int high, int *out);

/* The length of the text in characters. */
size_t settings_text_len(const char *text);

/* Readers of common values: enum flag_wish, enum dword_wish, bits. */
settings_reader_fn settings_read_flag;
settings_reader_fn settings_read_dword;
settings_reader_fn settings_read_absent;   /* bool: "absent", not "present" */
settings_reader_fn settings_read_profiles; /* unsigned, SETTINGS_PROFILE_* */

#define SETTINGS_COUNT(array) (sizeof(array) / sizeof(array)[0])

#endif
