/* SPDX-License-Identifier: MIT */
/* What a job runs and how it copes with what comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "tests/unit/play.h"

#define START_MARK(run)                                                        \
    "{\"started\":{\"protocol\":1,\"run\":\"" run                              \
    "\",\"payload\":\"" FAKE_PAYLOAD_HASH "\"}}"

/* --- what is run ---------------------------------------------------------- */

static void test_warm_hit_is_one_command(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play_make_warm(&play);
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_string_equal(play.machine.log.data,
                        "connect handshake host_key login exec "
                        "<C:\\ProgramData\\wmifleet\\p-" FAKE_PAYLOAD_HASH
                        ".exe check r-" PLAY_REQUEST_HASH ".json " PLAY_RUN "> "
                        "read close disconnect ");
    play_release(&play);
}

static void test_warm_hit_with_slashes(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.shell = SHELL_SLASH;
    play_make_warm(&play);
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_non_null(strstr(play.machine.log.data,
                           "<C:/ProgramData/wmifleet/p-" FAKE_PAYLOAD_HASH));
    assert_int_equal(play.machine.begun[FAKE_EXEC], 1);
    assert_int_equal(play.machine.begun[FAKE_UPLOAD], 0);
    assert_int_equal(play.cache_after.shell, SHELL_SLASH);
    play_release(&play);
}

static void test_changed_request_goes_alone(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play_make_warm(&play);
    strcpy(play.request.hash, PLAY_OTHER_HASH);
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.machine.begun[FAKE_UPLOAD], 1);
    assert_int_equal(play.machine.begun[FAKE_EXEC], 1);
    assert_non_null(strstr(play.machine.log.data, "exec <C:\\ProgramData"));
    assert_int_equal(fake_machine_files(&play.machine), 0);
    assert_string_equal(play.cache_after.request_hash, PLAY_OTHER_HASH);
    play_release(&play);
}

static struct fake_rule drop_after_mark(unsigned nth)
{
    return (struct fake_rule){.op = FAKE_READ,
                              .nth = nth,
                              .how = FAKE_DROPS,
                              .where = FAKE_AFTER_MARK};
}

/* Two controllers, two stores, one machine: it keeps one request. */
static void test_request_replaced_by_others_goes_alone(void **state)
{
    (void)state;
    static const enum verb verbs[] = {VERB_CHECK, VERB_APPLY};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        struct play play;
        play_init(&play);
        play_make_warm(&play);
        play.plan.verb = verbs[i];
        strcpy(play.machine.request, PLAY_OTHER_HASH);
        play_run(&play);
        play_expect(&play, FAULT_NONE, "done");
        assert_int_equal(play.machine.sessions, 1);
        assert_int_equal(play.machine.begun[FAKE_EXEC], 2);
        assert_int_equal(play.machine.begun[FAKE_UPLOAD], 1);
        assert_int_equal(play.machine.runs, 1);
        assert_int_equal(fake_machine_files(&play.machine), 0);
        assert_string_equal(play.cache_after.request_hash, PLAY_REQUEST_HASH);
        assert_null(play.result->fault_name);
        play_release(&play);
    }
}

static void test_request_that_stays_missing_is_brought_once(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play_make_warm(&play);
    play.machine.error =
        "{\"class\":\"payload-failed\",\"code\":\"0xA0040014\","
        "\"name\":\"request_missing\",\"text\":\"gone\",\"hint\":null}";
    play_run(&play);
    play_expect(&play, FAULT_PAYLOAD_FAILED, "run");
    assert_int_equal(play.machine.begun[FAKE_EXEC], 2);
    assert_int_equal(play.machine.begun[FAKE_UPLOAD], 1);
    assert_int_equal(fake_machine_files(&play.machine), 0);
    play_release(&play);
}

/* The payload that had it died, and another controller replaced it then. */
static void test_request_replaced_while_away_goes_alone(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play_make_warm(&play);
    strcpy(play.machine.request, PLAY_OTHER_HASH);
    play.machine.rules[0] = drop_after_mark(1);
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.machine.sessions, 2);
    assert_int_equal(play.machine.runs, 1);
    assert_int_equal(play.machine.begun[FAKE_UPLOAD], 1);
    play_release(&play);
}

