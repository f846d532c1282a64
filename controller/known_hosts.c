/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. Every line is parsed once and found in three ways: by
 * its key (a hash table), by a plain name (a hash table), or by walking the
 * few lines with patterns. A hashed name can only be asked, so a match asks
 * the lines that hold the offered key, mostly one. Only when no name matched
 * with that key are all hashed lines asked, because "changed" and "unknown"
 * differ in it: half a microsecond a line, for hosts that are refused or
 * known by another name.
 */
#include "controller/known_hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "controller/key_index.h"
#include "controller/known_hosts_file.h"
#include "controller/known_hosts_line.h"

#define FORMS_MAX 4
/* With more hashed lines than this no name is looked for among them. */
#define TYPE_WALK_MAX 1024

struct known_hosts {
    char *path;
    const struct log *log;
    struct known_line *lines;
    size_t count;
    size_t room;
    unsigned long last_number;
    struct key_index by_blob;
    struct key_index by_name;
    uint32_t *walked; /* lines with patterns, then hashed: numbers */
    size_t walked_count;
    size_t hashed_count;
    struct name_hasher *hasher;
    char **fleet;
    size_t fleet_count;
    size_t fleet_room;
    struct key_index by_fleet_name;
};

/*
 * The names of one host, in the order of asking. Those after `full` lack
 * their port: as in OpenSSH a key that is known so is good, another is not
 * held against the host.
 */
struct forms {
    char names[FORMS_MAX][HOST_NAME_SIZE];
    size_t count;
    size_t full;
};

static void add_form(struct forms *forms, const char *name, uint16_t port)
{
    char *text = forms->names[forms->count];
    if (name == NULL || known_host_name(text, HOST_NAME_SIZE, name, port) != 0)
        return;
    for (size_t i = 0; i < forms->count; i++)
        if (strcmp(forms->names[i], text) == 0)
            return;
    forms->count++;
}

static struct forms make_forms(const char *alias, const char *address,
                               uint16_t port)
{
    struct forms forms = {.count = 0};
    add_form(&forms, alias, port);
    add_form(&forms, address, port);
    forms.full = forms.count;
    add_form(&forms, alias, 22);
    add_form(&forms, address, 22);
    return forms;
}

static bool is_form(const struct forms *forms, const char *name, size_t len)
{
    for (size_t i = 0; i < forms->count; i++)
        if (strlen(forms->names[i]) == len &&
            memcmp(forms->names[i], name, len) == 0)
            return true;
    return false;
}

void known_hosts_close(struct known_hosts *known)
{
    if (known == NULL)
        return;
    for (size_t i = 0; i < known->count; i++)
        known_line_release(&known->lines[i]);
    for (size_t i = 0; i < known->fleet_count; i++)
        free(known->fleet[i]);
    key_index_release(&known->by_blob);
    key_index_release(&known->by_name);
    key_index_release(&known->by_fleet_name);
    name_hasher_free(known->hasher);
    free(known->fleet);
    free(known->walked);
    free(known->lines);
    free(known->path);
    free(known);
}

const char *known_hosts_path(const struct known_hosts *known)
{
    return known->path;
}

/* Makes room for one more of `size` bytes. */
static int make_room(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return 0;
    size_t more = *room == 0 ? 64 : *room * 2;
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = realloc(old, more * size);
    if (grown == NULL)
        return -1;
    memcpy(array, &grown, sizeof grown);
    *room = more;
    return 0;
}

static int index_names(struct known_hosts *known, uint32_t number)
{
    const struct known_line *line = &known->lines[number];
    if (line->kind != NAMES_PLAIN) {
        known->walked[known->walked_count++] = number;
        known->hashed_count += line->kind == NAMES_HASHED;
        return 0;
    }
    const char *at = line->names;
    const char *name;
    for (size_t len; known_line_next_name(&at, &name, &len);)
        if (key_index_add(&known->by_name, name, len, number) != 0)
            return -1;
    return 0;
}

