/* SPDX-License-Identifier: MIT */
#include "controller/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/store/store_db.h"

/* --- runs ----------------------------------------------------------------- */

/* Each as it is reached now, whatever the run had of it. */
static int put_hosts(struct store *store, const struct store_run *run,
                     const struct store_host *hosts, struct err *err)
{
    for (size_t i = 0; i < run->hosts; i++)
        if (store_change(store, err,
                         "INSERT OR REPLACE INTO run_host(run, host, target)"
                         " VALUES(?1, ?2, ?3)",
                         "sss", run->id, hosts[i].name, hosts[i].target))
            return -1;
    return 0;
}

int store_run_begin(struct store *store, const struct store_run *run,
                    const struct store_host *hosts, struct err *err)
{
    if (store_begin(store, err) ||
        store_change(
            store, err,
            "INSERT INTO run(id, verb, started, reason, inventory) VALUES"
            "(?1, ?2, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?3, ?4)",
            "ssss", run->id, run->verb, run->reason, run->inventory) ||
        put_hosts(store, run, hosts, err))
        return store_give_up(store);
    return store_commit(store, err);
}

int store_run_go_on(struct store *store, const struct store_run *run,
                    const struct store_host *hosts, struct err *err)
{
    if (store_begin(store, err) ||
        store_change(store, err,
                     "UPDATE run SET ended='', exit_status=-1 WHERE id=?1", "s",
                     run->id) ||
        put_hosts(store, run, hosts, err))
        return store_give_up(store);
    return store_commit(store, err);
}

int store_run_end(struct store *store, const char *run, int exit_status,
                  struct err *err)
{
    if (store_begin(store, err) ||
        store_change(
            store, err,
            "UPDATE run SET ended=strftime('%Y-%m-%dT%H:%M:%SZ', 'now'),"
            " exit_status=?2 WHERE id=?1",
            "si", run, exit_status))
        return store_give_up(store);
    return store_commit(store, err);
}

static int count_results(struct store *store, struct store_run *run,
                         struct err *err)
{
    sqlite3_stmt *row =
        store_prepare(store, err,
                      "SELECT status, count(*) FROM result WHERE run=?1"
                      " GROUP BY status",
                      "s", run->id);
    if (row == NULL)
        return -1;
    int status;
    while ((status = sqlite3_step(row)) == SQLITE_ROW) {
        int index = sqlite3_column_int(row, 0);
        if (index >= 0 &&
            (size_t)index < sizeof run->by_status / sizeof run->by_status[0])
            run->by_status[index] = (size_t)sqlite3_column_int64(row, 1);
    }
    int failed = status != SQLITE_DONE ? store_fail(store, err) : 0;
    sqlite3_finalize(row);
    return failed;
}

#define RUN_COLUMNS                                                            \
    "id, verb, started, ended, reason, inventory, exit_status,"                \
    " (SELECT count(*) FROM run_host WHERE run_host.run=run.id)"

static int read_run(struct store *store, sqlite3_stmt *row,
                    struct store_run *run, struct err *err)
{
    *run = (struct store_run){.exit_status = sqlite3_column_int(row, 6),
                              .hosts = (size_t)sqlite3_column_int64(row, 7)};
    snprintf(run->id, sizeof run->id, "%s", store_column(row, 0));
    snprintf(run->verb, sizeof run->verb, "%s", store_column(row, 1));
    snprintf(run->started, sizeof run->started, "%s", store_column(row, 2));
    snprintf(run->ended, sizeof run->ended, "%s", store_column(row, 3));
    bool has_reason = sqlite3_column_type(row, 4) != SQLITE_NULL;
    run->reason = has_reason ? strdup(store_column(row, 4)) : NULL;
    run->inventory = strdup(store_column(row, 5));
    if (run->inventory == NULL || (has_reason && run->reason == NULL)) {
        store_run_release(run);
        return err_set(err, 0, "store: out of memory");
    }
    if (count_results(store, run, err)) {
        store_run_release(run);
        return -1;
    }
    return 0;
}

void store_run_release(struct store_run *run)
{
    free(run->reason);
    free(run->inventory);
    run->reason = NULL;
    run->inventory = NULL;
}

