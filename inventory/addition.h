/* SPDX-License-Identifier: MIT */
/*
 * What is added to a `wmi` object where it does not say otherwise itself;
 * expansion.h has the rules of that. The object is one that settings_read
 * has taken, and of the caller's own.
 */
#ifndef INVENTORY_ADDITION_H
#define INVENTORY_ADDITION_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct addition {
    cJSON *wmi;
    const cJSON *asked; /* the same before any addition */
    bool failed;        /* memory was short */
};

/* "firewall.rules": an object that is owned from now on. */
void addition_rule(struct addition *addition, cJSON *rule);

/* "groups": one more member. */
void addition_member(struct addition *addition, const char *group,
                     const char *account);

/* "namespaces": a grant, owned from now on, that holds "account". */
void addition_grant(struct addition *addition, const char *path, cJSON *grant);

/* "service_control": the same. */
void addition_control(struct addition *addition, cJSON *grant);

/* A number under wmi.<family>.<key>. */
void addition_number(struct addition *addition, const char *family,
                     const char *key, int number);

/*
 * Members of an object under construction; the item is owned. Both fail
 * where the object or the item is NULL.
 */
void addition_put(struct addition *addition, cJSON *object, const char *key,
                  cJSON *item);
cJSON *addition_texts(const char *const *texts, int count);

#endif