/* Takes the line over; -1 when memory is short. */
static int keep_line(struct known_hosts *known, struct known_line *line)
{
    size_t lines_room = known->room;
    size_t walked_room = known->room;
    if (make_room(&known->lines, known->count, &lines_room,
                  sizeof *known->lines) != 0 ||
        make_room(&known->walked, known->count, &walked_room,
                  sizeof *known->walked) != 0) {
        known_line_release(line);
        return -1;
    }
    known->room = lines_room;
    uint32_t number = (uint32_t)known->count;
    known->lines[known->count++] = *line;
    if (key_index_add(&known->by_blob, line->blob, line->len, number) != 0)
        return -1;
    return index_names(known, number);
}

static int read_line(struct known_hosts *known, const char *text, size_t len)
{
    struct known_line line;
    const char *why = "";
    known->last_number++;
    switch (known_line_parse(&line, text, len, &why)) {
    case LINE_EMPTY:
        return 0;
    case LINE_BROKEN:
        log_line(known->log, LOG_WARNING, "%s:%lu: line left out: %s",
                 known->path, known->last_number, why);
        return 0;
    case LINE_KEY:
        break;
    }
    line.number = known->last_number;
    return keep_line(known, &line);
}

static int read_lines(struct known_hosts *known, const struct buf *text)
{
    for (size_t at = 0; at < text->len;) {
        const char *line = text->data + at;
        const char *end = memchr(line, '\n', text->len - at);
        size_t len = end == NULL ? text->len - at : (size_t)(end - line);
        if (read_line(known, line, len) != 0)
            return -1;
        at += len + 1;
    }
    return 0;
}

struct known_hosts *known_hosts_open(const char *path, const struct log *log,
                                     struct err *err)
{
    struct known_hosts *known = calloc(1, sizeof *known);
    struct buf text;
    buf_init(&text, KNOWN_HOSTS_FILE_MAX);
    int result = -1;
    if (known != NULL) {
        known->log = log;
        known->path = strdup(path);
        known->hasher = name_hasher_new();
    }
    if (known == NULL || known->path == NULL || known->hasher == NULL)
        err_set(err, 0, "%s: out of memory", path);
    else if (known_hosts_file_read(path, &text, err) == 0) {
        result = read_lines(known, &text);
        if (result != 0)
            err_set(err, 0, "%s: out of memory", path);
    }
    buf_release(&text);
    if (result == 0)
        return known;
    known_hosts_close(known);
    return NULL;
}

/* The first line with this key and marker that names the host, or NULL. */
static const struct known_line *find_key(const struct known_hosts *known,
                                         const struct host_key *key,
                                         enum line_marker marker,
                                         const char *name)
{
    uint32_t cursor = 0;
    uint32_t number;
    while (key_index_next(&known->by_blob, key->blob, key->len, &cursor,
                          &number)) {
        const struct known_line *line = &known->lines[number];
        if (line->marker == marker && known_line_has(line, name, known->hasher))
            return line;
    }
    return NULL;
}

/* Is asked once for each line that names a host; false ends the walk. */
typedef bool line_visitor(void *context, const struct known_line *line);

static void visit_name(const struct known_hosts *known, const char *name,
                       bool hashed_too, line_visitor *visit, void *context)
{
    uint32_t cursor = 0;
    uint32_t number;
    while (
        key_index_next(&known->by_name, name, strlen(name), &cursor, &number))
        if (!visit(context, &known->lines[number]))
            return;
    for (size_t i = 0; i < known->walked_count; i++) {
        const struct known_line *line = &known->lines[known->walked[i]];
        if ((line->kind != NAMES_HASHED || hashed_too) &&
            known_line_has(line, name, known->hasher) && !visit(context, line))
            return;
    }
}

struct found {
    const struct known_line *key;
    const struct known_line *authority;
};

static bool find_any(void *context, const struct known_line *line)
{
    struct found *found = context;
    if (line->marker == MARK_NONE)
        found->key = line;
    else if (line->marker == MARK_AUTHORITY && found->authority == NULL)
        found->authority = line;
    return found->key == NULL;
}

