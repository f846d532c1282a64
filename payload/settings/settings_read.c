/* SPDX-License-Identifier: MIT */
#include "payload/settings/settings_read.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

#define PLACE_MAX 512
#define FOUND_MAX 96
#define TEXT_SHOWN 60
#define WORDS_MAX 32
#define MISTAKE_MAX 8192

/* Storage is a chain of pieces, each big enough for what was asked. */
struct settings_block {
    struct settings_block *next;
    max_align_t data[];
};

void *settings_alloc(struct settings_reader *reader, size_t count, size_t size)
{
    struct settings_block *block = NULL;
    if (count == 0)
        count = 1;
    if (size <= (SIZE_MAX - sizeof *block) / count)
        block = calloc(1, sizeof *block + count * size);
    if (block == NULL) {
        problems_error(reader->problems, "out of memory");
        return NULL;
    }
    block->next = reader->storage;
    reader->storage = block;
    return block->data;
}

char *settings_copy(struct settings_reader *reader, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = settings_alloc(reader, size, 1);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

void settings_storage_free(void *storage)
{
    struct settings_block *block = storage;
    while (block != NULL) {
        struct settings_block *next = block->next;
        free(block);
        block = next;
    }
}

/* --- mistakes ------------------------------------------------------------ */

static bool is_plain_key(const char *key)
{
    return *key != '\0' &&
           key[strspn(key, "abcdefghijklmnopqrstuvwxyz"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] == '\0';
}

/* The nesting is that of the tables, a handful. */
static void add_path(struct buf *out, const struct settings_path *path)
{
    if (path->parent != NULL)
        add_path(out, path->parent);
    if (path->key == NULL)
        buf_addf(out, "[%lu]", (unsigned long)path->index);
    else if (!is_plain_key(path->key))
        buf_addf(out, "[\"%s\"]", path->key);
    else
        buf_addf(out, path->parent != NULL ? ".%s" : "%s", path->key);
}

static void describe_place(const struct settings_reader *reader,
                           const struct settings_path *path, const cJSON *node,
                           char *text, size_t size)
{
    struct buf out;
    buf_init(&out, PLACE_MAX);
    add_path(&out, path);
    if (reader->place != NULL)
        reader->place->describe(reader->place->context, node, out.data, text,
                                size);
    else
        snprintf(text, size, "%s", out.data);
    buf_release(&out);
}

void settings_mistake(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *node,
                      const char *format, ...)
{
    char place[PLACE_MAX];
    struct buf text;
    describe_place(reader, path, node, place, sizeof place);
    buf_init(&text, MISTAKE_MAX);
    va_list args;
    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    problems_error(reader->problems, "%s: %s", place, text.data);
    buf_release(&text);
}

static int shown_len(const char *text)
{
    return (int)utf8_cut(text, TEXT_SHOWN);
}

/* The value as a person would name it. */
static void describe_found(const cJSON *value, char *text, size_t size)
{
    const char *source = value->valuestring;
    if (cJSON_IsString(value) || (cJSON_IsNumber(value) && source != NULL)) {
        const char *quote = cJSON_IsString(value) ? "\"" : "";
        int len = shown_len(source);
        snprintf(text, size, "%s%.*s%s%s", quote, len, source,
                 source[len] != '\0' ? "..." : "", quote);
    } else if (cJSON_IsNumber(value)) {
        snprintf(text, size, "%.15g", value->valuedouble);
    } else {
        snprintf(text, size, "%s",
                 cJSON_IsBool(value)    ? cJSON_IsTrue(value) ? "true" : "false"
                 : cJSON_IsArray(value) ? "a list"
                 : cJSON_IsObject(value) ? "an object"
                                         : "null");
    }
}

void settings_expected(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *node,
                       const char *expected)
{
    char found[FOUND_MAX];
    describe_found(node, found, sizeof found);
    settings_mistake(
        reader, path, node, "found %s, expected %s%s", found, expected,
        cJSON_IsNull(node) ? "; leave the key out to leave the setting alone"
                           : "");
}

static void suggest(const char *word, const char *const *names, char *text,
                    size_t size)
{
    const char *near = problems_nearest(word, names);
    text[0] = '\0';
    if (near != NULL)
        snprintf(text, size, "; did you mean `%s`?", near);
}

void settings_suggest(const char *word, const struct settings_word *words,
                      size_t count, char *text, size_t size)
{
    const char *names[WORDS_MAX + 1] = {NULL};
    for (size_t i = 0; i < count && i < WORDS_MAX; i++)
        names[i] = words[i].name;
    suggest(word, names, text, size);
}

/* --- objects ------------------------------------------------------------- */

static const struct settings_key *find_key(const struct settings_shape *shape,
                                           const char *name)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (strcmp(shape->keys[i].name, name) == 0)
            return &shape->keys[i];
    }
    return NULL;
}

