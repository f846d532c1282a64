/* SPDX-License-Identifier: MIT */
#include "controller/store/store_db.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STORE_APPLICATION_ID 0x776d6966 /* "wmif" */
#define STORE_VERSION 1
#define STORE_LOCK_WAIT_MS 10000
#define STORE_CACHE_KIB "-512" /* so it says KiB: no larger with more hosts */

static const char schema_sql[] =
    "CREATE TABLE run(id TEXT PRIMARY KEY, verb TEXT NOT NULL,"
    " started TEXT NOT NULL, ended TEXT NOT NULL DEFAULT '',"
    " reason TEXT, inventory TEXT NOT NULL,"
    " exit_status INTEGER NOT NULL DEFAULT -1);"
    "CREATE TABLE run_host(run TEXT NOT NULL REFERENCES run(id),"
    " host TEXT NOT NULL, target TEXT NOT NULL,"
    " PRIMARY KEY(run, host)) WITHOUT ROWID;"
    "CREATE TABLE result(seq INTEGER PRIMARY KEY, run TEXT NOT NULL"
    " REFERENCES run(id), host TEXT NOT NULL, status INTEGER NOT NULL,"
    " json TEXT NOT NULL, UNIQUE(run, host));"
    "CREATE INDEX result_host ON result(host, seq);"
    "CREATE TABLE target(key TEXT PRIMARY KEY, shell INTEGER NOT NULL,"
    " folder TEXT NOT NULL, payload_hash TEXT NOT NULL,"
    " request_hash TEXT NOT NULL) WITHOUT ROWID;";

int store_fail(struct store *store, struct err *err)
{
    return err_set(err, 0, "%s: %s (another store: --store FILE)", store->path,
                   sqlite3_errmsg(store->db));
}

static int execute(struct store *store, const char *sql, struct err *err)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(store, err);
    return 0;
}

/*
 * Prepares `sql` and binds one argument per letter of `types`: s text (NULL
 * allowed), i int. NULL on failure.
 */
static sqlite3_stmt *prepare_list(struct store *store, struct err *err,
                                  const char *sql, const char *types,
                                  va_list args)
{
    sqlite3_stmt *statement = NULL;
    int status = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    for (int i = 0; status == SQLITE_OK && types[i] != '\0'; i++) {
        if (types[i] == 's')
            status =
                sqlite3_bind_text(statement, i + 1, va_arg(args, const char *),
                                  -1, SQLITE_TRANSIENT);
        else
            status = sqlite3_bind_int(statement, i + 1, va_arg(args, int));
    }
    if (status == SQLITE_OK)
        return statement;
    store_fail(store, err);
    sqlite3_finalize(statement);
    return NULL;
}

sqlite3_stmt *store_prepare(struct store *store, struct err *err,
                            const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = prepare_list(store, err, sql, types, args);
    va_end(args);
    return statement;
}

int store_change(struct store *store, struct err *err, const char *sql,
                 const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = prepare_list(store, err, sql, types, args);
    va_end(args);
    if (statement == NULL)
        return -1;
    int status = sqlite3_step(statement);
    int failed = status != SQLITE_DONE ? store_fail(store, err) : 0;
    sqlite3_finalize(statement);
    return failed;
}

const char *store_column(sqlite3_stmt *row, int index)
{
    const char *text = (const char *)sqlite3_column_text(row, index);
    return text != NULL ? text : "";
}

/* SQLite knows best: some failures end a transaction by themselves. */
static bool in_transaction(const struct store *store)
{
    return !sqlite3_get_autocommit(store->db);
}

int store_begin(struct store *store, struct err *err)
{
    return in_transaction(store) ? 0 : execute(store, "BEGIN IMMEDIATE", err);
}

int store_give_up(struct store *store)
{
    if (in_transaction(store))
        execute(store, "ROLLBACK", NULL);
    return -1;
}

int store_hold_still(struct store *store, struct err *err)
{
    return execute(store, "BEGIN", err);
}

int store_commit(struct store *store, struct err *err)
{
    if (!in_transaction(store))
        return 0;
    return execute(store, "COMMIT", err) ? store_give_up(store) : 0;
}

