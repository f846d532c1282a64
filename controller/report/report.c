/* SPDX-License-Identifier: MIT */
#include "controller/report/report.h"

#include <string.h>
#include <strings.h>

#include "controller/report/report_rows.h"

static const struct report_format *const formats[] = {
    &report_html, &report_json, &report_junit};

const struct report_format *report_format_of(const char *file)
{
    const char *suffix = strrchr(file, '.');
    for (size_t i = 0; suffix != NULL && i < sizeof formats / sizeof *formats;
         i++)
        if (strcasecmp(suffix, formats[i]->suffix) == 0)
            return formats[i];
    return NULL;
}

int report_open(struct report *report, FILE *out, const struct store_run *run,
                enum verb verb)
{
    const struct recap_config config = {
        .out = out, .output = OUTPUT_HUMAN, .verb = verb, .run = run->id};
    *report = (struct report){.out = out, .run = run, .verb = verb};
    report->recap = recap_new(&config);
    report->rows = report_rows_new();
    if (report->recap != NULL && report->rows != NULL)
        return 0;
    report_close(report);
    return -1;
}

void report_close(struct report *report)
{
    recap_free(report->recap);
    report_rows_free(report->rows);
    entries_release(&report->risks);
    *report = (struct report){0};
}

size_t report_pending_count(const struct store_run *run)
{
    size_t answered = 0;
    for (int i = 0; i < STATUS_COUNT; i++)
        answered += run->by_status[i];
    return answered < run->hosts ? run->hosts - answered : 0;
}
