/* SPDX-License-Identifier: MIT */
/*
 * report: a file about one run. The file is written beside its name and then
 * renamed, so whoever looks sees a whole one. The store is read twice, in one
 * state of it: the run may be at work. Nothing is contacted.
 */
#include "controller/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/report/report.h"

struct reading {
    struct report report;
    const struct report_format *format;
    int (*take)(struct report *report, const struct result *result);
    struct err *err;
    bool failed;
};

static int short_of_memory(struct reading *reading)
{
    reading->failed = true;
    return err_set(reading->err, 0, "out of memory");
}

static int each_result(void *context, const char *host, int status,
                       const char *json)
{
    (void)status;
    struct reading *reading = context;
    struct err err;
    struct result *result = result_from_json(json, &err);
    if (result == NULL) {
        reading->failed = true;
        return err_set(reading->err, 0, "%.200s: its stored result: %.700s",
                       host, err.text);
    }
    int failed =
        reading->take(&reading->report, result) ? short_of_memory(reading) : 0;
    result_free(result);
    return failed;
}

static int each_pending(void *context, const char *host)
{
    struct reading *reading = context;
    return reading->format->pending(&reading->report, host)
               ? short_of_memory(reading)
               : 0;
}

/* All results to `take`, or none where that is NULL. */
static int read_results(struct reading *reading, struct store *store,
                        int (*take)(struct report *report,
                                    const struct result *result))
{
    reading->take = take;
    if (take == NULL)
        return 0;
    return store_results(store, reading->report.run->id, each_result, reading,
                         reading->err) ||
                   reading->failed
               ? -1
               : 0;
}

static int write_report(struct reading *reading, struct store *store)
{
    const struct report_format *format = reading->format;
    struct report *report = &reading->report;
    if (read_results(reading, store, format->note))
        return -1;
    if (format->begin(report))
        return short_of_memory(reading);
    if (read_results(reading, store, format->host) ||
        store_pending(store, report->run->id, each_pending, reading,
                      reading->err) ||
        reading->failed)
        return -1;
    return format->end(report) ? short_of_memory(reading) : 0;
}

static int cannot_write(const char *file, struct err *err)
{
    return err_set(err, 0, "%.700s: cannot be written: %s", file,
                   strerror(errno));
}

/* A file beside `file`, with the rights that a new file has. */
static FILE *open_beside(const char *file, char **beside, struct err *err)
{
    if (asprintf(beside, "%s.XXXXXX", file) < 0) {
        *beside = NULL;
        err_set(err, 0, "out of memory");
        return NULL;
    }
    int fd = mkstemp(*beside);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (out != NULL) {
        mode_t mask = umask(0);
        umask(mask);
        (void)fchmod(fd, 0666 & ~mask);
        return out;
    }
    cannot_write(file, err);
    if (fd >= 0) {
        close(fd);
        unlink(*beside);
    }
    free(*beside);
    *beside = NULL;
    return NULL;
}

/* Into its place when all of it is on the disk, else away. */
static int put_in_place(FILE *out, const char *beside, const char *file,
                        bool good, struct err *err)
{
    bool wrong = ferror(out) != 0;
    wrong |= fclose(out) != 0;
    int failed = !good;
    if (good && (wrong || rename(beside, file)))
        failed = cannot_write(file, err);
    if (failed)
        unlink(beside);
    return failed ? -1 : 0;
}

static int report_run(struct store *store, const struct store_run *run,
                      const char *file, struct err *err)
{
    char *beside = NULL;
    FILE *out = open_beside(file, &beside, err);
    if (out == NULL)
        return -1;
    struct reading reading = {.format = report_format_of(file), .err = err};
    int failed = report_open(&reading.report, out, run, verb_shown(run->verb))
                     ? err_set(err, 0, "out of memory")
                     : write_report(&reading, store);
    report_close(&reading.report);
    failed |= put_in_place(out, beside, file, !failed, err);
    free(beside);
    return failed ? -1 : 0;
}

static int report_store(const struct options *options, struct err *err)
{
    struct store *store = store_open(options->store, err);
    if (store == NULL)
        return -1;
    struct store_run run;
    int failed = store_hold_still(store, err) ||
                 store_run_find(store, options->run, &run, err);
    if (!failed) {
        failed = report_run(store, &run, options->report_file, err);
        store_run_release(&run);
    }
    store_close(store);
    return failed;
}

int command_report(const struct options *options, const struct log *log)
{
    const char *file = options->report_file;
    if (file == NULL) {
        log_line(log, LOG_ERROR,
                 "report: no file is named; -o FILE, which ends in .html, "
                 ".json or .xml");
        return EXIT_USAGE;
    }
    if (report_format_of(file) == NULL) {
        log_line(log, LOG_ERROR,
                 "%s: how to write it is not known; its name ends in .html, "
                 ".json or .xml (JUnit)",
                 file);
        return EXIT_USAGE;
    }
    struct err err = {0};
    if (report_store(options, &err) == 0)
        return 0;
    log_line(log, LOG_ERROR, "%s", err.text);
    return EXIT_CONTROLLER;
}