/* --- opening -------------------------------------------------------------- */

static int default_path(char *path, size_t size, struct err *err)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int len = -1;
    if (state != NULL && state[0] == '/')
        len = snprintf(path, size, "%s/wmifleet/state.db", state);
    else if (home != NULL && home[0] == '/')
        len = snprintf(path, size, "%s/.local/state/wmifleet/state.db", home);
    if (len < 0 || (size_t)len >= size)
        return err_set(err, 0,
                       "store: neither XDG_STATE_HOME nor HOME names "
                       "a folder; say --store FILE");
    return 0;
}

/* SQLite takes an empty name, and gives a database that is gone at the end. */
static int given_path(char *path, size_t size, const char *given,
                      struct err *err)
{
    size_t len = strlen(given);
    if (len == 0)
        return err_set(err, 0, "--store: an empty name is no file");
    if (len >= size)
        return err_set(err, 0, "--store: a name of %zu bytes is too long", len);
    memcpy(path, given, len + 1);
    return 0;
}

/* Makes the folders above `path`; those that are there stay as they are. */
static int make_folders(const char *path, struct err *err)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return err_set(err, 0, "%s: cannot be made: %s", folder,
                           strerror(errno));
        *slash = '/';
    }
    return 0;
}

static int pragma_number(struct store *store, const char *sql, int *number,
                         struct err *err)
{
    sqlite3_stmt *statement = store_prepare(store, err, sql, "");
    if (statement == NULL)
        return -1;
    int failed = 0;
    if (sqlite3_step(statement) == SQLITE_ROW)
        *number = sqlite3_column_int(statement, 0);
    else
        failed = store_fail(store, err);
    sqlite3_finalize(statement);
    return failed;
}

/* Called inside an immediate transaction, so that two first runs agree. */
static int make_schema(struct store *store, struct err *err)
{
    char pragmas[96];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA application_id=%d; PRAGMA user_version=%d;",
             STORE_APPLICATION_ID, STORE_VERSION);
    return execute(store, schema_sql, err) || execute(store, pragmas, err) ? -1
                                                                           : 0;
}

static int check_schema(struct store *store, struct err *err)
{
    int id = 0;
    int version = 0;
    int tables = 0;
    if (pragma_number(store, "PRAGMA application_id", &id, err) ||
        pragma_number(store, "PRAGMA user_version", &version, err) ||
        pragma_number(store, "SELECT count(*) FROM sqlite_schema", &tables,
                      err))
        return -1;
    if (id == 0 && tables == 0)
        return make_schema(store, err);
    if (id != STORE_APPLICATION_ID)
        return err_set(err, 0, "%s: a database, but not a store of wmifleet",
                       store->path);
    if (version > STORE_VERSION)
        return err_set(err, 0,
                       "%s: made by a newer wmifleet (version %d of its "
                       "tables); use that one",
                       store->path, version);
    return 0;
}

static int open_database(struct store *store, struct err *err)
{
    /* The database and its WAL inherit the mode of the file made first. */
    mode_t mask = umask(0077);
    int status =
        sqlite3_open_v2(store->path, &store->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (status != SQLITE_OK) {
        umask(mask);
        return store_fail(store, err);
    }
    sqlite3_busy_timeout(store->db, STORE_LOCK_WAIT_MS);
    int failed = execute(store,
                         "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                         "PRAGMA foreign_keys=ON;"
                         "PRAGMA cache_size=" STORE_CACHE_KIB ";",
                         err) ||
                 store_begin(store, err) || check_schema(store, err) ||
                 store_commit(store, err);
    umask(mask);
    return failed ? -1 : 0;
}

struct store *store_open(const char *path, struct err *err)
{
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        err_set(err, 0, "store: out of memory");
        return NULL;
    }
    int failed = path != NULL
                     ? given_path(store->path, sizeof store->path, path, err)
                     : default_path(store->path, sizeof store->path, err);
    if (failed || make_folders(store->path, err) || open_database(store, err)) {
        store_close(store);
        return NULL;
    }
    return store;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    sqlite3_close(store->db);
    free(store);
}
