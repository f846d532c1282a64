/* SPDX-License-Identifier: MIT */
/*
 * Runs are walked from the newest to the oldest. The first time a setting of
 * a host is met gives its `after`, every further time replaces its `before`:
 * what is left at the end is the span over all of them.
 */
#include "controller/undo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

struct walk {
    struct undo_plan *plan;
    struct store *store;
    const struct store_run *run; /* the one being read */
    const char *wanted;          /* its whole id, or NULL: the newest */
    bool all;
    bool found; /* a run that wrote something */
    struct err *err;
    bool failed;
};

static int short_of_memory(struct walk *walk)
{
    walk->failed = true;
    return err_set(walk->err, 0, "undo: out of memory");
}

static void host_release(struct undo_host *host)
{
    cJSON_Delete(host->settings);
    cJSON_Delete(host->identity);
    cJSON_Delete(host->earlier_wmi);
    kept_target_release(&host->kept);
}

void undo_plan_release(struct undo_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        host_release(&plan->hosts[i]);
    free(plan->hosts);
    free(plan->inventory);
    *plan = (struct undo_plan){.run = ""};
}

/* Where the host stands, or `count`. */
static size_t place_of(const struct undo_plan *plan, const char *name)
{
    size_t i = 0;
    while (i < plan->count &&
           strcmp(plan->hosts[i].kept.target.name, name) != 0)
        i++;
    return i;
}

const struct undo_host *undo_plan_host(const struct undo_plan *plan,
                                       const char *name)
{
    size_t place = place_of(plan, name);
    return place < plan->count ? &plan->hosts[place] : NULL;
}

static struct undo_host *add_host(struct undo_plan *plan)
{
    struct undo_host *hosts =
        realloc(plan->hosts, (plan->count + 1) * sizeof *hosts);
    if (hosts == NULL)
        return NULL;
    plan->hosts = hosts;
    struct undo_host *host = &hosts[plan->count];
    *host = (struct undo_host){.settings = cJSON_CreateArray(),
                               .earlier_wmi = cJSON_CreateArray()};
    plan->count++;
    return host;
}

/* --- one result ----------------------------------------------------------- */

/* A write that failed half-way has changed something all the same. */
static bool was_written(const cJSON *setting)
{
    const cJSON *before = json_member(setting, "before");
    const cJSON *after = json_member(setting, "after");
    return json_text(setting, "id") != NULL && before != NULL &&
           !cJSON_IsNull(before) && after != NULL && !cJSON_IsNull(after) &&
           !cJSON_Compare(before, after, 1);
}

static bool writes_something(const cJSON *settings)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings)
        if (was_written(setting))
            return true;
    return false;
}

static cJSON *entry_of(const cJSON *settings, const char *id)
{
    cJSON *entry;
    cJSON_ArrayForEach (entry, settings)
        if (strcmp(json_text(entry, "id"), id) == 0)
            return entry;
    return NULL;
}

static int copy_member(cJSON *to, const char *key, const cJSON *from)
{
    cJSON *copy = cJSON_Duplicate(json_member(from, key), 1);
    if (copy != NULL && cJSON_AddItemToObject(to, key, copy))
        return 0;
    cJSON_Delete(copy);
    return -1;
}

static int add_entry(cJSON *settings, const cJSON *setting)
{
    cJSON *entry = cJSON_CreateObject();
    if (entry != NULL &&
        cJSON_AddStringToObject(entry, "id", json_text(setting, "id")) &&
        copy_member(entry, "before", setting) == 0 &&
        copy_member(entry, "after", setting) == 0 &&
        cJSON_AddItemToArray(settings, entry))
        return 0;
    cJSON_Delete(entry);
    return -1;
}

/* `setting` is of an older run than what the host has so far. */
static int take_setting(struct undo_host *host, const cJSON *setting)
{
    cJSON *entry = entry_of(host->settings, json_text(setting, "id"));
    if (entry == NULL)
        return add_entry(host->settings, setting);
    cJSON_DeleteItemFromObjectCaseSensitive(entry, "before");
    return copy_member(entry, "before", setting);
}

static int take_settings(struct undo_host *host, const cJSON *settings)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings)
        if (was_written(setting) && take_setting(host, setting))
            return -1;
    return 0;
}

/* --- one run -------------------------------------------------------------- */

static int keep_earlier_wmi(struct undo_host *host,
                            const struct kept_target *kept)
{
    cJSON *copy = cJSON_Duplicate(kept->target.wmi, 1);
    if (copy != NULL && cJSON_AddItemToArray(host->earlier_wmi, copy))
        return 0;
    cJSON_Delete(copy);
    return -1;
}

