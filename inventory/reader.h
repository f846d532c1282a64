/* SPDX-License-Identifier: MIT */
/*
 * What reads a document into the model: its complaints, and the hosts that
 * names and ranges stand for. inventory/layout.c knows where in a document
 * they are.
 */
#ifndef INVENTORY_READER_H
#define INVENTORY_READER_H

#include <stdbool.h>

#include "base/problems.h"
#include "inventory/state.h"

struct reader {
    struct inventory *inventory;
    struct model *model;
    struct problems *problems;
    bool script;
};

/* What becomes of the hosts that a name stands for. */
struct host_use {
    struct group *group; /* becomes a member of it, unless NULL */
    const cJSON *vars;   /* its variables, unless NULL */
    const char *port;    /* of hosts not seen before */
    bool only_mentioned; /* hosts that no group of this source has: skip */
};

/* One problem that opens with where `node` stands. */
__attribute__((format(printf, 3, 4))) void
reader_complain(const struct reader *reader, const cJSON *node,
                const char *format, ...);

/* "an object", "null", ... */
const char *reader_type_name(const cJSON *node);

/* One host by its own name. 0, or -1 when memory is short. */
int reader_use_host(const struct reader *reader, const char *name,
                    const struct host_use *use, struct err *err);

/* False for what may not be shown wherever a name is. */
bool reader_is_name(const char *name);

/* All that a name or a range stands for. */
int reader_use_names(const struct reader *reader, const char *text,
                     const struct host_use *use, struct err *err);
/* All that `name`, `name:port` or a range of them stands for. */
int reader_use_names_port(const struct reader *reader, const char *text,
                          struct host_use use, struct err *err);

/* A list of hosts' names; complains. */
void reader_read_host_list(const struct reader *reader, struct group *group,
                           const cJSON *hosts);
/* The member "hosts" of a group, in whichever form; complains. */
void reader_read_hosts(const struct reader *reader, struct group *group,
                       const cJSON *hosts);

#endif
