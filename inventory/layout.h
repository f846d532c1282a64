/* SPDX-License-Identifier: MIT */
/*
 * From a document to the model, in either of Ansible's layouts:
 *
 *   script   {"web": {"hosts": ["a", "b"], "children": ["c"], "vars": {}},
 *             "_meta": {"hostvars": {"a": {}}}}
 *   static   {"all": {"hosts": {"a": {}}, "children": {"web": {}},
 *             "vars": {}}}
 *
 * Arrays tell the first, objects the second. Ranges are expanded in both.
 */
#ifndef INVENTORY_LAYOUT_H
#define INVENTORY_LAYOUT_H

#include <stdbool.h>

#include "base/json.h"
#include "base/problems.h"
#include "inventory/state.h"

/*
 * Adds what the document says; every mistake becomes a problem. Returns
 * true when it says the variables of its hosts too (`_meta.hostvars`); a
 * program that does not is asked for each host. `program`: the text was
 * written by one.
 */
bool layout_read(struct inventory *inventory, const struct json_doc *doc,
                 bool program, struct problems *problems);

/* Adds the answer of a program that was asked for one host. */
void layout_read_host(struct inventory *inventory, struct host *host,
                      const struct json_doc *doc, struct problems *problems);

/* Adds the names between the commas of `h1,h2,`. */
void layout_read_names(struct inventory *inventory, const char *names,
                       struct problems *problems);

#endif
