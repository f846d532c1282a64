/* SPDX-License-Identifier: MIT */
#include "inventory/list.h"

#include <stdlib.h>

int list_add(struct list *list, void *item)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 4 : list->capacity * 2;
        void **items = reallocarray(list->items, capacity, sizeof *items);
        if (items == NULL)
            return -1;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
    return 0;
}

void list_release(struct list *list)
{
    free(list->items);
    *list = (struct list){0};
}

void list_release_all(struct list *list, void (*item_free)(void *))
{
    for (size_t i = 0; i < list->count; i++)
        item_free(list->items[i]);
    list_release(list);
}
