/* SPDX-License-Identifier: MIT */
/*
 * The engine against settings that are plain numbers in memory: what each
 * does on being read, compared and written is a row of the test.
 */
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

static void test_check_reads_and_writes_nothing(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 1, .wanted = 1},
                   {.value = 0, .wanted = 1},
                   {.value = 0, .wanted = 1, .blocked = true},
                   {.unreadable = true, .wanted = 1}},
        .count = 4};
    cJSON *settings = places_run(&machine, false, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 0), "ok");
    assert_string_equal(places_state(settings, 1), "drift");
    assert_string_equal(places_state(settings, 2), "blocked");
    assert_string_equal(places_state(settings, 3), "failed");
    assert_true(places_number(settings, 1, "before") == 0);
    assert_true(places_number(settings, 1, "after") == 0);
    const cJSON *error = json_member(cJSON_GetArrayItem(settings, 3), "error");
    assert_string_equal(json_text(error, "code"), "0x00000005");
    assert_string_equal(json_text(error, "name"), "ERROR_ACCESS_DENIED");
    assert_string_equal(json_text(error, "hint"), "look there");
    assert_null(machine.snapshot);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(machine.places[i].writes, 0);
    places_release(&machine, settings);
}

static void test_apply_goes_on_after_a_failure(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1, .refuses = true},
                   {.value = 0, .wanted = 1, .ignores = true},
                   {.value = 2, .wanted = 1},
                   {.value = 1, .wanted = 1}},
        .count = 4};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 0), "failed");
    assert_string_equal(places_state(settings, 1), "failed");
    assert_string_equal(places_state(settings, 2), "changed");
    assert_string_equal(places_state(settings, 3), "ok");
    const cJSON *refused =
        json_member(cJSON_GetArrayItem(settings, 0), "error");
    assert_string_equal(json_text(refused, "name"), "E_ACCESSDENIED");
    const cJSON *ignored =
        json_member(cJSON_GetArrayItem(settings, 1), "error");
    assert_string_equal(json_text(ignored, "name"), "not_effective");
    assert_non_null(json_text(ignored, "hint"));
    assert_true(places_number(settings, 2, "before") == 2);
    assert_true(places_number(settings, 2, "after") == 1);
    places_release(&machine, settings);
}

static void test_snapshot_holds_what_is_written_and_comes_first(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 1, .wanted = 1},
                                         {.value = 5, .wanted = 1},
                                         {.value = 6, .wanted = 1}},
                              .count = 3};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_int_equal(machine.writes_before_snapshot, 0);
    assert_int_equal(cJSON_GetArraySize(machine.snapshot), 2);
    assert_string_equal(
        json_text(cJSON_GetArrayItem(machine.snapshot, 0), "id"), "b.b");
    assert_true(places_number(machine.snapshot, 0, "before") == 5);
    assert_true(places_number(machine.snapshot, 1, "before") == 6);
    places_release(&machine, settings);
}

static void test_without_a_snapshot_nothing_is_written(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 1, .wanted = 1}, {.value = 5, .wanted = 1}},
        .count = 2,
        .snapshot_fails = true};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_FAILED);
    assert_int_equal(machine.places[1].writes, 0);
    assert_string_equal(places_state(settings, 0), "ok");
    assert_string_equal(places_state(settings, 1), "failed");
    assert_true(places_number(settings, 1, "after") == 5);
    places_release(&machine, settings);
}

static void test_second_apply_changes_nothing(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 1, .wanted = 1}},
                              .count = 1};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 0), "ok");
    assert_int_equal(machine.places[0].writes, 0);
    assert_null(machine.snapshot);
    places_release(&machine, settings);
}

static void test_one_write_that_settles_another(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 0, .wanted = 1}},
        .count = 2};
    machine.places[0].spill = &machine.places[1];
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 1), "changed");
    assert_int_equal(machine.places[1].writes, 0);
    assert_true(places_number(settings, 1, "before") == 0);
    assert_true(places_number(settings, 1, "after") == 1);
    places_release(&machine, settings);
}