int store_runs(struct store *store,
               int (*each)(void *context, const struct store_run *run),
               void *context, struct err *err)
{
    sqlite3_stmt *row = store_prepare(
        store, err, "SELECT " RUN_COLUMNS " FROM run ORDER BY rowid DESC", "");
    if (row == NULL)
        return -1;
    int failed = 0;
    int stop = 0;
    int status = SQLITE_ROW;
    while (!failed && !stop && (status = sqlite3_step(row)) == SQLITE_ROW) {
        struct store_run run;
        failed = read_run(store, row, &run, err);
        if (!failed) {
            stop = each(context, &run);
            store_run_release(&run);
        }
    }
    if (!failed && !stop && status != SQLITE_DONE)
        failed = store_fail(store, err);
    sqlite3_finalize(row);
    return failed;
}

int store_run_find(struct store *store, const char *name, struct store_run *run,
                   struct err *err)
{
    bool last = name == NULL || strcmp(name, "last") == 0;
    sqlite3_stmt *row =
        last ? store_prepare(store, err,
                             "SELECT " RUN_COLUMNS
                             " FROM run ORDER BY rowid DESC LIMIT 1",
                             "")
             : store_prepare(store, err,
                             "SELECT " RUN_COLUMNS
                             " FROM run WHERE substr(id, 1, length(?1))=?1"
                             " ORDER BY id<>?1 LIMIT 2",
                             "s", name);
    if (row == NULL)
        return -1;
    int failed;
    int status = sqlite3_step(row);
    if (status == SQLITE_ROW)
        failed = read_run(store, row, run, err);
    else if (status != SQLITE_DONE)
        failed = store_fail(store, err);
    else if (last)
        failed = err_set(err, 0, "%s: holds no run yet", store->path);
    else
        failed = err_set(err, 0,
                         "run %s: not in the store; wmifleet runs "
                         "lists them",
                         name);
    if (!failed && !last && strcmp(run->id, name) != 0 &&
        sqlite3_step(row) == SQLITE_ROW) {
        store_run_release(run);
        failed = err_set(err, 0,
                         "run %s: the beginning of more than one run; "
                         "wmifleet runs lists them",
                         name);
    }
    sqlite3_finalize(row);
    return failed;
}

/* --- results -------------------------------------------------------------- */

int store_result_put(struct store *store, const char *run, const char *host,
                     int status, const char *json, struct err *err)
{
    if (store_begin(store, err))
        return -1;
    int failed =
        store_change(store, err,
                     "INSERT OR REPLACE INTO result(run, host, status, json)"
                     " VALUES(?1, ?2, ?3, ?4)",
                     "ssis", run, host, status, json);
    return failed ? store_give_up(store) : 0;
}

static int each_result(struct store *store, sqlite3_stmt *row,
                       int (*each)(void *context, const char *host, int status,
                                   const char *json),
                       void *context, struct err *err)
{
    if (row == NULL)
        return -1;
    int stop = 0;
    int status = SQLITE_ROW;
    while (!stop && (status = sqlite3_step(row)) == SQLITE_ROW)
        stop = each(context, store_column(row, 0), sqlite3_column_int(row, 1),
                    store_column(row, 2));
    int failed = !stop && status != SQLITE_DONE ? store_fail(store, err) : 0;
    sqlite3_finalize(row);
    return failed;
}

int store_results(struct store *store, const char *run,
                  int (*each)(void *context, const char *host, int status,
                              const char *json),
                  void *context, struct err *err)
{
    return each_result(store,
                       store_prepare(store, err,
                                     "SELECT host, status, json FROM result"
                                     " WHERE run=?1 ORDER BY host",
                                     "s", run),
                       each, context, err);
}

/* More than any seq: results that are about settings come before others. */
#define OF_SETTINGS "4503599627370496"

int store_status(struct store *store,
                 int (*each)(void *context, const char *host, int status,
                             const char *json),
                 void *context, struct err *err)
{
    return each_result(
        store,
        store_prepare(store, err,
                      "SELECT host, status, json FROM result WHERE seq IN"
                      " (SELECT max(seq + " OF_SETTINGS
                      " * (verb IN ('check', 'apply', 'undo'))) % " OF_SETTINGS
                      " FROM result JOIN run ON run.id = result.run"
                      " GROUP BY host) ORDER BY host",
                      ""),
        each, context, err);
}

