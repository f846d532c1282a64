/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "controller/undo/undo.h"

struct fixture {
    char folder[64];
    char path[96];
    struct store *store;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->folder, "/tmp/wmifleet-undo-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/state.db", f->folder);
    f->store = store_open(f->path, NULL);
    assert_non_null(f->store);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    unlink(f->path);
    assert_int_equal(rmdir(f->folder), 0);
    free(f);
    return 0;
}

/* A run over the hosts a and b, which were asked for `wmi`. */
static void begin_run(struct fixture *f, const char *id, const char *verb,
                      const char *wmi)
{
    char target[256];
    char inventory[] = "lab.json";
    snprintf(target, sizeof target,
             "{\"address\":\"10.0.0.1\",\"port\":22,\"wmi\":%s}", wmi);
    const struct store_host hosts[] = {{"a", target}, {"b", target}};
    struct store_run run = {.hosts = 2, .inventory = inventory};
    snprintf(run.id, sizeof run.id, "%s", id);
    snprintf(run.verb, sizeof run.verb, "%s", verb);
    assert_int_equal(store_run_begin(f->store, &run, hosts, NULL), 0);
}

/* What the run wrote on the host: `settings` as the result has them. */
static void put(struct fixture *f, const char *run, const char *host,
                const char *settings)
{
    char json[1024];
    snprintf(json, sizeof json,
             "{\"identity\":{\"machine_guid\":\"%s\"},\"settings\":%s}", host,
             settings);
    assert_int_equal(store_result_put(f->store, run, host, 1, json, NULL), 0);
    assert_int_equal(store_commit(f->store, NULL), 0);
}

#define SETTING(id, before, after)                                             \
    "{\"id\":\"" id "\",\"before\":" before ",\"after\":" after "}"

/* The settings of a host's plan, as text. */
static void assert_plan(const struct undo_plan *plan, const char *host,
                        const char *settings)
{
    const struct undo_host *found = undo_plan_host(plan, host);
    assert_non_null(found);
    char *text = json_print(found->settings, -1);
    assert_string_equal(text, settings);
    free(text);
}

static void test_only_what_was_written_is_put_back(void **state)
{
    struct fixture *f = *state;
    begin_run(f, "r1", "apply", "{\"n\":1}");
    put(f, "r1", "a",
        "[" SETTING("x", "1", "2") "," SETTING("y", "3", "3") "]");
    put(f, "r1", "b", "[" SETTING("x", "2", "2") "]");
    struct undo_plan plan;
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, false, NULL), 0);
    assert_string_equal(plan.run, "r1");
    assert_string_equal(plan.inventory, "lab.json");
    assert_int_equal(plan.count, 1);
    assert_plan(&plan, "a", "[" SETTING("x", "1", "2") "]");
    assert_null(undo_plan_host(&plan, "b"));
    undo_plan_release(&plan);
}

static void test_checks_and_undos_are_not_the_last_apply(void **state)
{
    struct fixture *f = *state;
    begin_run(f, "r1", "apply", "{}");
    put(f, "r1", "a", "[" SETTING("x", "1", "2") "]");
    begin_run(f, "r2", "apply", "{}");
    put(f, "r2", "a", "[" SETTING("x", "2", "2") "]");
    assert_int_equal(store_run_end(f->store, "r2", 0, NULL), 0);
    begin_run(f, "r3", "undo", "{}");
    put(f, "r3", "a", "[" SETTING("x", "2", "1") "]");
    begin_run(f, "r4", "check", "{}");
    put(f, "r4", "a", "[" SETTING("x", "1", "2") "]");
    struct undo_plan plan;
    assert_int_equal(undo_plan_make(&plan, f->store, "last", false, NULL), 0);
    assert_string_equal(plan.run, "r1");
    undo_plan_release(&plan);
    assert_int_equal(undo_plan_make(&plan, f->store, "r3", false, NULL), 0);
    assert_plan(&plan, "a", "[" SETTING("x", "2", "1") "]");
    undo_plan_release(&plan);
}