static void test_warm_miss_heals_in_one_session(void **state)
{
    (void)state;
    for (int changed = 0; changed < 2; changed++) {
        struct play play;
        play_init(&play);
        play_make_warm(&play);
        play.machine.settled = false;
        if (changed)
            strcpy(play.request.hash, PLAY_OTHER_HASH);
        play_run(&play);
        play_expect(&play, FAULT_NONE, "done");
        assert_int_equal(play.machine.sessions, 1);
        assert_int_equal(play.machine.begun[FAKE_EXEC], 2);
        assert_int_equal(play.machine.begun[FAKE_UPLOAD], 2);
        assert_int_equal(play.machine.runs, 1);
        assert_int_equal(fake_machine_files(&play.machine), 0);
        assert_string_equal(play.cache_after.payload_hash, FAKE_PAYLOAD_HASH);
        /* what the miss printed is no noise of the run that went well */
        assert_null(play.result->noise);
        play_release(&play);
    }
}

static void test_other_payload_version_is_cold(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play_make_warm(&play);
    strcpy(play.cache.payload_hash, PLAY_OTHER_HASH);
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.machine.begun[FAKE_EXEC], 1);
    assert_int_equal(play.machine.begun[FAKE_UPLOAD], 2);
    play_release(&play);
}

/* The program that clean deletes must not be the one that runs. */
static void test_clean_is_cold_and_does_not_run_what_it_deletes(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play_make_warm(&play);
    play.plan.verb = VERB_CLEAN;
    play.machine.settings = "[]";
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.machine.begun[FAKE_UPLOAD], 2);
    assert_null(strstr(play.machine.log.data, "<C:\\ProgramData"));
    assert_int_equal(fake_machine_files(&play.machine), 0);
    play_release(&play);
}

static void test_unsafe_folder_in_store_is_never_run(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play_make_warm(&play);
    strcpy(play.cache.folder, "C:\\x & del y");
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_null(strstr(play.machine.log.data, "del"));
    play_release(&play);
}

static void test_posix_shell_on_first_contact(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.shell = SHELL_SLASH;
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.machine.begun[FAKE_EXEC], 2);
    assert_int_equal(play.machine.begun[FAKE_UPLOAD], 2);
    assert_int_equal(play.cache_after.shell, SHELL_SLASH);
    play_release(&play);
}

static void test_antivirus_took_the_payload(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.antivirus = true;
    play_run(&play);
    play_expect(&play, FAULT_REMOVED, "start");
    assert_int_equal(play.result->status, STATUS_UNREACHABLE);
    assert_int_equal(fake_machine_files(&play.machine), 0);
    play_release(&play);
}

static void test_application_control(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.forbids = true;
    play.machine.noise_before = "This program is blocked\x1b[2J by policy\r\n";
    play_run(&play);
    play_expect(&play, FAULT_NOT_STARTED, "start");
    assert_non_null(strstr(play.result->fault_text, "cannot be run\\x1b"));
    assert_null(strstr(play.result->fault_text, "sorry"));
    assert_null(strchr(play.result->fault_text, '\x1b'));
    assert_non_null(play.result->noise);
    assert_null(strchr(play.result->noise, '\x1b'));
    assert_non_null(strstr(play.result->noise, "This program is blocked"));
    assert_non_null(strstr(play.result->noise, "sorry"));
    assert_int_equal(fake_machine_files(&play.machine), 0);
    play_release(&play);
}

static void test_upload_that_lost_its_end(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.forbids = true;
    play.machine.cut_len = 3;
    play_run(&play);
    play_expect(&play, FAULT_UPLOAD, "start");
    assert_non_null(
        strstr(play.result->fault_text, "bytes were written, 3 are there"));
    assert_int_equal(play.result->status, STATUS_UNREACHABLE);
    assert_int_equal(fake_machine_files(&play.machine), 0);
    play_release(&play);
}

/* --- files that are held -------------------------------------------------- */

static void test_scanner_holds_the_file_for_a_while(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.held = 3;
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(fake_machine_files(&play.machine), 0);
    assert_int_equal(cJSON_GetArraySize(play.result->hints), 0);
    assert_in_range(play.took, 300, 2000);
    play_release(&play);
}

static void test_held_file_becomes_a_hint(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.held = 6;
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(fake_machine_files(&play.machine), 1);
    assert_int_equal(cJSON_GetArraySize(play.result->hints), 1);
    const char *hint = cJSON_GetArrayItem(play.result->hints, 0)->valuestring;
    assert_non_null(strstr(hint, ".exe"));
    assert_null(strstr(hint, ".json"));
    play_release(&play);
}

