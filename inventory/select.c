/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "inventory/complaints.h"
#include "inventory/connection.h"
#include "inventory/inventory.h"
#include "inventory/merge.h"
#include "inventory/pattern.h"
#include "inventory/secret.h"
#include "inventory/select.h"
#include "inventory/wanted.h"

/* --- which hosts ---------------------------------------------------------- */

int select_hosts(struct inventory *inventory, const struct selection *selection,
                 bool **chosen, struct problems *problems)
{
    struct model *model = &inventory->model;
    size_t count = model->hosts.count;
    bool *in = calloc(count + 1, sizeof *in);
    bool *out = calloc(count + 1, sizeof *out);
    int result = in == NULL || out == NULL ? -1 : 0;
    if (result == -1)
        problems_error(problems, "the inventory: out of memory");
    else if (selection->limit == NULL)
        memset(in, true, count);
    else
        result =
            pattern_match(model, "--limit", selection->limit, in, problems);
    if (result == 0 && selection->exclude != NULL)
        result = pattern_match(model, "--exclude", selection->exclude, out,
                               problems);
    for (size_t i = 0; result == 0 && i < count; i++)
        in[i] = in[i] && !out[i];
    free(out);
    if (result == 0)
        *chosen = in;
    else
        free(in);
    return result;
}

/* Where the password is that the account is to get, if it is to get one. */
static int find_account_password(const struct wanted *wanted,
                                 struct target *target)
{
    const cJSON *account = json_member(wanted->wish->tree, "account");
    const cJSON *password = json_member(account, "password");
    const char *state = json_text(account, "state");
    struct err err;
    if (password == NULL || wanted->wish->verdict != WISH_GOOD ||
        (state != NULL && strcmp(state, "absent") == 0))
        return 0;
    if (secret_describe(wanted->inventory, password, target->name,
                        &target->account_password, &err) == 0)
        return 0;
    if (err.code == ENOMEM)
        return -1;
    complaints_error(wanted->complaints, target->name,
                     merge_origin(wanted->wish, password),
                     "wmi.account.password: %s", err.text);
    return 0;
}

/* --- the list ------------------------------------------------------------- */

struct selecting {
    struct inventory *inventory;
    const struct selection *selection;
    struct target_list *list;
    struct wish **wishes; /* of each target in the list */
    struct complaints complaints;
    struct problems *problems;
};

static int add_target(struct selecting *selecting, struct host *host)
{
    struct target_list *list = selecting->list;
    struct target *target = &list->items[list->count];
    *target = (struct target){
        .name = host->name, .address = host->name, .retries = -1};
    if (selecting->selection->need == INVENTORY_NAMES) {
        list->count++;
        return 0;
    }
    struct view view;
    if (merge_view(selecting->inventory, host, &view) == -1)
        return -1;
    struct wanted wanted = {.inventory = selecting->inventory,
                            .complaints = &selecting->complaints,
                            .wish = view.wish,
                            .host = host->name};
    if (selecting->selection->need == INVENTORY_WMI) {
        if (view.wish != NULL)
            wanted_judge(&wanted);
        if (view.wish == NULL || view.wish->verdict == WISH_EMPTY) {
            list->nothing_asked++;
            return 0;
        }
    }
    const struct connection_rules rules = {.inventory = selecting->inventory,
                                           .complaints = &selecting->complaints,
                                           .force_ssh =
                                               selecting->selection->force_ssh};
    connection_read(&rules, &view, target);
    if (selecting->selection->need == INVENTORY_WMI) {
        selecting->wishes[list->count] = view.wish;
        if (find_account_password(&wanted, target) == -1)
            return -1;
    }
    list->count++;
    return 0;
}

/* What is asked of each, once all that has to be looked up is. */
static int expand(struct selecting *selecting)
{
    struct target_list *list = selecting->list;
    if (selecting->selection->need != INVENTORY_WMI)
        return 0;
    if (audience_look_up(selecting->inventory) == -1)
        return -1;
    for (size_t i = 0; i < list->count; i++) {
        struct target *target = &list->items[i];
        struct wish *wish = selecting->wishes[i];
        if (wish == NULL) /* each has one, which the analyzer misses */
            continue;
        struct wanted wanted = {.inventory = selecting->inventory,
                                .complaints = &selecting->complaints,
                                .wish = wish,
                                .host = target->name};
        target->wmi = wanted_tree(&wanted);
        target->access = json_member(wish->tree, "access");
        target->collector = json_member(wish->tree, "collector");
    }
    return 0;
}