int store_host_results(struct store *store, const char *host,
                       int (*each)(void *context, const char *host, int status,
                                   const char *json),
                       void *context, struct err *err)
{
    return each_result(store,
                       store_prepare(store, err,
                                     "SELECT host, status, json FROM result"
                                     " WHERE host=?1 ORDER BY seq DESC",
                                     "s", host),
                       each, context, err);
}

int store_host_target(struct store *store, const char *run, const char *host,
                      char **target, struct err *err)
{
    sqlite3_stmt *row = store_prepare(
        store, err, "SELECT target FROM run_host WHERE run=?1 AND host=?2",
        "ss", run, host);
    if (row == NULL)
        return -1;
    int found = 0;
    int status = sqlite3_step(row);
    if (status == SQLITE_ROW) {
        *target = strdup(store_column(row, 0));
        found = *target != NULL ? 1 : err_set(err, 0, "store: out of memory");
    } else if (status != SQLITE_DONE) {
        found = store_fail(store, err);
    }
    sqlite3_finalize(row);
    return found;
}

static int each_name(struct store *store, sqlite3_stmt *row,
                     int (*each)(void *context, const char *host),
                     void *context, struct err *err)
{
    if (row == NULL)
        return -1;
    int stop = 0;
    int status = SQLITE_ROW;
    while (!stop && (status = sqlite3_step(row)) == SQLITE_ROW)
        stop = each(context, store_column(row, 0));
    int failed = !stop && status != SQLITE_DONE ? store_fail(store, err) : 0;
    sqlite3_finalize(row);
    return failed;
}

int store_hosts(struct store *store, const char *run,
                int (*each)(void *context, const char *host), void *context,
                struct err *err)
{
    return each_name(store,
                     store_prepare(store, err,
                                   "SELECT host FROM run_host WHERE run=?1"
                                   " ORDER BY host",
                                   "s", run),
                     each, context, err);
}

int store_pending(struct store *store, const char *run,
                  int (*each)(void *context, const char *host), void *context,
                  struct err *err)
{
    return each_name(store,
                     store_prepare(store, err,
                                   "SELECT host FROM run_host WHERE run=?1"
                                   " AND host NOT IN (SELECT host FROM result"
                                   " WHERE run=?1) ORDER BY host",
                                   "s", run),
                     each, context, err);
}

/* --- targets -------------------------------------------------------------- */

int store_target_get(struct store *store, const char *key,
                     struct store_target *target, struct err *err)
{
    sqlite3_stmt *row = store_prepare(store, err,
                                      "SELECT shell, folder, payload_hash,"
                                      " request_hash FROM target WHERE key=?1",
                                      "s", key);
    if (row == NULL)
        return -1;
    int found = 0;
    int status = sqlite3_step(row);
    if (status == SQLITE_ROW) {
        *target =
            (struct store_target){.shell = (char)sqlite3_column_int(row, 0)};
        snprintf(target->folder, sizeof target->folder, "%s",
                 store_column(row, 1));
        snprintf(target->payload_hash, sizeof target->payload_hash, "%s",
                 store_column(row, 2));
        snprintf(target->request_hash, sizeof target->request_hash, "%s",
                 store_column(row, 3));
        found = 1;
    } else if (status != SQLITE_DONE) {
        found = store_fail(store, err);
    }
    sqlite3_finalize(row);
    return found;
}

int store_target_put(struct store *store, const char *key,
                     const struct store_target *target, struct err *err)
{
    if (store_begin(store, err))
        return -1;
    int failed =
        store_change(store, err,
                     "INSERT OR REPLACE INTO target(key, shell, folder,"
                     " payload_hash, request_hash) VALUES(?1, ?2, ?3, ?4, ?5)",
                     "sisss", key, (int)target->shell, target->folder,
                     target->payload_hash, target->request_hash);
    return failed ? store_give_up(store) : 0;
}