/* A clean that leaves a file is none: the file is named. */
static void test_clean_with_a_held_file_failed(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.plan.verb = VERB_CLEAN;
    play.machine.held = 6;
    play.machine.settings = "[{\"id\":\"folder\",\"state\":\"changed\"}]";
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(fake_machine_files(&play.machine), 1);
    assert_int_equal(play.result->status, STATUS_FAILED);
    assert_int_equal(cJSON_GetArraySize(play.result->settings), 2);
    const cJSON *held = cJSON_GetArrayItem(play.result->settings, 1);
    assert_non_null(strstr(json_text(held, "id"), "profile[wmifleet-"));
    assert_string_equal(json_text(held, "state"), "failed");
    play_release(&play);
}

/* --- noise ---------------------------------------------------------------- */

/* What a check takes whose payload is preceded by so much noise. */
static uint64_t took_with_noise(size_t len)
{
    struct play play;
    char *noise = malloc(len + 1);
    assert_non_null(noise);
    memset(noise, 'x', len);
    noise[len] = '\0';
    play_init(&play);
    play.machine.noise_before = noise;
    play.machine.chunk = (size_t)256 * 1024;
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    play_release(&play);
    free(noise);
    return play.took;
}

static void test_a_flood_is_read_at_a_pace(void **state)
{
    (void)state;
    assert_true(took_with_noise((size_t)2 * 1024 * 1024) < 200);
    assert_in_range(took_with_noise((size_t)8 * 1024 * 1024), 14000, 20000);
}

static void test_noise_around_and_other_encodings(void **state)
{
    (void)state;
    static const size_t chunks[] = {0, 1, 2, 7, 1000};
    for (size_t i = 0; i < 2 * sizeof chunks / sizeof *chunks; i++) {
        struct play play;
        play_init(&play);
        play.machine.noise_before = "Welcome\x07 to lab-01\r\n";
        play.machine.noise_after = "\r\nbye\r\n";
        play.machine.chunk = chunks[i / 2];
        play.machine.utf16 = i % 2;
        play_run(&play);
        play_expect(&play, FAULT_NONE, "done");
        assert_non_null(play.result->noise);
        assert_null(strchr(play.result->noise, '\x07'));
        assert_non_null(strstr(play.result->noise, "Welcome"));
        assert_non_null(strstr(play.result->noise, "bye"));
        play_release(&play);
    }
}

/* --- lost and found ------------------------------------------------------- */

static void test_lost_result_is_collected(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.rules[0] = drop_after_mark(1);
    play.machine.rules[1] = drop_after_mark(2);
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.result->attempts, 3);
    assert_int_equal(play.machine.sessions, 3);
    assert_int_equal(play.machine.runs, 1);
    assert_int_equal(fake_machine_files(&play.machine), 0);
    play_release(&play);
}

/* Of two addresses the second is dead; the first is away for a moment. */
static void test_lost_result_is_looked_for_at_every_address(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.addresses = 2;
    play.machine.rules[0] = drop_after_mark(1);
    for (unsigned nth = 2; nth <= 3; nth++)
        play.machine.rules[nth - 1] =
            (struct fake_rule){.op = FAKE_CONNECT,
                               .nth = nth,
                               .how = FAKE_FAILS,
                               .fault = FAULT_REFUSED};
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_string_equal(play.result->address, "10.0.0.1:22");
    play_release(&play);
}

static void test_lost_for_good(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.rules[0] = drop_after_mark(1);
    play.machine.stays_away = true;
    play_run(&play);
    play_expect(&play, FAULT_LOST, "run");
    assert_int_equal(play.result->status, STATUS_FAILED);
    assert_in_range(play.took, 190000, 200100);
    assert_in_range(play.machine.sessions, 5, 40);
    play_release(&play);
}

static void test_lost_and_the_payload_is_gone(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.rules[0] = drop_after_mark(1);
    play.machine.rules[1] =
        (struct fake_rule){.op = FAKE_READ, .nth = 2, .how = FAKE_AGAIN};
    play.machine.crashes = true;
    play_run(&play);
    /* asked for once more in the new session, and once again after that */
    play_expect(&play, FAULT_PAYLOAD_FAILED, "run");
    play_release(&play);
}

static void test_another_key_after_a_loss_is_no_way_back(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.rules[0] = drop_after_mark(1);
    play.machine.rules[1] = (struct fake_rule){.op = FAKE_HOST_KEY,
                                               .nth = 2,
                                               .how = FAKE_FAILS,
                                               .fault = FAULT_HOSTKEY_CHANGED};
    play_run(&play);
    play_expect(&play, FAULT_LOST, "run");
    assert_int_equal(play.machine.sessions, 2);
    assert_int_equal(play.machine.begun[FAKE_LOGIN], 1);
    play_release(&play);
}

