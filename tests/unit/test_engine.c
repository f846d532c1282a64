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
#include "payload/engine/engine.h"
#include "payload/win32/errors.h"

#define FAR 1000000ull

struct machine;

/* One value of the pretended machine. */
struct place {
    struct machine *machine;
    int value;
    int wanted;
    bool unreadable;
    bool behind;  /* unreadable until its neighbour is as wanted */
    bool to_come; /* until its neighbour before it is as wanted */
    bool irreversible;
    bool blocked;
    int known;           /* any other value but this is a conflict; 0: none */
    bool refuses;        /* a write fails */
    bool ignores;        /* a write succeeds and does not take */
    struct place *spill; /* a write here writes there too */
    int reads;
    int writes;
};

struct machine {
    struct place places[4];
    size_t count;
    struct setting_list list;
    unsigned long long now;
    unsigned long long step; /* what every look at the clock costs */
    bool snapshot_fails;
    bool addition_fails;
    bool allow_irreversible;
    cJSON *snapshot; /* the one that was saved */
    int writes_before_snapshot;
    cJSON *earlier; /* {"id": state} */
    int locks;
    bool restart[4];     /* which of the settings say that they need one */
    const char *waiting; /* id that waits for an earlier run's write */
    bool never;          /* winmgmt may not restart */
    bool restart_fails;
    bool nothing_runs; /* there is nothing to restart */
    int restarts;
    int looks_left; /* for the word to stop; 0: it never comes */
    unsigned long long deadline;
    char log[128]; /* "a.a R c.c": what was written, R the restart */
    cJSON *during; /* what the watchdog would tell in the restart */
    struct engine *engine;
};

static void note(struct machine *machine, const char *word)
{
    size_t len = strlen(machine->log);
    snprintf(machine->log + len, sizeof machine->log - len, "%s%s",
             len > 0 ? " " : "", word);
}

static cJSON *read_place(struct setting *setting, struct setting_reason *reason)
{
    struct place *place = setting->data;
    place->reads++;
    if (place->to_come && place[-1].value != place[-1].wanted) {
        setting_reason_set(reason, CODE_ACCOUNT_TO_COME, NULL, "not there yet");
        return NULL;
    }
    if (!place->unreadable &&
        (!place->behind || place[-1].value == place[-1].wanted))
        return cJSON_CreateNumber(place->value);
    setting_reason_set(reason, 5, "look there", "%s: closed", setting->id);
    return NULL;
}

static enum setting_verdict compare_place(struct setting *setting,
                                          const cJSON *state,
                                          struct setting_reason *reason)
{
    const struct place *place = setting->data;
    if (state->valueint == place->wanted)
        return SETTING_AGREES;
    if (place->irreversible)
        return SETTING_IRREVERSIBLE;
    if (place->known != 0 && state->valueint != place->known)
        return SETTING_CONFLICT;
    if (!place->blocked)
        return SETTING_DIFFERS;
    setting_reason_set(reason, 0, NULL, "a policy holds it");
    return SETTING_BLOCKED;
}

static int write_place(struct setting *setting, const cJSON *state,
                       struct setting_reason *reason)
{
    struct place *place = setting->data;
    assert_int_equal(state->valueint, place->value);
    assert_true(setting->deadline_ms == place->machine->deadline);
    place->writes++;
    note(place->machine, setting->id);
    if (place->refuses)
        return setting_reason_set(reason, 0x80070005ul, NULL, NULL);
    if (!place->ignores)
        place->value = place->wanted;
    if (place->spill != NULL)
        place->spill->value = place->spill->known != 0 ? place->spill->known
                                                       : place->spill->wanted;
    return 0;
}

static const struct setting_ops place_ops = {
    .read = read_place, .compare = compare_place, .write = write_place};

static unsigned long long now_ms(void *context)
{
    struct machine *machine = context;
    machine->now += machine->step;
    return machine->now;
}

static void lock(void *context)
{
    struct machine *machine = context;
    assert_int_equal(machine->locks++, 0);
}

static void unlock(void *context)
{
    struct machine *machine = context;
    assert_int_equal(--machine->locks, 0);
}