/* The host as this run reached it: the newest run's way is the one taken. */
static struct undo_host *take_target(struct walk *walk, const char *name)
{
    char *text = NULL;
    struct kept_target kept;
    int failed = store_host_target(walk->store, walk->run->id, name, &text,
                                   walk->err) < 0 ||
                 kept_target_parse(&kept, name, text ? text : "", walk->err);
    free(text);
    if (failed) {
        walk->failed = true;
        return NULL;
    }
    size_t place = place_of(walk->plan, name);
    struct undo_host *host =
        place < walk->plan->count ? &walk->plan->hosts[place] : NULL;
    if (host != NULL) {
        failed = keep_earlier_wmi(host, &kept);
        kept_target_release(&kept);
    } else {
        host = add_host(walk->plan);
        if (host != NULL)
            host->kept = kept;
        else
            kept_target_release(&kept);
    }
    if (failed || host == NULL) {
        short_of_memory(walk);
        return NULL;
    }
    return host;
}

static int take_result(struct walk *walk, const char *name, const cJSON *result)
{
    const cJSON *settings = json_member(result, "settings");
    if (!writes_something(settings))
        return 0;
    struct undo_host *host = take_target(walk, name);
    if (host == NULL)
        return -1;
    if (host->identity == NULL)
        host->identity = cJSON_Duplicate(json_member(result, "identity"), 1);
    walk->found = true;
    return take_settings(host, settings) ? short_of_memory(walk) : 0;
}

static int each_result(void *context, const char *host, int status,
                       const char *json)
{
    (void)status;
    struct walk *walk = context;
    cJSON *result = json_parse(host, json, strlen(json), walk->err);
    if (result == NULL)
        walk->failed = true;
    else
        (void)take_result(walk, host, result);
    cJSON_Delete(result);
    return walk->failed;
}

static bool run_writes(const struct store_run *run)
{
    return strcmp(run->verb, "apply") == 0 || strcmp(run->verb, "undo") == 0;
}

static int name_plan(struct walk *walk, const struct store_run *run)
{
    if (walk->plan->run[0] != '\0')
        return 0;
    snprintf(walk->plan->run, sizeof walk->plan->run, "%s", run->id);
    walk->plan->inventory = strdup(run->inventory);
    return walk->plan->inventory != NULL ? 0 : short_of_memory(walk);
}

/* Non-zero ends the walk. */
static int each_run(void *context, const struct store_run *run)
{
    struct walk *walk = context;
    bool is_wanted = walk->wanted != NULL ? strcmp(walk->wanted, run->id) == 0
                     : walk->all          ? run_writes(run)
                                          : strcmp(run->verb, "apply") == 0;
    if (!is_wanted)
        return 0;
    walk->run = run;
    if (store_results(walk->store, run->id, each_result, walk, walk->err))
        walk->failed = true;
    if (walk->failed || (walk->found && name_plan(walk, run)))
        return 1;
    return walk->found && !walk->all;
}

static int find_run(struct store *store, const char *name, char *id,
                    size_t size, struct err *err)
{
    struct store_run run;
    if (store_run_find(store, name, &run, err))
        return -1;
    snprintf(id, size, "%s", run.id);
    int failed = run_writes(&run)
                     ? 0
                     : err_set(err, 0, "run %s: a %s, which changes nothing",
                               run.id, run.verb);
    store_run_release(&run);
    return failed;
}

int undo_plan_make(struct undo_plan *plan, struct store *store, const char *run,
                   bool all, struct err *err)
{
    char id[48] = "";
    bool newest = run == NULL || strcmp(run, "last") == 0;
    *plan = (struct undo_plan){.run = ""};
    if (!newest && find_run(store, run, id, sizeof id, err))
        return -1;
    struct walk walk = {.plan = plan,
                        .store = store,
                        .wanted = newest ? NULL : id,
                        .all = all,
                        .err = err};
    int failed = store_runs(store, each_run, &walk, err) || walk.failed;
    if (!failed && plan->count > 0)
        return 0;
    if (!failed)
        err_set(err, 0,
                "%s%s: nothing was changed, so nothing is to be put "
                "back; wmifleet runs lists the runs",
                newest ? "the store" : "run ", newest ? "" : id);
    undo_plan_release(plan);
    return -1;
}

cJSON *undo_request(const struct undo_host *host, bool force)
{
    cJSON *undo = cJSON_CreateObject();
    cJSON *settings = cJSON_Duplicate(host->settings, 1);
    cJSON *earlier = cJSON_Duplicate(host->earlier_wmi, 1);
    cJSON *identity = host->identity != NULL
                          ? cJSON_Duplicate(host->identity, 1)
                          : cJSON_CreateNull();
    bool built = cJSON_AddBoolToObject(undo, "force", force) != NULL;
    built = cJSON_AddItemToObject(undo, "identity", identity) && built;
    built = cJSON_AddItemToObject(undo, "earlier_wmi", earlier) && built;
    built = cJSON_AddItemToObject(undo, "settings", settings) && built;
    if (built)
        return undo;
    cJSON_Delete(undo);
    return NULL;
}
