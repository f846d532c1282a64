/* SPDX-License-Identifier: MIT */
#include "inventory/wanted.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "inventory/connection.h"
#include "inventory/expansion.h"
#include "payload/settings/settings.h"

#define PATH_TEXT_MAX 256

/* --- telling -------------------------------------------------------------- */

/* Between the place and the rest of a line while it is on its way. */
#define PLACE_END '\x1f'

static void describe(void *context, const cJSON *node, const char *path,
                     char *text, size_t text_size)
{
    const struct wanted *wanted = context;
    char place[STATE_PLACE_SIZE];
    snprintf(
        text, text_size, "%s%c%s",
        state_place(wanted->inventory, merge_origin(wanted->wish, node), place),
        PLACE_END, path);
}

/* Hosts share words: what is wrong with one of them is told once. */
static void complain(const struct wanted *wanted,
                     const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct problem *problem = &problems->items[i];
        char *rest = strchr(problem->text, PLACE_END);
        const char *place = "wmi";
        if (rest != NULL) {
            *rest++ = '\0';
            place = problem->text;
        }
        complaints_add(wanted->complaints, wanted->host, problem->warning,
                       place, rest == NULL ? problem->text : rest);
    }
    if (problems->count == 0 && problems->error_count > 0)
        wanted->complaints->out_of_memory = true;
}

/* True when a template or vault value is found; all of them are told. */
static bool has_unresolved(const struct wanted *wanted, const cJSON *node,
                           const char *path)
{
    const char *remedy;
    if (connection_unresolved(node, &remedy)) {
        complaints_error(wanted->complaints, wanted->host,
                         merge_origin(wanted->wish, node), "%s %s", path,
                         remedy);
        return true;
    }
    bool found = false;
    size_t place = 0;
    const cJSON *below;
    cJSON_ArrayForEach (below, node) {
        char longer[PATH_TEXT_MAX];
        if (cJSON_IsArray(node))
            snprintf(longer, sizeof longer, "%.230s[%zu]", path, place++);
        else
            snprintf(longer, sizeof longer, "%.180s.%.60s", path,
                     below->string);
        found = has_unresolved(wanted, below, longer) || found;
    }
    return found;
}

/* --- judging -------------------------------------------------------------- */

/* A list in the tree that was merged is told where it was written. */
static void trace(const struct wish *wish, struct audience_words *words)
{
    words->place = merge_origin(wish, words->place);
    for (size_t i = 0; i < words->count; i++)
        words->items[i].place = merge_origin(wish, words->items[i].place);
}

/* False when something was told. */
static bool read_expansion(const struct wanted *wanted,
                           const struct settings_place *place,
                           struct problems *problems)
{
    struct wish *wish = wanted->wish;
    if (!expansion_asked(wish->tree))
        return true;
    expansion_free(wish->expansion);
    wish->expansion =
        expansion_read(wish->tree, &wanted->inventory->model, place, problems);
    if (wish->expansion == NULL)
        return false;
    struct audience_words *const lists[] = {
        &wish->expansion->access.collectors,
        &wish->expansion->collector.targets};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        trace(wish, lists[i]);
        if (audience_gather(wanted->inventory, lists[i], wanted->complaints) ==
            -1) {
            wanted->complaints->out_of_memory = true;
            return false;
        }
    }
    return true;
}

static enum wish_verdict judge(const struct wanted *wanted)
{
    const cJSON *tree = wanted->wish->tree;
    const struct settings_place place = {.describe = describe,
                                         .context = (void *)wanted};
    struct settings settings;
    struct problems problems;
    if (tree == NULL)
        return WISH_EMPTY;
    if (has_unresolved(wanted, tree, "wmi"))
        return WISH_BAD;
    if (!cJSON_IsObject(tree)) {
        complaints_error(wanted->complaints, wanted->host,
                         merge_origin(wanted->wish, tree),
                         "wmi must be an object of settings");
        return WISH_BAD;
    }
    problems_init(&problems);
    int read = settings_read(&settings, tree, &place, &problems);
    bool expands = read_expansion(wanted, &place, &problems);
    complain(wanted, &problems);
    problems_release(&problems);
    bool empty = read == 0 && settings_empty(&settings) &&
                 wanted->wish->expansion == NULL;
    settings_release(&settings);
    if (read == -1 || !expands)
        return WISH_BAD;
    return empty ? WISH_EMPTY : WISH_GOOD;
}

void wanted_judge(const struct wanted *wanted)
{
    struct wish *wish = wanted->wish;
    /* A bad one is judged for each host, to count them. */
    if (wish->verdict == WISH_NEW || wish->verdict == WISH_BAD)
        wish->verdict = judge(wanted);
}

/* --- expanding ------------------------------------------------------------ */

static cJSON *addresses_of(const struct wanted *wanted,
                           const struct audience_words *first,
                           const struct audience_words *second)
{
    return audience_addresses(wanted->inventory, first, second,
                              wanted->complaints, wanted->host);
}

/* The whole must be what the payload takes too. */
static bool is_taken(const struct wanted *wanted, const cJSON *tree)
{
    struct settings settings;
    struct problems problems;
    problems_init(&problems);
    bool taken = settings_read(&settings, tree, NULL, &problems) == 0;
    for (size_t i = 0; i < problems.count; i++)
        complaints_error(wanted->complaints, wanted->host,
                         merge_origin(wanted->wish, wanted->wish->tree),
                         "with access and collector worked out: %s",
                         problems.items[i].text);
    if (!taken && problems.count == 0)
        wanted->complaints->out_of_memory = true;
    settings_release(&settings);
    problems_release(&problems);
    return taken;
}

static cJSON *make(const struct wanted *wanted)
{
    const struct expansion *expansion = wanted->wish->expansion;
    const struct audience_words *collectors = &expansion->access.collectors;
    const struct audience_words *targets = &expansion->collector.targets;
    bool access = expansion->has_access;
    bool collector = expansion->has_collector;
    cJSON *of_access = access ? addresses_of(wanted, collectors, NULL) : NULL;
    cJSON *of_targets = collector ? addresses_of(wanted, targets, NULL) : NULL;
    bool found =
        (of_access != NULL) == access && (of_targets != NULL) == collector;
    cJSON *both = found && access && collector
                      ? addresses_of(wanted, collectors, targets)
                      : NULL;
    const struct expansion_addresses addresses = {
        .collectors = of_access, .targets = of_targets, .both = both};
    cJSON *tree = NULL;
    if (found && (both != NULL || !access || !collector)) {
        tree = expansion_make(expansion, wanted->wish->tree, &addresses);
        if (tree == NULL)
            wanted->complaints->out_of_memory = true;
    }
    cJSON_Delete(of_access);
    cJSON_Delete(of_targets);
    cJSON_Delete(both);
    return tree;
}

const cJSON *wanted_tree(const struct wanted *wanted)
{
    struct wish *wish = wanted->wish;
    if (wish->verdict != WISH_GOOD || wish->expansion == NULL)
        return wish->tree;
    if (wish->expanded != NULL)
        return wish->expanded;
    cJSON *tree = make(wanted);
    if (tree != NULL && is_taken(wanted, tree))
        wish->expanded = tree;
    else
        cJSON_Delete(tree);
    return wish->expanded != NULL ? wish->expanded : wish->tree;
}
