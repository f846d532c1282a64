/* SPDX-License-Identifier: MIT */
/*
 * The variables of one host: what its groups and itself say, weighed.
 *
 * Groups count in the order of their rank (depth, priority, name), the host
 * last; of one name the later wins. Hosts with the same groups share the row
 * of their groups' variables (a chain), and hosts with the same `wmi` words
 * share the merged tree (a wish), so ten thousand hosts cost little more
 * than their own variables.
 */
#ifndef INVENTORY_MERGE_H
#define INVENTORY_MERGE_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "inventory/state.h"

/* The rows are sorted by name, hold a name once, and leave `wmi` out. */
struct view {
    const struct variables *groups;
    const struct variables *own;
    struct wish *wish; /* NULL: no `wmi` at all */
};

/* Where a node of a merged tree was written. */
struct origin {
    const cJSON *node;
    const cJSON *source;
};

enum wish_verdict { WISH_NEW, WISH_EMPTY, WISH_GOOD, WISH_BAD };

/* A merged `wmi`. Made once for each different row of words. */
struct wish {
    const cJSON *tree; /* NULL when a null removed it all */
    cJSON *made;       /* the tree, when it is not a source's own */
    struct origin *origins;
    size_t origin_count;
    size_t origin_capacity;
    const void **words; /* the `wmi` values (cJSON), in merging order */
    size_t word_count;
    enum wish_verdict verdict;   /* wanted.c's, as what follows */
    struct expansion *expansion; /* what access and collector say, or NULL */
    cJSON *expanded;             /* the tree with that worked out, or NULL */
};

/* The host's view, worked out at the first call. -1 when out of memory. */
int merge_view(struct inventory *inventory, struct host *host,
               struct view *view);

/* The variable's value, or NULL; `wmi` is the wish's. */
const cJSON *merge_variable(const struct view *view, const char *name);

/* Where a node of the merged tree was written; the node itself at worst. */
const cJSON *merge_origin(const struct wish *wish, const cJSON *node);

/* Frees what the calls above have left in the inventory. */
void merge_release(struct inventory *inventory);

#endif