/* Undo of two rules of one name: the later one is seen by the earlier too. */
static void test_one_write_that_settles_a_conflict(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 9, .wanted = 1, .known = 7},
                                         {.value = 0, .wanted = 1},
                                         {.value = 9, .wanted = 1, .known = 7},
                                         {.value = 9, .wanted = 1, .known = 7}},
                              .count = 4};
    machine.places[1].spill = &machine.places[2];
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 0), "conflict");
    assert_int_equal(machine.places[0].reads, 1);
    assert_string_equal(places_state(settings, 2), "changed");
    assert_true(places_number(settings, 2, "before") == 9);
    assert_true(places_number(settings, 2, "after") == 1);
    assert_string_equal(places_state(settings, 3), "conflict");
    assert_int_equal(machine.places[3].writes, 0);
    places_release(&machine, settings);
}

static void test_a_run_done_twice_tells_its_first_state(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 1, .wanted = 1}, {.value = 3, .wanted = 1}},
        .count = 2};
    machine.earlier = cJSON_CreateObject();
    cJSON_AddNumberToObject(machine.earlier, "a.a", 7);
    cJSON_AddNumberToObject(machine.earlier, "b.b", 8);
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 0), "changed");
    assert_true(places_number(settings, 0, "before") == 7);
    assert_true(places_number(settings, 0, "after") == 1);
    assert_string_equal(places_state(settings, 1), "changed");
    assert_true(places_number(settings, 1, "before") == 8);
    places_release(&machine, settings);
}

static void test_what_is_irreversible_needs_leave(void **state)
{
    (void)state;
    for (int allowed = 0; allowed < 2; allowed++) {
        struct machine machine = {
            .places = {{.value = 0, .wanted = 1, .irreversible = true},
                       {.value = 0, .wanted = 1}},
            .count = 2,
            .allow_irreversible = allowed};
        cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
        const cJSON *first = cJSON_GetArrayItem(settings, 0);
        assert_string_equal(places_state(settings, 0),
                            allowed ? "changed" : "irreversible");
        assert_int_equal(machine.places[0].writes, allowed);
        assert_int_equal(cJSON_IsTrue(json_member(first, "restorable")),
                         !allowed);
        assert_string_equal(places_state(settings, 1), "changed");
        assert_int_equal(cJSON_GetArraySize(machine.snapshot), 1 + allowed);
        places_release(&machine, settings);
    }
}

static void test_check_never_writes_what_is_irreversible(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1, .irreversible = true}},
        .count = 1,
        .allow_irreversible = true};
    cJSON *settings = places_run(&machine, false, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 0), "irreversible");
    assert_int_equal(machine.places[0].writes, 0);
    places_release(&machine, settings);
}

static void test_an_account_to_come_is_drift(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1},
                   {.value = 5, .wanted = 1, .to_come = true}},
        .count = 2};
    cJSON *settings = places_run(&machine, false, FAR, ENGINE_DONE);
    const cJSON *entry = cJSON_GetArrayItem(settings, 1);
    assert_string_equal(places_state(settings, 1), "drift");
    assert_null(json_member(entry, "error"));
    assert_string_equal(
        cJSON_GetArrayItem(json_member(entry, "hints"), 0)->valuestring,
        "not there yet");
    places_release(&machine, settings);
}

/* winmgmt does not run, and the namespaces behind it are asked for too. */
static void test_what_an_earlier_write_makes_readable_is_read_again(void **s)
{
    (void)s;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1},
                   {.value = 5, .wanted = 1, .behind = true},
                   {.value = 5, .wanted = 1, .unreadable = true},
                   {.value = 1, .wanted = 1}},
        .count = 4};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 1), "changed");
    assert_true(places_number(settings, 1, "before") == 5);
    assert_int_equal(cJSON_GetArraySize(machine.snapshot), 2);
    assert_string_equal(places_state(settings, 2), "failed");
    assert_string_equal(
        json_text(json_member(cJSON_GetArrayItem(settings, 2), "error"),
                  "text"),
        "c.c: closed");
    places_release(&machine, settings);
}

