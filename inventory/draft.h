/* SPDX-License-Identifier: MIT */
/*
 * One host whose connection is being read: the variables that say it, and the
 * target as far as it is filled. Who fills it is inventory/connection.c alone,
 * from variables and from ssh's words; what both can say is set here.
 *
 * What is set stays: the first word for a thing counts. What is wrong becomes
 * a complaint that names `key`, and nothing is set.
 */
#ifndef INVENTORY_DRAFT_H
#define INVENTORY_DRAFT_H

#include "inventory/connection.h"

struct draft {
    const struct connection_rules *rules;
    const struct view *view;
    struct target *target;
    const char *key;    /* the variable whose words are read */
    const cJSON *value; /* and its value */
    bool has_port;
    bool has_timeout;
};

#define DRAFT_COMPLAIN(draft, ...)                                             \
    complaints_error((draft)->rules->complaints, (draft)->target->name,        \
                     (draft)->value, __VA_ARGS__)
#define DRAFT_WARN(draft, ...)                                                 \
    complaints_warning((draft)->rules->complaints, (draft)->target->name,      \
                       (draft)->value, __VA_ARGS__)

/*
 * Takes the variable of one of these names, NULL-terminated; of several the
 * later in the list counts, as with Ansible. False: there is none.
 */
bool draft_look_up(struct draft *draft, const char *const *names);

/* The text of its string or number; NULL after a complaint. */
const char *draft_text(const struct draft *draft);

/* False when the text is no number from 0 to `max`; 22.0 is one. */
bool draft_number(const char *text, unsigned long max, unsigned long *number);

void draft_set_port(struct draft *draft, const char *text);
/* The text must outlive the target. */
void draft_set_text(struct draft *draft, const char **place, const char *text);
/* It need not: words of ssh die after the call. */
void draft_set_copy(struct draft *draft, const char **place, const char *text);
void draft_set_key_file(struct draft *draft, const char *text);
void draft_set_timeout(struct draft *draft, const char *text);

#endif