static const cJSON *earlier(void *context, const char *id)
{
    struct machine *machine = context;
    return json_member(machine->earlier, id);
}

static int snapshot(void *context, const cJSON *settings, struct err *err)
{
    struct machine *machine = context;
    if (machine->snapshot != NULL) { /* what is added to it */
        cJSON_AddItemToArray(machine->snapshot,
                             cJSON_Duplicate(settings->child, true));
        return machine->addition_fails ? err_set(err, 112, "disk: full") : 0;
    }
    for (size_t i = 0; i < machine->count; i++)
        machine->writes_before_snapshot += machine->places[i].writes;
    machine->snapshot = cJSON_Duplicate(settings, true);
    return machine->snapshot_fails ? err_set(err, 112, "disk: full") : 0;
}

static bool waits(void *context, const char *id)
{
    const struct machine *machine = context;
    return machine->waiting != NULL && strcmp(machine->waiting, id) == 0;
}

static const char *restart_takes(void *context)
{
    const struct machine *machine = context;
    return machine->nothing_runs ? NULL : "winmgmt, iphlpsvc";
}

static const char *restart_cuts(void *context)
{
    (void)context;
    return "iphlpsvc carries sessions";
}

static int restart(void *context, unsigned long long deadline_ms,
                   struct setting_reason *reason)
{
    struct machine *machine = context;
    assert_int_equal(machine->locks, 0);
    assert_true(deadline_ms == FAR);
    machine->restarts++;
    note(machine, "R");
    machine->during = engine_settings(machine->engine, "it hangs");
    return machine->restart_fails
               ? setting_reason_set(reason, 1053, "reboot it", "it hung")
               : 0;
}

static bool is_cancelled(void *context)
{
    struct machine *machine = context;
    return machine->looks_left > 0 && --machine->looks_left == 0;
}

static struct engine_host host_of(struct machine *machine)
{
    return (struct engine_host){.context = machine,
                                .allow_irreversible =
                                    machine->allow_irreversible,
                                .now_ms = now_ms,
                                .lock = lock,
                                .unlock = unlock,
                                .earlier = earlier,
                                .snapshot = snapshot,
                                .waits = waits,
                                .restart_takes = restart_takes,
                                .restart_cuts = restart_cuts,
                                .cancelled = is_cancelled,
                                .restart = machine->never ? NULL : restart};
}

static void add_places(struct machine *machine)
{
    static const char *const ids[] = {"a.a", "b.b", "c.c", "d.d"};
    for (size_t i = 0; i < machine->count; i++) {
        struct setting *setting = setting_list_add(
            &machine->list, ids[i],
            cJSON_CreateNumber(machine->places[i].wanted), &place_ops);
        assert_non_null(setting);
        setting->data = &machine->places[i];
        setting->restart_winmgmt = machine->restart[i];
        machine->places[i].machine = machine;
    }
}

/* Runs and returns the entries; `end` is what the run must end with. */
static cJSON *run_machine(struct machine *machine, bool apply,
                          unsigned long long deadline, enum engine_end end)
{
    struct engine_host host = host_of(machine);
    struct err err;
    add_places(machine);
    struct engine *engine = engine_new(&machine->list, &host);
    assert_non_null(engine);
    machine->engine = engine;
    machine->deadline = deadline;
    assert_int_equal(engine_run(engine, apply, deadline, &err), end);
    cJSON *during = cJSON_Duplicate(machine->during, true);
    cJSON_Delete(machine->during);
    machine->during = during;
    cJSON *references = engine_settings(engine, NULL);
    assert_non_null(references);
    cJSON *settings = cJSON_Duplicate(references, true);
    cJSON_Delete(references);
    engine_free(engine);
    return settings;
}

static void release(struct machine *machine, cJSON *settings)
{
    cJSON_Delete(settings);
    cJSON_Delete(machine->snapshot);
    cJSON_Delete(machine->earlier);
    cJSON_Delete(machine->during);
    setting_list_release(&machine->list);
}

static const char *state_at(const cJSON *settings, int i)
{
    const char *state = json_text(cJSON_GetArrayItem(settings, i), "state");
    return state != NULL ? state : "(none)";
}