static void test_trouble_on_the_way_back(void **state)
{
    (void)state;
    static const struct fake_rule troubles[] = {
        {FAKE_CONNECT, 2, FAKE_HANGS, 0, 0, 0},
        {FAKE_HANDSHAKE, 2, FAKE_HANGS, 0, 0, 0},
        {FAKE_LOGIN, 2, FAKE_FAILS, FAULT_AUTH, 0, 0},
        {FAKE_EXEC, 2, FAKE_DROPS, 0, 0, 0},
        {FAKE_READ, 2, FAKE_DROPS, 0, FAKE_AT_ONCE, 0},
    };
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        struct play play;
        play_init(&play);
        play.machine.rules[0] = drop_after_mark(1);
        play.machine.rules[1] = troubles[i];
        play_run(&play);
        play_expect(&play, FAULT_NONE, "done");
        assert_int_equal(play.result->attempts, 3);
        assert_int_equal(play.machine.runs, 1);
        play_release(&play);
    }
}

/* One that is wrong by now would be so at every try, until Windows locks. */
static void test_password_is_sent_once_on_the_way_back(void **state)
{
    (void)state;
    static const struct fake_rule troubles[] = {
        {FAKE_LOGIN, 2, FAKE_FAILS, FAULT_AUTH, 0, 0},
        {FAKE_LOGIN, 2, FAKE_DROPS, 0, 0, 0},
        {FAKE_LOGIN, 2, FAKE_HANGS, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        struct play play;
        play_init(&play);
        play.machine.wants_password = true;
        play.machine.rules[0] = drop_after_mark(1);
        play.machine.rules[1] = troubles[i];
        play_run(&play);
        play_expect(&play, FAULT_LOST, "run");
        assert_int_equal(play.machine.begun[FAKE_LOGIN], 2);
        play_release(&play);
    }
}

static void test_password_is_sent_once_where_the_jump_host_breaks(void **state)
{
    (void)state;
    for (int password = 0; password < 2; password++) {
        struct play play;
        play_init(&play);
        play.machine.loses_way = true;
        play.machine.wants_password = password;
        play.machine.rules[0] =
            (struct fake_rule){FAKE_LOGIN, 1, FAKE_FAILS, FAULT_AUTH, 0, 0};
        play_run(&play);
        play_expect(&play, password ? FAULT_AUTH : FAULT_NONE,
                    password ? "login" : "done");
        assert_int_equal(play.machine.begun[FAKE_LOGIN], password ? 1 : 2);
        play_release(&play);
    }
}

static struct fake_rule drop_before_mark(enum fake_op op)
{
    return (struct fake_rule){
        .op = op, .nth = 1, .how = FAKE_DROPS, .where = FAKE_AT_ONCE};
}

/* The payload of an apply may have begun; the same run is asked for. */
static void test_apply_cut_before_the_mark_is_asked_for_again(void **state)
{
    (void)state;
    static const enum fake_op ops[] = {FAKE_EXEC, FAKE_READ};
    for (int i = 0; i < 4; i++) {
        struct play play;
        play_init(&play);
        if (i % 2)
            play_make_warm(&play);
        play.plan.verb = VERB_APPLY;
        play.machine.rules[0] = drop_before_mark(ops[i / 2]);
        play_run(&play);
        play_expect(&play, FAULT_NONE, "done");
        assert_int_equal(play.result->attempts, 2);
        assert_int_equal(play.machine.runs, 1);
        assert_int_equal(fake_machine_files(&play.machine), 0);
        play_release(&play);
    }
}

static void test_apply_cut_before_the_mark_and_away(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.plan.verb = VERB_APPLY;
    play.machine.rules[0] = drop_before_mark(FAKE_READ);
    play.machine.stays_away = true;
    play_run(&play);
    play_expect(&play, FAULT_LOST, "start");
    assert_int_equal(play.result->status, STATUS_FAILED);
    assert_in_range(play.took, 190000, 200100);
    play_release(&play);
}

/* A scanner may hold the program for longer than we wait for its mark. */
static void test_apply_silent_before_the_mark_is_asked_for_again(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.plan.verb = VERB_APPLY;
    play.machine.rules[0] = (struct fake_rule){
        .op = FAKE_READ, .nth = 1, .how = FAKE_HANGS, .where = FAKE_AT_ONCE};
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.result->attempts, 2);
    assert_int_equal(play.machine.runs, 1);
    play_release(&play);
}

