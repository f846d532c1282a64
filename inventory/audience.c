/* SPDX-License-Identifier: MIT */
#include "inventory/audience.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "inventory/complaints.h"
#include "inventory/connection.h"
#include "inventory/folded_range.h"
#include "inventory/state.h"
#include "payload/settings/address_set.h"
#include "payload/settings/settings.h"
#include "payload/settings/settings_network.h"

#define LIST_MAX ((size_t)8 * 1024 * 1024) /* bytes of a group's addresses */

/* A name that stands where an address should. */
struct named {
    struct resolver_query query;
    const char *host; /* one that has it */
};

/* A host, or all hosts below a group. */
struct crowd {
    const void *key;   /* the host or group */
    struct list named; /* struct named */
    char *addresses;   /* the literal ones, "a,b"; then all, folded */
    bool folded;
};

static void named_free(void *item)
{
    struct named *named = item;
    free(named->query.addresses);
    free(named);
}

static void crowd_free(void *item)
{
    struct crowd *crowd = item;
    list_release(&crowd->named);
    free(crowd->addresses);
    free(crowd);
}

void audience_release(struct audience *audience)
{
    list_release_all(&audience->crowds, crowd_free);
    list_release_all(&audience->names, named_free);
    table_release(&audience->crowd_index);
    table_release(&audience->name_index);
}

/* --- words ---------------------------------------------------------------- */

struct audience_word audience_read(const struct model *model, const char *text)
{
    struct audience_word word = {.kind = AUDIENCE_UNKNOWN};
    if (strcmp(text, SETTINGS_CONTROLLER) == 0 ||
        strcmp(text, "LocalSubnet") == 0) {
        word.kind = AUDIENCE_WORD;
        return word;
    }
    bool group_only = text[0] == '@';
    if (!group_only)
        word.host = model_host(model, text);
    if (word.host == NULL)
        word.group = model_group(model, text + group_only);
    if (word.host != NULL)
        word.kind = AUDIENCE_HOST;
    else if (word.group != NULL)
        word.kind = AUDIENCE_GROUP;
    else if (settings_is_address(text))
        word.kind = AUDIENCE_ADDRESS;
    return word;
}

/* --- crowds --------------------------------------------------------------- */

static struct named *want_name(struct audience *audience, const char *name,
                               const char *host)
{
    struct named *named = table_get_text(&audience->name_index, name);
    if (named != NULL)
        return named;
    named = calloc(1, sizeof *named);
    if (named == NULL)
        return NULL;
    *named = (struct named){.query = {.name = name}, .host = host};
    if (list_add(&audience->names, named) == -1) {
        named_free(named);
        return NULL;
    }
    return table_put_text(&audience->name_index, name, named) == 0 ? named
                                                                   : NULL;
}

struct gathering {
    struct inventory *inventory;
    struct complaints *complaints;
    struct crowd *crowd;
    struct buf list;
};

static int gather_host(struct gathering *gathering, struct host *host)
{
    const struct connection_rules rules = {.inventory = gathering->inventory,
                                           .complaints = gathering->complaints};
    struct address_range range;
    struct view view;
    if (merge_view(gathering->inventory, host, &view) == -1)
        return -1;
    const char *address = connection_address(&rules, &view, host->name);
    if (address == NULL)
        return 0;
    char plain[INET6_ADDRSTRLEN];
    snprintf(plain, sizeof plain, "%.*s", (int)strcspn(address, "%"), address);
    if (address_range_parse(plain, &range))
        return buf_addf(&gathering->list, "%s%s",
                        gathering->list.len > 0 ? "," : "", plain);
    struct named *named =
        want_name(&gathering->inventory->audience, address, host->name);
    return named == NULL ? -1 : list_add(&gathering->crowd->named, named);
}

