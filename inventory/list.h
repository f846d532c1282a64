/* SPDX-License-Identifier: MIT */
/*
 * A growing row of pointers. The list owns its row, never what the pointers
 * lead to; list_release_all frees those too.
 */
#ifndef INVENTORY_LIST_H
#define INVENTORY_LIST_H

#include <stddef.h>

struct list {
    void **items;
    size_t count;
    size_t capacity;
};

/* A zeroed struct is an empty list. 0, or -1 when out of memory. */
int list_add(struct list *list, void *item);
void list_release(struct list *list);

/* Also frees every item with `item_free`. */
void list_release_all(struct list *list, void (*item_free)(void *));

#endif