static void test_what_comes_late_is_in_the_snapshot_too(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1},
                   {.value = 5, .wanted = 1, .to_come = true}},
        .count = 2};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(places_state(settings, 1), "changed");
    assert_true(places_number(settings, 1, "before") == 5);
    assert_true(places_number(settings, 1, "after") == 1);
    assert_int_equal(cJSON_GetArraySize(machine.snapshot), 2);
    assert_true(places_number(machine.snapshot, 1, "before") == 5);
    places_release(&machine, settings);
}

static void test_what_does_not_come_has_failed(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1, .refuses = true},
                   {.value = 5, .wanted = 1, .to_come = true}},
        .count = 2};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    const cJSON *error = json_member(cJSON_GetArrayItem(settings, 1), "error");
    assert_string_equal(places_state(settings, 1), "failed");
    assert_string_equal(json_text(error, "name"), "account_to_come");
    assert_int_equal(machine.places[1].writes, 0);
    places_release(&machine, settings);
}

static void test_what_comes_late_needs_its_snapshot(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1},
                   {.value = 5, .wanted = 1, .to_come = true}},
        .count = 2,
        .addition_fails = true};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_DONE);
    const cJSON *error = json_member(cJSON_GetArrayItem(settings, 1), "error");
    assert_string_equal(places_state(settings, 1), "failed");
    assert_string_equal(json_text(error, "name"), "no_snapshot");
    assert_int_equal(machine.places[1].writes, 0);
    places_release(&machine, settings);
}

static void test_deadline_stops_between_settings(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 0, .wanted = 1},
                                         {.value = 0, .wanted = 1},
                                         {.value = 0, .wanted = 1}},
                              .count = 3,
                              .step = 10};
    /* Three looks of the first pass, one of the second. */
    cJSON *settings = places_run(&machine, true, 50, ENGINE_TIMEOUT);
    assert_int_equal(cJSON_GetArraySize(settings), 1);
    assert_string_equal(places_state(settings, 0), "changed");
    assert_int_equal(machine.places[1].writes, 0);
    places_release(&machine, settings);
}

static void test_a_cancel_stops_between_settings(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 0, .wanted = 1},
                                         {.value = 1, .wanted = 1},
                                         {.value = 0, .wanted = 1},
                                         {.value = 5, .wanted = 1}},
                              .restart = {true, false, false, true},
                              .count = 4,
                              .looks_left = 6};
    /* Four looks of the first pass, two of the second. */
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_CANCELLED);
    assert_int_equal(cJSON_GetArraySize(settings), 4);
    assert_string_equal(places_state(settings, 0), "pending_restart");
    assert_string_equal(places_state(settings, 1), "ok");
    assert_string_equal(places_state(settings, 2), "skipped");
    assert_string_equal(places_state(settings, 3), "skipped");
    assert_true(places_number(settings, 3, "before") == 5);
    assert_true(places_number(settings, 3, "after") == 5);
    assert_string_equal(machine.log, "a.a");
    assert_int_equal(cJSON_GetArraySize(machine.snapshot), 3);
    places_release(&machine, settings);
}

static void test_a_cancel_before_the_first_write_writes_nothing(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 0, .wanted = 1}},
        .count = 2,
        .looks_left = 2};
    cJSON *settings = places_run(&machine, true, FAR, ENGINE_CANCELLED);
    assert_int_equal(cJSON_GetArraySize(settings), 2);
    assert_string_equal(places_state(settings, 0), "skipped");
    assert_string_equal(places_state(settings, 1), "skipped");
    assert_null(machine.snapshot);
    assert_string_equal(machine.log, "");
    places_release(&machine, settings);
}

/* What the watchdog asks while a write hangs. */
struct hang {
    struct engine *engine;
    cJSON *seen;
};

static cJSON *read_hang(struct setting *setting, struct setting_reason *reason)
{
    struct hang *hang = setting->data;
    (void)reason;
    if (hang->seen == NULL)
        hang->seen = engine_settings(hang->engine, "it hangs");
    return cJSON_CreateNumber(0);
}