static void test_all_spans_from_the_oldest_to_the_newest(void **state)
{
    struct fixture *f = *state;
    begin_run(f, "r1", "apply", "{\"n\":1}");
    put(f, "r1", "a", "[" SETTING("x", "1", "2") "]");
    begin_run(f, "r2", "apply", "{\"n\":2}");
    put(f, "r2", "a",
        "[" SETTING("x", "2", "5") "," SETTING("y", "7", "8") "]");
    struct undo_plan plan;
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, true, NULL), 0);
    assert_string_equal(plan.run, "r2");
    assert_plan(&plan, "a",
                "[{\"id\":\"x\",\"after\":5,\"before\":1},"
                "" SETTING("y", "7", "8") "]");
    const struct undo_host *host = undo_plan_host(&plan, "a");
    assert_int_equal(cJSON_GetArraySize(host->earlier_wmi), 1);
    cJSON *request = undo_request(host, true);
    assert_true(cJSON_IsTrue(json_member(request, "force")));
    assert_string_equal(
        json_text(json_member(request, "identity"), "machine_guid"), "a");
    assert_int_equal(json_member(host->kept.target.wmi, "n")->valueint, 2);
    cJSON_Delete(request);
    undo_plan_release(&plan);
}

#define OF(number, rights)                                                     \
    "{\"sid\":\"S-1-5-21-" number "\",\"entries\":" rights "}"

/* Deleted by the undo between two applies, an account comes back as another. */
static void test_all_puts_back_no_state_of_an_account_that_is_gone(void **state)
{
    struct fixture *f = *state;
    begin_run(f, "r1", "apply", "{}");
    put(f, "r1", "a",
        "[" SETTING("grant", OF("6", "[]"), OF("6", "[1]")) "," SETTING(
            "group", "{\"sid\":\"absent\"}", "{\"sid\":\"S-1-5-21-5\"}") "]");
    begin_run(f, "r2", "undo", "{}");
    put(f, "r2", "a", "[" SETTING("grant", OF("6", "[1]"), OF("6", "[]")) "]");
    begin_run(f, "r3", "apply", "{}");
    put(f, "r3", "a",
        "[" SETTING("grant", OF("7", "[]"), OF("7", "[1]")) "," SETTING(
            "group", "{\"sid\":\"S-1-5-21-5\"}",
            "{\"sid\":\"S-1-5-21-5\",\"members\":{}}") "]");
    struct undo_plan plan;
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, true, NULL), 0);
    assert_plan(
        &plan, "a",
        "[" SETTING(
            "grant", OF("7", "[]"),
            OF("7",
               "[1]")) ","
                       "{\"id\":\"group\",\"after\":{\"sid\":\"S-1-5-21-5\","
                       "\"members\":{}},\"before\":{\"sid\":\"absent\"}}]");
    undo_plan_release(&plan);
}

static void test_all_leaves_what_is_back_already(void **state)
{
    struct fixture *f = *state;
    begin_run(f, "r1", "apply", "{}");
    put(f, "r1", "a",
        "[" SETTING("x", "1", "2") "," SETTING("y", "7", "8") "]");
    begin_run(f, "r2", "undo", "{}");
    put(f, "r2", "a", "[" SETTING("x", "2", "1") "]");
    struct undo_plan plan;
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, true, NULL), 0);
    assert_plan(&plan, "a", "[" SETTING("y", "7", "8") "]");
    undo_plan_release(&plan);
}

/* What the store has of a host that did not come to its end. */
static void put_fault(struct fixture *f, const char *run, const char *host,
                      const char *class, const char *phase,
                      const char *settings)
{
    char json[1024];
    snprintf(json, sizeof json,
             "{\"error\":{\"class\":\"%s\"},\"phase\":\"%s\","
             "\"settings\":%s}",
             class, phase, settings);
    assert_int_equal(store_result_put(f->store, run, host, 5, json, NULL), 0);
    assert_int_equal(store_commit(f->store, NULL), 0);
}