static void tell_unknown(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *member,
                         const struct settings_shape *shape)
{
    const char *names[WORDS_MAX + 1] = {NULL};
    char near[FOUND_MAX];
    struct buf known;
    buf_init(&known, MISTAKE_MAX);
    for (size_t i = 0; i < shape->count && i < WORDS_MAX; i++) {
        names[i] = shape->keys[i].name;
        buf_addf(&known, "%s%s", i > 0 ? ", " : "; known: ", names[i]);
    }
    suggest(member->string, names, near, sizeof near);
    settings_mistake(reader, path, member, "`%.*s` is not %s%s",
                     shown_len(member->string), member->string, shape->noun,
                     near[0] != '\0' ? near : known.data);
    buf_release(&known);
}

static void check_required(struct settings_reader *reader,
                           const struct settings_path *path,
                           const cJSON *object,
                           const struct settings_shape *shape)
{
    for (size_t i = 0; i < shape->count; i++) {
        const char *name = shape->keys[i].name;
        if (shape->keys[i].required &&
            cJSON_GetObjectItemCaseSensitive(object, name) == NULL)
            settings_mistake(reader, path, object, "`%s` is missing", name);
    }
}

void settings_read_object(struct settings_reader *reader,
                          const struct settings_path *path, const cJSON *object,
                          const struct settings_shape *shape, void *out)
{
    if (!cJSON_IsObject(object)) {
        settings_expected(reader, path, object, "an object");
        return;
    }
    for (const cJSON *each = object->child; each != NULL; each = each->next) {
        struct settings_path below = {.parent = path, .key = each->string};
        const struct settings_key *key = find_key(shape, each->string);
        if (key == NULL)
            tell_unknown(reader, path, each, shape);
        else if (key->read != NULL)
            key->read(reader, &below, each, (char *)out + key->offset);
    }
    check_required(reader, path, object, shape);
}

/* --- values -------------------------------------------------------------- */

bool settings_is_list(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      const char *of_what)
{
    char expected[FOUND_MAX];
    if (cJSON_IsArray(value))
        return true;
    snprintf(expected, sizeof expected, "a list of %s", of_what);
    settings_expected(reader, path, value, expected);
    return false;
}

void *settings_read_list(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         const struct settings_items *items, size_t *count)
{
    *count = 0;
    if (!settings_is_list(reader, path, value, items->noun))
        return NULL;
    size_t all = (size_t)cJSON_GetArraySize(value);
    char *list = settings_alloc(reader, all, items->size);
    /* Where in the request each of them stands: wrong ones are left out. */
    size_t *indexes = settings_alloc(reader, all, sizeof *indexes);
    if (list == NULL || indexes == NULL)
        return NULL;
    struct settings_path below = {.parent = path};
    size_t kept = 0;
    for (const cJSON *each = value->child; each != NULL; each = each->next) {
        char *element = list + kept * items->size;
        memset(element, 0, items->size);
        if (items->read(reader, &below, each, element)) {
            for (size_t i = 0; items->check != NULL && i < kept; i++)
                items->check(reader, &below, each, element,
                             list + i * items->size, indexes[i]);
            indexes[kept++] = below.index;
        }
        below.index++;
    }
    *count = kept;
    return list;
}

