/* SPDX-License-Identifier: MIT */
#include "inventory/model.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define CIRCLE_TEXT_MAX 400

static void group_free(void *item)
{
    struct group *group = item;
    free(group->name);
    free(group->vars.items);
    list_release(&group->children);
    list_release(&group->parents);
    list_release(&group->hosts);
    free(group);
}

static void host_free(void *item)
{
    struct host *host = item;
    free(host->name);
    free(host->vars.items);
    list_release(&host->groups);
    free(host);
}

static void node_free(void *item)
{
    cJSON_Delete(item);
}

static int no_memory(struct err *err)
{
    return err_set(err, ENOMEM, "out of memory");
}

int model_init(struct model *model)
{
    *model = (struct model){0};
    struct group *all = model_add_group(model, "all");
    struct group *ungrouped = model_add_group(model, "ungrouped");
    if (all == NULL || ungrouped == NULL)
        return -1;
    return model_add_child(model, all, ungrouped, NULL);
}

void model_release(struct model *model)
{
    list_release_all(&model->groups, group_free);
    list_release_all(&model->hosts, host_free);
    list_release_all(&model->made, node_free);
    table_release(&model->groups_by_name);
    table_release(&model->hosts_by_name);
}

struct group *model_group(const struct model *model, const char *name)
{
    return table_get_text(&model->groups_by_name, name);
}

struct host *model_host(const struct model *model, const char *name)
{
    return table_get_text(&model->hosts_by_name, name);
}

struct group *model_all(const struct model *model)
{
    return model->groups.items[0];
}

size_t model_stamp(struct model *model)
{
    return ++model->last_stamp;
}

struct group *model_add_group(struct model *model, const char *name)
{
    struct group *group = model_group(model, name);
    if (group != NULL)
        return group;
    group = calloc(1, sizeof *group);
    if (group == NULL)
        return NULL;
    group->priority = 1;
    group->name = strdup(name);
    if (group->name == NULL || list_add(&model->groups, group) == -1) {
        group_free(group);
        return NULL;
    }
    if (table_put_text(&model->groups_by_name, group->name, group) == -1)
        return NULL;
    return group;
}

struct host *model_add_host(struct model *model, const char *name)
{
    struct host *host = model_host(model, name);
    if (host != NULL)
        return host;
    host = calloc(1, sizeof *host);
    if (host == NULL)
        return NULL;
    host->name = strdup(name);
    if (host->name == NULL || list_add(&model->hosts, host) == -1) {
        host_free(host);
        return NULL;
    }
    if (table_put_text(&model->hosts_by_name, host->name, host) == -1)
        return NULL;
    return host;
}

static bool holds(const struct list *list, const void *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == item)
            return true;
    return false;
}

int model_add_member(struct group *group, struct host *host)
{
    if (holds(&host->groups, group))
        return 0;
    if (list_add(&host->groups, group) == -1)
        return -1;
    return list_add(&group->hosts, host);
}

/* A walk up from a group, to see whether another is above it. */
struct climb {
    const struct group *wanted;
    size_t stamp;
    struct buf way;
    bool too_deep;
};

static bool is_below(struct climb *climb, struct group *group, unsigned level)
{
    if (group->stamp == climb->stamp)
        return false;
    group->stamp = climb->stamp;
    climb->too_deep = climb->too_deep || level == MODEL_DEPTH_MAX;
    bool found = group == climb->wanted;
    for (size_t i = 0; i < group->parents.count && !found && !climb->too_deep;
         i++)
        found = is_below(climb, group->parents.items[i], level + 1);
    if (found)
        buf_addf(&climb->way, "%s > ", group->name);
    return found;
}

static int too_deep(const struct group *group, struct err *err)
{
    return err_set(err, 0, "group %s: groups are nested more than %d deep",
                   group->name, MODEL_DEPTH_MAX);
}