static double number_at(const cJSON *settings, int i, const char *key)
{
    const cJSON *item = json_member(cJSON_GetArrayItem(settings, i), key);
    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

static void test_check_reads_and_writes_nothing(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 1, .wanted = 1},
                   {.value = 0, .wanted = 1},
                   {.value = 0, .wanted = 1, .blocked = true},
                   {.unreadable = true, .wanted = 1}},
        .count = 4};
    cJSON *settings = run_machine(&machine, false, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 0), "ok");
    assert_string_equal(state_at(settings, 1), "drift");
    assert_string_equal(state_at(settings, 2), "blocked");
    assert_string_equal(state_at(settings, 3), "failed");
    assert_true(number_at(settings, 1, "before") == 0);
    assert_true(number_at(settings, 1, "after") == 0);
    const cJSON *error = json_member(cJSON_GetArrayItem(settings, 3), "error");
    assert_string_equal(json_text(error, "code"), "0x00000005");
    assert_string_equal(json_text(error, "name"), "ERROR_ACCESS_DENIED");
    assert_string_equal(json_text(error, "hint"), "look there");
    assert_null(machine.snapshot);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(machine.places[i].writes, 0);
    release(&machine, settings);
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
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 0), "failed");
    assert_string_equal(state_at(settings, 1), "failed");
    assert_string_equal(state_at(settings, 2), "changed");
    assert_string_equal(state_at(settings, 3), "ok");
    const cJSON *refused =
        json_member(cJSON_GetArrayItem(settings, 0), "error");
    assert_string_equal(json_text(refused, "name"), "E_ACCESSDENIED");
    const cJSON *ignored =
        json_member(cJSON_GetArrayItem(settings, 1), "error");
    assert_string_equal(json_text(ignored, "name"), "not_effective");
    assert_non_null(json_text(ignored, "hint"));
    assert_true(number_at(settings, 2, "before") == 2);
    assert_true(number_at(settings, 2, "after") == 1);
    release(&machine, settings);
}

static void test_snapshot_holds_what_is_written_and_comes_first(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 1, .wanted = 1},
                                         {.value = 5, .wanted = 1},
                                         {.value = 6, .wanted = 1}},
                              .count = 3};
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_int_equal(machine.writes_before_snapshot, 0);
    assert_int_equal(cJSON_GetArraySize(machine.snapshot), 2);
    assert_string_equal(
        json_text(cJSON_GetArrayItem(machine.snapshot, 0), "id"), "b.b");
    assert_true(number_at(machine.snapshot, 0, "before") == 5);
    assert_true(number_at(machine.snapshot, 1, "before") == 6);
    release(&machine, settings);
}

static void test_without_a_snapshot_nothing_is_written(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 1, .wanted = 1}, {.value = 5, .wanted = 1}},
        .count = 2,
        .snapshot_fails = true};
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_FAILED);
    assert_int_equal(machine.places[1].writes, 0);
    assert_string_equal(state_at(settings, 0), "ok");
    assert_string_equal(state_at(settings, 1), "failed");
    assert_true(number_at(settings, 1, "after") == 5);
    release(&machine, settings);
}

static void test_second_apply_changes_nothing(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 1, .wanted = 1}},
                              .count = 1};
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 0), "ok");
    assert_int_equal(machine.places[0].writes, 0);
    assert_null(machine.snapshot);
    release(&machine, settings);
}