static void decide(struct key_match *match, enum key_verdict verdict,
                   const struct known_line *line, const char *name, size_t len)
{
    match->verdict = verdict;
    match->line = line->number;
    match->added = line->added;
    if (len > sizeof match->name - 1)
        len = sizeof match->name - 1;
    memcpy(match->name, name, len);
    match->name[len] = '\0';
}

static bool match_revoked(const struct known_hosts *known,
                          const struct forms *forms, const struct host_key *key,
                          struct key_match *match)
{
    for (size_t i = 0; i < forms->count; i++) {
        const char *name = forms->names[i];
        const struct known_line *line =
            find_key(known, key, MARK_REVOKED, name);
        if (line != NULL) {
            decide(match, KEY_REVOKED, line, name, strlen(name));
            return true;
        }
    }
    return false;
}

/* True when one of the names has decided. */
static bool match_names(const struct known_hosts *known,
                        const struct forms *forms, const struct host_key *key,
                        struct key_match *match)
{
    for (size_t i = 0; i < forms->count; i++) {
        const char *name = forms->names[i];
        const struct known_line *line = find_key(known, key, MARK_NONE, name);
        if (line != NULL) {
            decide(match, KEY_KNOWN, line, name, strlen(name));
            return true;
        }
        struct found found = {0};
        if (i < forms->full)
            visit_name(known, name, true, find_any, &found);
        if (found.key != NULL)
            decide(match, KEY_CHANGED, found.key, name, strlen(name));
        else if (found.authority != NULL)
            decide(match, KEY_AUTHORITY, found.authority, name, strlen(name));
        if (found.key != NULL || found.authority != NULL)
            return true;
    }
    return false;
}

static bool in_fleet(const struct known_hosts *known, const char *name,
                     size_t len)
{
    uint32_t cursor = 0;
    uint32_t number;
    return known->fleet_count == 0 ||
           key_index_next(&known->by_fleet_name, name, len, &cursor, &number);
}

/* The name in the line of a host of the fleet that is not this one. */
static const char *other_name(const struct known_hosts *known,
                              const struct known_line *line,
                              const struct forms *forms, size_t *len)
{
    const char *name;
    if (line->kind == NAMES_PLAIN) {
        const char *at = line->names;
        while (known_line_next_name(&at, &name, len))
            if (!is_form(forms, name, *len) && in_fleet(known, name, *len))
                return name;
        return NULL;
    }
    for (size_t i = 0; i < known->fleet_count; i++) {
        name = known->fleet[i];
        *len = strlen(name);
        if (!is_form(forms, name, *len) &&
            known_line_has(line, name, known->hasher))
            return name;
    }
    return NULL;
}

static void match_other_host(const struct known_hosts *known,
                             const struct forms *forms,
                             const struct host_key *key,
                             struct key_match *match)
{
    uint32_t cursor = 0;
    uint32_t number;
    while (key_index_next(&known->by_blob, key->blob, key->len, &cursor,
                          &number)) {
        const struct known_line *line = &known->lines[number];
        size_t len;
        const char *name = line->marker == MARK_NONE
                               ? other_name(known, line, forms, &len)
                               : NULL;
        if (name != NULL) {
            decide(match, KEY_OTHER_HOST, line, name, len);
            return;
        }
    }
}

struct key_match known_hosts_match(const struct known_hosts *known,
                                   const char *alias, const char *address,
                                   uint16_t port, const struct host_key *key)
{
    struct key_match match = {.verdict = KEY_UNKNOWN};
    struct forms forms = make_forms(alias, address, port);
    if (match_revoked(known, &forms, key, &match))
        return match;
    match_names(known, &forms, key, &match);
    if (match.verdict == KEY_UNKNOWN || match.verdict == KEY_CHANGED)
        match_other_host(known, &forms, key, &match);
    return match;
}

#define TYPES_MAX 16

struct type_count {
    const char *type;
    size_t count;
};

struct type_counts {
    struct type_count items[TYPES_MAX];
    size_t count;
};

