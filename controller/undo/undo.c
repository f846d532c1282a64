/* SPDX-License-Identifier: MIT */
/*
 * Runs are walked from the newest to the oldest. The first time a setting of
 * a host is met gives its `after`, every further time replaces its `before`:
 * what is left at the end is the span over all of them.
 */
#include "controller/undo/undo.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "controller/result/fault.h"
#include "controller/undo/undo_settings.h"
#include "inventory/fold.h"

/* Names longer than this, folded, are counted: the line is for a person. */
#define NAMES_MAX 200
#define UNSURE_MAX ((size_t)1024 * 1024)

struct walk {
    struct undo_plan *plan;
    struct store *store;
    const struct store_run *run; /* the one being read */
    const char *wanted;          /* its whole id, or NULL: the newest */
    bool all;
    bool found;    /* a run that wrote something */
    char **unsure; /* hosts of `run` of which too little is known */
    size_t unsure_count;
    struct err *err;
    bool failed;
};

static int short_of_memory(struct walk *walk)
{
    walk->failed = true;
    return err_set(walk->err, 0, "undo: out of memory");
}

static int add_unsure(struct walk *walk, const char *host)
{
    char **hosts =
        realloc(walk->unsure, (walk->unsure_count + 1) * sizeof *walk->unsure);
    if (hosts == NULL)
        return short_of_memory(walk);
    walk->unsure = hosts;
    hosts[walk->unsure_count] = strdup(host);
    return hosts[walk->unsure_count++] != NULL ? 0 : short_of_memory(walk);
}

static void host_free(struct undo_host *host)
{
    if (host == NULL)
        return;
    cJSON_Delete(host->settings);
    cJSON_Delete(host->identity);
    cJSON_Delete(host->earlier_wmi);
    kept_target_release(&host->kept);
    free(host);
}

static void keep_node(void *node)
{
    (void)node;
}

void undo_plan_release(struct undo_plan *plan)
{
    tdestroy(plan->index, keep_node);
    for (size_t i = 0; i < plan->count; i++)
        host_free(plan->hosts[i]);
    free(plan->hosts);
    free(plan->inventory);
    free(plan->unsure);
    *plan = (struct undo_plan){.run = ""};
}

static int by_name(const void *left, const void *right)
{
    const struct undo_host *a = left;
    const struct undo_host *b = right;
    return strcmp(a->kept.target.name, b->kept.target.name);
}

static struct undo_host *find_host(const struct undo_plan *plan,
                                   const char *name)
{
    const struct undo_host key = {.kept.target.name = name};
    void *found = tfind(&key, &plan->index, by_name);
    return found != NULL ? *(struct undo_host **)found : NULL;
}

const struct undo_host *undo_plan_host(const struct undo_plan *plan,
                                       const char *name)
{
    return find_host(plan, name);
}

struct undo_host *undo_plan_add(struct undo_plan *plan,
                                struct kept_target *kept)
{
    struct undo_host **hosts =
        realloc(plan->hosts, (plan->count + 1) * sizeof(struct undo_host *));
    if (hosts != NULL)
        plan->hosts = hosts;
    struct undo_host *host = calloc(1, sizeof *host);
    if (host == NULL) {
        kept_target_release(kept);
        return NULL;
    }
    *host = (struct undo_host){.kept = *kept,
                               .settings = cJSON_CreateArray(),
                               .earlier_wmi = cJSON_CreateArray()};
    if (hosts == NULL || host->settings == NULL || host->earlier_wmi == NULL ||
        tsearch(host, &plan->index, by_name) == NULL) {
        host_free(host);
        return NULL;
    }
    hosts[plan->count++] = host;
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
           !json_equal(before, after);
}

static bool writes_something(const cJSON *settings)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings)
        if (was_written(setting))
            return true;
    return false;
}

static int take_settings(struct undo_host *host, const cJSON *settings)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings)
        if (was_written(setting) &&
            undo_settings_take(host->settings, setting,
                               json_member(setting, "after")))
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

/* 1 and `kept`; 0: what the store has of it is damaged, `err` says how. */
static int read_target(struct walk *walk, const char *name,
                       struct kept_target *kept)
{
    char *text = NULL;
    if (store_host_target(walk->store, walk->run->id, name, &text, walk->err) <
        0) {
        walk->failed = true;
        return -1;
    }
    int damaged = kept_target_parse(kept, name, text ? text : "", walk->err);
    free(text);
    return damaged ? 0 : 1;
}

/*
 * The host as this run reached it: the newest run's way is the one taken.
 * NULL where that is damaged, too, which holds no other host up.
 */
static struct undo_host *take_target(struct walk *walk, const char *name)
{
    struct kept_target kept;
    int found = read_target(walk, name, &kept);
    if (found == 0)
        (void)add_unsure(walk, name);
    if (found <= 0)
        return NULL;
    struct undo_host *host = find_host(walk->plan, name);
    int failed = 0;
    if (host == NULL) {
        host = undo_plan_add(walk->plan, &kept);
    } else {
        failed = keep_earlier_wmi(host, &kept);
        kept_target_release(&kept);
    }
    if (failed || host == NULL) {
        short_of_memory(walk);
        return NULL;
    }
    return host;
}

