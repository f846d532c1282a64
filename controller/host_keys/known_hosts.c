/* SPDX-License-Identifier: MIT */
#include "controller/host_keys/known_hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "controller/host_keys/known_hosts_file.h"
#include "controller/host_keys/known_hosts_index.h"

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

/* Makes room for one more line in both arrays, which grow alike. */
static int make_room(struct known_hosts *known)
{
    if (known->count < known->room)
        return 0;
    size_t room = known->room == 0 ? 64 : known->room + known->room / 4;
    struct known_line *lines =
        realloc(known->lines, room * sizeof *known->lines);
    if (lines == NULL)
        return -1;
    known->lines = lines;
    uint32_t *walked = realloc(known->walked, room * sizeof *known->walked);
    if (walked == NULL)
        return -1;
    known->walked = walked;
    known->room = room;
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
    if (make_room(known) != 0) {
        known_line_release(line);
        return -1;
    }
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
    case LINE_NO_MEMORY:
        return -1;
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
    if (known->fleet_count == known->fleet_room) {
        size_t room = known->fleet_room == 0 ? 64 : known->fleet_room * 2;
        char **fleet = realloc(known->fleet, room * sizeof *fleet);
        if (fleet == NULL)
            return -1;
        known->fleet = fleet;
        known->fleet_room = room;
    }
    char *copy = strdup(text);
    if (copy == NULL)
        return -1;
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
    if (known_hosts_find(known, key, MARK_NONE, text) != NULL)
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
