/* SPDX-License-Identifier: MIT */
/*
 * What outlives a run: runs, results, and what each target has cached.
 *
 * SQLite behind a small interface, since another backend is to follow; only
 * store.c includes sqlite3. Results are put, then store_commit makes them
 * durable (one transaction a loop turn, WAL, synchronous=NORMAL), and only
 * then may they be shown: killing the controller loses no shown result.
 * Several controllers may use one store at a time; a locked store is waited
 * for, 10 s at most.
 */
#ifndef CONTROLLER_STORE_H
#define CONTROLLER_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct store;

/*
 * Opens or makes the file (its folder too, mode 0700; the file 0600). NULL
 * path: $XDG_STATE_HOME/wmifleet/state.db, else ~/.local/state/… A file of a
 * newer version, or no database, is refused.
 */
struct store *store_open(const char *path, struct err *err);
void store_close(struct store *store);

struct store_run {
    char id[48];
    char verb[16];
    char started[32];     /* RFC 3339, UTC */
    char ended[32];       /* empty while it runs or when it was killed */
    char *reason;         /* --reason, or NULL */
    char *inventory;      /* the sources as given */
    size_t hosts;         /* selected */
    size_t by_status[16]; /* indexed by the caller's enum status */
    int exit_status;      /* -1 while it runs */
};

/* A host of a run; `target` is the caller's JSON of how it was reached. */
struct store_host {
    const char *name;
    const char *target;
};

/* Begins a run and commits. `hosts` are the run->hosts that it selected. */
int store_run_begin(struct store *store, const struct store_run *run,
                    const struct store_host *hosts, struct err *err);
/*
 * Goes on with a run that is there: it has no end again until store_run_end.
 * Its `hosts` that it had are as they are given now.
 */
int store_run_go_on(struct store *store, const struct store_run *run,
                    const struct store_host *hosts, struct err *err);
int store_run_end(struct store *store, const char *run, int exit_status,
                  struct err *err);

/*
 * Keeps one result (JSON text of result_to_json) in the open transaction.
 * `status` is the caller's enum status. A put or a commit that fails takes
 * back all that was put since the last commit.
 */
int store_result_put(struct store *store, const char *run, const char *host,
                     int status, const char *json, struct err *err);
int store_commit(struct store *store, struct err *err);

/*
 * Until store_commit or store_close all reading sees one state, that of the
 * first, whatever other controllers put meanwhile. Nothing is put in it.
 */
int store_hold_still(struct store *store, struct err *err);

/*
 * What is known of a target, keyed by host name, address and port: three
 * short texts. get: 1 found, 0 not, -1 failure.
 */
struct store_target {
    char shell; /* 0 unknown, '\\' or '/' */
    char folder[260];
    char payload_hash[48];
    char request_hash[48];
};
int store_target_get(struct store *store, const char *key,
                     struct store_target *target, struct err *err);
int store_target_put(struct store *store, const char *key,
                     const struct store_target *target, struct err *err);

/* Each calls `each` per row until it returns non-zero; 0, or -1. */
int store_runs(struct store *store,
               int (*each)(void *context, const struct store_run *run),
               void *context, struct err *err);
int store_results(struct store *store, const char *run,
                  int (*each)(void *context, const char *host, int status,
                              const char *json),
                  void *context, struct err *err);
/*
 * The `target` that a run began with for this host; free with free(). 1
 * found, 0 not, -1 failure.
 */
int store_host_target(struct store *store, const char *run, const char *host,
                      char **target, struct err *err);
/*
 * The newest result of every host that is about its settings (check, apply,
 * undo); where there is none, the newest of any run.
 */
int store_status(struct store *store,
                 int (*each)(void *context, const char *host, int status,
                             const char *json),
                 void *context, struct err *err);
/* All results of one host, the newest first. */
int store_host_results(struct store *store, const char *host,
                       int (*each)(void *context, const char *host, int status,
                                   const char *json),
                       void *context, struct err *err);
/* Hosts of the run. */
int store_hosts(struct store *store, const char *run,
                int (*each)(void *context, const char *host), void *context,
                struct err *err);
/* Those that have no result. */
int store_pending(struct store *store, const char *run,
                  int (*each)(void *context, const char *host), void *context,
                  struct err *err);
/*
 * The run that `name` means: NULL or "last" the newest, else a whole id or a
 * unique beginning of one. Fills `run`; free its texts with store_run_release.
 */
int store_run_find(struct store *store, const char *name, struct store_run *run,
                   struct err *err);
void store_run_release(struct store_run *run);

#endif