/* One address and port of several hosts. */
struct shared {
    char *key;
    const char *first;
    const char *second;
    size_t count;
};

static void shared_free(void *item)
{
    struct shared *shared = item;
    free(shared->key);
    free(shared);
}

static int count_address(struct table *index, struct list *all,
                         const struct target *target)
{
    char *key = NULL;
    const struct target *jump = target->jump;
    /* Behind another jump host it is another machine. */
    if (asprintf(&key, "%s port %u%s%s", target->address, target->port,
                 jump != NULL ? " behind " : "",
                 jump != NULL ? jump->name : "") == -1)
        return -1;
    for (char *c = key; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    struct shared *shared = table_get_text(index, key);
    if (shared != NULL) {
        if (shared->count++ == 1)
            shared->second = target->name;
        free(key);
        return 0;
    }
    shared = calloc(1, sizeof *shared);
    if (shared == NULL) {
        free(key);
        return -1;
    }
    *shared = (struct shared){.key = key, .first = target->name, .count = 1};
    if (list_add(all, shared) == -1) {
        shared_free(shared);
        return -1;
    }
    return table_put_text(index, key, shared);
}

static void warn_of_shared(const struct target_list *list,
                           struct problems *problems)
{
    struct table index = {0};
    struct list all = {0};
    for (size_t i = 0; i < list->count; i++)
        if (count_address(&index, &all, &list->items[i]) == -1)
            break;
    for (size_t i = 0; i < all.count; i++) {
        const struct shared *shared = all.items[i];
        if (shared->count > 1)
            problems_warning(problems,
                             "%s is the address of %zu selected hosts (%s, "
                             "%s%s)",
                             shared->key, shared->count, shared->first,
                             shared->second, shared->count > 2 ? ", ..." : "");
    }
    table_release(&index);
    list_release_all(&all, shared_free);
}

static int refuse_empty(const struct selecting *selecting, size_t chosen)
{
    const struct target_list *list = selecting->list;
    if (selecting->inventory->model.hosts.count == 0)
        problems_error(selecting->problems, "the inventory has no hosts");
    else if (chosen == 0)
        problems_error(selecting->problems,
                       "no host is selected: --limit and --exclude leave "
                       "none of %zu",
                       selecting->inventory->model.hosts.count);
    else if (list->count == 0)
        problems_error(selecting->problems,
                       "nothing is asked of the %zu selected host%s: none "
                       "has the variable 'wmi'",
                       chosen, chosen == 1 ? "" : "s");
    else
        return 0;
    return -1;
}

static int fill(struct selecting *selecting, const bool *chosen)
{
    const struct list *hosts = &selecting->inventory->model.hosts;
    size_t count = 0;
    int result = 0;
    selecting->list->items =
        calloc(hosts->count + 1, sizeof *selecting->list->items);
    selecting->wishes = calloc(hosts->count + 1, sizeof *selecting->wishes);
    if (selecting->list->items == NULL || selecting->wishes == NULL)
        result = -1;
    for (size_t i = 0; i < hosts->count && result == 0; i++)
        if (chosen[i]) {
            count++;
            result = add_target(selecting, hosts->items[i]);
        }
    if (result == 0)
        result = expand(selecting);
    free(selecting->wishes);
    if (result == -1)
        selecting->complaints.out_of_memory = true;
    complaints_tell(&selecting->complaints, selecting->problems);
    return result == -1 ? -1 : refuse_empty(selecting, count);
}

int inventory_select(struct inventory *inventory,
                     const struct selection *selection,
                     struct target_list *list, struct problems *problems)
{
    struct selecting selecting = {.inventory = inventory,
                                  .selection = selection,
                                  .list = list,
                                  .problems = problems};
    size_t errors = problems->error_count;
    bool *chosen = NULL;
    *list = (struct target_list){0};
    complaints_init(&selecting.complaints, inventory);
    int result = select_hosts(inventory, selection, &chosen, problems);
    if (result == 0)
        result = fill(&selecting, chosen);
    free(chosen);
    if (result == 0 && problems->error_count == errors) {
        if (selection->need != INVENTORY_NAMES)
            warn_of_shared(list, problems);
        return 0;
    }
    free(list->items);
    *list = (struct target_list){0};
    return -1;
}