int model_add_child(struct model *model, struct group *parent,
                    struct group *child, struct err *err)
{
    if (holds(&child->parents, parent))
        return 0;
    struct climb climb = {.wanted = child, .stamp = model_stamp(model)};
    buf_init(&climb.way, CIRCLE_TEXT_MAX);
    int result = 0;
    if (is_below(&climb, parent, 0))
        result = err_set(err, 0, "groups contain each other in a circle: %s%s",
                         climb.way.data, child->name);
    else if (climb.too_deep)
        result = too_deep(child, err);
    else if (list_add(&parent->children, child) == -1 ||
             list_add(&child->parents, parent) == -1)
        result = no_memory(err);
    buf_release(&climb.way);
    return result;
}

static int add_variable(struct variables *vars, const char *name,
                        const cJSON *value)
{
    if (vars->count == vars->capacity) {
        size_t capacity = vars->capacity == 0 ? 4 : vars->capacity * 2;
        struct variable *items =
            reallocarray(vars->items, capacity, sizeof *items);
        if (items == NULL)
            return -1;
        vars->items = items;
        vars->capacity = capacity;
    }
    vars->items[vars->count] =
        (struct variable){.name = name, .value = value, .order = vars->count};
    vars->count++;
    return 0;
}

static int read_priority(const cJSON *value, int *priority)
{
    char *end = NULL;
    const char *text = value->valuestring;
    long number = 0;
    if (cJSON_IsNumber(value) && value->valuedouble > INT_MIN &&
        value->valuedouble < INT_MAX)
        number = (long)value->valuedouble;
    else if (!cJSON_IsString(value))
        return -1;
    else
        number = strtol(text, &end, 10);
    if (end != NULL &&
        (end == text || *end != '\0' || number < INT_MIN || number > INT_MAX))
        return -1;
    *priority = (int)number;
    return 0;
}

int model_set_group_variable(struct group *group, const cJSON *variable,
                             struct err *err)
{
    if (strcmp(variable->string, "ansible_group_priority") == 0) {
        if (read_priority(variable, &group->priority) == 0)
            return 0;
        return err_set(err, 0,
                       "group %s: ansible_group_priority must be a whole "
                       "number",
                       group->name);
    }
    if (add_variable(&group->vars, variable->string, variable) == -1)
        return no_memory(err);
    return 0;
}

int model_set_host_variable(struct model *model, struct host *host,
                            const cJSON *variable, struct err *err)
{
    struct group *namesake = model_group(model, host->name);
    if (namesake != NULL)
        return model_set_group_variable(namesake, variable, err);
    if (add_variable(&host->vars, variable->string, variable) == -1)
        return no_memory(err);
    return 0;
}

int model_set_port(struct model *model, struct host *host, const char *digits)
{
    cJSON *port = cJSON_CreateNumber(strtod(digits, NULL));
    if (port == NULL)
        return -1;
    digits += strspn(digits, "0"); /* JSON has no leading zeros */
    const char *text = *digits == '\0' ? "0" : digits;
    size_t size = strlen(text) + 1;
    port->valuestring = cJSON_malloc(size);
    if (port->valuestring == NULL || list_add(&model->made, port) == -1) {
        cJSON_Delete(port);
        return -1;
    }
    memcpy(port->valuestring, text, size);
    return add_variable(&host->vars, "ansible_port", port);
}

/* The longest way up; more than MODEL_DEPTH_MAX when it is too long. */
static unsigned depth_of(struct group *group, size_t stamp, unsigned below)
{
    if (group->stamp == stamp)
        return group->depth;
    group->stamp = stamp;
    group->depth = 0;
    for (size_t i = 0; i < group->parents.count; i++) {
        unsigned above = MODEL_DEPTH_MAX;
        if (below < MODEL_DEPTH_MAX)
            above = depth_of(group->parents.items[i], stamp, below + 1);
        if (above + 1 > group->depth)
            group->depth = above + 1;
    }
    return group->depth;
}

static int by_rank(const void *a, const void *b)
{
    const struct group *left = *(void *const *)a;
    const struct group *right = *(void *const *)b;
    if (left->depth != right->depth)
        return left->depth < right->depth ? -1 : 1;
    if (left->priority != right->priority)
        return left->priority < right->priority ? -1 : 1;
    return strcmp(left->name, right->name);
}