static bool count_type(void *context, const struct known_line *line)
{
    struct type_counts *types = context;
    if (line->marker != MARK_NONE)
        return true;
    for (size_t i = 0; i < types->count; i++)
        if (strcmp(types->items[i].type, line->type) == 0) {
            types->items[i].count++;
            return true;
        }
    if (types->count < TYPES_MAX)
        types->items[types->count++] = (struct type_count){line->type, 1};
    return true;
}

static int by_count(const void *a, const void *b)
{
    const struct type_count *left = a;
    const struct type_count *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    /* "ssh-ed25519", "ssh-rsa", then ECDSA: what servers have most. */
    return strcmp(right->type, left->type) > 0 ? 1 : -1;
}

void known_hosts_types(const struct known_hosts *known, const char *alias,
                       const char *address, uint16_t port, char *types,
                       size_t size)
{
    struct forms forms = make_forms(alias, address, port);
    struct type_counts found = {.count = 0};
    bool walk = known->hashed_count <= TYPE_WALK_MAX;
    for (size_t i = 0; i < forms.count && found.count == 0; i++)
        visit_name(known, forms.names[i], walk, count_type, &found);
    if (found.count == 0)
        for (size_t i = 0; i < known->count; i++)
            count_type(&found, &known->lines[i]);
    qsort(found.items, found.count, sizeof *found.items, by_count);
    struct buf text;
    buf_init(&text, size - 1);
    for (size_t i = 0; i < found.count; i++)
        buf_addf(&text, "%s%s", i > 0 ? "," : "", found.items[i].type);
    memcpy(types, text.data, text.len + 1);
    buf_release(&text);
}

int known_hosts_add_fleet_name(struct known_hosts *known, const char *name,
                               uint16_t port)
{
    char text[HOST_NAME_SIZE];
    uint32_t cursor = 0;
    uint32_t number;
    if (known_host_name(text, sizeof text, name, port) != 0 ||
        key_index_next(&known->by_fleet_name, text, strlen(text), &cursor,
                       &number))
        return 0;
    char *copy = strdup(text);
    if (copy == NULL || make_room(&known->fleet, known->fleet_count,
                                  &known->fleet_room, sizeof copy) != 0) {
        free(copy);
        return -1;
    }
    known->fleet[known->fleet_count++] = copy;
    return key_index_add(&known->by_fleet_name, copy, strlen(copy),
                         (uint32_t)(known->fleet_count - 1));
}

int known_hosts_append(struct known_hosts *known, const char *name,
                       uint16_t port, const struct host_key *key,
                       struct err *err)
{
    char text[HOST_NAME_SIZE];
    if (known_host_name(text, sizeof text, name, port) != 0)
        return err_set(err, 0, "%s: this name cannot stand in known_hosts",
                       name);
    if (find_key(known, key, MARK_NONE, text) != NULL)
        return 0;
    char *blob = base64_text(key->blob, key->len);
    struct buf line;
    buf_init(&line, KNOWN_HOSTS_FILE_MAX);
    if (blob != NULL)
        buf_addf(&line, "%s %s %s\n", text, key->type, blob);
    free(blob);
    struct known_line parsed;
    const char *why = "out of memory";
    int result = -1;
    if (line.len == 0 || line.failed ||
        known_line_parse(&parsed, line.data, line.len, &why) != LINE_KEY)
        err_set(err, 0, "%s: the key of %s: %s", known->path, name, why);
    else if (known_hosts_file_append(known->path, &line, err) != 0)
        known_line_release(&parsed);
    else {
        parsed.number = ++known->last_number;
        parsed.added = true;
        result = keep_line(known, &parsed);
        if (result != 0)
            err_set(err, 0, "%s: out of memory", known->path);
    }
    buf_release(&line);
    return result;
}

void known_hosts_fingerprint(const struct host_key *key, char *text,
                             size_t size)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    text[0] = '\0';
    if (EVP_Digest(key->blob, key->len, digest, &len, EVP_sha256(), NULL) != 1)
        return;
    char *base64 = base64_text(digest, len);
    if (base64 != NULL) {
        base64[strcspn(base64, "=")] = '\0';
        snprintf(text, size, "SHA256:%s", base64);
    }
    free(base64);
}
