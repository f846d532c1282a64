/* SPDX-License-Identifier: MIT */
/*
 * A report for people: one file that needs nothing beside it, neither a
 * network nor a script. First the numbers, then the blocks that a person
 * reads at the end of a run, the worst first, then risks and a line a host.
 */
#include "controller/report/recap_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "controller/report/markup.h"
#include "controller/report/report.h"
#include "controller/report/report_risks.h"
#include "controller/report/report_rows.h"
#include "controller/report/report_style.h"
#include "inventory/fold.h"

#define NAMES_MAX ((size_t)64 * 1024 * 1024)

/* The order of the page: what somebody has to see to comes first. */
static const enum status worst_first[] = {
    STATUS_FAILED,    STATUS_CONFLICT,    STATUS_BLOCKED,
    STATUS_CANCELLED, STATUS_UNREACHABLE, STATUS_NOT_TRIED,
    STATUS_DRIFT,     STATUS_CHANGED,     STATUS_OK};

_Static_assert(sizeof worst_first / sizeof *worst_first == STATUS_COUNT,
               "every status has its place");

/* --- gathering ------------------------------------------------------------ */

static int note(struct report *report, const struct result *result)
{
    if (recap_host(report->recap, result) ||
        report_risks_note(&report->risks, result))
        return -1;
    return report_rows_add(report->rows, result, report->recap->entries.last);
}

/* --- the head ------------------------------------------------------------- */

static void put_fact(FILE *out, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    fprintf(out, "<dt>%s</dt><dd>", name);
    markup_put(out, value);
    fputs("</dd>\n", out);
}

static int begin(struct report *report)
{
    FILE *out = report->out;
    const struct store_run *run = report->run;
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
          "<meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\""
          "default-src 'none'; style-src 'unsafe-inline'\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
          out);
    markup_put(out, run->verb);
    fputs(" ", out);
    markup_put(out, run->id);
    fprintf(out,
            "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>wmifleet ",
            report_style);
    markup_put(out, run->verb);
    fputs("</h1>\n<dl class=\"facts\">\n", out);
    put_fact(out, "Run", run->id);
    put_fact(out, "Begun", run->started);
    put_fact(out, "Ended",
             run->ended[0] != '\0' ? run->ended
                                   : "not yet, or somebody ended it");
    put_fact(out, "Reason", run->reason);
    put_fact(out, "Inventory", run->inventory);
    fputs("</dl>\n", out);
    return 0;
}

static int pending(struct report *report, const char *host)
{
    struct recap *recap = report->recap;
    if (recap_note(recap, STATUS_NOT_TRIED, host, "", NULL))
        return -1;
    return report_rows_add_pending(report->rows, host, recap->entries.last);
}

/* --- the numbers ---------------------------------------------------------- */

static void put_numbers(struct report *report)
{
    const size_t *counts = recap_counts(report->recap);
    fputs("<ul class=\"numbers\">\n", report->out);
    for (int i = 0; i < STATUS_COUNT; i++) {
        enum status status = (enum status)i;
        bool always = status == STATUS_OK || status == STATUS_FAILED ||
                      status == STATUS_UNREACHABLE;
        if (counts[i] > 0 || always)
            fprintf(report->out, "<li class=\"%s%s\"><b>%zu</b> %s</li>\n",
                    status_word(status), counts[i] > 0 ? "" : " none",
                    counts[i], recap_status_word(status));
    }
    fputs("</ul>\n", report->out);
}

/* --- the blocks ----------------------------------------------------------- */

static void put_names(FILE *out, char **hosts, size_t count)
{
    struct buf names;
    buf_init(&names, NAMES_MAX);
    if (fold_names(&names, (const char *const *)hosts, count) == 0)
        markup_put(out, names.data);
    buf_release(&names);
    if (count > 1)
        fprintf(out, " <small>(%zu hosts)</small>", count);
}

/* Hosts that are as wanted have a block where there is a note on them. */
static bool has_block(const struct entry *entry)
{
    return entry->text[0] != '\0' || entry->status == STATUS_NOT_TRIED;
}