static void test_a_run_of_unknown_end_is_told_and_not_passed_over(void **state)
{
    struct fixture *f = *state;
    struct undo_plan plan;
    struct err err;
    begin_run(f, "r1", "apply", "{}");
    put(f, "r1", "a", "[" SETTING("x", "1", "2") "]");
    begin_run(f, "r2", "apply", "{}");
    put_fault(f, "r2", "a", "lost", "run", "[]");
    put_fault(f, "r2", "b", "busy", "run", "[]");
    assert_int_equal(store_run_end(f->store, "r2", 2, NULL), 0);
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, false, &err), -1);
    assert_non_null(strstr(err.text, "changed on a; "));
    assert_non_null(strstr(err.text, "wmifleet undo r2 --from-target"));
    assert_int_equal(undo_plan_make(&plan, f->store, "r2", false, &err), -1);
    assert_non_null(strstr(err.text, "--from-target"));
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, true, NULL), 0);
    assert_non_null(strstr(plan.unsure, "r2"));
    assert_int_equal(plan.count, 1);
    undo_plan_release(&plan);
}

static void test_which_ends_leave_something_unknown(void **state)
{
    static const struct {
        const char *class, *phase, *settings;
        bool unsure;
    } cases[] = {
        {"lost", "run", "[]", true},
        {"run-timeout", "run", "[" SETTING("x", "1", "1") "]", false},
        {"run-timeout", "run", "[{\"id\":\"x\",\"before\":1}]", true},
        {"payload-failed", "done", "[]", true},
        {"bad-result", "run", "[]", true},
        {"cancelled", "run", "[]", true},
        {"cancelled", "login", "[]", false},
        {"not-admin", "done", "[]", false},
        {"auth", "login", "[]", false},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char id[16];
        struct undo_plan plan;
        struct err err;
        snprintf(id, sizeof id, "r%zu", i);
        begin_run(f, id, "apply", "{}");
        put_fault(f, id, "a", cases[i].class, cases[i].phase,
                  cases[i].settings);
        assert_int_equal(store_run_end(f->store, id, 2, NULL), 0);
        assert_int_equal(undo_plan_make(&plan, f->store, id, false, &err), -1);
        if ((strstr(err.text, "--from-target") != NULL) != cases[i].unsure)
            fail_msg("%s in %s: %s", cases[i].class, cases[i].phase, err.text);
    }
}

static void
test_a_killed_controller_leaves_its_pending_hosts_unknown(void **state)
{
    struct fixture *f = *state;
    struct undo_plan plan;
    begin_run(f, "r1", "apply", "{}");
    put(f, "r1", "a", "[" SETTING("x", "1", "2") "]");
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, false, NULL), 0);
    assert_non_null(strstr(plan.unsure, "changed on b; "));
    undo_plan_release(&plan);
    assert_int_equal(store_run_end(f->store, "r1", 0, NULL), 0);
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, false, NULL), 0);
    assert_null(plan.unsure);
    undo_plan_release(&plan);
}

static void
test_the_hosts_of_a_run_are_known_without_their_results(void **state)
{
    struct fixture *f = *state;
    struct undo_plan plan;
    begin_run(f, "r1", "apply", "{}");
    assert_int_equal(undo_plan_hosts(&plan, f->store, "r1", NULL), 0);
    assert_int_equal(plan.count, 2);
    assert_string_equal(undo_plan_host(&plan, "b")->kept.target.address,
                        "10.0.0.1");
    assert_null(undo_plan_host(&plan, "c"));
    undo_plan_release(&plan);
}

