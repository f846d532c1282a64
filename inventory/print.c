/* SPDX-License-Identifier: MIT */
/*
 * The texts of `inventory --list`, `--host` and `--graph`, written straight
 * into the buffer: sorted keys, four blanks a level, as Python's json.dumps
 * does it for ansible-inventory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "inventory/inventory.h"
#include "inventory/merge.h"
#include "inventory/expansion.h"
#include "inventory/select.h"
#include "inventory/value_print.h"
#include "inventory/wanted.h"

#define EXPANSION_NAME "wmifleet_expansion"

struct printer {
    struct inventory *inventory;
    const bool *chosen; /* by host->order */
    struct value_printer values;
};

/* --- variables of a host -------------------------------------------------- */

/* What Ansible takes out of every host's variables before printing. */
static bool is_internal(const char *name)
{
    static const char *const names[] = {"ansible_diff_mode",
                                        "ansible_config_file",
                                        "ansible_facts",
                                        "ansible_forks",
                                        "ansible_limit",
                                        "ansible_inventory_sources",
                                        "ansible_run_tags",
                                        "ansible_playbook_python",
                                        "ansible_skip_tags",
                                        "ansible_verbosity",
                                        "ansible_version",
                                        "inventory_dir",
                                        "inventory_file",
                                        "inventory_hostname",
                                        "groups",
                                        "inventory_hostname_short",
                                        "group_names",
                                        "omit",
                                        "playbook_dir"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Adds those of `row` that `winner` does not have. */
static size_t gather(struct variable *members, size_t count,
                     const struct variables *row,
                     const struct variables *winner)
{
    size_t at = 0;
    for (size_t i = 0; i < row->count; i++) {
        const char *name = row->items[i].name;
        while (winner != NULL && at < winner->count &&
               strcmp(winner->items[at].name, name) < 0)
            at++;
        bool lost = winner != NULL && at < winner->count &&
                    strcmp(winner->items[at].name, name) == 0;
        if (!lost && !is_internal(name))
            members[count++] = row->items[i];
    }
    return count;
}

/* All variables by name and room for one more, to be freed; or NULL. */
static struct variable *host_members(struct printer *printer, struct host *host,
                                     size_t *count)
{
    struct view view;
    struct variable *members = NULL;
    if (merge_view(printer->inventory, host, &view) == 0)
        members =
            calloc(view.groups->count + view.own->count + 2, sizeof *members);
    if (members == NULL) {
        printer->values.out_of_memory = true;
        return NULL;
    }
    *count = gather(members, 0, view.own, NULL);
    *count = gather(members, *count, view.groups, view.own);
    const cJSON *wmi = merge_variable(&view, "wmi");
    if (wmi != NULL)
        members[(*count)++] = (struct variable){.name = "wmi", .value = wmi};
    value_sort(members, *count);
    return members;
}

/* --- the list ------------------------------------------------------------- */

static int by_host_name(const void *a, const void *b)
{
    const struct host *left = *(void *const *)a;
    const struct host *right = *(void *const *)b;
    return strcmp(left->name, right->name);
}

static int by_group_name(const void *a, const void *b)
{
    const struct group *left = *(void *const *)a;
    const struct group *right = *(void *const *)b;
    return strcmp(left->name, right->name);
}

static void print_hostvars(struct printer *printer, void **hosts, size_t count)
{
    bool first = true;
    buf_add_text(printer->values.out, "\"_meta\": {");
    value_print_line(&printer->values, 2);
    buf_add_text(printer->values.out, "\"hostvars\": {");
    for (size_t i = 0; i < count; i++) {
        size_t member_count = 0;
        struct variable *members = NULL;
        struct host *host = hosts[i];
        if (printer->chosen[host->order])
            members = host_members(printer, host, &member_count);
        if (member_count > 0) {
            if (!first)
                buf_add_char(printer->values.out, ',');
            first = false;
            value_print_line(&printer->values, 3);
            value_print_text(&printer->values, host->name);
            buf_add_text(printer->values.out, ": ");
            value_print_members(&printer->values, members, member_count, 3,
                                false);
        }
        free(members);
    }
    if (!first)
        value_print_line(&printer->values, 2);
    buf_add_char(printer->values.out, '}');
    value_print_line(&printer->values, 1);
    buf_add_char(printer->values.out, '}');
}

static bool has_shown_host(const struct printer *printer,
                           const struct group *group)
{
    for (size_t i = 0; i < group->hosts.count; i++)
        if (printer
                ->chosen[((const struct host *)group->hosts.items[i])->order])
            return true;
    return false;
}

static void open_list(struct printer *printer, const char *name)
{
    value_print_line(&printer->values, 2);
    value_print_text(&printer->values, name);
    buf_add_text(printer->values.out, ": [");
}

static void print_item(struct printer *printer, const char *name, bool *first)
{
    if (!*first)
        buf_add_char(printer->values.out, ',');
    *first = false;
    value_print_line(&printer->values, 3);
    value_print_text(&printer->values, name);
}

static void print_group(struct printer *printer, const struct group *group,
                        bool hosts)
{
    bool first = true;
    value_print_text(&printer->values, group->name);
    buf_add_text(printer->values.out, ": {");
    if (group->children.count > 0) {
        open_list(printer, "children");
        for (size_t i = 0; i < group->children.count; i++)
            print_item(printer,
                       ((const struct group *)group->children.items[i])->name,
                       &first);
        value_print_line(&printer->values, 2);
        buf_add_text(printer->values.out, hosts ? "]," : "]");
    }
    if (hosts) {
        first = true;
        open_list(printer, "hosts");
        for (size_t i = 0; i < group->hosts.count; i++) {
            const struct host *host = group->hosts.items[i];
            if (printer->chosen[host->order])
                print_item(printer, host->name, &first);
        }
        value_print_line(&printer->values, 2);
        buf_add_char(printer->values.out, ']');
    }
    value_print_line(&printer->values, 1);
    buf_add_char(printer->values.out, '}');
}

/* A row of the same pointers, sorted; NULL when out of memory. */
static void **sorted(struct printer *printer, const struct list *list,
                     int (*order)(const void *, const void *))
{
    void **items = calloc(list->count + 1, sizeof *items);
    if (items == NULL) {
        printer->values.out_of_memory = true;
        return NULL;
    }
    if (list->count > 0)
        memcpy(items, list->items, list->count * sizeof *items);
    qsort(items, list->count, sizeof *items, order);
    return items;
}

static void print_all(struct printer *printer)
{
    struct model *model = &printer->inventory->model;
    const struct group *all = model_all(model);
    void **groups = sorted(printer, &model->groups, by_group_name);
    void **hosts = sorted(printer, &model->hosts, by_host_name);
    bool meta_printed = false;
    const char *separator = "";
    buf_add_char(printer->values.out, '{');
    for (size_t i = 0; groups != NULL && hosts != NULL;) {
        bool last = i == model->groups.count;
        const struct group *group = groups[i];
        if (!meta_printed && (last || strcmp("_meta", group->name) < 0)) {
            meta_printed = true;
            buf_add_text(printer->values.out, separator);
            value_print_line(&printer->values, 1);
            print_hostvars(printer, hosts, model->hosts.count);
            separator = ",";
        }
        if (last)
            break;
        i++;
        bool with_hosts = group != all && has_shown_host(printer, group);
        if (!with_hosts && group->children.count == 0)
            continue;
        buf_add_text(printer->values.out, separator);
        value_print_line(&printer->values, 1);
        print_group(printer, group, with_hosts);
        separator = ",";
    }
    buf_add_text(printer->values.out, "\n}\n");
    free(groups);
    free(hosts);
}

int inventory_print_list(struct inventory *inventory,
                         const struct selection *selection, bool show_secrets,
                         struct buf *out, struct problems *problems)
{
    const struct selection everything = {.need = INVENTORY_NAMES};
    struct printer printer = {
        .inventory = inventory,
        .values = {.out = out, .show_secrets = show_secrets}};
    bool *chosen = NULL;
    if (select_hosts(inventory, selection == NULL ? &everything : selection,
                     &chosen, problems) == -1)
        return -1;
    printer.chosen = chosen;
    print_all(&printer);
    free(chosen);
    if (!printer.values.out_of_memory && !out->failed)
        return 0;
    problems_error(problems, "the inventory: out of memory");
    return -1;
}

/* What is asked of the host in the end; NULL when it is what `wmi` says. */
static const cJSON *expansion_of(struct printer *printer, struct host *host,
                                 struct problems *problems)
{
    struct view view;
    struct complaints complaints;
    const cJSON *tree = NULL;
    if (merge_view(printer->inventory, host, &view) == -1) {
        printer->values.out_of_memory = true;
        return NULL;
    }
    if (view.wish == NULL || !expansion_asked(view.wish->tree))
        return NULL;
    complaints_init(&complaints, printer->inventory);
    const struct wanted wanted = {.inventory = printer->inventory,
                                  .complaints = &complaints,
                                  .wish = view.wish,
                                  .host = host->name};
    wanted_judge(&wanted);
    if (view.wish->verdict == WISH_GOOD) {
        if (audience_look_up(printer->inventory) == -1)
            complaints.out_of_memory = true;
        tree = wanted_tree(&wanted);
    }
    complaints_tell(&complaints, problems);
    return tree;
}

int inventory_print_host(struct inventory *inventory, const char *name,
                         bool show_secrets, struct buf *out,
                         struct problems *problems)
{
    struct printer printer = {
        .inventory = inventory,
        .values = {.out = out, .show_secrets = show_secrets}};
    struct host *host = model_host(&inventory->model, name);
    size_t errors = problems->error_count;
    size_t count = 0;
    if (host == NULL) {
        problems_error(problems, "'%s' is no host of the inventory", name);
        return -1;
    }
    const cJSON *expansion = expansion_of(&printer, host, problems);
    struct variable *members = host_members(&printer, host, &count);
    if (members != NULL && expansion != NULL) {
        members[count++] =
            (struct variable){.name = EXPANSION_NAME, .value = expansion};
        value_sort(members, count);
    }
    if (members != NULL)
        value_print_members(&printer.values, members, count, 0, false);
    buf_add_char(out, '\n');
    free(members);
    if (printer.values.out_of_memory || out->failed)
        problems_error(problems, "the inventory: out of memory");
    return problems->error_count > errors ? -1 : 0;
}

/* --- the graph ------------------------------------------------------------ */

static void graph_line(struct buf *out, unsigned level, const char *mark,
                       const char *name, const char *end)
{
    for (unsigned i = 0; i < level; i++)
        buf_add_text(out, "  |");
    buf_addf(out, "%s%s", level > 0 ? "--" : "", mark);
    log_escape(out, name, strlen(name));
    buf_addf(out, "%s\n", end);
}

static void graph_group(struct buf *out, const struct group *group,
                        unsigned level, bool with_hosts)
{
    graph_line(out, level, "@", group->name, ":");
    for (size_t i = 0; i < group->children.count && !out->failed; i++)
        graph_group(out, group->children.items[i], level + 1, true);
    for (size_t i = 0; with_hosts && i < group->hosts.count; i++)
        graph_line(out, level + 1, "",
                   ((const struct host *)group->hosts.items[i])->name, "");
}

int inventory_print_graph(const struct inventory *inventory, struct buf *out,
                          struct err *err)
{
    graph_group(out, model_all(&inventory->model), 0, false);
    if (out->failed)
        return err_set(err, ENOMEM, "the graph is too large");
    return 0;
}