bool settings_read_word(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        const struct settings_word *words, size_t count,
                        const char *also, int *out)
{
    char near[FOUND_MAX] = "";
    struct buf allowed;
    for (size_t i = 0; cJSON_IsString(value) && i < count; i++) {
        if (strcmp(words[i].name, value->valuestring) == 0) {
            *out = words[i].value;
            return true;
        }
    }
    buf_init(&allowed, MISTAKE_MAX);
    for (size_t i = 0; i < count; i++)
        buf_addf(&allowed, "%s\"%s\"",
                 i == 0                          ? ""
                 : i + 1 < count || also != NULL ? ", "
                                                 : " or ",
                 words[i].name);
    if (also != NULL)
        buf_addf(&allowed, " or %s", also);
    if (cJSON_IsString(value))
        settings_suggest(value->valuestring, words, count, near, sizeof near);
    buf_add_text(&allowed, near);
    settings_expected(reader, path, value, allowed.data);
    buf_release(&allowed);
    return false;
}

bool settings_is_integer(const cJSON *value, int low, int high, int *out)
{
    if (!cJSON_IsNumber(value) || value->valuedouble < low ||
        value->valuedouble > high)
        return false;
    int number = (int)value->valuedouble;
    if ((double)number != value->valuedouble)
        return false;
    *out = number;
    return true;
}

size_t settings_text_len(const char *text)
{
    size_t len = 0;
    for (; *text != '\0'; text++)
        len += ((unsigned char)*text & 0xC0) != 0x80;
    return len;
}

void settings_read_flag(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    enum flag_wish *wish = out;
    if (cJSON_IsBool(value))
        *wish = cJSON_IsTrue(value) ? FLAG_ON : FLAG_OFF;
    else
        settings_expected(reader, path, value, "true or false");
}

void settings_read_dword(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         void *out)
{
    enum dword_wish *wish = out;
    int number = 0;
    if (settings_is_integer(value, 0, 1, &number))
        *wish = number == 1 ? DWORD_ONE : DWORD_ZERO;
    else if (cJSON_IsString(value) && strcmp(value->valuestring, "absent") == 0)
        *wish = DWORD_ABSENT;
    else
        settings_expected(reader, path, value, "0, 1 or \"absent\"");
}

void settings_read_absent(struct settings_reader *reader,
                          const struct settings_path *path, const cJSON *value,
                          void *out)
{
    static const struct settings_word words[] = {{"present", false},
                                                 {"absent", true}};
    bool *absent = out;
    int found = 0;
    if (settings_read_word(reader, path, value, words, SETTINGS_COUNT(words),
                           NULL, &found))
        *absent = found;
}

bool settings_read_bits(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        const struct settings_word *words, size_t count,
                        const char *of_what, const char *when_absent,
                        unsigned *out)
{
    size_t mistakes = reader->problems->error_count;
    unsigned found = 0;
    size_t index = 0;
    if (!settings_is_list(reader, path, value, of_what))
        return false;
    for (const cJSON *each = value->child; each != NULL; each = each->next) {
        struct settings_path below = {.parent = path, .index = index};
        index++;
        int bit = 0;
        if (!settings_read_word(reader, &below, each, words, count, NULL, &bit))
            continue;
        if (found & (unsigned)bit)
            settings_mistake(reader, &below, each, "\"%s\" stands here twice",
                             each->valuestring);
        found |= (unsigned)bit;
    }
    if (value->child == NULL)
        settings_mistake(reader, path, value,
                         "the list is empty; leave the key out to mean %s",
                         when_absent);
    if (reader->problems->error_count > mistakes)
        return false;
    *out = found;
    return true;
}

void settings_read_profiles(struct settings_reader *reader,
                            const struct settings_path *path,
                            const cJSON *value, void *out)
{
    static const struct settings_word words[] = {
        {"domain", SETTINGS_PROFILE_DOMAIN},
        {"private", SETTINGS_PROFILE_PRIVATE},
        {"public", SETTINGS_PROFILE_PUBLIC}};
    settings_read_bits(reader, path, value, words, SETTINGS_COUNT(words),
                       "network profiles", "all profiles", out);
}