static void test_one_write_that_settles_another(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 0, .wanted = 1}},
        .count = 2};
    machine.places[0].spill = &machine.places[1];
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 1), "changed");
    assert_int_equal(machine.places[1].writes, 0);
    assert_true(number_at(settings, 1, "before") == 0);
    assert_true(number_at(settings, 1, "after") == 1);
    release(&machine, settings);
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
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 0), "conflict");
    assert_int_equal(machine.places[0].reads, 1);
    assert_string_equal(state_at(settings, 2), "changed");
    assert_true(number_at(settings, 2, "before") == 9);
    assert_true(number_at(settings, 2, "after") == 1);
    assert_string_equal(state_at(settings, 3), "conflict");
    assert_int_equal(machine.places[3].writes, 0);
    release(&machine, settings);
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
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 0), "changed");
    assert_true(number_at(settings, 0, "before") == 7);
    assert_true(number_at(settings, 0, "after") == 1);
    assert_string_equal(state_at(settings, 1), "changed");
    assert_true(number_at(settings, 1, "before") == 8);
    release(&machine, settings);
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
        cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
        const cJSON *first = cJSON_GetArrayItem(settings, 0);
        assert_string_equal(state_at(settings, 0),
                            allowed ? "changed" : "irreversible");
        assert_int_equal(machine.places[0].writes, allowed);
        assert_int_equal(cJSON_IsTrue(json_member(first, "restorable")),
                         !allowed);
        assert_string_equal(state_at(settings, 1), "changed");
        assert_int_equal(cJSON_GetArraySize(machine.snapshot), 1 + allowed);
        release(&machine, settings);
    }
}

static void test_check_never_writes_what_is_irreversible(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1, .irreversible = true}},
        .count = 1,
        .allow_irreversible = true};
    cJSON *settings = run_machine(&machine, false, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 0), "irreversible");
    assert_int_equal(machine.places[0].writes, 0);
    release(&machine, settings);
}

static void test_an_account_to_come_is_drift(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1},
                   {.value = 5, .wanted = 1, .to_come = true}},
        .count = 2};
    cJSON *settings = run_machine(&machine, false, FAR, ENGINE_DONE);
    const cJSON *entry = cJSON_GetArrayItem(settings, 1);
    assert_string_equal(state_at(settings, 1), "drift");
    assert_null(json_member(entry, "error"));
    assert_string_equal(
        cJSON_GetArrayItem(json_member(entry, "hints"), 0)->valuestring,
        "not there yet");
    release(&machine, settings);
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
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 1), "changed");
    assert_true(number_at(settings, 1, "before") == 5);
    assert_int_equal(cJSON_GetArraySize(machine.snapshot), 2);
    assert_string_equal(state_at(settings, 2), "failed");
    assert_string_equal(
        json_text(json_member(cJSON_GetArrayItem(settings, 2), "error"),
                  "text"),
        "c.c: closed");
    release(&machine, settings);
}

static void test_what_comes_late_is_in_the_snapshot_too(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1},
                   {.value = 5, .wanted = 1, .to_come = true}},
        .count = 2};
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 1), "changed");
    assert_true(number_at(settings, 1, "before") == 5);
    assert_true(number_at(settings, 1, "after") == 1);
    assert_int_equal(cJSON_GetArraySize(machine.snapshot), 2);
    assert_true(number_at(machine.snapshot, 1, "before") == 5);
    release(&machine, settings);
}

static void test_what_does_not_come_has_failed(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1, .refuses = true},
                   {.value = 5, .wanted = 1, .to_come = true}},
        .count = 2};
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    const cJSON *error = json_member(cJSON_GetArrayItem(settings, 1), "error");
    assert_string_equal(state_at(settings, 1), "failed");
    assert_string_equal(json_text(error, "name"), "account_to_come");
    assert_int_equal(machine.places[1].writes, 0);
    release(&machine, settings);
}

static void test_what_comes_late_needs_its_snapshot(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1},
                   {.value = 5, .wanted = 1, .to_come = true}},
        .count = 2,
        .addition_fails = true};
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    const cJSON *error = json_member(cJSON_GetArrayItem(settings, 1), "error");
    assert_string_equal(state_at(settings, 1), "failed");
    assert_string_equal(json_text(error, "name"), "no_snapshot");
    assert_int_equal(machine.places[1].writes, 0);
    release(&machine, settings);
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
    cJSON *settings = run_machine(&machine, true, 50, ENGINE_TIMEOUT);
    assert_int_equal(cJSON_GetArraySize(settings), 1);
    assert_string_equal(state_at(settings, 0), "changed");
    assert_int_equal(machine.places[1].writes, 0);
    release(&machine, settings);
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
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_CANCELLED);
    assert_int_equal(cJSON_GetArraySize(settings), 4);
    assert_string_equal(state_at(settings, 0), "pending_restart");
    assert_string_equal(state_at(settings, 1), "ok");
    assert_string_equal(state_at(settings, 2), "skipped");
    assert_string_equal(state_at(settings, 3), "skipped");
    assert_true(number_at(settings, 3, "before") == 5);
    assert_true(number_at(settings, 3, "after") == 5);
    assert_string_equal(machine.log, "a.a");
    assert_int_equal(cJSON_GetArraySize(machine.snapshot), 3);
    release(&machine, settings);
}

