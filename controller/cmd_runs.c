/* SPDX-License-Identifier: MIT */
/* runs and show: what the store remembers. Nothing is contacted. */
#include "controller/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "controller/report/live.h"
#include "controller/report/recap.h"
#include "controller/report/run_json.h"
#include "controller/store/store.h"

struct shown {
    const struct options *options;
    const struct log *log;
    struct recap *recap;
    bool failed;
};

static int fail(const struct log *log, const struct err *err)
{
    log_line(log, LOG_ERROR, "%s", err->text);
    return EXIT_CONTROLLER;
}

static int fail_output(struct err *err)
{
    return err_set(err, 0, "standard output: cannot be written");
}

/* What was printed may still be on its way to a full disk. */
static int end_output(struct err *err)
{
    return fflush(stdout) != 0 || ferror(stdout) ? fail_output(err) : 0;
}

static int print_run_json(const struct store_run *run)
{
    cJSON *object = run_to_json(run);
    char *text = object != NULL ? json_print(object, -1) : NULL;
    cJSON_Delete(object);
    if (text == NULL)
        return -1;
    puts(text);
    free(text);
    return 0;
}

static void print_run_line(const struct store_run *run)
{
    log_put(stdout, run->id);
    printf("  %-6s  %s  %zu host%s", run->verb, run->started, run->hosts,
           run->hosts == 1 ? "" : "s");
    size_t answered = 0;
    for (int i = 0; i < STATUS_COUNT; i++) {
        answered += run->by_status[i];
        if (run->by_status[i] > 0)
            printf(", %zu %s", run->by_status[i], status_word((enum status)i));
    }
    if (answered < run->hosts)
        printf(", %zu pending", run->hosts - answered);
    if (run->exit_status >= 0)
        printf("; exit %d", run->exit_status);
    if (run->reason != NULL) {
        fputs("; ", stdout);
        log_put(stdout, run->reason);
    }
    putchar('\n');
}

static int each_run(void *context, const struct store_run *run)
{
    struct shown *shown = context;
    if (shown->options->output == OUTPUT_HUMAN)
        print_run_line(run);
    else if (print_run_json(run))
        shown->failed = true;
    return shown->failed;
}

int command_runs(const struct options *options, const struct log *log)
{
    struct err err;
    struct store *store = store_open(options->store, &err);
    if (store == NULL)
        return fail(log, &err);
    struct shown shown = {.options = options, .log = log};
    int failed = store_runs(store, each_run, &shown, &err) || end_output(&err);
    store_close(store);
    if (failed)
        return fail(log, &err);
    return shown.failed ? EXIT_CONTROLLER : 0;
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
    result_free(result);
    return 0;
}

static int each_pending(void *context, const char *host)
{
    struct shown *shown = context;
    recap_not_tried(shown->recap, host);
    return 0;
}

static int begin_recap(struct shown *shown, enum verb verb, const char *run)
{
    const struct recap_config config = {.out = stdout,
                                        .output = shown->options->output,
                                        .color = shown->options->color,
                                        .columns = live_columns(STDOUT_FILENO),
                                        .quiet = shown->options->quiet,
                                        .verb = verb,
                                        .run = run};
    shown->recap = recap_new(&config);
    return shown->recap != NULL ? 0 : -1;
}

static int show_run(struct shown *shown, struct store *store,
                    const struct store_run *run, struct err *err)
{
    if (begin_recap(shown, verb_shown(run->verb), run->id))
        return err_set(err, 0, "out of memory");
    if (shown->options->output == OUTPUT_HUMAN) {
        print_run_line(run);
        putchar('\n');
    }
    int failed = store_results(store, run->id, each_result, shown, err) ||
                 store_pending(store, run->id, each_pending, shown, err);
    if (!failed && recap_end(shown->recap, NULL))
        failed = fail_output(err);
    recap_free(shown->recap);
    return failed ? -1 : 0;
}

int command_show(const struct options *options, const struct log *log)
{
    struct err err = {0};
    struct store *store = store_open(options->store, &err);
    if (store == NULL)
        return fail(log, &err);
    struct shown shown = {.options = options, .log = log};
    struct store_run run;
    int failed = store_run_find(store, options->run, &run, &err);
    if (!failed) {
        failed = show_run(&shown, store, &run, &err);
        store_run_release(&run);
    }
    store_close(store);
    if (failed)
        return fail(log, &err);
    return shown.failed ? EXIT_CONTROLLER : 0;
}
