/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. What is to go is first listed as pairs of a name and an
 * old key, out of the index. The file is then read anew under its lock and
 * goes line by line into a new text: a line's key leads through a hash table
 * to the pairs that it may be, so ten thousand lines are one walk. The new
 * lines are added, and the new text takes the file's place.
 */
#include "controller/host_keys/known_hosts_replace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "controller/host_keys/known_hosts_file.h"
#include "controller/host_keys/known_hosts_index.h"

struct old_pair {
    const struct known_line *line; /* whose key it is */
    char name[HOST_NAME_SIZE];
};

struct replacing {
    const struct known_hosts *known;
    struct old_pair *pairs;
    size_t count;
    size_t room;
    struct key_index by_blob;
    struct buf added; /* the new lines */
    bool failed;
};

/* --- the old keys --------------------------------------------------------- */

typedef void form_visitor(void *context, const char *form,
                          const struct known_line *line);

struct walking {
    const struct host_key *key;
    const char *form;
    form_visitor *visit;
    void *context;
};

static bool on_line(void *context, const struct known_line *line)
{
    struct walking *walking = context;
    if (line->marker == MARK_NONE && !known_line_is_key(line, walking->key))
        walking->visit(walking->context, walking->form, line);
    return true;
}

/* Every line with an old key, once for each name that it has of the host. */
static void each_old(const struct known_hosts *known,
                     const struct key_replacement *item, form_visitor *visit,
                     void *context)
{
    char forms[2][HOST_NAME_SIZE];
    const char *const names[2] = {item->alias, item->address};
    for (size_t i = 0; i < 2; i++) {
        struct walking walking = {&item->key, forms[i], visit, context};
        if (known_host_name(forms[i], sizeof forms[i], names[i], item->port) ||
            (i == 1 && strcmp(forms[0], forms[1]) == 0))
            continue;
        known_hosts_visit(known, forms[i], on_line, &walking);
    }
}

/* Whether the name itself is on the line, as a word. */
static bool names_it(const struct known_line *line, const char *form)
{
    const char *at = line->names;
    const char *name;
    if (line->kind == NAMES_HASHED)
        return true;
    for (size_t len; known_line_next_name(&at, &name, &len);)
        if (strlen(form) == len && memcmp(form, name, len) == 0)
            return true;
    return false;
}

struct telling {
    old_key_visitor *visit;
    void *context;
    unsigned long last; /* a line with both names is told once */
};

static void tell_old(void *context, const char *form,
                     const struct known_line *line)
{
    struct telling *telling = context;
    const struct host_key old = {line->type, line->blob, line->len};
    if (telling->last == line->number)
        return;
    telling->last = line->number;
    telling->visit(telling->context, &old, line->number, !names_it(line, form));
}

void known_hosts_old_keys(const struct known_hosts *known,
                          const struct key_replacement *item,
                          old_key_visitor *visit, void *context)
{
    struct telling telling = {.visit = visit, .context = context};
    each_old(known, item, tell_old, &telling);
}

/* --- what is to go, what is to come --------------------------------------- */

static void add_pair(void *context, const char *form,
                     const struct known_line *line)
{
    struct replacing *replacing = context;
    if (!names_it(line, form))
        return;
    if (replacing->count == replacing->room) {
        size_t room = replacing->room ? replacing->room * 2 : 64;
        struct old_pair *pairs =
            realloc(replacing->pairs, room * sizeof *pairs);
        if (pairs == NULL) {
            replacing->failed = true;
            return;
        }
        replacing->pairs = pairs;
        replacing->room = room;
    }
    struct old_pair *pair = &replacing->pairs[replacing->count];
    pair->line = line;
    snprintf(pair->name, sizeof pair->name, "%s", form);
    if (key_index_add(&replacing->by_blob, line->blob, line->len,
                      (uint32_t)replacing->count))
        replacing->failed = true;
    replacing->count++;
}

static int no_memory(const struct replacing *replacing, struct err *err)
{
    return err_set(err, 0, "%s: out of memory", replacing->known->path);
}

