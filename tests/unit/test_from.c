/* SPDX-License-Identifier: MIT */
/* What a collector tells of its connections: believed or not, and judged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "verify/from.h"

#define ASKED                                                                  \
    "{\"host\":\"lab-01\",\"address\":\"10.0.0.3\",\"user\":\"LAB-01\\\\r\","  \
    "\"namespaces\":[\"root\\\\cimv2\",\"root\\\\default\"]}"
#define VERIFY "{\"asynchronous\":true,\"targets\":[" ASKED "]}"
#define CIMV2 ",\"namespace\":\"root\\\\cimv2\""
#define OTHER ",\"namespace\":\"root\\\\default\""
#define LOCATOR "{\"step\":\"locator\",\"elapsed_ms\":1}"
#define STEP(word, where, rest)                                                \
    "{\"step\":\"" word "\"" where ",\"elapsed_ms\":21" rest "}"
#define CODE(code) ",\"code\":\"" code "\",\"text\":\"said\""
#define CONNECTED(where)                                                       \
    STEP("connect", where, "") "," STEP("blanket", where, "")
#define ROW ",\"rows\":1,\"text\":\"Windows 11 10.0.26100\""

static cJSON *parse(const char *text)
{
    cJSON *tree = json_parse("test", text, strlen(text), NULL);
    if (tree == NULL)
        fail_msg("not JSON: %s", text);
    return tree;
}

static cJSON *answer_of(const char *steps)
{
    char text[4096];
    snprintf(text, sizeof text, "[{\"host\":\"lab-01\",\"steps\":[%s]}]",
             steps);
    return parse(text);
}

static int check(const char *answer)
{
    struct err err = {0};
    cJSON *connections = parse(answer);
    cJSON *verify = parse(VERIFY);
    int failed = from_check(connections, verify, &err);
    if (failed)
        assert_int_equal(err.code, FAULT_BAD_RESULT);
    cJSON_Delete(verify);
    cJSON_Delete(connections);
    return failed;
}

/* --- believed ------------------------------------------------------------- */

#define ONE(steps) "[{\"host\":\"lab-01\",\"steps\":[" steps "]}]"

static void test_a_whole_answer_is_believed(void **state)
{
    (void)state;
    assert_int_equal(check(ONE("")), 0);
    assert_int_equal(check(ONE(LOCATOR)), 0);
    assert_int_equal(check(ONE(LOCATOR "," CONNECTED(CIMV2) "," STEP(
                         "query", CIMV2, ROW) "," STEP("async_query", CIMV2,
                                                       CODE("0x800705B4")))),
                     0);
}

static void test_what_was_not_asked_for_is_refused(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "null",
        "{}",
        "[]",
        "[7]",
        "[{\"host\":\"lab-01\",\"steps\":[]},{\"host\":\"lab-02\",\"steps\":[]"
        "}]",
        "[{\"host\":\"lab-02\",\"steps\":[]}]",
        "[{\"host\":7,\"steps\":[]}]",
        "[{\"host\":\"lab-01\"}]",
        "[{\"host\":\"lab-01\",\"steps\":{}}]",
        ONE("7"),
        ONE("{}"),
        ONE("{\"step\":\"jump\"}"),
        ONE("{\"step\":\"connect\"}"),
        ONE("{\"step\":\"connect\",\"namespace\":7}"),
        ONE("{\"step\":\"connect\",\"namespace\":\"root\\\\other\"}"),
        ONE(STEP("connect", CIMV2, ",\"code\":\"800706BA\"")),
        ONE(STEP("connect", CIMV2, ",\"code\":\"0x800706ba\"")),
        ONE(STEP("connect", CIMV2, ",\"code\":\"0x800706BA0\"")),
        ONE(STEP("connect", CIMV2, ",\"code\":5")),
        ONE(STEP("connect", CIMV2, ",\"name\":[]")),
        ONE(STEP("connect", CIMV2, ",\"text\":{}")),
        ONE(STEP("query", CIMV2, ",\"rows\":-1")),
        ONE(STEP("query", CIMV2, ",\"rows\":1e300")),
        ONE(STEP("query", CIMV2, ",\"rows\":\"1\"")),
        ONE("{\"step\":\"locator\",\"elapsed_ms\":1e99}"),
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (check(answers[i]) == 0)
            fail_msg("%s: was believed", answers[i]);
}