static enum setting_verdict agree(struct setting *setting, const cJSON *state,
                                  struct setting_reason *reason)
{
    (void)setting;
    (void)state;
    (void)reason;
    return SETTING_AGREES;
}

static void test_the_interrupted_setting_is_named(void **state)
{
    (void)state;
    static const struct setting_ops ops = {.read = read_hang, .compare = agree};
    struct machine machine = {.places = {{.value = 1, .wanted = 1}},
                              .count = 1};
    struct engine_host host = places_host(&machine);
    struct hang hang = {.seen = NULL};
    struct err err;
    places_add(&machine);
    struct setting *setting =
        setting_list_add(&machine.list, "z.z", cJSON_CreateNumber(1), &ops);
    assert_non_null(setting);
    setting->data = &hang;
    hang.engine = engine_new(&machine.list, &host);
    assert_non_null(hang.engine);
    assert_int_equal(engine_open_count(hang.engine), 2);
    assert_int_equal(engine_run(hang.engine, false, FAR, &err), ENGINE_DONE);
    assert_int_equal(engine_open_count(hang.engine), 0);
    assert_int_equal(cJSON_GetArraySize(hang.seen), 2);
    assert_string_equal(places_state(hang.seen, 0), "ok");
    assert_string_equal(places_state(hang.seen, 1), "failed");
    const cJSON *entry = cJSON_GetArrayItem(hang.seen, 1);
    assert_string_equal(json_text(entry, "id"), "z.z");
    assert_string_equal(json_text(json_member(entry, "error"), "text"),
                        "it hangs");
    cJSON_Delete(hang.seen);
    engine_free(hang.engine);
    places_release(&machine, NULL);
}

static void test_hints_are_told_once(void **state)
{
    (void)state;
    struct setting setting = {.id = "a.a"};
    setting_hint(&setting, "one %d", 1);
    setting_hint(&setting, "one %d", 1);
    setting_hint(&setting, "two");
    assert_int_equal(cJSON_GetArraySize(setting.hints), 2);
    cJSON_Delete(setting.hints);
}

static void test_reasons_are_cut_at_whole_characters(void **state)
{
    (void)state;
    struct setting_reason reason;
    char text[500];
    memset(text, 'x', sizeof text);
    memcpy(text + sizeof reason.text - 2, "\xC3\xA4", 3);
    setting_reason_set(&reason, 0, NULL, "%s", text);
    assert_int_equal(strlen(reason.text), sizeof reason.text - 2);
    assert_string_equal(reason.hint, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_reads_and_writes_nothing),
        cmocka_unit_test(test_apply_goes_on_after_a_failure),
        cmocka_unit_test(test_snapshot_holds_what_is_written_and_comes_first),
        cmocka_unit_test(test_without_a_snapshot_nothing_is_written),
        cmocka_unit_test(test_second_apply_changes_nothing),
        cmocka_unit_test(test_one_write_that_settles_another),
        cmocka_unit_test(test_one_write_that_settles_a_conflict),
        cmocka_unit_test(test_a_run_done_twice_tells_its_first_state),
        cmocka_unit_test(test_what_is_irreversible_needs_leave),
        cmocka_unit_test(test_check_never_writes_what_is_irreversible),
        cmocka_unit_test(test_an_account_to_come_is_drift),
        cmocka_unit_test(
            test_what_an_earlier_write_makes_readable_is_read_again),
        cmocka_unit_test(test_what_comes_late_is_in_the_snapshot_too),
        cmocka_unit_test(test_what_does_not_come_has_failed),
        cmocka_unit_test(test_what_comes_late_needs_its_snapshot),
        cmocka_unit_test(test_deadline_stops_between_settings),
        cmocka_unit_test(test_a_cancel_stops_between_settings),
        cmocka_unit_test(test_a_cancel_before_the_first_write_writes_nothing),
        cmocka_unit_test(test_the_interrupted_setting_is_named),
        cmocka_unit_test(test_hints_are_told_once),
        cmocka_unit_test(test_reasons_are_cut_at_whole_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