static void test_a_cancel_before_the_first_write_writes_nothing(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 0, .wanted = 1}},
        .count = 2,
        .looks_left = 2};
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_CANCELLED);
    assert_int_equal(cJSON_GetArraySize(settings), 2);
    assert_string_equal(state_at(settings, 0), "skipped");
    assert_string_equal(state_at(settings, 1), "skipped");
    assert_null(machine.snapshot);
    assert_string_equal(machine.log, "");
    release(&machine, settings);
}

static bool has_hint(const cJSON *settings, int i, const char *text)
{
    const cJSON *hint;
    cJSON_ArrayForEach (hint,
                        json_member(cJSON_GetArrayItem(settings, i), "hints")) {
        if (strstr(hint->valuestring, text) != NULL)
            return true;
    }
    return false;
}

static const char *error_at(const cJSON *settings, int i, const char *key)
{
    const cJSON *error = json_member(cJSON_GetArrayItem(settings, i), "error");
    const char *text = json_text(error, key);
    return text != NULL ? text : "(none)";
}

static void test_one_restart_behind_the_last_that_needs_it(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 0, .wanted = 1},
                                         {.value = 0, .wanted = 1},
                                         {.value = 0, .wanted = 1},
                                         {.value = 0, .wanted = 1}},
                              .restart = {true, false, true, false},
                              .count = 4};
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(machine.log, "a.a b.b c.c R d.d");
    for (int i = 0; i < 4; i++) {
        assert_string_equal(state_at(settings, i), "changed");
        assert_false(has_hint(settings, i, "restart"));
    }
    assert_true(number_at(settings, 0, "before") == 0);
    assert_true(number_at(settings, 0, "after") == 1);
    /* What would be known had it never come back. */
    assert_int_equal(cJSON_GetArraySize(machine.during), 3);
    assert_string_equal(state_at(machine.during, 0), "pending_restart");
    assert_true(has_hint(machine.during, 0, "when winmgmt restarts"));
    assert_string_equal(state_at(machine.during, 1), "changed");
    assert_string_equal(state_at(machine.during, 2), "pending_restart");
    assert_true(number_at(machine.during, 2, "after") == 1);
    release(&machine, settings);
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
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_int_equal(machine.restarts, 0);
    assert_string_equal(state_at(settings, 0), "ok");
    assert_string_equal(state_at(settings, 1), "changed");
    assert_string_equal(state_at(settings, 2), "failed");
    release(&machine, settings);
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
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(machine.log, "a.a b.b R c.c");
    assert_string_equal(state_at(settings, 0), "changed");
    assert_string_equal(error_at(settings, 1, "name"), "not_effective");
    release(&machine, settings);
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
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_int_equal(machine.restarts, 1);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(state_at(settings, i), "failed");
        assert_string_equal(error_at(settings, i, "name"),
                            "ERROR_SERVICE_REQUEST_TIMEOUT");
        assert_string_equal(error_at(settings, i, "text"), "it hung");
        assert_string_equal(error_at(settings, i, "hint"), "reboot it");
        assert_true(number_at(settings, i, "after") == 1);
    }
    assert_string_equal(state_at(settings, 2), "changed");
    assert_int_equal(machine.places[2].writes, 1);
    release(&machine, settings);
}

