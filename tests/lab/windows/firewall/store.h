/* SPDX-License-Identifier: MIT */
/*
 * The rules in the registry: REG_SZ values of FIREWALL_RULES_KEY, named by
 * the rule's id. They are read at every call, so what `reg import` puts there
 * is what is served. Two keys hold rules of the same form: the machine's own
 * and those of a policy, which nobody here can change.
 *
 * Every way in goes through the modes of settings.h: a stopped service, a
 * refused or ignored write, the group spelled or set otherwise, all stand
 * here and nowhere else.
 */
#ifndef LAB_FIREWALL_STORE_H
#define LAB_FIREWALL_STORE_H

#include "rule.h"

#include <windows.h>

#define STORE_ID_SIZE 40u /* "{GUID}" and its end */

enum store_origin { STORE_LOCAL, STORE_POLICY };

struct store_entry {
    WCHAR *id;
    struct fw_rule rule;
};

struct store_list {
    struct store_entry *entries;
    size_t count;
    size_t capacity;
};

/*
 * All rules of one origin in the registry's order. Values that are not in the
 * rule grammar, or contradict themselves, are no rules and left out. On
 * failure *list is empty; store_free() it in any case.
 */
HRESULT store_load(enum store_origin, struct store_list *list);
void store_free(struct store_list *);

/*
 * Makes a rule with a new id, which goes into `id`, or overwrites the one
 * with that id (0x80070002 when it is gone).
 */
HRESULT store_create(const struct fw_rule *, WCHAR id[STORE_ID_SIZE]);
HRESULT store_replace(const WCHAR *id, const struct fw_rule *);
HRESULT store_delete(const WCHAR *id);

#endif