static void
test_apply_silent_before_the_mark_is_no_unreachable_host(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.plan.verb = VERB_APPLY;
    play.plan.timeouts.host = 20000;
    play.machine.rules[0] = (struct fake_rule){
        .op = FAKE_READ, .nth = 1, .how = FAKE_HANGS, .where = FAKE_AT_ONCE};
    play_run(&play);
    play_expect(&play, FAULT_LOST, "start");
    assert_int_equal(play.result->status, STATUS_FAILED);
    play_release(&play);
}

/* What the cut command did not find is found missing after it. */
static void test_apply_cut_before_a_miss_goes_the_cold_way(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play_make_warm(&play);
    play.plan.verb = VERB_APPLY;
    play.machine.settled = false;
    play.machine.rules[0] = drop_before_mark(FAKE_READ);
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.machine.begun[FAKE_EXEC], 3);
    assert_int_equal(play.machine.runs, 1);
    play_release(&play);
}

/* A check writes nothing: it is over, and another one can be made. */
static void test_check_cut_before_the_mark_is_over(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.rules[0] = drop_before_mark(FAKE_READ);
    play_run(&play);
    play_expect(&play, FAULT_EXEC, "start");
    assert_int_equal(play.result->attempts, 1);
    play_release(&play);
}

static void test_payload_ends_without_result(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.crashes = true;
    play.machine.noise_after = "runtime error\r\n";
    play_run(&play);
    play_expect(&play, FAULT_PAYLOAD_FAILED, "run");
    assert_int_equal(play.machine.begun[FAKE_EXEC], 2);
    assert_non_null(strstr(play.result->noise, "runtime error"));
    assert_int_equal(fake_machine_files(&play.machine), 0);
    play_release(&play);
}

/* --- busy ----------------------------------------------------------------- */

static void test_busy_is_waited_for(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.busy = 3;
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.result->status, STATUS_OK);
    assert_null(play.result->fault_text);
    assert_int_equal(play.machine.sessions, 1);
    assert_in_range(play.took, 7000, 7100);
    play_release(&play);
}

static void test_busy_for_ever(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.busy = 1000;
    play_run(&play);
    play_expect(&play, FAULT_BUSY, "run");
    assert_int_equal(play.result->status, STATUS_FAILED);
    assert_in_range(play.took, 180000, 200100);
    assert_int_equal(fake_machine_files(&play.machine), 0);
    play_release(&play);
}

static void test_connection_breaks_while_busy(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.busy = 1;
    play.machine.rules[0] =
        (struct fake_rule){.op = FAKE_EXEC, .nth = 2, .how = FAKE_DROPS};
    play_run(&play);
    play_expect(&play, FAULT_BUSY, "run");
    play_release(&play);
}

/* --- answers -------------------------------------------------------------- */

static void test_errors_of_the_payload(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.error =
        "{\"class\":\"unsafe-dir\",\"code\":\"0x00000005\","
        "\"name\":\"ERROR_ACCESS_DENIED\",\"text\":\"other owner\","
        "\"hint\":null}";
    play.machine.settings = "[]";
    play_run(&play);
    play_expect(&play, FAULT_UNSAFE_DIR, "run");
    assert_int_equal(play.result->status, STATUS_FAILED);
    assert_string_equal(play.result->fault_code, "0x00000005");
    assert_string_equal(play.result->fault_text, "other owner");
    play_release(&play);
}

static void expect_bad(const char *mark, const char *answer, size_t len)
{
    struct play play;
    play_init(&play);
    play.machine.mark = mark;
    play.machine.answer = answer;
    play.machine.answer_len = len;
    play.machine.chunk = 65536;
    play_run(&play);
    play_expect(&play, FAULT_BAD_RESULT, mark ? "start" : "run");
    assert_int_equal(play.result->status, STATUS_FAILED);
    assert_null(play.result->settings);
    assert_null(strchr(play.result->fault_text, '\x1b'));
    assert_int_equal(fake_machine_files(&play.machine), 0);
    play_release(&play);
}