static void test_endless_answers_are_refused(void **state)
{
    (void)state;
    char text[16384];
    size_t len = 0;
    len += (size_t)snprintf(text, sizeof text,
                            "[{\"host\":\"lab-01\",\"steps\":[" LOCATOR);
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "," LOCATOR);
    snprintf(text + len, sizeof text - len, "]}]");
    assert_int_equal(check(text), -1);
    len = (size_t)snprintf(
        text, sizeof text,
        "[{\"host\":\"lab-01\",\"steps\":[{\"step\":\"locator\",\"text\":\"");
    memset(text + len, 'x', 5000);
    snprintf(text + len + 5000, sizeof text - len - 5000, "\"}]}]");
    assert_int_equal(check(text), -1);
}

/* --- judged --------------------------------------------------------------- */

static struct result *judge(const struct from_view *view, const char *steps)
{
    struct result *result =
        result_new("lab-01", "10.0.0.3:135", "r1", VERB_VERIFY);
    cJSON *connections = answer_of(steps);
    cJSON *asked = parse(ASKED);
    assert_non_null(result);
    assert_true(from_judge(result, view, asked, connections->child));
    cJSON_Delete(asked);
    cJSON_Delete(connections);
    return result;
}

/* "drift: connect drift 0x800706BA, namespace skipped, ..." */
static void put_verdicts(const struct result *result, char *out, size_t size)
{
    const cJSON *layer;
    size_t len =
        (size_t)snprintf(out, size, "%s:", status_word(result->status));
    cJSON_ArrayForEach (layer, result->layers) {
        const char *code = json_text(layer, "code");
        len += (size_t)snprintf(
            out + len, size - len, " %s=%s%s%s", json_text(layer, "layer"),
            json_text(layer, "state"), code ? "/" : "", code ? code : "");
    }
}

static void expect(const struct from_view *view, const char *steps,
                   const char *verdicts)
{
    char said[512];
    struct result *result = judge(view, steps);
    put_verdicts(result, said, sizeof said);
    assert_string_equal(said, verdicts);
    result_free(result);
}

static const struct from_view plain = {.collector = "mon-01",
                                       .from = "10.0.0.5"};
static const struct from_view with_callback = {
    .collector = "mon-01", .from = "10.0.0.5", .asynchronous = true};

#define QUERIED CONNECTED(CIMV2) "," STEP("query", CIMV2, ROW)