static int fill_crowd(struct gathering *gathering,
                      const struct audience_word *word)
{
    struct list hosts = {0};
    int status = word->host != NULL
                     ? list_add(&hosts, word->host)
                     : model_hosts_below(&gathering->inventory->model,
                                         word->group, &hosts);
    buf_init(&gathering->list, LIST_MAX);
    for (size_t i = 0; i < hosts.count && status == 0; i++)
        status = gather_host(gathering, hosts.items[i]);
    list_release(&hosts);
    if (status == 0)
        gathering->crowd->addresses = buf_take(&gathering->list);
    buf_release(&gathering->list);
    return gathering->crowd->addresses == NULL ? -1 : 0;
}

static const void *key_of(const struct audience_word *word)
{
    return word->host != NULL ? (const void *)word->host : word->group;
}

static struct crowd *find_crowd(const struct audience *audience,
                                const struct audience_word *word)
{
    const void *key = key_of(word);
    return table_get(&audience->crowd_index, &key, sizeof key);
}

static int gather_crowd(struct inventory *inventory,
                        const struct audience_word *word,
                        struct complaints *complaints)
{
    struct audience *audience = &inventory->audience;
    if (find_crowd(audience, word) != NULL)
        return 0;
    struct crowd *crowd = calloc(1, sizeof *crowd);
    if (crowd == NULL)
        return -1;
    crowd->key = key_of(word);
    struct gathering gathering = {
        .inventory = inventory, .complaints = complaints, .crowd = crowd};
    if (fill_crowd(&gathering, word) == -1 ||
        list_add(&audience->crowds, crowd) == -1) {
        crowd_free(crowd);
        return -1;
    }
    return table_put(&audience->crowd_index, &crowd->key, sizeof crowd->key,
                     crowd);
}

int audience_gather(struct inventory *inventory,
                    const struct audience_words *words,
                    struct complaints *complaints)
{
    for (size_t i = 0; i < words->count; i++) {
        struct audience_word word =
            audience_read(&inventory->model, words->items[i].text);
        if ((word.kind == AUDIENCE_HOST || word.kind == AUDIENCE_GROUP) &&
            gather_crowd(inventory, &word, complaints) == -1)
            return -1;
    }
    return 0;
}