static void put_block(FILE *out, const struct entry *entry, size_t number)
{
    fprintf(out,
            "<section id=\"b%zu\" class=\"%s\">\n"
            "<h3><span class=\"status\">%s</span> ",
            number, status_word(entry->status),
            recap_status_word(entry->status));
    put_names(out, entry->hosts, entry->count);
    fputs("</h3>\n", out);
    struct buf words;
    buf_init(&words, NAMES_MAX);
    entry_words(&words, entry);
    if (!words.failed && words.len > 0) {
        fputs("<pre>", out);
        markup_lines(out, words.data);
        fputs("</pre>\n", out);
    }
    buf_release(&words);
    fputs("</section>\n", out);
}

static void put_blocks(struct report *report)
{
    const struct entries *entries = &report->recap->entries;
    fputs("<h2>What was found</h2>\n", report->out);
    bool any = false;
    for (size_t place = 0; place < STATUS_COUNT; place++)
        for (size_t i = 0; i < entries->count; i++) {
            const struct entry *entry = &entries->items[i];
            if (entry->status != worst_first[place] || !has_block(entry))
                continue;
            put_block(report->out, entry, i);
            any = true;
        }
    if (!any)
        fputs("<p>Every host is as wanted.</p>\n", report->out);
}

/* Something that several hosts have in common. */
static void put_shared(FILE *out, const char *text, char **hosts, size_t count)
{
    fputs("<section class=\"finding\">\n<h3>", out);
    put_names(out, hosts, count);
    fputs("</h3>\n<pre>", out);
    markup_put(out, text);
    fputs("</pre>\n</section>\n", out);
}

static void put_finding(void *context, const char *name, const char *text,
                        char **hosts, size_t count)
{
    struct report *report = context;
    (void)name;
    put_shared(report->out, text, hosts, count);
}

static void put_risks(struct report *report)
{
    const struct entries *risks = &report->risks;
    if (risks->count > 0)
        fputs("<h2>Settings with a risk</h2>\n", report->out);
    for (size_t i = 0; i < risks->count; i++)
        put_shared(report->out, risks->items[i].text, risks->items[i].hosts,
                   risks->items[i].count);
}

/* --- the table ------------------------------------------------------------ */

static void put_cell(FILE *out, const char *text)
{
    fputs("<td>", out);
    markup_put(out, text);
    fputs("</td>", out);
}

static void put_row(struct report *report, const struct report_row *row)
{
    FILE *out = report->out;
    const struct entry *entry = &report->recap->entries.items[row->entry];
    fputs("<tr><th scope=\"row\">", out);
    markup_put(out, row->host);
    fprintf(out, "</th><td class=\"%s\">", status_word(row->status));
    if (has_block(entry))
        fprintf(out, "<a href=\"#b%zu\">%s</a>", row->entry,
                recap_status_word(row->status));
    else
        fputs(recap_status_word(row->status), out);
    fputs("</td>", out);
    put_cell(out, row->address);
    put_cell(out, row->computer);
    put_cell(out, row->system);
    put_cell(out, row->risks);
    fputs("</tr>\n", out);
}

static void put_table(struct report *report)
{
    fputs("<h2>Hosts</h2>\n<div class=\"wide\" role=\"region\" "
          "aria-label=\"Hosts\" tabindex=\"0\">\n<table>\n<thead><tr>"
          "<th scope=\"col\">Host</th><th scope=\"col\">Status</th>"
          "<th scope=\"col\">Address</th><th scope=\"col\">Computer</th>"
          "<th scope=\"col\">System</th>"
          "<th scope=\"col\">Settings with a risk</th></tr></thead>\n"
          "<tbody>\n",
          report->out);
    size_t count = report_rows_count(report->rows);
    for (size_t i = 0; i < count; i++)
        put_row(report, report_rows_at(report->rows, i));
    fputs("</tbody>\n</table>\n</div>\n", report->out);
}

static int end(struct report *report)
{
    put_numbers(report);
    put_blocks(report);
    fleet_findings(&report->recap->fleet, put_finding, report);
    put_risks(report);
    put_table(report);
    fputs("</body>\n</html>\n", report->out);
    return 0;
}

const struct report_format report_html = {.suffix = ".html",
                                          .note = note,
                                          .begin = begin,
                                          .pending = pending,
                                          .end = end};
