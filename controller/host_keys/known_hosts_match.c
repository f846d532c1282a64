/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. Every line is parsed once and found in three ways: by
 * its key (a hash table), by a plain name (a hash table), or by walking the
 * few lines with patterns. A hashed name can only be asked, so a match asks
 * the lines that hold the offered key, mostly one. Only when no name matched
 * with that key are all hashed lines asked, because "changed" and "unknown"
 * differ in it: about a microsecond a line, for hosts that are refused or
 * known by another name.
 */
#include "controller/host_keys/known_hosts_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define FORMS_MAX 4
/* With more hashed lines than this no name is looked for among them. */
#define TYPE_WALK_MAX 1024

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

const struct known_line *known_hosts_find(const struct known_hosts *known,
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

void known_hosts_visit(const struct known_hosts *known, const char *name,
                       line_visitor *visit, void *context)
{
    visit_name(known, name, true, visit, context);
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
            known_hosts_find(known, key, MARK_REVOKED, name);
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
        const struct known_line *line =
            known_hosts_find(known, key, MARK_NONE, name);
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
