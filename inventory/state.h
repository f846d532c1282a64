/* SPDX-License-Identifier: MIT */
/*
 * What `struct inventory` is, for the files of this folder: the documents
 * that were read, the model made of them, and what was worked out since.
 * Everything that a target points to belongs here and goes with it.
 */
#ifndef INVENTORY_STATE_H
#define INVENTORY_STATE_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "inventory/audience.h"
#include "inventory/inventory.h"
#include "inventory/list.h"
#include "inventory/model.h"
#include "inventory/table.h"

#define STATE_PLACE_SIZE 320

struct inventory {
    struct model model;
    struct list docs;    /* struct json_doc */
    struct list kept;    /* memory that targets point to */
    size_t source_count; /* sources read so far */
    struct list chains;  /* struct chain, merge.c's */
    struct table chain_index;
    struct list wishes; /* struct wish, merge.c's */
    struct table wish_index;
    struct list secrets; /* struct cached_secret, secret.c's */
    struct audience audience;
    struct table jumps;   /* texts of jump hosts: the struct target of each */
    unsigned jump_depth;  /* of the jump host that is being read */
    resolver_fn *resolve; /* what looks names up */
    void *resolve_context;
};

/*
 * Writes "lab.json:3:14" for a node of any document that was read, or "the
 * host list" for what stands in none. Returns `text`.
 */
const char *state_place(const struct inventory *inventory, const cJSON *node,
                        char text[STATE_PLACE_SIZE]);

/*
 * Keeps memory from malloc until the inventory goes and returns it. NULL,
 * the memory then being freed, when out of memory; NULL stays NULL.
 */
void *state_keep(struct inventory *inventory, void *memory);

#endif
