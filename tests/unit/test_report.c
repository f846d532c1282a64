/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "controller/report/markup.h"
#include "controller/report/report.h"
#include "controller/report/report_risks.h"
#include "tests/unit/alloc_door.h"

/* What a hostile target would put into every text that it has. */
#define HOSTILE "</pre><b title=\"x\">'&amp;\033[2J\xc2\x9b\xe2\x80\xae"

struct host {
    const char *name;
    enum verb verb;
    enum status status;
    enum fault fault;
    const char *settings; /* JSON; of verify: layers */
};

static struct result *result_of(const struct host *host)
{
    struct result *result =
        result_new(host->name, "10.0.0.1:22", "r1", host->verb);
    assert_non_null(result);
    if (host->fault != FAULT_NONE)
        result_fail(result, host->fault, HOSTILE);
    result->status = host->status;
    const char *text = host->settings != NULL ? host->settings : "[]";
    cJSON *items = json_parse("test", text, strlen(text), NULL);
    assert_non_null(items);
    if (host->verb == VERB_VERIFY)
        result->layers = items;
    else
        result->settings = items;
    static const char facts[] =
        "{\"computer\":\"PC\\u0001-<1>\",\"os\":\"Windows 11 Pro\","
        "\"version\":\"10.0.22631\"}";
    result->facts = json_parse("test", facts, sizeof facts - 1, NULL);
    static const char timing[] =
        "{\"payload_ms\":1400,\"login_ms\":250,\"run_ms\":1500}";
    result->timing = json_parse("test", timing, sizeof timing - 1, NULL);
    return result;
}

static struct store_run run_of(const struct host *hosts, size_t count,
                               size_t pending)
{
    static char reason[] = "before <term>";
    static char inventory[] = "lab.json";
    struct store_run run = {.id = "20261201-000000-00000000",
                            .started = "2026-12-01T10:00:00Z",
                            .ended = "2026-12-01T10:01:30Z",
                            .reason = reason,
                            .inventory = inventory,
                            .hosts = count + pending,
                            .exit_status = 6};
    snprintf(run.verb, sizeof run.verb, "%s", verb_word(hosts[0].verb));
    for (size_t i = 0; i < count; i++)
        run.by_status[hosts[i].status]++;
    return run;
}

static int
all_results(struct report *report, struct result **results, size_t count,
            int (*take)(struct report *report, const struct result *result))
{
    for (size_t i = 0; take != NULL && i < count; i++)
        if (take(report, results[i]))
            return -1;
    return 0;
}

/* 0, or -1 when the format says that memory is short. */
static int write_results(const struct report_format *format, FILE *out,
                         const struct store_run *run, enum verb verb,
                         struct result **results, size_t count)
{
    struct report report;
    if (report_open(&report, out, run, verb))
        return -1;
    int failed =
        all_results(&report, results, count, format->note) ||
        format->begin(&report) ||
        all_results(&report, results, count, format->host) ||
        (report_pending_count(run) > 0 && format->pending(&report, "late")) ||
        format->end(&report);
    report_close(&report);
    return failed ? -1 : 0;
}

#define HOSTS_MAX 8

/* The file as text, which the caller frees. */
static char *rendered(const struct report_format *format,
                      const struct host *hosts, size_t count, size_t pending)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct result *results[HOSTS_MAX];
    for (size_t i = 0; i < count; i++)
        results[i] = result_of(&hosts[i]);
    struct store_run run = run_of(hosts, count, pending);
    assert_int_equal(
        write_results(format, out, &run, hosts[0].verb, results, count), 0);
    for (size_t i = 0; i < count; i++)
        result_free(results[i]);
    fclose(out);
    return text;
}

static void assert_has(const char *text, const char *piece)
{
    if (strstr(text, piece) == NULL)
        fail_msg("missing:\n%s\nin:\n%s", piece, text);
}

static void assert_has_not(const char *text, const char *piece)
{
    if (strstr(text, piece) != NULL)
        fail_msg("found:\n%s\nin:\n%s", piece, text);
}

static void assert_in_order(const char *text, const char *first,
                            const char *second)
{
    const char *at = strstr(text, first);
    assert_has(text, first);
    if (at != NULL && strstr(at, second) == NULL)
        fail_msg("not behind %s:\n%s\nin:\n%s", first, second, text);
}

#define ONE(id, state) "[{\"id\":\"" id "\",\"state\":\"" state "\"}]"

static const struct host lab[] = {
    {"pc-1", VERB_CHECK, STATUS_OK, FAULT_NONE, ONE("dcom.enabled", "ok")},
    {"pc-2", VERB_CHECK, STATUS_DRIFT, FAULT_NONE,
     ONE("dcom.enabled", "drift")},
    {"pc-3", VERB_CHECK, STATUS_DRIFT, FAULT_NONE,
     ONE("dcom.enabled", "drift")},
    {"pc-4", VERB_CHECK, STATUS_UNREACHABLE, FAULT_REFUSED, NULL},
    {HOSTILE, VERB_CHECK, STATUS_FAILED, FAULT_BAD_RESULT, NULL},
};
#define LAB_COUNT (sizeof lab / sizeof *lab)