static int rank_groups(struct model *model, struct err *err)
{
    size_t count = model->groups.count;
    size_t stamp = model_stamp(model);
    void **sorted = calloc(count, sizeof *sorted);
    if (sorted == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = model->groups.items[i];
        if (depth_of(sorted[i], stamp, 0) > MODEL_DEPTH_MAX) {
            too_deep(sorted[i], err);
            free(sorted);
            return -1;
        }
    }
    qsort(sorted, count, sizeof *sorted, by_rank);
    for (size_t i = 0; i < count; i++)
        ((struct group *)sorted[i])->rank = i;
    free(sorted);
    return 0;
}

static void drop(struct list *list, const void *item)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] != item)
            list->items[kept++] = list->items[i];
    list->count = kept;
}

/* `ungrouped` holds exactly the hosts that have no group but `all`. */
static int settle_host(struct group *all, struct group *ungrouped,
                       struct host *host)
{
    bool grouped = false;
    for (size_t i = 0; i < host->groups.count; i++)
        grouped = grouped || (host->groups.items[i] != all &&
                              host->groups.items[i] != ungrouped);
    if (!grouped)
        return model_add_member(ungrouped, host);
    host->left_ungrouped = holds(&host->groups, ungrouped);
    drop(&host->groups, ungrouped);
    return 0;
}

static int settle_hosts(struct model *model)
{
    struct group *all = model_all(model);
    struct group *ungrouped = model->groups.items[1];
    for (size_t i = 0; i < model->hosts.count; i++)
        if (settle_host(all, ungrouped, model->hosts.items[i]) == -1)
            return -1;
    size_t kept = 0;
    for (size_t i = 0; i < ungrouped->hosts.count; i++) {
        struct host *host = ungrouped->hosts.items[i];
        if (holds(&host->groups, ungrouped))
            ungrouped->hosts.items[kept++] = host;
    }
    ungrouped->hosts.count = kept;
    return 0;
}

static int order_hosts(struct model *model)
{
    struct list ordered = {0};
    if (model_hosts_below(model, model_all(model), &ordered) == -1) {
        list_release(&ordered);
        return -1;
    }
    for (size_t i = 0; i < ordered.count; i++)
        ((struct host *)ordered.items[i])->order = i;
    list_release(&model->hosts);
    model->hosts = ordered;
    return 0;
}

int model_finish(struct model *model, struct err *err)
{
    struct group *all = model_all(model);
    for (size_t i = 1; i < model->groups.count; i++) {
        struct group *group = model->groups.items[i];
        if (group->parents.count == 0 &&
            model_add_child(model, all, group, err) == -1)
            return -1;
    }
    if (settle_hosts(model) == -1)
        return no_memory(err);
    if (rank_groups(model, err) == -1)
        return -1;
    return order_hosts(model) == -1 ? no_memory(err) : 0;
}

static int add_unseen(struct list *hosts, const struct group *group,
                      size_t stamp)
{
    for (size_t i = 0; i < group->hosts.count; i++) {
        struct host *host = group->hosts.items[i];
        if (host->stamp == stamp)
            continue;
        host->stamp = stamp;
        if (list_add(hosts, host) == -1)
            return -1;
    }
    return 0;
}

int model_hosts_below(struct model *model, struct group *group,
                      struct list *hosts)
{
    size_t stamp = model_stamp(model);
    struct list groups = {0};
    int result = list_add(&groups, group);
    group->stamp = stamp;
    for (size_t i = 0; i < groups.count && result == 0; i++) {
        struct group *next = groups.items[i];
        result = add_unseen(hosts, next, stamp);
        for (size_t k = 0; k < next->children.count && result == 0; k++) {
            struct group *child = next->children.items[k];
            if (child->stamp == stamp)
                continue;
            child->stamp = stamp;
            result = list_add(&groups, child);
        }
    }
    list_release(&groups);
    return result;
}
