/* SPDX-License-Identifier: MIT */
/*
 * `wmi.access` and `wmi.collector` read, and made into the settings that the
 * payload knows. Pure: addresses come from audience.h, files from nowhere.
 *
 * What a machine's `wmi` says in those settings itself counts more:
 *
 *   firewall.rules      a rule of that name, present or absent, takes the
 *                       place of the one made here
 *   groups              a member that is to be absent is not added; a group
 *                       that is there already gets the member
 *   namespaces          an account that has a grant for that namespace, of
 *                       whatever rights or state, gets no other
 *   service_control     the same
 *   cimom               a value that is there stays
 */
#ifndef INVENTORY_EXPANSION_H
#define INVENTORY_EXPANSION_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/problems.h"
#include "inventory/access.h"
#include "inventory/collector.h"
#include "inventory/model.h"
#include "payload/settings/settings.h"

struct expansion {
    bool has_access;
    bool has_collector;
    struct access_wish access;
    struct collector_wish collector;
    void *storage; /* owns every text above; the places are `wmi`'s */
};

/* Whether `wmi` asks for any of it. */
bool expansion_asked(const cJSON *wmi);

/*
 * Reads both out of `wmi`, mistakes as settings_read tells them. With
 * `model`, also names that are in no inventory are mistakes. NULL when there
 * was one, or memory is short, which is told too.
 */
struct expansion *expansion_read(const cJSON *wmi, const struct model *model,
                                 const struct settings_place *place,
                                 struct problems *problems);
void expansion_free(struct expansion *expansion);

/* Arrays as audience_addresses gives them; NULL where not asked. */
struct expansion_addresses {
    const cJSON *collectors;
    const cJSON *targets;
    const cJSON *both; /* together, where both are asked */
};

/*
 * `wmi` without the two keys, and with what they mean. `wmi` has passed
 * settings_read. NULL when memory is short.
 */
cJSON *expansion_make(const struct expansion *expansion, const cJSON *wmi,
                      const struct expansion_addresses *addresses);

#endif