/* --- what the store does not know ----------------------------------------- */

/*
 * A run that may have written more than its result tells: the result never
 * came, or it came from a payload that did not get to its end.
 */
static bool is_unsure(const cJSON *result)
{
    const char *word = json_text(json_member(result, "error"), "class");
    enum fault fault = word != NULL ? fault_from_word(word) : FAULT_NONE;
    const cJSON *settings = json_member(result, "settings");
    const cJSON *setting;
    const char *phase = json_text(result, "phase");
    bool at_work = phase != NULL &&
                   (strcmp(phase, "start") == 0 || strcmp(phase, "run") == 0);
    if (fault != FAULT_LOST && fault != FAULT_RUN_TIMEOUT &&
        fault != FAULT_PAYLOAD_FAILED && fault != FAULT_BAD_RESULT &&
        !(fault == FAULT_CANCELLED && at_work))
        return false;
    cJSON_ArrayForEach (setting, settings) {
        const cJSON *after = json_member(setting, "after");
        const char *state = json_text(setting, "state");
        bool skipped = state != NULL && strcmp(state, "skipped") == 0;
        if (!skipped && (after == NULL || cJSON_IsNull(after)))
            return true;
    }
    return cJSON_GetArraySize(settings) == 0;
}

static int each_pending(void *context, const char *host)
{
    return add_unsure(context, host);
}

/* One line of the plan's `unsure` for the hosts of this run. */
static void tell_unsure(struct walk *walk, const char *run)
{
    struct buf names;
    struct buf text;
    buf_init(&names, NAMES_MAX);
    buf_init(&text, UNSURE_MAX);
    if (fold_names(&names, (const char *const *)walk->unsure,
                   walk->unsure_count) != 0) {
        buf_reset(&names);
        buf_addf(&names, "%zu hosts", walk->unsure_count);
    }
    buf_addf(&text,
             "%s%srun %s: the store does not know what it changed on %s; the "
             "machines' own snapshots may: wmifleet undo %s --from-target",
             walk->plan->unsure ? walk->plan->unsure : "",
             walk->plan->unsure ? "\n" : "", run, names.data, run);
    free(walk->plan->unsure);
    walk->plan->unsure = buf_take(&text);
    buf_release(&names);
    for (size_t i = 0; i < walk->unsure_count; i++)
        free(walk->unsure[i]);
    free(walk->unsure);
    walk->unsure = NULL;
    walk->unsure_count = 0;
}

/* --- one run, host by host ------------------------------------------------ */

static int take_result(struct walk *walk, const char *name, const cJSON *result)
{
    const cJSON *settings = json_member(result, "settings");
    if (is_unsure(result) && add_unsure(walk, name))
        return -1;
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
    if (result == NULL) /* damaged: one host's row holds no other up */
        (void)add_unsure(walk, host);
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
    if (store_results(walk->store, run->id, each_result, walk, walk->err) ||
        (run->ended[0] == '\0' && /* the controller was killed */
         store_pending(walk->store, run->id, each_pending, walk, walk->err)))
        walk->failed = true;
    bool unsure = walk->unsure_count > 0;
    if (unsure)
        tell_unsure(walk, run->id);
    if (walk->failed || (walk->found && name_plan(walk, run)))
        return 1;
    /* An older run is not taken for the last one. */
    return (walk->found || unsure) && !walk->all;
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
    for (size_t i = 0; all && i < plan->count; i++)
        undo_settings_drop_settled(plan->hosts[i]->settings);
    if (!failed && plan->count > 0)
        return 0;
    if (!failed && plan->unsure != NULL)
        err_set(err, 0, "%s", plan->unsure);
    else if (!failed)
        err_set(err, 0,
                "%s%s: nothing was changed, so nothing is to be put "
                "back; wmifleet runs lists the runs%s",
                newest ? "the store" : "run ", newest ? "" : id,
                newest ? ", undo --from-target asks the machines" : "");
    undo_plan_release(plan);
    return -1;
}

static int each_host(void *context, const char *name)
{
    struct walk *walk = context;
    struct kept_target kept;
    if (read_target(walk, name, &kept) <= 0) {
        walk->failed = true;
        return -1;
    }
    return undo_plan_add(walk->plan, &kept) ? 0 : short_of_memory(walk);
}

int undo_plan_hosts(struct undo_plan *plan, struct store *store,
                    const char *run, struct err *err)
{
    struct store_run found = {.id = ""};
    *plan = (struct undo_plan){.run = ""};
    snprintf(found.id, sizeof found.id, "%s", run);
    snprintf(plan->run, sizeof plan->run, "%s", run);
    struct walk walk = {
        .plan = plan, .store = store, .run = &found, .err = err};
    if (store_hosts(store, run, each_host, &walk, err) == 0 && !walk.failed)
        return 0;
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
