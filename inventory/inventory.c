/* SPDX-License-Identifier: MIT */
#include "inventory/inventory.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "inventory/merge.h"
#include "inventory/secret.h"
#include "inventory/source.h"
#include "inventory/state.h"

static void doc_free(void *item)
{
    json_doc_free(item);
}

const char *state_place(const struct inventory *inventory, const cJSON *node,
                        char text[STATE_PLACE_SIZE])
{
    size_t line;
    size_t column;
    snprintf(text, STATE_PLACE_SIZE, "the host list");
    for (size_t i = 0; i < inventory->docs.count; i++) {
        const struct json_doc *doc = inventory->docs.items[i];
        if (!json_doc_position(doc, node, &line, &column))
            continue;
        snprintf(text, STATE_PLACE_SIZE, "%.280s:%zu:%zu", json_doc_name(doc),
                 line, column);
        break;
    }
    return text;
}

void *state_keep(struct inventory *inventory, void *memory)
{
    if (memory != NULL && list_add(&inventory->kept, memory) == -1) {
        free(memory);
        return NULL;
    }
    return memory;
}

static void warn_of_namesakes(const struct model *model,
                              struct problems *problems)
{
    for (size_t i = 0; i < model->groups.count; i++) {
        const struct group *group = model->groups.items[i];
        if (model_host(model, group->name) != NULL)
            problems_warning(problems,
                             "'%s' is the name of a host and of a group: "
                             "what is said of the one counts for the other",
                             group->name);
    }
}

struct inventory *inventory_load(const char *const *sources, size_t count,
                                 struct problems *problems)
{
    size_t errors = problems->error_count;
    struct err err;
    struct inventory *inventory = calloc(1, sizeof *inventory);
    if (inventory == NULL || model_init(&inventory->model) == -1) {
        problems_error(problems, "the inventory: out of memory");
        inventory_free(inventory);
        return NULL;
    }
    inventory->resolve = resolver_look_up;
    for (size_t i = 0; i < count; i++)
        source_read(inventory, sources[i], problems);
    if (problems->error_count == errors &&
        model_finish(&inventory->model, &err) == -1)
        problems_error(problems, "the inventory: %s", err.text);
    if (problems->error_count > errors) {
        inventory_free(inventory);
        return NULL;
    }
    warn_of_namesakes(&inventory->model, problems);
    return inventory;
}

void inventory_free(struct inventory *inventory)
{
    if (inventory == NULL)
        return;
    audience_release(&inventory->audience);
    merge_release(inventory);
    secret_forget_all(inventory);
    model_release(&inventory->model);
    list_release_all(&inventory->docs, doc_free);
    table_release(&inventory->jumps);
    list_release_all(&inventory->kept, free);
    free(inventory);
}

size_t inventory_host_count(const struct inventory *inventory)
{
    return inventory->model.hosts.count;
}
