/* SPDX-License-Identifier: MIT */
#include "inventory/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "inventory/expansion.h"

/* What hosts with the same groups have in common. */
struct chain {
    struct list groups; /* struct group, by rank: from `all` down */
    struct variables vars;
    const void **words; /* the groups' `wmi` values */
    size_t word_count;
};

/* --- rows of variables ---------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const struct variable *left = a;
    const struct variable *right = b;
    int names = strcmp(left->name, right->name);
    if (names != 0)
        return names;
    return left->order < right->order ? -1 : left->order > right->order;
}

static bool is_wmi(const struct variable *variable)
{
    return strcmp(variable->name, "wmi") == 0;
}

/* Sorts; of one name only the last stays, of `wmi` none. */
static void settle(struct variables *vars)
{
    size_t kept = 0;
    if (vars->count > 1)
        qsort(vars->items, vars->count, sizeof *vars->items, by_name);
    for (size_t i = 0; i < vars->count; i++) {
        bool last = i + 1 == vars->count ||
                    strcmp(vars->items[i].name, vars->items[i + 1].name) != 0;
        if (last && !is_wmi(&vars->items[i]))
            vars->items[kept++] = vars->items[i];
    }
    vars->count = kept;
}

static size_t count_words(const struct variables *vars)
{
    size_t count = 0;
    for (size_t i = 0; i < vars->count; i++)
        count += is_wmi(&vars->items[i]);
    return count;
}

static size_t copy_words(const struct variables *vars, const void **words)
{
    size_t count = 0;
    for (size_t i = 0; i < vars->count; i++)
        if (is_wmi(&vars->items[i]))
            words[count++] = vars->items[i].value;
    return count;
}