static void test_nothing_to_put_back_is_an_error_that_says_so(void **state)
{
    struct fixture *f = *state;
    struct undo_plan plan;
    struct err err;
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, false, &err), -1);
    assert_non_null(strstr(err.text, "nothing"));
    begin_run(f, "r1", "check", "{}");
    assert_int_equal(undo_plan_make(&plan, f->store, "r1", false, &err), -1);
    assert_non_null(strstr(err.text, "a check, which changes nothing"));
    assert_int_equal(undo_plan_make(&plan, f->store, "r9", false, &err), -1);
    assert_non_null(strstr(err.text, "r9"));
}

static void test_a_damaged_result_stops_no_other_hosts_undo(void **state)
{
    struct fixture *f = *state;
    begin_run(f, "r1", "apply", "{}");
    assert_int_equal(store_result_put(f->store, "r1", "a", 1, "{", NULL), 0);
    put(f, "r1", "b", "[" SETTING("x", "1", "2") "]");
    struct undo_plan plan;
    struct err err;
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, false, &err), 0);
    assert_plan(&plan, "b", "[" SETTING("x", "1", "2") "]");
    assert_non_null(strstr(plan.unsure, "changed on a; "));
    undo_plan_release(&plan);
}

static void test_a_store_that_was_tampered_with_is_told(void **state)
{
    struct fixture *f = *state;
    begin_run(f, "r1", "apply", "{}");
    assert_int_equal(store_result_put(f->store, "r1", "a", 1, "{", NULL), 0);
    struct undo_plan plan;
    struct err err;
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, false, &err), -1);
    assert_int_not_equal(err.text[0], '\0');
    put(f, "r1", "a", "[" SETTING("x", "1", "2") "]");
    put(f, "r1", "stranger", "[" SETTING("x", "1", "2") "]");
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, false, &err), 0);
    assert_null(undo_plan_host(&plan, "stranger"));
    assert_non_null(strstr(plan.unsure, "stranger;"));
    undo_plan_release(&plan);
}

/* Else nobody's changes could be put back. */
static void test_a_damaged_way_stops_no_other_hosts_undo(void **state)
{
    struct fixture *f = *state;
    char inventory[] = "lab.json";
    const struct store_host hosts[] = {
        {"a", "{\"address\":\"10.0.0.1\",\"wmi\":{}}"},
        {"b", "{\"address\":\"10.0.0"}};
    const struct store_run run = {
        .id = "r1", .verb = "apply", .hosts = 2, .inventory = inventory};
    assert_int_equal(store_run_begin(f->store, &run, hosts, NULL), 0);
    put(f, "r1", "a", "[" SETTING("x", "1", "2") "]");
    put(f, "r1", "b", "[" SETTING("x", "1", "2") "]");
    struct undo_plan plan;
    struct err err = {0};
    assert_int_equal(undo_plan_make(&plan, f->store, NULL, false, &err), 0);
    assert_plan(&plan, "a", "[" SETTING("x", "1", "2") "]");
    assert_null(undo_plan_host(&plan, "b"));
    assert_non_null(plan.unsure);
    assert_non_null(strstr(plan.unsure, "changed on b;"));
    undo_plan_release(&plan);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_only_what_was_written_is_put_back),
        TEST(test_checks_and_undos_are_not_the_last_apply),
        TEST(test_all_spans_from_the_oldest_to_the_newest),
        TEST(test_all_puts_back_no_state_of_an_account_that_is_gone),
        TEST(test_all_leaves_what_is_back_already),
        TEST(test_a_damaged_result_stops_no_other_hosts_undo),
        TEST(test_a_damaged_way_stops_no_other_hosts_undo),
        TEST(test_a_run_of_unknown_end_is_told_and_not_passed_over),
        TEST(test_which_ends_leave_something_unknown),
        TEST(test_a_killed_controller_leaves_its_pending_hosts_unknown),
        TEST(test_the_hosts_of_a_run_are_known_without_their_results),
        TEST(test_nothing_to_put_back_is_an_error_that_says_so),
        TEST(test_a_store_that_was_tampered_with_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