static void test_never_leaves_them_pending(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 0, .wanted = 1}},
        .restart = {true, false},
        .never = true,
        .count = 2};
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 0), "pending_restart");
    assert_true(has_hint(settings, 0, "takes effect when winmgmt restarts"));
    assert_true(number_at(settings, 0, "before") == 0);
    assert_true(number_at(settings, 0, "after") == 1);
    assert_string_equal(state_at(settings, 1), "changed");
    release(&machine, settings);
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
    cJSON *settings = run_machine(&machine, false, FAR, ENGINE_DONE);
    assert_int_equal(machine.restarts, 0);
    assert_string_equal(state_at(settings, 0), "pending_restart");
    assert_true(has_hint(settings, 0, "takes effect when winmgmt restarts"));
    assert_true(has_hint(settings, 0, "apply restarts winmgmt, iphlpsvc"));
    assert_string_equal(state_at(settings, 1), "drift");
    assert_true(has_hint(settings, 1, "apply restarts winmgmt, iphlpsvc"));
    assert_true(has_hint(settings, 1, "iphlpsvc carries sessions"));
    assert_string_equal(state_at(settings, 2), "ok");
    assert_false(has_hint(settings, 2, "restart"));
    assert_string_equal(state_at(settings, 3), "drift");
    assert_false(has_hint(settings, 3, "restart"));
    release(&machine, settings);
}

static void test_check_promises_no_restart_of_what_does_not_run(void **state)
{
    (void)state;
    struct machine machine = {.places = {{.value = 0, .wanted = 1}},
                              .restart = {true},
                              .nothing_runs = true,
                              .count = 1};
    cJSON *settings = run_machine(&machine, false, FAR, ENGINE_DONE);
    assert_string_equal(state_at(settings, 0), "drift");
    assert_false(has_hint(settings, 0, "restart"));
    release(&machine, settings);
}

static void test_apply_restarts_for_what_an_earlier_run_wrote(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 1, .wanted = 1}},
        .restart = {false, true},
        .waiting = "b.b",
        .count = 2};
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(machine.log, "a.a R");
    assert_string_equal(state_at(settings, 1), "changed");
    assert_true(number_at(settings, 1, "before") == 1);
    assert_int_equal(cJSON_GetArraySize(machine.snapshot), 1);
    release(&machine, settings);

    struct machine alone = {.places = {{.value = 1, .wanted = 1}},
                            .restart = {true},
                            .waiting = "a.a",
                            .count = 1};
    settings = run_machine(&alone, true, FAR, ENGINE_DONE);
    assert_string_equal(alone.log, "R");
    assert_string_equal(state_at(settings, 0), "changed");
    assert_null(alone.snapshot);
    release(&alone, settings);
}

static void test_one_settled_by_another_waits_too(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 0, .wanted = 1}},
        .restart = {false, true},
        .count = 2};
    machine.places[0].spill = &machine.places[1];
    cJSON *settings = run_machine(&machine, true, FAR, ENGINE_DONE);
    assert_string_equal(machine.log, "a.a R");
    assert_string_equal(state_at(settings, 1), "changed");
    release(&machine, settings);
}

static void test_a_timeout_leaves_what_waits_pending(void **state)
{
    (void)state;
    struct machine machine = {
        .places = {{.value = 0, .wanted = 1}, {.value = 0, .wanted = 1}},
        .restart = {true, true},
        .count = 2,
        .step = 10};
    cJSON *settings = run_machine(&machine, true, 40, ENGINE_TIMEOUT);
    assert_int_equal(machine.restarts, 0);
    assert_int_equal(cJSON_GetArraySize(settings), 1);
    assert_string_equal(state_at(settings, 0), "pending_restart");
    release(&machine, settings);
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
    struct engine_host host = host_of(&machine);
    struct hang hang = {.seen = NULL};
    struct err err;
    add_places(&machine);
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
    assert_string_equal(state_at(hang.seen, 0), "ok");
    assert_string_equal(state_at(hang.seen, 1), "failed");
    const cJSON *entry = cJSON_GetArrayItem(hang.seen, 1);
    assert_string_equal(json_text(entry, "id"), "z.z");
    assert_string_equal(json_text(json_member(entry, "error"), "text"),
                        "it hangs");
    cJSON_Delete(hang.seen);
    engine_free(hang.engine);
    release(&machine, NULL);
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
        cmocka_unit_test(test_the_interrupted_setting_is_named),
        cmocka_unit_test(test_hints_are_told_once),
        cmocka_unit_test(test_reasons_are_cut_at_whole_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
