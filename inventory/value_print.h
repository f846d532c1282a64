/* SPDX-License-Identifier: MIT */
/*
 * Values of an inventory as text, written straight into the buffer: sorted
 * keys, four blanks a level, as Python's json.dumps does it for
 * ansible-inventory. What a terminal would obey is escaped: a program may
 * have written it. Secrets are masked unless they are to be shown.
 */
#ifndef INVENTORY_VALUE_PRINT_H
#define INVENTORY_VALUE_PRINT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/buf.h"
#include "inventory/model.h"

struct value_printer {
    struct buf *out; /* failed: it is too long */
    bool show_secrets;
    bool out_of_memory; /* what was written is not whole */
};

/* A line feed and the blanks of that level. */
void value_print_line(struct value_printer *printer, unsigned level);
/* A text in quotes. */
void value_print_text(struct value_printer *printer, const char *text);
/* `hidden`: it is a secret, or within one. */
void value_print(struct value_printer *printer, const cJSON *node,
                 unsigned level, bool hidden);
/* The same of members, in the order that they have. */
void value_print_members(struct value_printer *printer,
                         const struct variable *members, size_t count,
                         unsigned level, bool hidden);

/* By name, as members are printed. */
void value_sort(struct variable *members, size_t count);

#endif
