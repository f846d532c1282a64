/* SPDX-License-Identifier: MIT */
/*
 * A report for continuous integration: JUnit's XML as Jenkins and GitLab read
 * it. The run is a suite, a host a class, each of its settings (or layers of
 * verify) a case. A difference or a failure of a setting is a failure; a host
 * without an answer is an error.
 */
#include "controller/report/report.h"

#include <string.h>
#include <time.h>

#include "base/json.h"
#include "controller/report/describe.h"
#include "controller/report/describe_layer.h"
#include "controller/report/markup.h"

#define TEXT_MAX ((size_t)256 * 1024)

enum verdict { PASSED, FAILED, SKIPPED };

/* What is told of one case. */
struct one_case {
    const char *name;
    enum verdict verdict;
    const char *state;
    const char *text; /* of a failure */
};

/* --- judging -------------------------------------------------------------- */

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* What apply did, or left for a restart, is as it was to be. */
static enum verdict verdict_of(enum verb verb, const char *state)
{
    static const char *const good[] = {"ok", "changed", NULL};
    if (state == NULL)
        return FAILED;
    if (strcmp(state, "skipped") == 0)
        return SKIPPED;
    if (verb_writes(verb) && strcmp(state, "pending_restart") == 0)
        return PASSED;
    return is_one_of(state, good) ? PASSED : FAILED;
}

static const cJSON *cases_of(const struct result *result)
{
    return result->verb == VERB_VERIFY ? result->layers : result->settings;
}

/* --- counting ------------------------------------------------------------- */

static void count(struct report_cases *cases, enum verdict verdict)
{
    cases->all++;
    cases->failures += verdict == FAILED;
    cases->skipped += verdict == SKIPPED;
}

static int note(struct report *report, const struct result *result)
{
    const cJSON *item;
    size_t before = report->cases.all;
    cJSON_ArrayForEach (item, cases_of(result)) {
        count(&report->cases,
              verdict_of(result->verb, json_text(item, "state")));
    }
    if (result->fault != FAULT_NONE) {
        report->cases.all++;
        report->cases.errors++;
    } else if (report->cases.all == before) {
        count(&report->cases, result_went_wrong(result) ? FAILED : PASSED);
    }
    return 0;
}

/* --- printing ------------------------------------------------------------- */

/* Seconds between two times of the store; 0 where one is not known. */
static double seconds_between(const char *from, const char *to)
{
    struct tm begun = {0};
    struct tm ended = {0};
    if (strptime(from, "%Y-%m-%dT%H:%M:%SZ", &begun) == NULL ||
        strptime(to, "%Y-%m-%dT%H:%M:%SZ", &ended) == NULL)
        return 0;
    return difftime(timegm(&ended), timegm(&begun));
}

static void put_property(FILE *out, const char *name, const char *value)
{
    fprintf(out, "<property name=\"%s\" value=\"", name);
    markup_put(out, value);
    fputs("\"/>\n", out);
}

static int begin(struct report *report)
{
    const struct store_run *run = report->run;
    struct report_cases cases = report->cases;
    size_t pending = report_pending_count(run);
    cases.all += pending;
    cases.skipped += pending;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
          "<testsuite name=\"wmifleet ",
          report->out);
    markup_put(report->out, run->verb);
    fprintf(report->out,
            "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
            "skipped=\"%zu\" time=\"%.0f\" timestamp=\"%.19s\">\n"
            "<properties>\n",
            cases.all, cases.failures, cases.errors, cases.skipped,
            seconds_between(run->started, run->ended), run->started);
    put_property(report->out, "run", run->id);
    put_property(report->out, "inventory", run->inventory);
    if (run->reason != NULL)
        put_property(report->out, "reason", run->reason);
    fputs("</properties>\n", report->out);
    return 0;
}

static void begin_case(FILE *out, const char *host, const char *name,
                       double seconds)
{
    fputs("<testcase classname=\"", out);
    markup_put(out, host);
    fputs("\" name=\"", out);
    markup_put(out, name);
    fprintf(out, "\" time=\"%.3f\"", seconds);
}

static void put_case(FILE *out, const char *host, const struct one_case *one,
                     double seconds)
{
    begin_case(out, host, one->name, seconds);
    if (one->verdict == PASSED) {
        fputs("/>\n", out);
        return;
    }
    if (one->verdict == SKIPPED) {
        fputs("><skipped/></testcase>\n", out);
        return;
    }
    fputs("><failure type=\"", out);
    markup_put(out, one->state);
    fputs("\" message=\"", out);
    markup_put(out, one->state);
    fputs("\">", out);
    markup_lines(out, one->text);
    fputs("</failure></testcase>\n", out);
}

static int put_item(struct report *report, const struct result *result,
                    const cJSON *item, double seconds)
{
    bool is_layer = result->verb == VERB_VERIFY;
    const char *state = json_text(item, "state");
    const char *name = json_text(item, is_layer ? "layer" : "id");
    struct buf text;
    buf_init(&text, TEXT_MAX);
    if (is_layer)
        describe_layer(&text, item);
    else
        describe_setting(&text, item, 0);
    const struct one_case one = {
        name != NULL ? name : "?", verdict_of(result->verb, state),
        state != NULL ? state : "?", text.failed ? "" : text.data};
    put_case(report->out, result->host, &one, seconds);
    buf_release(&text);
    return 0;
}

static void put_error(FILE *out, const struct result *result, double seconds)
{
    begin_case(out, result->host, result->phase ? result->phase : "run",
               seconds);
    fprintf(out, "><error type=\"%s\" message=\"", fault_word(result->fault));
    markup_put(out, result->fault_text);
    fputs("\">", out);
    markup_put(out, result->fault_hint);
    fputs("</error></testcase>\n", out);
}

/* A host's whole time stands at its first case: no setting has one. */
static int put_host(struct report *report, const struct result *result)
{
    double seconds = result_seconds(result);
    bool any = false;
    const cJSON *item;
    cJSON_ArrayForEach (item, cases_of(result)) {
        put_item(report, result, item, any ? 0 : seconds);
        any = true;
    }
    if (result->fault != FAULT_NONE) {
        put_error(report->out, result, any ? 0 : seconds);
    } else if (!any) {
        const char *status = status_word(result->status);
        const struct one_case one = {
            report->run->verb, result_went_wrong(result) ? FAILED : PASSED,
            status, ""};
        put_case(report->out, result->host, &one, seconds);
    }
    return 0;
}

static int put_pending(struct report *report, const char *host)
{
    const struct one_case one = {.name = report->run->verb, .verdict = SKIPPED};
    put_case(report->out, host, &one, 0);
    return 0;
}

static int end(struct report *report)
{
    fputs("</testsuite>\n</testsuites>\n", report->out);
    return 0;
}

const struct report_format report_junit = {.suffix = ".xml",
                                           .note = note,
                                           .begin = begin,
                                           .host = put_host,
                                           .pending = put_pending,
                                           .end = end};
