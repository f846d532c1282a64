/* SPDX-License-Identifier: MIT */
/*
 * What is done with every setting, whatever it is about.
 *
 *   check   read, compare                                  ok | drift | ...
 *   apply   read and compare all; one snapshot of every setting that is
 *           going to be written, flushed to disk; then for each of those:
 *           read, write, read again, compare again         changed | failed
 *
 * What takes effect when winmgmt restarts waits for that: the restart comes
 * once, right behind the last setting that needs it, whatever comes after
 * (in apply the firewall, in undo what was applied before). A setting whose
 * value agrees waits too when winmgmt has not restarted since an earlier
 * run wrote it.
 *
 * A setting that fails never stops the others. The run deadline is looked
 * at before each setting, and whether the run is to stop; what waits for
 * winmgmt then is left waiting, since a restart may take a minute.
 * Free of windows.h: clock, lock and disk are the host's.
 *
 * One thread runs the engine; another (the watchdog) may at any moment call
 * engine_settings while it holds the host's lock. An entry that has been
 * published is never changed again. A setting that waits is published as
 * pending_restart at once, so that a restart that does not come back hides
 * nothing; when it is over, another entry takes the place of that one under
 * the lock, and the first one lives as long as the engine.
 */
#ifndef PAYLOAD_ENGINE_H
#define PAYLOAD_ENGINE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "payload/engine/setting.h"

/* What the engine needs of its surroundings. NULL only where that is said. */
struct engine_host {
    void *context;
    bool allow_irreversible; /* apply: write what SETTING_IRREVERSIBLE is of */
    unsigned long long (*now_ms)(void *context); /* monotonic */
    void (*lock)(void *context);
    void (*unlock)(void *context);
    /*
     * What stood there before the first write of this run id, when it was
     * worked on before and ended half-way; NULL otherwise. Asked on apply.
     */
    const cJSON *(*earlier)(void *context, const char *id);
    /*
     * Puts `settings`, an array of {"id", "desired", "before"}, on disk and
     * returns 0 only when it is there to stay. Called once before the first
     * write, and again, with what is to be added, before the write of a
     * setting that could not be read until another one was written.
     */
    int (*snapshot)(void *context, const cJSON *settings, struct err *err);
    /*
     * Whether an earlier write of this setting waits for winmgmt to restart.
     * What this run writes is noted by snapshot.
     */
    bool (*waits)(void *context, const char *id);
    /*
     * What a restart would take along ("winmgmt, iphlpsvc"), NULL when there
     * is nothing to restart; the host's.
     */
    const char *(*restart_takes)(void *context);
    /* What that cuts, in a line; NULL: nothing. May be NULL itself. */
    const char *(*restart_cuts)(void *context);
    /* Whether the run is to stop, asked between settings. May be NULL. */
    bool (*cancelled)(void *context);
    /*
     * Restarts winmgmt; called at most once. 0, or -1 with `reason`: those
     * who wait have then failed. NULL: it may not, and they go on waiting.
     */
    int (*restart)(void *context, unsigned long long deadline_ms,
                   struct setting_reason *reason);
};

enum engine_end {
    ENGINE_DONE,
    ENGINE_TIMEOUT, /* the deadline passed; the settings so far are there */
    /* It was to stop: what was not come to is `skipped`; err says how much. */
    ENGINE_CANCELLED,
    ENGINE_FAILED, /* the engine itself could not go on; err says why */
};

struct engine;

/* Both outlive the engine. NULL when memory is short. */
struct engine *engine_new(const struct setting_list *list,
                          const struct engine_host *host);
void engine_free(struct engine *engine);

/* Once per engine; `deadline_ms` is in the host's time. */
enum engine_end engine_run(struct engine *engine, bool apply,
                           unsigned long long deadline_ms, struct err *err);

/*
 * The entries of the settings done so far, in the order of application, as
 * protocol.h has them; they refer into the engine. `interrupted` adds the
 * one under way as failed with that text (NULL: none). The caller frees
 * with cJSON_Delete, before the engine. NULL when memory is short.
 */
cJSON *engine_settings(const struct engine *engine, const char *interrupted);

/* How many settings have no entry yet. */
size_t engine_open_count(const struct engine *engine);

#endif
