/* SPDX-License-Identifier: MIT */
/* status: the last known state of every host, and since when it is known. */
#include "controller/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "controller/report/recap.h"
#include "controller/store/store.h"
#include "inventory/fold.h"

/* What a run told last of a host. */
struct sighting {
    char *run;
    char *host;
};

struct shown {
    const struct log *log;
    struct recap *recap;
    struct sighting *sightings;
    size_t count;
    size_t room;
    bool failed;
};

static int remember(struct shown *shown, const char *run, const char *host)
{
    if (shown->count == shown->room) {
        size_t room = shown->room == 0 ? 64 : 2 * shown->room;
        struct sighting *grown =
            reallocarray(shown->sightings, room, sizeof *grown);
        if (grown == NULL)
            return -1;
        shown->sightings = grown;
        shown->room = room;
    }
    struct sighting *sighting = &shown->sightings[shown->count];
    sighting->run = strdup(run);
    sighting->host = strdup(host);
    if (sighting->run != NULL && sighting->host != NULL) {
        shown->count++;
        return 0;
    }
    free(sighting->run);
    free(sighting->host);
    return -1;
}

static void forget(struct shown *shown)
{
    for (size_t i = 0; i < shown->count; i++) {
        free(shown->sightings[i].run);
        free(shown->sightings[i].host);
    }
    free(shown->sightings);
}

static int each_result(void *context, const char *host, int status,
                       const char *json)
{
    (void)status;
    struct shown *shown = context;
    struct err err;
    struct result *result = result_from_json(json, &err);
    if (result == NULL) {
        log_line(shown->log, LOG_ERROR, "%s: its stored result: %s", host,
                 err.text);
        shown->failed = true;
        return 0;
    }
    shown->failed |= recap_host(shown->recap, result) != 0;
    shown->failed |= remember(shown, result->run, host) != 0;
    result_free(result);
    return 0;
}

static int by_run(const void *left, const void *right)
{
    const struct sighting *a = left;
    const struct sighting *b = right;
    return strcmp(a->run, b->run);
}

static int print_sightings(struct store *store,
                           const struct sighting *sightings, size_t count,
                           struct err *err)
{
    const char **names = calloc(count, sizeof *names);
    struct store_run run;
    struct buf folded;
    if (names == NULL)
        return err_set(err, 0, "out of memory");
    if (store_run_find(store, sightings->run, &run, err)) {
        free(names);
        return -1;
    }
    for (size_t i = 0; i < count; i++)
        names[i] = sightings[i].host;
    buf_init(&folded, SIZE_MAX);
    int failed = fold_names(&folded, names, count);
    char *text = failed ? NULL : buf_take(&folded);
    if (text != NULL) {
        printf("  %s  %-6s  %s  ", run.started, run.verb, run.id);
        log_put(stdout, text);
        putchar('\n');
    }
    free(text);
    buf_release(&folded);
    store_run_release(&run);
    free(names);
    return text != NULL ? 0 : err_set(err, 0, "out of memory");
}

/* Run ids begin with their time, so the order of ids is that of time. */
static int print_when(struct shown *shown, struct store *store, struct err *err)
{
    if (shown->count == 0)
        return 0;
    qsort(shown->sightings, shown->count, sizeof *shown->sightings, by_run);
    printf("\nknown since\n");
    int failed = 0;
    for (size_t first = 0; !failed && first < shown->count;) {
        size_t behind = first + 1;
        while (behind < shown->count &&
               by_run(&shown->sightings[first], &shown->sightings[behind]) == 0)
            behind++;
        failed = print_sightings(store, &shown->sightings[first],
                                 behind - first, err);
        first = behind;
    }
    return failed;
}

static int show_status(struct shown *shown, const struct options *options,
                       struct store *store, struct err *err)
{
    const struct recap_config config = {.out = stdout,
                                        .output = options->output,
                                        .color = options->color,
                                        .quiet = options->quiet,
                                        .verb = VERB_CHECK,
                                        .run = "status"};
    shown->recap = recap_new(&config);
    if (shown->recap == NULL)
        return err_set(err, 0, "out of memory");
    int failed = store_status(store, each_result, shown, err);
    if (!failed && recap_end(shown->recap, NULL))
        failed = err_set(err, 0, "standard output: cannot be written");
    if (!failed && options->output == OUTPUT_HUMAN)
        failed = print_when(shown, store, err);
    if (!failed && (fflush(stdout) != 0 || ferror(stdout)))
        failed = err_set(err, 0, "standard output: cannot be written");
    recap_free(shown->recap);
    return failed;
}

int command_status(const struct options *options, const struct log *log)
{
    struct err err = {0};
    struct store *store = store_open(options->store, &err);
    struct shown shown = {.log = log};
    int failed =
        store == NULL || show_status(&shown, options, store, &err) != 0;
    forget(&shown);
    if (store != NULL)
        store_close(store);
    if (failed)
        log_line(log, LOG_ERROR, "%s", err.text);
    return failed || shown.failed ? EXIT_CONTROLLER : 0;
}
