/* SPDX-License-Identifier: MIT */
/*
 * What the steps of one run share: run.c and run_work.c only.
 *
 * The watchdog's thread may read what is "published" at any moment; it is
 * changed between run_publish_begin and run_publish_end.
 */
#ifndef PAYLOAD_RUN_STATE_H
#define PAYLOAD_RUN_STATE_H

#include <windows.h>
#include <stdbool.h>

#include "payload/run/command.h"
#include "payload/engine/engine.h"
#include "payload/namespace/wbem_patience.h"
#include "payload/run/folder.h"
#include "payload/run/machine_lock.h"
#include "payload/engine/outcome.h"
#include "payload/run/request.h"
#include "payload/run/saved.h"
#include "payload/run/settle.h"
#include "payload/run/watchdog.h"

#define MS_PER_SECOND 1000u

struct run {
    ULONGLONG begun_ms;
    CRITICAL_SECTION guard;
    LONG ending; /* 1: somebody is printing the result */
    struct watchdog watchdog;
    struct command command;
    char key[SAVED_KEY_MAX];
    struct image image;
    struct folder folder;
    struct machine_lock lock;
    struct request request;
    struct setting_list settings;
    struct engine_host host;
    cJSON *earlier; /* snapshot of this run id's first time */
    cJSON *cleaned; /* published: what the verb clean found */
    cJSON *pending; /* ids that waited for winmgmt before this run */
    struct account_memory *accounts; /* lent to the request's settings */
    struct wbem_patience patience;   /* likewise */
    char *restart_takes;             /* NULL: not asked yet, or nothing */
    struct engine *engine;           /* published */
    struct outcome outcome;          /* published, but for `settings` */
    struct failure failure;
    bool com_up;
    bool stuck;  /* threads that do not end still use what this run has */
    bool worked; /* published: it reached its settings and is to be saved */
    char *computer;
};

void run_publish_begin(struct run *run);
void run_publish_end(struct run *run);

/* Adds to the hints of the result. */
void run_hint(struct run *run, const char *text);

/*
 * What is done under the machine's lock with a request that has been
 * judged: plan, engine, facts. What goes wrong is in `failure`.
 */
void run_work(struct run *run);

#endif