static void test_format_goes_by_the_end_of_the_name(void **state)
{
    (void)state;
    assert_ptr_equal(report_format_of("a.html"), &report_html);
    assert_ptr_equal(report_format_of("dir.json/a.XML"), &report_junit);
    assert_ptr_equal(report_format_of(".json"), &report_json);
    assert_null(report_format_of("a.htm"));
    assert_null(report_format_of("html"));
    assert_null(report_format_of("a.json.gz"));
    assert_null(report_format_of(""));
}

static void test_markup(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {NULL, ""},
        {"", ""},
        {"pc-1", "pc-1"},
        {"<b a=\"'\">&", "&lt;b a=&quot;&#39;&quot;&gt;&amp;"},
        {"]]>", "]]&gt;"},
        {"\033[2J\r\n", "\\x1b[2J\\x0d\\x0a"},
        {"\xef\xbf\xbe\xef\xbf\xbf!", "\\ufffe\\uffff!"},
        {"\xef\xbc\xa1", "\xef\xbc\xa1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        size_t len = 0;
        FILE *out = open_memstream(&text, &len);
        markup_put(out, cases[i].text);
        fclose(out);
        assert_string_equal(text, cases[i].expected);
        free(text);
    }
}

static void test_hostile_texts_stay_texts(void **state)
{
    (void)state;
    static const struct report_format *const formats[] = {&report_html,
                                                          &report_junit};
    for (size_t i = 0; i < 2; i++) {
        char *text = rendered(formats[i], lab, LAB_COUNT, 1);
        assert_has(text, "&lt;/pre&gt;&lt;b title=&quot;x&quot;&gt;");
        assert_has_not(text, "<b title");
        assert_has_not(text, "</pre><b");
        assert_has_not(text, "\033");
        assert_has_not(text, "\xe2\x80\xae");
        assert_has_not(text, "<1>");
        free(text);
    }
}

static void test_page_begins_with_what_needs_somebody(void **state)
{
    (void)state;
    char *text = rendered(&report_html, lab, LAB_COUNT, 1);
    assert_has(text, "default-src 'none'");
    assert_has_not(text, "<script");
    assert_has(text, "<b>2</b> drift");
    assert_has(text, "<b>1</b> not tried");
    assert_has(text, "before &lt;term&gt;");
    assert_in_order(text, "id=\"b3\" class=\"failed\"",
                    "class=\"unreachable\"");
    assert_in_order(text, "section id=\"b2\" class=\"unreachable\"",
                    "class=\"drift\"");
    assert_has(text, "pc-[2-3] <small>(2 hosts)</small>");
    assert_has(text, "<a href=\"#b1\">drift</a>");
    assert_has(text, "<td class=\"ok\">ok</td>");
    assert_has(text, "<th scope=\"row\">late</th><td class=\"not_tried\">"
                     "<a href=\"#b4\">not tried</a></td>");
    assert_has(text, "Windows 11 Pro 10.0.22631");
    free(text);
    text = rendered(&report_html, lab, 1, 0);
    assert_has(text, "Every host is as wanted.");
    free(text);
}

/* A host that is as wanted has no block to tell it in. */
static void test_page_tells_what_a_risk_is(void **state)
{
    (void)state;
#define RISKY                                                                  \
    "[{\"id\":\"uac.x\",\"state\":\"ok\",\"risk\":\"stolen <b> \\u202e\"}]"
    static const struct host hosts[] = {
        {"pc-1", VERB_CHECK, STATUS_OK, FAULT_NONE, RISKY},
        {"pc-2", VERB_CHECK, STATUS_OK, FAULT_NONE, RISKY},
        {"pc-3", VERB_CHECK, STATUS_OK, FAULT_NONE, ONE("uac.x", "ok")},
    };
    char *text = rendered(&report_html, hosts, 3, 0);
    assert_in_order(text, "<h2>Settings with a risk</h2>",
                    "pc-[1-2] <small>(2 hosts)</small></h3>\n<pre>uac.x: "
                    "stolen &lt;b&gt; \\u{202e}</pre>");
    free(text);
    text = rendered(&report_html, &hosts[2], 1, 0);
    assert_has_not(text, "<h2>Settings with a risk");
    free(text);
}

/* Each says something else: the page grows by its names alone. */
static void test_risks_without_end_fill_no_memory(void **state)
{
    (void)state;
    struct entries risks = {0};
    struct result *result = result_new("pc", "10.0.0.1:22", "r1", VERB_CHECK);
    assert_non_null(result);
    result->settings = cJSON_CreateArray();
    for (int i = 0; i < 1000; i++) {
        cJSON *setting = cJSON_CreateObject();
        char risk[16];
        snprintf(risk, sizeof risk, "%d", i);
        cJSON_AddStringToObject(setting, "id", "uac.x");
        cJSON_AddStringToObject(setting, "risk", risk);
        cJSON_AddItemToArray(result->settings, setting);
    }
    assert_int_equal(report_risks_note(&risks, result), 0);
    assert_in_range(risks.count, 2, 300);
    const struct entry *last = &risks.items[risks.count - 1];
    assert_has(last->text, "more than can be shown");
    assert_int_equal(last->count, 1);
    entries_release(&risks);
    result_free(result);
}

