/* SPDX-License-Identifier: MIT */
/*
 * What undo reads out of the store, which a disk or somebody else may have
 * changed. Line 1: the run that is meant, or nothing, or "all"; then rows, the
 * newest run first: a line with run, verb and "ended" or "died", one with a
 * host's name, one with how it was reached, one with its result (none: it is
 * pending). A plan that is made is one that can be sent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "controller/result/result.h"
#include "controller/undo/undo.h"
#include "tests/fuzz/fuzz.h"

#define ROWS_MAX 16

/* --- a store of rows ------------------------------------------------------ */

struct row {
    char run[48];
    char verb[16];
    bool ended;
    char *host;
    char *target;
    char *result;
};

struct store {
    struct row rows[ROWS_MAX];
    size_t count;
};

static bool first_of_run(const struct store *store, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(store->rows[i].run, store->rows[row].run) == 0)
            return false;
    return true;
}

static struct store_run run_of(const struct row *row)
{
    static char inventory[] = "lab.json";
    struct store_run run = {.inventory = inventory, .exit_status = -1};
    strcpy(run.id, row->run);
    strcpy(run.verb, row->verb);
    if (row->ended)
        strcpy(run.ended, "2026-11-22T10:00:00Z");
    return run;
}

int store_runs(struct store *store,
               int (*each)(void *context, const struct store_run *run),
               void *context, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < store->count; i++) {
        struct store_run run = run_of(&store->rows[i]);
        if (first_of_run(store, i) && each(context, &run))
            break;
    }
    return 0;
}

int store_results(struct store *store, const char *run,
                  int (*each)(void *context, const char *host, int status,
                              const char *json),
                  void *context, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < store->count; i++) {
        const struct row *row = &store->rows[i];
        if (strcmp(row->run, run) == 0 && row->result[0] != '\0' &&
            each(context, row->host, 0, row->result))
            break;
    }
    return 0;
}

static int each_host(struct store *store, const char *run, bool pending,
                     int (*each)(void *context, const char *host),
                     void *context)
{
    for (size_t i = 0; i < store->count; i++) {
        const struct row *row = &store->rows[i];
        if (strcmp(row->run, run) == 0 &&
            (!pending || row->result[0] == '\0') && each(context, row->host))
            break;
    }
    return 0;
}

int store_hosts(struct store *store, const char *run,
                int (*each)(void *context, const char *host), void *context,
                struct err *err)
{
    (void)err;
    return each_host(store, run, false, each, context);
}

int store_pending(struct store *store, const char *run,
                  int (*each)(void *context, const char *host), void *context,
                  struct err *err)
{
    (void)err;
    return each_host(store, run, true, each, context);
}

int store_host_target(struct store *store, const char *run, const char *host,
                      char **target, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < store->count; i++) {
        const struct row *row = &store->rows[i];
        if (strcmp(row->run, run) != 0 || strcmp(row->host, host) != 0)
            continue;
        *target = strdup(row->target);
        fuzz_must(*target != NULL, "there is memory");
        return 1;
    }
    return 0;
}

int store_run_find(struct store *store, const char *name, struct store_run *run,
                   struct err *err)
{
    for (size_t i = 0; i < store->count; i++) {
        *run = run_of(&store->rows[i]);
        if (strcmp(run->id, name) == 0)
            return 0;
    }
    return err_set(err, 0, "%s: no such run", name);
}

void store_run_release(struct store_run *run)
{
    *run = (struct store_run){.id = ""};
}

/* --- what is made of it --------------------------------------------------- */

static void row_release(struct row *row)
{
    free(row->host);
    free(row->target);
    free(row->result);
}

/* A host once in a run: that much the tables themselves see to. */
static bool is_new(const struct store *store, const struct row *row)
{
    for (size_t i = 0; i < store->count; i++)
        if (strcmp(store->rows[i].run, row->run) == 0 &&
            strcmp(store->rows[i].host, row->host) == 0)
            return false;
    return true;
}

static void read_row(struct store *store, struct fuzz_input *input)
{
    struct row *row = &store->rows[store->count];
    *row = (struct row){.run = ""};
    char *head = fuzz_line(input);
    char end[8] = "";
    if (sscanf(head, "%47s %15s %7s", row->run, row->verb, end) < 1)
        strcpy(row->run, "r");
    row->ended = strcmp(end, "died") != 0;
    row->host = fuzz_line(input);
    row->target = fuzz_line(input);
    row->result = fuzz_line(input);
    free(head);
    if (is_new(store, row))
        store->count++;
    else
        row_release(row);
}

static void check_way(const struct target *target)
{
    for (; target != NULL; target = target->jump) {
        const struct secret *secret = &target->password;
        fuzz_must(target->name != NULL && target->address != NULL,
                  "it can be called by a name");
        fuzz_must(target->port != 0, "it has a port");
        fuzz_must(target->host_keys >= HOST_KEYS_DEFAULT &&
                      target->host_keys <= HOST_KEYS_OFF,
                  "its host key is judged");
        fuzz_must(secret->source != SECRET_COMMAND ||
                      (secret->command != NULL && secret->command[0] != NULL),
                  "a command has a program");
    }
}

static void check_host(const struct undo_plan *plan,
                       const struct undo_host *host)
{
    const char *name = host->kept.target.name;
    const cJSON *setting;
    fuzz_must(undo_plan_host(plan, name) == host, "it is found by its name");
    check_way(&host->kept.target);
    cJSON *undo = undo_request(host, false);
    fuzz_must(undo != NULL, "there is memory");
    cJSON_ArrayForEach (setting, json_member(undo, "settings")) {
        fuzz_must(json_text(setting, "id") != NULL, "a setting has an id");
        fuzz_must(json_member(setting, "before") != NULL, "it can be undone");
    }
    char *text = json_print(undo, -1);
    fuzz_must(text != NULL, "it can be sent");
    free(text);
    cJSON_Delete(undo);
}

static void check_plan(struct undo_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        check_host(plan, plan->hosts[i]);
    char *rest = plan->unsure;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        fuzz_logged(line);
}

/* As show and status read the same row. */
static void read_result(const struct row *row)
{
    struct err err = {0};
    struct result *result = result_from_json(row->result, &err);
    if (result == NULL)
        fuzz_logged(err.text);
    result_free(result);
}

static void read_plans(struct store *store, const char *wanted)
{
    struct undo_plan plan;
    struct err err = {0};
    bool all = strcmp(wanted, "all") == 0;
    const char *run = all || wanted[0] == '\0' ? NULL : wanted;
    if (undo_plan_make(&plan, store, run, all, &err) == 0) {
        check_plan(&plan);
        undo_plan_release(&plan);
    } else {
        fuzz_logged(err.text);
    }
    if (store->count == 0)
        return;
    if (undo_plan_hosts(&plan, store, store->rows[0].run, &err) == 0) {
        check_plan(&plan);
        undo_plan_release(&plan);
    } else {
        fuzz_logged(err.text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input input = {(const char *)data, len};
    struct store store = {.count = 0};
    char *wanted = fuzz_line(&input);
    while (input.len > 0 && store.count < ROWS_MAX)
        read_row(&store, &input);
    read_plans(&store, wanted);
    for (size_t i = 0; i < store.count; i++) {
        read_result(&store.rows[i]);
        row_release(&store.rows[i]);
    }
    free(wanted);
    return 0;
}