int audience_look_up(struct inventory *inventory)
{
    struct audience *audience = &inventory->audience;
    size_t count = audience->names.count - audience->looked_up;
    if (count == 0)
        return 0;
    struct named **names =
        (struct named **)audience->names.items + audience->looked_up;
    struct resolver_query *queries = calloc(count, sizeof *queries);
    if (queries == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        queries[i] = names[i]->query;
    int status = inventory->resolve(inventory->resolve_context, queries, count);
    for (size_t i = 0; i < count; i++)
        names[i]->query = queries[i];
    free(queries);
    audience->looked_up += count;
    return status;
}

/* --- addresses ------------------------------------------------------------ */

struct answer {
    struct inventory *inventory;
    struct complaints *complaints;
    const char *host;
    const struct audience_words *words;
    size_t index; /* of the word */
    bool told;
};

static void tell_unknown(struct answer *answer, const struct named *named)
{
    answer->told = true;
    complaints_error(
        answer->complaints, answer->host,
        answer->words->items[answer->index].place,
        "%s[%zu]: the address of %s is wanted, and its name `%.80s` has none: "
        "%s; give it an ansible_host that is an address",
        answer->words->what, answer->index, named->host, named->query.name,
        named->query.trouble);
}

static void tell_empty(struct answer *answer)
{
    const struct audience_item *item = &answer->words->items[answer->index];
    answer->told = true;
    complaints_error(answer->complaints, answer->host, item->place,
                     "%s[%zu]: `%.80s` has no hosts", answer->words->what,
                     answer->index, item->text);
}

/* Both literal and looked-up addresses of a crowd, folded. */
static char *fold_crowd(const struct crowd *crowd)
{
    struct address_set set;
    struct buf list;
    address_set_init(&set);
    buf_init(&list, LIST_MAX);
    const char *literal = crowd->addresses;
    int status = *literal == '\0' ? 0 : address_set_add(&set, literal);
    for (size_t i = 0; i < crowd->named.count && status == 0; i++) {
        const struct named *named = crowd->named.items[i];
        status = address_set_add(&set, named->query.addresses);
    }
    for (size_t i = 0; i < set.range_count && status == 0; i++) {
        char text[FOLDED_RANGE_SIZE];
        folded_range_print(&set.ranges[i], text);
        status = buf_addf(&list, "%s%s", i > 0 ? "," : "", text);
    }
    address_set_release(&set);
    char *folded = status == 0 ? buf_take(&list) : NULL;
    buf_release(&list);
    return folded;
}

/* -1 when memory is short. What has no address is told. */
static int add_crowd(struct answer *answer, struct crowd *crowd,
                     struct address_set *set)
{
    bool told = false;
    for (size_t i = 0; i < crowd->named.count && !crowd->folded; i++) {
        const struct named *named = crowd->named.items[i];
        if (named->query.addresses != NULL)
            continue;
        tell_unknown(answer, named);
        told = true;
    }
    if (!told && crowd->named.count == 0 && *crowd->addresses == '\0') {
        tell_empty(answer);
        told = true;
    }
    if (told)
        return 0;
    if (!crowd->folded) {
        char *folded = fold_crowd(crowd);
        if (folded == NULL)
            return -1;
        free(crowd->addresses);
        crowd->addresses = folded;
        crowd->folded = true;
    }
    return address_set_add(set, crowd->addresses);
}

static int add_words(struct answer *answer, struct address_set *set)
{
    const struct audience_words *words = answer->words;
    for (size_t i = 0; i < words->count; i++) {
        struct audience_word word =
            audience_read(&answer->inventory->model, words->items[i].text);
        bool crowd = word.kind == AUDIENCE_HOST || word.kind == AUDIENCE_GROUP;
        answer->index = i;
        int status =
            crowd ? add_crowd(answer,
                              find_crowd(&answer->inventory->audience, &word),
                              set)
                  : address_set_add(set, words->items[i].text);
        if (status == -1)
            return -1;
    }
    return 0;
}

/* The words of a set are in lower case; a rule wants them as the page does. */
static const char *word_as_written(const char *word)
{
    return strcmp(word, "localsubnet") == 0 ? "LocalSubnet" : word;
}

static bool add_text(cJSON *array, const char *text)
{
    cJSON *item = cJSON_CreateString(text);
    if (cJSON_AddItemToArray(array, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static cJSON *set_to_array(const struct address_set *set)
{
    cJSON *array = cJSON_CreateArray();
    bool added = array != NULL;
    for (size_t i = 0; i < set->range_count && added; i++) {
        char text[FOLDED_RANGE_SIZE];
        folded_range_print(&set->ranges[i], text);
        added = add_text(array, text);
    }
    for (size_t i = 0; i < set->word_count && added; i++)
        added = add_text(array, word_as_written(set->words[i]));
    if (added)
        return array;
    cJSON_Delete(array);
    return NULL;
}

static void tell_size(const struct answer *answer, size_t count)
{
    complaints_error(
        answer->complaints, answer->host, answer->words->place,
        "%s: %zu addresses and ranges are left when neighbours are put "
        "together, and a firewall rule gets no more than %d: name prefixes or "
        "ranges instead, such as 10.0.0.0/16",
        answer->words->what, count, AUDIENCE_RANGES_MAX);
}

cJSON *audience_addresses(struct inventory *inventory,
                          const struct audience_words *first,
                          const struct audience_words *second,
                          struct complaints *complaints, const char *host)
{
    struct answer answer = {.inventory = inventory,
                            .complaints = complaints,
                            .host = host,
                            .words = first};
    struct address_set set;
    cJSON *array = NULL;
    address_set_init(&set);
    int status = add_words(&answer, &set);
    if (status == 0 && second != NULL) {
        answer.words = second;
        status = add_words(&answer, &set);
    }
    size_t count = set.range_count + set.word_count;
    bool fits = count <= AUDIENCE_RANGES_MAX;
    if (status == 0 && !answer.told && fits)
        array = set_to_array(&set);
    if (status == 0 && !answer.told && !fits)
        tell_size(&answer, count);
    else if (!answer.told && array == NULL)
        complaints->out_of_memory = true;
    address_set_release(&set);
    return array;
}