static void test_each_layer_that_stops_it(void **state)
{
    (void)state;
    static const struct {
        const char *steps;
        const char *verdicts;
    } rows[] = {
        {STEP("locator", "", CODE("0x80040154")),
         "drift: connect=drift/0x80040154 namespace=skipped query=skipped"},
        {LOCATOR "," STEP("connect", CIMV2, CODE("0x800706BA")),
         "drift: connect=drift/0x800706BA namespace=skipped query=skipped"},
        {LOCATOR "," STEP("connect", CIMV2, CODE("0x80070005")),
         "drift: connect=drift/0x80070005 namespace=skipped query=skipped"},
        {LOCATOR "," STEP("connect", CIMV2, CODE("0x8007052E")),
         "drift: connect=drift/0x8007052E namespace=skipped query=skipped"},
        {LOCATOR "," STEP("connect", CIMV2, CODE("0x80041064")),
         "drift: connect=drift/0x80041064 namespace=skipped query=skipped"},
        {LOCATOR "," STEP("connect", CIMV2, CODE("0xA0040004")),
         "failed: connect=failed/0xA0040004 namespace=skipped query=skipped"},
        {LOCATOR "," STEP("connect", CIMV2, CODE("0x80041003")),
         "drift: connect=ok namespace=drift/0x80041003 query=skipped"},
        {LOCATOR "," STEP("connect", CIMV2, CODE("0x8004100E")) "," CONNECTED(
             OTHER) "," STEP("query", OTHER, ",\"rows\":0"),
         "drift: connect=ok namespace=drift/0x8004100E query=ok"},
        {LOCATOR
         "," CONNECTED(CIMV2) "," STEP("query", CIMV2, CODE("0x80041003")),
         "drift: connect=ok namespace=ok query=drift/0x80041003"},
        {LOCATOR "," CONNECTED(CIMV2) "," STEP("query", CIMV2, ",\"rows\":0"),
         "drift: connect=ok namespace=ok query=drift"},
        {LOCATOR "," STEP("connect", CIMV2, "") "," STEP("blanket", CIMV2,
                                                         CODE("0x80004002")),
         "drift: connect=ok namespace=ok query=drift/0x80004002"},
        {LOCATOR "," QUERIED, "ok: connect=ok namespace=ok query=ok"},
        {LOCATOR "," QUERIED "," STEP("connect", OTHER, CODE("0x80041003")),
         "drift: connect=ok namespace=drift/0x80041003 query=ok"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(&plain, rows[i].steps, rows[i].verdicts);
}

static void test_callbacks(void **state)
{
    (void)state;
    expect(&with_callback,
           LOCATOR "," STEP("connect", CIMV2, CODE("0x800706BA")),
           "drift: connect=drift/0x800706BA namespace=skipped query=skipped "
           "async_query=skipped");
    expect(&with_callback,
           LOCATOR "," QUERIED "," STEP("async_query", CIMV2, ",\"rows\":1"),
           "ok: connect=ok namespace=ok query=ok async_query=ok");
    expect(&with_callback,
           LOCATOR "," QUERIED "," STEP("async_query", CIMV2, ",\"rows\":0"),
           "drift: connect=ok namespace=ok query=ok async_query=drift");
    expect(&with_callback,
           LOCATOR "," QUERIED
                   "," STEP("async_query", CIMV2, CODE("0x800705B4")),
           "drift: connect=ok namespace=ok query=ok "
           "async_query=drift/0x800705B4");
    expect(&with_callback,
           LOCATOR "," QUERIED
                   "," STEP("async_query", CIMV2, CODE("0x8001011B")),
           "drift: connect=ok namespace=ok query=ok "
           "async_query=drift/0x8001011B");
}

static void test_where_the_inventory_admits_nobody(void **state)
{
    (void)state;
    struct from_view closed = plain;
    closed.admission.rpc = ADMITS_NO;
    closed.admission.wmi = ADMITS_NO;
    expect(&closed, LOCATOR "," STEP("connect", CIMV2, CODE("0x800706BA")),
           "ok: connect=ok/0x800706BA namespace=skipped query=skipped");
    /* It came through the firewall, that is the news. */
    expect(&closed, LOCATOR "," STEP("connect", CIMV2, CODE("0x80041003")),
           "drift: connect=drift namespace=drift/0x80041003 query=skipped");
    expect(&closed, LOCATOR "," STEP("connect", CIMV2, CODE("0x80070005")),
           "drift: connect=drift/0x80070005 namespace=skipped query=skipped");
    expect(&closed, LOCATOR "," QUERIED,
           "drift: connect=drift namespace=ok query=ok");
    closed.admission.by_option = true;
    expect(&closed, LOCATOR "," STEP("connect", CIMV2, CODE("0x80070005")),
           "ok: connect=ok/0x80070005 namespace=skipped query=skipped");
    expect(&closed, LOCATOR "," QUERIED,
           "drift: connect=drift namespace=ok query=ok");
}

static void test_the_facts_choose_the_hint(void **state)
{
    (void)state;
    struct from_view view = plain;
    cJSON *facts = parse("{\"computer\":\"lab-01\",\"winmgmt\":{\"state\":"
                         "\"stopped\"}}");
    view.evidence.facts = facts;
    struct result *result =
        judge(&view, LOCATOR "," STEP("connect", CIMV2, CODE("0x800706BA")));
    const cJSON *layer = cJSON_GetArrayItem(result->layers, 0);
    assert_non_null(
        strstr(json_text(layer, "hint"), "the WMI service does not run"));
    assert_string_equal(json_text(layer, "name"), "RPC_S_SERVER_UNAVAILABLE");
    assert_string_equal(json_text(layer, "text"), "root\\cimv2 as r: said");
    result_free(result);
    cJSON_Delete(facts);
}

static void test_a_guessed_name_is_told(void **state)
{
    (void)state;
    struct from_view view = plain;
    view.computer_guessed = true;
    struct result *result =
        judge(&view, LOCATOR "," STEP("connect", CIMV2, CODE("0x80070005")));
    assert_int_equal(cJSON_GetArraySize(result->hints), 1);
    result_free(result);
    result =
        judge(&view, LOCATOR "," STEP("connect", CIMV2, CODE("0x800706BA")));
    assert_int_equal(cJSON_GetArraySize(result->hints), 0);
    result_free(result);
}

static void test_a_target_that_was_not_reached(void **state)
{
    (void)state;
    struct result *result =
        result_new("lab-01", "10.0.0.3:135", "r1", VERB_VERIFY);
    cJSON *connections = answer_of("");
    cJSON *asked = parse(ASKED);
    assert_false(from_judge(result, &plain, asked, connections->child));
    assert_null(result->layers);
    cJSON_Delete(asked);
    cJSON_Delete(connections);
    result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_answer_is_believed),
        cmocka_unit_test(test_what_was_not_asked_for_is_refused),
        cmocka_unit_test(test_endless_answers_are_refused),
        cmocka_unit_test(test_each_layer_that_stops_it),
        cmocka_unit_test(test_callbacks),
        cmocka_unit_test(test_where_the_inventory_admits_nobody),
        cmocka_unit_test(test_the_facts_choose_the_hint),
        cmocka_unit_test(test_a_guessed_name_is_told),
        cmocka_unit_test(test_a_target_that_was_not_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