static int add_new(struct replacing *replacing,
                   const struct key_replacement *item, size_t first,
                   struct err *err)
{
    char alias[HOST_NAME_SIZE];
    if (known_host_name(alias, sizeof alias, item->alias, item->port))
        return err_set(err, 0, "%s: this name cannot stand in known_hosts",
                       item->alias);
    char *blob = base64_text(item->key.blob, item->key.len);
    if (blob == NULL)
        return no_memory(replacing, err);
    buf_addf(&replacing->added, "%s", alias);
    /* The address follows where it had a key, too. */
    for (size_t i = first; i < replacing->count; i++) {
        if (strcmp(replacing->pairs[i].name, alias) == 0)
            continue;
        buf_addf(&replacing->added, ",%s", replacing->pairs[i].name);
        break;
    }
    buf_addf(&replacing->added, " %s %s\n", item->key.type, blob);
    free(blob);
    return replacing->added.failed ? no_memory(replacing, err) : 0;
}

static int list_all(struct replacing *replacing,
                    const struct key_replacement *items, size_t count,
                    struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        size_t first = replacing->count;
        each_old(replacing->known, &items[i], add_pair, replacing);
        if (replacing->failed)
            return no_memory(replacing, err);
        if (add_new(replacing, &items[i], first, err))
            return -1;
    }
    return 0;
}

/* --- one line ------------------------------------------------------------- */

static bool goes(const struct replacing *replacing,
                 const struct known_line *line, const char *name, size_t len)
{
    uint32_t cursor = 0;
    uint32_t number;
    while (key_index_next(&replacing->by_blob, line->blob, line->len, &cursor,
                          &number)) {
        const char *old = replacing->pairs[number].name;
        if (line->kind == NAMES_HASHED
                ? known_line_has(line, old, replacing->known->hasher)
                : strlen(old) == len && memcmp(old, name, len) == 0)
            return true;
    }
    return false;
}

/* The line's raw bytes without the names that go. */
static void copy_line(const struct replacing *replacing,
                      const struct known_line *line, const char *raw,
                      size_t raw_len, struct buf *out)
{
    size_t offset = (size_t)(line->names - line->text);
    size_t after = offset + strlen(line->names);
    const char *at = line->names;
    const char *name;
    struct buf names;
    bool cut = false;
    buf_init(&names, raw_len + 1);
    for (size_t len; known_line_next_name(&at, &name, &len);) {
        if (goes(replacing, line, name, len)) {
            cut = true;
            continue;
        }
        if (names.len > 0)
            buf_add_char(&names, ',');
        buf_add(&names, raw + (name - line->text), len);
    }
    if (!cut) {
        buf_add(out, raw, raw_len);
    } else if (names.len > 0) {
        buf_add(out, raw, offset);
        buf_add(out, names.data, names.len);
        buf_add(out, raw + after, raw_len - after);
    }
    if (names.failed)
        out->failed = true;
    buf_release(&names);
}

static int rewrite(void *context, const struct buf *text, struct buf *out)
{
    const struct replacing *replacing = context;
    for (size_t at = 0; at < text->len;) {
        const char *raw = text->data + at;
        const char *end = memchr(raw, '\n', text->len - at);
        size_t len = end == NULL ? text->len - at : (size_t)(end - raw) + 1;
        struct known_line line;
        const char *why;
        enum line_content content = known_line_parse(&line, raw, len, &why);
        if (content == LINE_NO_MEMORY)
            return -1;
        if (content == LINE_KEY && line.marker == MARK_NONE)
            copy_line(replacing, &line, raw, len, out);
        else
            buf_add(out, raw, len);
        known_line_release(&line);
        at += len;
    }
    if (out->len > 0 && out->data[out->len - 1] != '\n')
        buf_add_char(out, '\n');
    buf_add(out, replacing->added.data, replacing->added.len);
    return out->failed ? -1 : 0;
}

int known_hosts_replace(const struct known_hosts *known,
                        const struct key_replacement *items, size_t count,
                        struct err *err)
{
    struct replacing replacing = {.known = known};
    buf_init(&replacing.added, KNOWN_HOSTS_FILE_MAX);
    int failed = list_all(&replacing, items, count, err);
    if (!failed)
        failed =
            known_hosts_file_rewrite(known->path, rewrite, &replacing, err);
    key_index_release(&replacing.by_blob);
    buf_release(&replacing.added);
    free(replacing.pairs);
    return failed;
}
