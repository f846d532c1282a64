/* SPDX-License-Identifier: MIT */
/* The one restart of winmgmt in a run of the engine, and who waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "payload/win32/errors.h"
#include "tests/unit/places.h"

static void test_one_restart_behind_the_last_that_needs_it(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 0, .wanted = 1},
                                         {.value = 0, .wanted = 1},
                                         {.value = 0, .wanted = 1},
                                         {.value = 0, .wanted = 1}},
                              .restart = {true, false, true, false},
                              .count = 4};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(machine.log, "a.a b.b c.c R d.d");
    for (int i = 0; i < 4; i++) {
        assert_string_equal(places_state(settings, i), "changed");
        assert_false(places_hint(settings, i, "restart"));
    }
    assert_true(places_number(settings, 0, "before") == 0);
    assert_true(places_number(settings, 0, "after") == 1);
    /* What would be known had it never come back. */
    assert_int_equal(cJSON_GetArraySize(machine.during), 3);
    assert_string_equal(places_state(machine.during, 0), "pending_restart");
    assert_true(places_hint(machine.during, 0, "when winmgmt restarts"));
    assert_string_equal(places_state(machine.during, 1), "changed");
    assert_string_equal(places_state(machine.during, 2), "pending_restart");
    assert_true(places_number(machine.during, 2, "after") == 1);
    places_release(&machine, settings);
}

static void test_no_restart_without_a_change(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 1, .wanted = 1},
                   {.value = 0, .wanted = 1},
                   {.value = 0, .wanted = 1, .refuses = true}},
        .restart = {true, false, true},
        .count = 3};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_int_equal(machine.restarts, 0);
    assert_string_equal(places_state(settings, 0), "ok");
    assert_string_equal(places_state(settings, 1), "changed");
    assert_string_equal(places_state(settings, 2), "failed");
    places_release(&machine, settings);
}

static void test_a_failed_last_one_does_not_stop_the_restart(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1},
                   {.value = 0, .wanted = 1, .ignores = true},
                   {.value = 0, .wanted = 1}},
        .restart = {true, true, false},
        .count = 3};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(machine.log, "a.a b.b R c.c");
    assert_string_equal(places_state(settings, 0), "changed");
    assert_string_equal(places_error(settings, 1, "name"), "not_effective");
    places_release(&machine, settings);
}

static void test_a_failed_restart_is_the_failure_of_all_who_wait(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 0, .wanted = 1},
                                         {.value = 0, .wanted = 1},
                                         {.value = 0, .wanted = 1}},
                              .restart = {true, true, false},
                              .restart_fails = true,
                              .count = 3};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_int_equal(machine.restarts, 1);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(places_state(settings, i), "failed");
        assert_string_equal(places_error(settings, i, "name"),
                            "ERROR_SERVICE_REQUEST_TIMEOUT");
        assert_string_equal(places_error(settings, i, "text"), "it hung");
        assert_string_equal(places_error(settings, i, "hint"), "reboot it");
        assert_true(places_number(settings, i, "after") == 1);
    }
    assert_string_equal(places_state(settings, 2), "changed");
    assert_int_equal(machine.places[2].writes, 1);
    places_release(&machine, settings);
}

static void test_never_leaves_them_pending(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 0, .wanted = 1}},
        .restart = {true, false},
        .never = true,
        .count = 2};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 0), "pending_restart");
    assert_true(places_hint(settings, 0, "takes effect when winmgmt restarts"));
    assert_true(places_number(settings, 0, "before") == 0);
    assert_true(places_number(settings, 0, "after") == 1);
    assert_string_equal(places_state(settings, 1), "changed");
    places_release(&machine, settings);
}

static void test_check_finds_and_names_what_waits(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 1, .wanted = 1},
                                         {.value = 0, .wanted = 1},
                                         {.value = 1, .wanted = 1},
                                         {.value = 0, .wanted = 1}},
                              .restart = {true, true, true, false},
                              .waiting = "a.a",
                              .count = 4};
    cJSON *settings = places_run(&machine, false, FAR, ENGINE_DONE);
    assert_int_equal(machine.restarts, 0);
    assert_string_equal(places_state(settings, 0), "pending_restart");
    assert_true(places_hint(settings, 0, "takes effect when winmgmt restarts"));
    assert_true(places_hint(settings, 0, "apply restarts winmgmt, iphlpsvc"));
    assert_string_equal(places_state(settings, 1), "drift");
    assert_true(places_hint(settings, 1, "apply restarts winmgmt, iphlpsvc"));
    assert_true(places_hint(settings, 1, "iphlpsvc carries sessions"));
    assert_string_equal(places_state(settings, 2), "ok");
    assert_false(places_hint(settings, 2, "restart"));
    assert_string_equal(places_state(settings, 3), "drift");
    assert_false(places_hint(settings, 3, "restart"));
    places_release(&machine, settings);
}

static void test_check_promises_no_restart_of_what_does_not_run(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 0, .wanted = 1}},
                              .restart = {true},
                              .nothing_runs = true,
                              .count = 1};
    cJSON *settings = places_run(&machine, false, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 0), "drift");
    assert_false(places_hint(settings, 0, "restart"));
    places_release(&machine, settings);
}

static void test_apply_restarts_for_what_an_earlier_run_wrote(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 1, .wanted = 1}},
        .restart = {false, true},
        .waiting = "b.b",
        .count = 2};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(machine.log, "a.a R");
    assert_string_equal(places_state(settings, 1), "changed");
    assert_true(places_number(settings, 1, "before") == 1);
    assert_int_equal(cJSON_GetArraySize(machine.snapshot), 1);
    places_release(&machine, settings);

    struct machine alone = {.places = {{.value = 1, .wanted = 1}},
                            .restart = {true},
                            .waiting = "a.a",
                            .count = 1};
    settings = places_run(&alone, true, FAR, ENGINE_DONE);
    assert_string_equal(alone.log, "R");
    assert_string_equal(places_state(settings, 0), "changed");
    assert_null(alone.snapshot);
    places_release(&alone, settings);
}

static void test_one_settled_by_another_waits_too(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 0, .wanted = 1}},
        .restart = {false, true},
        .count = 2};
    machine.places[0].spill = &machine.places[1];
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(machine.log, "a.a R");
    assert_string_equal(places_state(settings, 1), "changed");
    places_release(&machine, settings);
}

static void test_a_timeout_leaves_what_waits_pending(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 0, .wanted = 1}},
        .restart = {true, true},
        .count = 2,
        .step = 10};
    cJSON *settings = places_run(&machine, true, 40, ENGINE_TIMEOUT);
    assert_int_equal(machine.restarts, 0);
    assert_int_equal(cJSON_GetArraySize(settings), 1);
    assert_string_equal(places_state(settings, 0), "pending_restart");
    places_release(&machine, settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_restart_behind_the_last_that_needs_it),
        cmocka_unit_test(test_no_restart_without_a_change),
        cmocka_unit_test(test_a_failed_last_one_does_not_stop_the_restart),
        cmocka_unit_test(test_a_failed_restart_is_the_failure_of_all_who_wait),
        cmocka_unit_test(test_never_leaves_them_pending),
        cmocka_unit_test(test_check_finds_and_names_what_waits),
        cmocka_unit_test(test_check_promises_no_restart_of_what_does_not_run),
        cmocka_unit_test(test_apply_restarts_for_what_an_earlier_run_wrote),
        cmocka_unit_test(test_one_settled_by_another_waits_too),
        cmocka_unit_test(test_a_timeout_leaves_what_waits_pending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