static const cJSON *find(const struct variables *vars, const char *name)
{
    size_t from = 0;
    size_t to = vars->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(name, vars->items[middle].name);
        if (order == 0)
            return vars->items[middle].value;
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

/* --- chains --------------------------------------------------------------- */

static void chain_free(void *item)
{
    struct chain *chain = item;
    list_release(&chain->groups);
    free(chain->vars.items);
    free(chain->words);
    free(chain);
}

static int add_above(struct list *groups, struct group *group, size_t stamp)
{
    if (group->stamp == stamp)
        return 0;
    group->stamp = stamp;
    for (size_t i = 0; i < group->parents.count; i++)
        if (add_above(groups, group->parents.items[i], stamp) == -1)
            return -1;
    return list_add(groups, group);
}

static int by_rank(const void *a, const void *b)
{
    const struct group *left = *(void *const *)a;
    const struct group *right = *(void *const *)b;
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

/* The groups that the host is in, by whatever way, in order of rank. */
static int groups_of(struct model *model, const struct host *host,
                     struct list *groups)
{
    size_t stamp = model_stamp(model);
    /* To Ansible it has left for good, also where a child leads back. */
    if (host->left_ungrouped)
        model_group(model, "ungrouped")->stamp = stamp;
    if (add_above(groups, model_all(model), stamp) == -1)
        return -1;
    for (size_t i = 0; i < host->groups.count; i++)
        if (add_above(groups, host->groups.items[i], stamp) == -1)
            return -1;
    if (groups->count > 1)
        qsort(groups->items, groups->count, sizeof *groups->items, by_rank);
    return 0;
}

static int fill_chain(struct chain *chain)
{
    size_t vars = 0;
    size_t words = 0;
    for (size_t i = 0; i < chain->groups.count; i++) {
        const struct group *group = chain->groups.items[i];
        vars += group->vars.count;
        words += count_words(&group->vars);
    }
    chain->vars.items = calloc(vars + 1, sizeof *chain->vars.items);
    chain->words = calloc(words + 1, sizeof *chain->words);
    if (chain->vars.items == NULL || chain->words == NULL)
        return -1;
    for (size_t i = 0; i < chain->groups.count; i++) {
        const struct variables *said =
            &((const struct group *)chain->groups.items[i])->vars;
        chain->word_count += copy_words(said, chain->words + chain->word_count);
        for (size_t k = 0; k < said->count; k++) {
            struct variable *item = &chain->vars.items[chain->vars.count];
            *item = said->items[k];
            item->order = chain->vars.count++;
        }
    }
    settle(&chain->vars);
    return 0;
}

/* Takes over the row of groups. */
static struct chain *new_chain(struct inventory *inventory, struct list *groups)
{
    struct chain *chain = calloc(1, sizeof *chain);
    if (chain == NULL)
        return NULL;
    chain->groups = *groups;
    *groups = (struct list){0};
    if (fill_chain(chain) == -1 || list_add(&inventory->chains, chain) == -1) {
        chain_free(chain);
        return NULL;
    }
    if (table_put(&inventory->chain_index, chain->groups.items,
                  chain->groups.count * sizeof(void *), chain) == -1)
        return NULL;
    return chain;
}

static struct chain *chain_of(struct inventory *inventory,
                              const struct host *host)
{
    struct list groups = {0};
    struct chain *chain = NULL;
    if (groups_of(&inventory->model, host, &groups) == 0) {
        chain = table_get(&inventory->chain_index, groups.items,
                          groups.count * sizeof(void *));
        if (chain == NULL)
            chain = new_chain(inventory, &groups);
    }
    list_release(&groups);
    return chain;
}

/* --- wishes --------------------------------------------------------------- */

static void wish_free(void *item)
{
    struct wish *wish = item;
    cJSON_Delete(wish->made);
    free(wish->origins);
    free(wish->words);
    expansion_free(wish->expansion);
    cJSON_Delete(wish->expanded);
    free(wish);
}

static int note(struct wish *wish, const cJSON *node, const cJSON *source)
{
    if (wish->origin_count == wish->origin_capacity) {
        size_t capacity =
            wish->origin_capacity == 0 ? 32 : wish->origin_capacity * 2;
        struct origin *origins =
            reallocarray(wish->origins, capacity, sizeof *origins);
        if (origins == NULL)
            return -1;
        wish->origins = origins;
        wish->origin_capacity = capacity;
    }
    wish->origins[wish->origin_count++] =
        (struct origin){.node = node, .source = source};
    return 0;
}

static int note_all(struct wish *wish, const cJSON *node, const cJSON *source)
{
    if (note(wish, node, source) == -1)
        return -1;
    const cJSON *below = node->child;
    const cJSON *source_below = source->child;
    for (; below != NULL && source_below != NULL;
         below = below->next, source_below = source_below->next)
        if (note_all(wish, below, source_below) == -1)
            return -1;
    return 0;
}

static int patch(struct wish *wish, cJSON *object, const cJSON *with);

/* A tree of the wish's own that says what `source` says to nothing. */
static cJSON *fresh(struct wish *wish, const cJSON *source)
{
    cJSON *node = NULL;
    int made = -1;
    if (cJSON_IsObject(source)) {
        node = cJSON_CreateObject();
        if (node != NULL && note(wish, node, source) == 0)
            made = patch(wish, node, source);
    } else {
        node = cJSON_Duplicate(source, true);
        if (node != NULL)
            made = note_all(wish, node, source);
    }
    if (made == 0)
        return node;
    cJSON_Delete(node);
    return NULL;
}

static int patch_member(struct wish *wish, cJSON *object, const cJSON *with)
{
    cJSON *existing = json_member(object, with->string);
    if (cJSON_IsNull(with)) {
        cJSON_Delete(cJSON_DetachItemViaPointer(object, existing));
        return 0;
    }
    if (cJSON_IsObject(with) && cJSON_IsObject(existing))
        return patch(wish, existing, with);
    cJSON *node = fresh(wish, with);
    if (node == NULL)
        return -1;
    cJSON_bool done = existing == NULL
                          ? cJSON_AddItemToObject(object, with->string, node)
                          : cJSON_ReplaceItemInObjectCaseSensitive(
                                object, with->string, node);
    if (done)
        return 0;
    cJSON_Delete(node);
    return -1;
}

/* RFC 7396, both being objects. */
static int patch(struct wish *wish, cJSON *object, const cJSON *with)
{
    const cJSON *member;
    cJSON_ArrayForEach (member, with)
        if (patch_member(wish, object, member) == -1)
            return -1;
    return 0;
}

/* Objects that hold a null are no merged form; lists are taken as they are. */
static bool is_merged(const cJSON *node)
{
    const cJSON *member;
    if (!cJSON_IsObject(node))
        return true;
    cJSON_ArrayForEach (member, node)
        if (cJSON_IsNull(member) || !is_merged(member))
            return false;
    return true;
}

static int merge_words(struct wish *wish)
{
    size_t first = wish->word_count - 1;
    while (first > 0 && cJSON_IsObject(wish->words[first]))
        first--;
    const cJSON *word = wish->words[first];
    if (first == wish->word_count - 1 && is_merged(word)) {
        wish->tree = cJSON_IsNull(word) ? NULL : word;
        return 0;
    }
    for (size_t i = first; i < wish->word_count; i++) {
        word = wish->words[i];
        if (cJSON_IsObject(word) && cJSON_IsObject(wish->made)) {
            if (patch(wish, wish->made, word) == -1)
                return -1;
            continue;
        }
        cJSON_Delete(wish->made);
        wish->made = cJSON_IsNull(word) ? NULL : fresh(wish, word);
        if (wish->made == NULL && !cJSON_IsNull(word))
            return -1;
    }
    wish->tree = wish->made;
    return 0;
}

/* Takes over the row of words. */
static struct wish *new_wish(struct inventory *inventory, const void **words,
                             size_t count)
{
    struct wish *wish = calloc(1, sizeof *wish);
    if (wish == NULL) {
        free(words);
        return NULL;
    }
    wish->words = words;
    wish->word_count = count;
    if (merge_words(wish) == -1 || list_add(&inventory->wishes, wish) == -1) {
        wish_free(wish);
        return NULL;
    }
    if (table_put(&inventory->wish_index, words, count * sizeof *words, wish) ==
        -1)
        return NULL;
    return wish;
}

/* -1 when out of memory; without words there is no wish. */
static int find_wish(struct inventory *inventory, const struct chain *chain,
                     const struct host *host, struct wish **found)
{
    size_t count = chain->word_count + count_words(&host->vars);
    *found = NULL;
    if (count == 0)
        return 0;
    const void **words = calloc(count, sizeof *words);
    if (words == NULL)
        return -1;
    memcpy(words, chain->words, chain->word_count * sizeof *words);
    copy_words(&host->vars, words + chain->word_count);
    *found = table_get(&inventory->wish_index, words, count * sizeof *words);
    if (*found != NULL)
        free(words);
    else
        *found = new_wish(inventory, words, count);
    return *found == NULL ? -1 : 0;
}

/* --- the view ------------------------------------------------------------- */

static int weigh(struct inventory *inventory, struct host *host)
{
    struct chain *chain = chain_of(inventory, host);
    if (chain == NULL || find_wish(inventory, chain, host, &host->wish) == -1)
        return -1;
    settle(&host->vars);
    host->chain = chain;
    return 0;
}

int merge_view(struct inventory *inventory, struct host *host,
               struct view *view)
{
    if (host->chain == NULL && weigh(inventory, host) == -1)
        return -1;
    *view = (struct view){
        .groups = &host->chain->vars, .own = &host->vars, .wish = host->wish};
    return 0;
}

const cJSON *merge_variable(const struct view *view, const char *name)
{
    if (strcmp(name, "wmi") == 0)
        return view->wish == NULL ? NULL : view->wish->tree;
    const cJSON *value = find(view->own, name);
    return value != NULL ? value : find(view->groups, name);
}

const cJSON *merge_origin(const struct wish *wish, const cJSON *node)
{
    /* The address of a node that was replaced may live again: last first. */
    for (size_t i = wish->origin_count; i-- > 0;)
        if (wish->origins[i].node == node)
            return wish->origins[i].source;
    return node;
}

void merge_release(struct inventory *inventory)
{
    list_release_all(&inventory->chains, chain_free);
    list_release_all(&inventory->wishes, wish_free);
    table_release(&inventory->chain_index);
    table_release(&inventory->wish_index);
}
