/* SPDX-License-Identifier: MIT */
/*
 * The inventory as groups, hosts and what was said of each.
 *
 * Filled in the order of the sources; model_finish then does what Ansible
 * does at that point: groups without a parent become children of `all`,
 * hosts without a group become members of `ungrouped`, depths are counted.
 * Variables are pointers into the documents, in the order in which they were
 * said: of two with one name the later counts, but every `wmi` is kept.
 *
 * Invariant: the groups form no cycle; the first two are `all`, `ungrouped`.
 */
#ifndef INVENTORY_MODEL_H
#define INVENTORY_MODEL_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "inventory/list.h"
#include "inventory/table.h"

#define MODEL_DEPTH_MAX 64 /* groups within groups */

struct variable {
    const char *name;
    const cJSON *value;
    size_t order; /* place in its row, kept by sorting */
};

struct variables {
    struct variable *items;
    size_t count;
    size_t capacity;
};

struct group {
    char *name;
    struct variables vars;
    struct list children; /* struct group */
    struct list parents;  /* struct group */
    struct list hosts;    /* struct host, direct members */
    int priority;         /* ansible_group_priority */
    unsigned depth;       /* longest way from `all` */
    size_t rank;          /* place in the order in which groups are merged */
    size_t stamp;         /* see model_stamp */
};

struct host {
    char *name;
    struct variables vars;
    struct list groups; /* struct group: those that it is a direct member of */
    size_t source;      /* the last source that named it in a group */
    size_t order;       /* place in the inventory */
    size_t stamp;
    bool left_ungrouped; /* was a member of `ungrouped` and of another */
    struct chain *chain; /* merge.c's, NULL until it has weighed the host */
    struct wish *wish;
};

struct model {
    struct list groups;
    struct list hosts; /* in inventory order once finished */
    struct table groups_by_name;
    struct table hosts_by_name;
    struct list made; /* cJSON nodes that no document owns */
    size_t last_stamp;
};

/* 0, or -1 when out of memory; release either way. */
int model_init(struct model *model);
void model_release(struct model *model);

struct group *model_group(const struct model *model, const char *name);
struct host *model_host(const struct model *model, const char *name);
struct group *model_all(const struct model *model);

/* Each finds or adds; NULL when out of memory. */
struct group *model_add_group(struct model *model, const char *name);
struct host *model_add_host(struct model *model, const char *name);

/* Each may be repeated without effect. -1 when out of memory. */
int model_add_member(struct group *group, struct host *host);

/* Also -1, with a text that says so, where a circle or a tower would arise. */
int model_add_child(struct model *model, struct group *parent,
                    struct group *child, struct err *err);

/* `ansible_group_priority` is read, not kept; -1 also when it is no number. */
int model_set_group_variable(struct group *group, const cJSON *variable,
                             struct err *err);

/*
 * A variable of a host, or, as Ansible has it, of the group of that name
 * when there is one.
 */
int model_set_host_variable(struct model *model, struct host *host,
                            const cJSON *variable, struct err *err);

/* ansible_port from `name:port`; `digits` is checked by whoever uses it. */
int model_set_port(struct model *model, struct host *host, const char *digits);

int model_finish(struct model *model, struct err *err);

/* A number that no group or host bears as its stamp yet, to mark them. */
size_t model_stamp(struct model *model);

/*
 * Appends the hosts of the group and of all below it, each once, the nearer
 * groups first. -1 when out of memory.
 */
int model_hosts_below(struct model *model, struct group *group,
                      struct list *hosts);

#endif
