/* SPDX-License-Identifier: MIT */
/*
 * The store's database: opening, its tables, and statements as one-liners.
 * For store.c and store_db.c alone.
 */
#ifndef CONTROLLER_STORE_DB_H
#define CONTROLLER_STORE_DB_H

#include <sqlite3.h>

#include "controller/store/store.h"

struct store {
    sqlite3 *db;
    char path[4096];
};

/* Opens the transaction that store_commit ends, unless one is open. */
int store_begin(struct store *store, struct err *err);

/*
 * Prepares `sql` and binds one argument per letter of `types`: s text (NULL
 * allowed), i int. The caller finalizes. NULL on failure.
 */
sqlite3_stmt *store_prepare(struct store *store, struct err *err,
                            const char *sql, const char *types, ...);

/* Runs a statement without rows, bound as by store_prepare. */
int store_change(struct store *store, struct err *err, const char *sql,
                 const char *types, ...);

/* The text of a column; never NULL; good until the next step. */
const char *store_column(sqlite3_stmt *row, int index);

/*
 * Takes back what the open transaction holds, where there is one: what is
 * open after a failure may have lost a part already. -1, for the caller.
 */
int store_give_up(struct store *store);

/* SQLite's last message into `err`; -1. */
int store_fail(struct store *store, struct err *err);

#endif