static void test_junit_counts_what_it_holds(void **state)
{
    (void)state;
    char *text = rendered(&report_junit, lab, LAB_COUNT, 1);
    assert_has(text, "tests=\"6\" failures=\"2\" errors=\"2\" skipped=\"1\" "
                     "time=\"90\" timestamp=\"2026-12-01T10:00:00\"");
    assert_has(text, "<testcase classname=\"pc-1\" name=\"dcom.enabled\" "
                     "time=\"1.750\"/>");
    assert_has(text, "<failure type=\"drift\" message=\"drift\">");
    assert_has(text, "<error type=\"refused\"");
    assert_has(text, "classname=\"late\" name=\"check\" time=\"0.000\">"
                     "<skipped/>");
    free(text);
}

/* What a state of a setting comes to, by what the run was for. */
static void test_junit_verdicts(void **state)
{
    (void)state;
    static const struct {
        enum verb verb;
        const char *settings;
        const char *head;
    } cases[] = {
#define NONE "failures=\"0\" errors=\"0\" skipped=\"0\""
#define FAILS "failures=\"1\" errors=\"0\" skipped=\"0\""
        {VERB_CHECK, ONE("a", "ok"), NONE},
        {VERB_CHECK, ONE("a", "drift"), FAILS},
        {VERB_CHECK, ONE("a", "blocked"), FAILS},
        {VERB_CHECK, ONE("a", "pending_restart"), FAILS},
        {VERB_CHECK, ONE("a", "irreversible"), FAILS},
        {VERB_CHECK, ONE("a", "skipped"),
         "failures=\"0\" errors=\"0\" skipped=\"1\""},
        {VERB_APPLY, ONE("a", "changed"), NONE},
        {VERB_APPLY, ONE("a", "pending_restart"), NONE},
        {VERB_APPLY, ONE("a", "irreversible"), FAILS},
        {VERB_APPLY, ONE("a", "failed"), FAILS},
        {VERB_UNDO, ONE("a", "conflict"), FAILS},
        {VERB_VERIFY, "[{\"layer\":\"wmi\",\"state\":\"ok\"}]", NONE},
        {VERB_VERIFY, "[{\"layer\":\"wmi\",\"state\":\"drift\"}]", FAILS},
        {VERB_PING, NULL, NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct host host = {"pc", cases[i].verb, STATUS_OK, FAULT_NONE,
                                  cases[i].settings};
        char *text = rendered(&report_junit, &host, 1, 0);
        assert_has(text, "tests=\"1\" ");
        assert_has(text, cases[i].head);
        free(text);
    }
}

static void test_json_holds_the_run_and_every_host(void **state)
{
    (void)state;
    char *text = rendered(&report_json, lab, LAB_COUNT, 1);
    cJSON *root = json_parse("report", text, strlen(text), NULL);
    assert_non_null(root);
    assert_string_equal(json_text(json_member(root, "run"), "verb"), "check");
    const cJSON *hosts = json_member(root, "hosts");
    assert_int_equal(cJSON_GetArraySize(hosts), LAB_COUNT + 1);
    assert_string_equal(json_text(cJSON_GetArrayItem(hosts, 1), "status"),
                        "drift");
    assert_string_equal(
        json_text(cJSON_GetArrayItem(hosts, LAB_COUNT), "status"), "not_tried");
    cJSON_Delete(root);
    free(text);
}

/* Each allocation fails once: it is told, and nothing is lost of the rest. */
static void test_short_memory_is_told(void **state)
{
    (void)state;
    static const struct report_format *const formats[] = {
        &report_html, &report_json, &report_junit};
    struct result *results[LAB_COUNT];
    for (size_t i = 0; i < LAB_COUNT; i++)
        results[i] = result_of(&lab[i]);
    struct store_run run = run_of(lab, LAB_COUNT, 1);
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    setvbuf(out, NULL, _IONBF, 0);
    for (size_t i = 0; i < 3; i++) {
        size_t n = 0;
        bool enough = false;
        while (!enough) {
            alloc_door_shut(++n, true);
            int failed = write_results(formats[i], out, &run, VERB_CHECK,
                                       results, LAB_COUNT);
            enough = !alloc_door_open();
            if (enough)
                assert_int_equal(failed, 0);
        }
        assert_true(n > 2);
    }
    fclose(out);
    for (size_t i = 0; i < LAB_COUNT; i++)
        result_free(results[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_goes_by_the_end_of_the_name),
        cmocka_unit_test(test_markup),
        cmocka_unit_test(test_hostile_texts_stay_texts),
        cmocka_unit_test(test_page_begins_with_what_needs_somebody),
        cmocka_unit_test(test_page_tells_what_a_risk_is),
        cmocka_unit_test(test_risks_without_end_fill_no_memory),
        cmocka_unit_test(test_junit_counts_what_it_holds),
        cmocka_unit_test(test_junit_verdicts),
        cmocka_unit_test(test_json_holds_the_run_and_every_host),
        cmocka_unit_test(test_short_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