static void test_start_marks_that_are_not_believed(void **state)
{
    (void)state;
    static const char *const marks[] = {
        START_MARK("another"),
        "{\"started\":{\"protocol\":2,\"run\":\"" PLAY_RUN
        "\",\"payload\":\"" FAKE_PAYLOAD_HASH "\"}}",
        "{\"started\":{\"protocol\":1,\"run\":\"" PLAY_RUN
        "\",\"payload\":\"" PLAY_OTHER_HASH "\"}}",
        "{\"started\":{\"protocol\":1,\"run\":\"" PLAY_RUN "\"}}",
        "{\"started\":true}",
        "[]",
        "",
        "\x1b[2J",
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        expect_bad(marks[i], NULL, 0);
}

static void test_answers_that_are_not_believed(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "{\"protocol\":1,\"run\":\"" PLAY_RUN "\",",
        "{\"protocol\":1,\"run\":\"another\",\"complete\":true}",
        "{\"\x1b[31m\":1}",
        "{}",
        "\x01",
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        expect_bad(NULL, answers[i], 0);
}

static void test_endless_answer(void **state)
{
    (void)state;
    size_t len = 5u * 1024 * 1024;
    char *answer = malloc(len);
    assert_non_null(answer);
    memset(answer, ' ', len);
    expect_bad(NULL, answer, len);
    memset(answer, '[', len / 5);
    expect_bad(NULL, answer, len / 5);
    free(answer);
}

static void test_answer_cut_before_its_line_feed(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    /* RS in the answer: what came before it was cut off */
    play.machine.answer = "{\"protocol\":1,\x1e{\"protocol\":1";
    play_run(&play);
    play_expect(&play, FAULT_BAD_RESULT, "run");
    play_release(&play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warm_hit_is_one_command),
        cmocka_unit_test(test_warm_hit_with_slashes),
        cmocka_unit_test(test_changed_request_goes_alone),
        cmocka_unit_test(test_request_replaced_by_others_goes_alone),
        cmocka_unit_test(test_request_that_stays_missing_is_brought_once),
        cmocka_unit_test(test_request_replaced_while_away_goes_alone),
        cmocka_unit_test(test_warm_miss_heals_in_one_session),
        cmocka_unit_test(test_other_payload_version_is_cold),
        cmocka_unit_test(test_clean_is_cold_and_does_not_run_what_it_deletes),
        cmocka_unit_test(test_unsafe_folder_in_store_is_never_run),
        cmocka_unit_test(test_posix_shell_on_first_contact),
        cmocka_unit_test(test_antivirus_took_the_payload),
        cmocka_unit_test(test_application_control),
        cmocka_unit_test(test_upload_that_lost_its_end),
        cmocka_unit_test(test_apply_cut_before_the_mark_is_asked_for_again),
        cmocka_unit_test(test_apply_cut_before_the_mark_and_away),
        cmocka_unit_test(test_apply_silent_before_the_mark_is_asked_for_again),
        cmocka_unit_test(
            test_apply_silent_before_the_mark_is_no_unreachable_host),
        cmocka_unit_test(test_apply_cut_before_a_miss_goes_the_cold_way),
        cmocka_unit_test(test_check_cut_before_the_mark_is_over),
        cmocka_unit_test(test_scanner_holds_the_file_for_a_while),
        cmocka_unit_test(test_clean_with_a_held_file_failed),
        cmocka_unit_test(test_held_file_becomes_a_hint),
        cmocka_unit_test(test_a_flood_is_read_at_a_pace),
        cmocka_unit_test(test_noise_around_and_other_encodings),
        cmocka_unit_test(test_lost_result_is_collected),
        cmocka_unit_test(test_lost_result_is_looked_for_at_every_address),
        cmocka_unit_test(test_lost_for_good),
        cmocka_unit_test(test_lost_and_the_payload_is_gone),
        cmocka_unit_test(test_another_key_after_a_loss_is_no_way_back),
        cmocka_unit_test(test_trouble_on_the_way_back),
        cmocka_unit_test(test_password_is_sent_once_on_the_way_back),
        cmocka_unit_test(test_password_is_sent_once_where_the_jump_host_breaks),
        cmocka_unit_test(test_payload_ends_without_result),
        cmocka_unit_test(test_busy_is_waited_for),
        cmocka_unit_test(test_busy_for_ever),
        cmocka_unit_test(test_connection_breaks_while_busy),
        cmocka_unit_test(test_errors_of_the_payload),
        cmocka_unit_test(test_start_marks_that_are_not_believed),
        cmocka_unit_test(test_answers_that_are_not_believed),
        cmocka_unit_test(test_endless_answer),
        cmocka_unit_test(test_answer_cut_before_its_line_feed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
