/* SPDX-License-Identifier: MIT */
/*
 * The index behind known_hosts.h, shared by known_hosts.c (which makes it),
 * known_hosts_match.c and known_hosts_replace.c (which ask it). Nobody else
 * includes this.
 */
#ifndef CONTROLLER_KNOWN_HOSTS_INDEX_H
#define CONTROLLER_KNOWN_HOSTS_INDEX_H

#include "controller/host_keys/key_index.h"
#include "controller/host_keys/known_hosts.h"
#include "controller/host_keys/known_hosts_line.h"

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

/* The first line with this key and marker that names the host, or NULL. */
const struct known_line *known_hosts_find(const struct known_hosts *known,
                                          const struct host_key *key,
                                          enum line_marker marker,
                                          const char *name);

/* Is asked once for each line that names a host; false ends the walk. */
typedef bool line_visitor(void *context, const struct known_line *line);

/* Every line that speaks of `name`, patterns and hashed ones too. */
void known_hosts_visit(const struct known_hosts *known, const char *name,
                       line_visitor *visit, void *context);

#endif
