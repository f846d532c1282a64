/* SPDX-License-Identifier: MIT */
/*
 * What the words of `wmi.access.collectors` and `wmi.collector.targets` mean:
 * the addresses of hosts and groups of the inventory, addresses as they
 * stand, and words that only the target can make an address of.
 *
 * First every word that is wanted is gathered (audience_gather), then the
 * names among the addresses are looked up, all at once (audience_look_up),
 * then addresses can be had. Each host and each group is worked out once,
 * however many hosts name it.
 */
#ifndef INVENTORY_AUDIENCE_H
#define INVENTORY_AUDIENCE_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "inventory/list.h"
#include "inventory/model.h"
#include "inventory/resolver.h"
#include "inventory/table.h"

struct complaints;
struct inventory;

/*
 * Elements in one list of addresses. Windows' documentation gives no limit;
 * every packet is compared with all of them.
 */
#define AUDIENCE_RANGES_MAX 1000

/* Of an inventory; zeroed it is empty. */
struct audience {
    struct list crowds; /* struct crowd: a host or a group */
    struct table crowd_index;
    struct list names; /* struct named */
    struct table name_index;
    size_t looked_up; /* of the names */
};

void audience_release(struct audience *audience);

enum audience_kind {
    AUDIENCE_UNKNOWN, /* nobody */
    AUDIENCE_ADDRESS, /* an address, range or prefix */
    AUDIENCE_WORD,    /* controller, LocalSubnet */
    AUDIENCE_HOST,
    AUDIENCE_GROUP,
};

struct audience_word {
    enum audience_kind kind;
    struct host *host;
    struct group *group;
};

/*
 * What one text means: a word, "@group", the name of a host, then of a
 * group, then an address.
 */
struct audience_word audience_read(const struct model *model, const char *text);

struct audience_item {
    const char *text;   /* not AUDIENCE_UNKNOWN */
    const cJSON *place; /* where it was written */
};

/* A list; who complains of an item calls it "<what>[<index>]". */
struct audience_words {
    const char *what; /* "wmi.access.collectors" */
    struct audience_item *items;
    size_t count;
    const cJSON *place; /* of the whole list */
};

/* Each is -1 when memory is short; `complaints` hears of bad addresses. */
int audience_gather(struct inventory *inventory,
                    const struct audience_words *words,
                    struct complaints *complaints);
int audience_look_up(struct inventory *inventory);

/*
 * The addresses of two lists together (the second may be NULL), sorted and
 * folded, as an array of texts that a firewall rule takes. What has none is
 * a complaint of `host`'s. NULL when something was told.
 */
cJSON *audience_addresses(struct inventory *inventory,
                          const struct audience_words *first,
                          const struct audience_words *second,
                          struct complaints *complaints, const char *host);

#endif
