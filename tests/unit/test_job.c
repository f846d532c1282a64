/* SPDX-License-Identifier: MIT */
/* Every state of a job, going well, slowly, badly, not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/play.h"

static void test_cold_way(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.result->status, STATUS_OK);
    assert_int_equal(play.result->attempts, 1);
    assert_int_equal(play.machine.runs, 1);
    assert_int_equal(fake_machine_files(&play.machine), 0);
    assert_int_equal(play.cache_after.shell, SHELL_BACKSLASH);
    assert_string_equal(play.cache_after.folder, FAKE_FOLDER);
    assert_string_equal(play.cache_after.payload_hash, FAKE_PAYLOAD_HASH);
    assert_string_equal(play.cache_after.request_hash, PLAY_REQUEST_HASH);
    assert_string_equal(play.result->address, "10.0.0.1:22");
    play_release(&play);
}

static void test_no_password_goes_to_a_new_host(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct play play;
        play_init(&play);
        play.machine.new_key = i % 2 == 1;
        play.request.secret = i / 2 == 1;
        play_run(&play);
        bool refused = play.machine.new_key && play.request.secret;
        play_expect(&play, refused ? FAULT_HOSTKEY_UNKNOWN : FAULT_NONE,
                    refused ? "login" : "done");
        assert_int_equal(play.machine.runs, refused ? 0 : 1);
        assert_int_equal(play.machine.begun[FAKE_UPLOAD] > 0, !refused);
        play_release(&play);
    }
}

static void test_ping_runs_nothing(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.plan.verb = VERB_PING;
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.result->status, STATUS_OK);
    assert_string_equal(play.machine.log.data,
                        "connect handshake host_key login disconnect ");
    play_release(&play);
}

static void test_trust_ends_after_the_key(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.plan.verb = VERB_TRUST;
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_true(play.key_seen);
    assert_string_equal(play.machine.log.data,
                        "connect handshake host_key disconnect ");
    play_release(&play);
}

/* One operation, one way to go wrong, and what must be told of it. */
struct trouble {
    struct fake_rule rule;
    enum fault fault;
    const char *phase;
    uint64_t seconds; /* that it may take at most */
    bool look;        /* on a machine where nothing starts */
};

static const struct trouble troubles[] = {
    {{FAKE_CONNECT, 1, FAKE_AGAIN, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_CONNECT, 1, FAKE_FAILS, FAULT_REFUSED, 0, 0},
     FAULT_REFUSED,
     "connect",
     1,
     0},
    {{FAKE_CONNECT, 1, FAKE_HANGS, 0, 0, 0},
     FAULT_TCP_TIMEOUT,
     "connect",
     10,
     0},
    {{FAKE_CONNECT, 1, FAKE_DROPS, 0, 0, 0},
     FAULT_TCP_TIMEOUT,
     "connect",
     1,
     0},

    {{FAKE_HANDSHAKE, 1, FAKE_AGAIN, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_HANDSHAKE, 1, FAKE_FAILS, FAULT_BANNER_TIMEOUT, 0, 0},
     FAULT_BANNER_TIMEOUT,
     "banner",
     1,
     0},
    {{FAKE_HANDSHAKE, 1, FAKE_HANGS, 0, 0, 0},
     FAULT_BANNER_TIMEOUT,
     "banner",
     20,
     0},
    {{FAKE_HANDSHAKE, 1, FAKE_DROPS, 0, 0, 0},
     FAULT_BANNER_TIMEOUT,
     "banner",
     1,
     0},

    {{FAKE_HANDSHAKE, 1, FAKE_AGAIN, 0, 0, 1}, FAULT_NONE, "done", 1, 0},
    {{FAKE_HANDSHAKE, 1, FAKE_FAILS, FAULT_KEX, 0, 1}, FAULT_KEX, "kex", 1, 0},
    {{FAKE_HANDSHAKE, 1, FAKE_HANGS, 0, 0, 1}, FAULT_KEX, "kex", 21, 0},
    {{FAKE_HANDSHAKE, 1, FAKE_DROPS, 0, 0, 1}, FAULT_KEX, "kex", 1, 0},

    {{FAKE_HOST_KEY, 1, FAKE_FAILS, FAULT_HOSTKEY_UNKNOWN, 0, 0},
     FAULT_HOSTKEY_UNKNOWN,
     "hostkey",
     1,
     0},
    {{FAKE_HOST_KEY, 1, FAKE_FAILS, FAULT_HOSTKEY_OTHER_HOST, 0, 0},
     FAULT_HOSTKEY_OTHER_HOST,
     "hostkey",
     1,
     0},
    {{FAKE_HOST_KEY, 1, FAKE_DROPS, 0, 0, 0}, FAULT_KEX, "hostkey", 1, 0},

    {{FAKE_LOGIN, 1, FAKE_AGAIN, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_LOGIN, 1, FAKE_FAILS, FAULT_AUTH, 0, 0}, FAULT_AUTH, "login", 1, 0},
    {{FAKE_LOGIN, 1, FAKE_HANGS, 0, 0, 0}, FAULT_AUTH, "login", 30, 0},
    {{FAKE_LOGIN, 1, FAKE_DROPS, 0, 0, 0}, FAULT_AUTH, "login", 1, 0},

    {{FAKE_UPLOAD, 1, FAKE_AGAIN, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_UPLOAD, 1, FAKE_FAILS, FAULT_SFTP, 0, 0},
     FAULT_SFTP,
     "upload_payload",
     1,
     0},
    {{FAKE_UPLOAD, 1, FAKE_HANGS, 0, 0, 0},
     FAULT_UPLOAD,
     "upload_payload",
     30,
     0},
    {{FAKE_UPLOAD, 1, FAKE_DROPS, 0, 0, 0},
     FAULT_UPLOAD,
     "upload_payload",
     1,
     0},
    {{FAKE_UPLOAD, 2, FAKE_AGAIN, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_UPLOAD, 2, FAKE_FAILS, FAULT_UPLOAD, 0, 0},
     FAULT_UPLOAD,
     "upload_request",
     1,
     0},
    {{FAKE_UPLOAD, 2, FAKE_HANGS, 0, 0, 0},
     FAULT_UPLOAD,
     "upload_request",
     31,
     0},
    {{FAKE_UPLOAD, 2, FAKE_DROPS, 0, 0, 0},
     FAULT_UPLOAD,
     "upload_request",
     1,
     0},

    {{FAKE_EXEC, 1, FAKE_AGAIN, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_EXEC, 1, FAKE_FAILS, FAULT_EXEC, 0, 0}, FAULT_EXEC, "exec", 1, 0},
    {{FAKE_EXEC, 1, FAKE_HANGS, 0, 0, 0}, FAULT_EXEC, "exec", 60, 0},
    {{FAKE_EXEC, 1, FAKE_DROPS, 0, 0, 0}, FAULT_EXEC, "exec", 1, 0},

    /* before the start mark nothing is known to have run */
    {{FAKE_READ, 1, FAKE_AGAIN, 0, FAKE_AT_ONCE, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_READ, 1, FAKE_FAILS, FAULT_LOST, FAKE_AT_ONCE, 0},
     FAULT_EXEC,
     "start",
     1,
     0},
    {{FAKE_READ, 1, FAKE_HANGS, 0, FAKE_AT_ONCE, 0},
     FAULT_NOT_STARTED,
     "start",
     60,
     0},
    {{FAKE_READ, 1, FAKE_DROPS, 0, FAKE_AT_ONCE, 0}, FAULT_EXEC, "start", 1, 0},
    /* after it the result is fetched */
    {{FAKE_READ, 1, FAKE_AGAIN, 0, FAKE_AFTER_MARK, 0},
     FAULT_NONE,
     "done",
     1,
     0},
    {{FAKE_READ, 1, FAKE_FAILS, FAULT_BAD_RESULT, FAKE_AFTER_MARK, 0},
     FAULT_BAD_RESULT,
     "run",
     1,
     0},
    {{FAKE_READ, 1, FAKE_FAILS, FAULT_LOST, FAKE_AFTER_MARK, 0},
     FAULT_NONE,
     "done",
     2,
     0},
    {{FAKE_READ, 1, FAKE_DROPS, 0, FAKE_AFTER_MARK, 0},
     FAULT_NONE,
     "done",
     2,
     0},
    {{FAKE_READ, 1, FAKE_HANGS, 0, FAKE_AFTER_MARK, 0},
     FAULT_RUN_TIMEOUT,
     "run",
     200,
     0},
    /* and with the result in hand nothing matters any more */
    {{FAKE_READ, 1, FAKE_AGAIN, 0, FAKE_AFTER_RESULT, 0},
     FAULT_NONE,
     "done",
     1,
     0},
    {{FAKE_READ, 1, FAKE_FAILS, FAULT_LOST, FAKE_AFTER_RESULT, 0},
     FAULT_NONE,
     "done",
     1,
     0},
    {{FAKE_READ, 1, FAKE_HANGS, 0, FAKE_AFTER_RESULT, 0},
     FAULT_NONE,
     "done",
     6,
     0},
    {{FAKE_READ, 1, FAKE_DROPS, 0, FAKE_AFTER_RESULT, 0},
     FAULT_NONE,
     "done",
     1,
     0},

    {{FAKE_CLOSE, 1, FAKE_AGAIN, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_CLOSE, 1, FAKE_FAILS, FAULT_LOST, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_CLOSE, 1, FAKE_HANGS, 0, 0, 0}, FAULT_NONE, "done", 6, 0},
    {{FAKE_CLOSE, 1, FAKE_DROPS, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_UNLINK, 1, FAKE_AGAIN, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_UNLINK, 1, FAKE_FAILS, FAULT_LOST, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_UNLINK, 1, FAKE_HANGS, 0, 0, 0}, FAULT_NONE, "done", 6, 0},
    {{FAKE_UNLINK, 2, FAKE_DROPS, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_DISCONNECT, 1, FAKE_AGAIN, 0, 0, 0}, FAULT_NONE, "done", 1, 0},
    {{FAKE_DISCONNECT, 1, FAKE_FAILS, FAULT_LOST, 0, 0},
     FAULT_NONE,
     "done",
     1,
     0},
    {{FAKE_DISCONNECT, 1, FAKE_HANGS, 0, 0, 0}, FAULT_NONE, "done", 6, 0},
    {{FAKE_DISCONNECT, 1, FAKE_DROPS, 0, 0, 0}, FAULT_NONE, "done", 1, 0},

    /* the payload did not start, and the question why goes wrong */
    {{FAKE_STAT, 1, FAKE_AGAIN, 0, 0, 0}, FAULT_NOT_STARTED, "start", 1, 1},
    {{FAKE_STAT, 1, FAKE_FAILS, FAULT_LOST, 0, 0}, FAULT_EXEC, "start", 1, 1},
    {{FAKE_STAT, 1, FAKE_HANGS, 0, 0, 0}, FAULT_NOT_STARTED, "start", 6, 1},
    {{FAKE_STAT, 1, FAKE_DROPS, 0, 0, 0}, FAULT_EXEC, "start", 1, 1},
};

static void play_trouble(const struct trouble *trouble)
{
    struct play play;
    play_init(&play);
    play.machine.rules[0] = trouble->rule;
    play.machine.forbids = trouble->look;
    play_run(&play);
    play_expect(&play, trouble->fault, trouble->phase);
    assert_true(play.took <= trouble->seconds * 1000 + 100);
    if (trouble->rule.how == FAKE_HANGS)
        assert_true(play.took >= 4900);
    /* What may lie there still is told. */
    if (fake_machine_files(&play.machine) > 0)
        assert_int_equal(cJSON_GetArraySize(play.result->hints), 1);
    if (trouble->fault == FAULT_SFTP)
        assert_int_equal(cJSON_GetArraySize(play.result->hints), 0);
    play_release(&play);
}

static void test_every_state_in_every_trouble(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        print_message("trouble %zu\n", i);
        play_trouble(&troubles[i]);
    }
}

static void test_name_without_address(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.addresses = 0;
    play.addresses_error = "unknown name";
    play_run(&play);
    play_expect(&play, FAULT_RESOLVE, "resolve");
    assert_non_null(strstr(play.result->fault_text, "unknown name"));
    play_release(&play);
}

static void test_resolver_never_answers(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.addresses = 0;
    play_run(&play);
    play_expect(&play, FAULT_RESOLVE, "resolve");
    assert_int_equal(play.took, 20000);
    play_release(&play);
}

static void test_second_address_when_first_is_dead(void **state)
{
    (void)state;
    static const enum fake_how ways[] = {FAKE_FAILS, FAKE_HANGS, FAKE_DROPS};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct play play;
        play_init(&play);
        play.addresses = 3;
        play.machine.rules[0] = (struct fake_rule){.op = FAKE_CONNECT,
                                                   .nth = 1,
                                                   .how = ways[i],
                                                   .fault = FAULT_REFUSED};
        play_run(&play);
        play_expect(&play, FAULT_NONE, "done");
        assert_string_equal(play.result->address, "10.0.0.2:22");
        play_release(&play);
    }
}

static void test_all_addresses_dead(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.addresses = 3;
    play.machine.refuses = true;
    play_run(&play);
    play_expect(&play, FAULT_REFUSED, "connect");
    assert_string_equal(play.result->address, "10.0.0.3:22");
    assert_int_equal(play.machine.sessions, 3);
    play_release(&play);
}

static void test_own_connect_timeout(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.target.connect_timeout_s = 3;
    play.machine.rules[0] =
        (struct fake_rule){.op = FAKE_CONNECT, .nth = 1, .how = FAKE_HANGS};
    play_run(&play);
    play_expect(&play, FAULT_TCP_TIMEOUT, "connect");
    assert_int_equal(play.took, 3000);
    play_release(&play);
}

static void test_retries_of_what_may_pass(void **state)
{
    (void)state;
    static const struct {
        enum fault fault;
        int retries;
        unsigned attempts;
    } rows[] = {
        {FAULT_REFUSED, -1, 1 + JOB_RETRIES_DEFAULT},
        {FAULT_REFUSED, 0, 1},
        {FAULT_REFUSED, 2, 3},
        {FAULT_KEX, 1, 2},
        {FAULT_AUTH, -1, 1},
        {FAULT_AUTH, 2, 1},
        {FAULT_SFTP, 2, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct play play;
        play_init(&play);
        play.addresses = 2;
        play.target.retries = rows[i].retries;
        play.machine.rules[0] = (struct fake_rule){
            .op = FAKE_HANDSHAKE, .how = FAKE_FAILS, .fault = rows[i].fault};
        play_run(&play);
        play_expect(&play, rows[i].fault, "banner");
        assert_int_equal(play.result->attempts, rows[i].attempts);
        assert_int_equal(play.machine.sessions, rows[i].attempts);
        play_release(&play);
    }
}

/* How long a host takes that refuses each connection at once. */
static uint64_t refused_for(const char *name, int retries)
{
    struct play play;
    play_init(&play);
    play.target.retries = retries;
    play.target.name = name;
    play.machine.refuses = true;
    play_run(&play);
    play_expect(&play, FAULT_REFUSED, "connect");
    play_release(&play);
    return play.took;
}

static void test_retries_are_spread_and_short(void **state)
{
    (void)state;
    uint64_t first = refused_for("lab-01", -1);
    uint64_t second = refused_for("lab-02", -1);
    assert_true(first != second);
    assert_in_range(first, 750, 2250);
    assert_in_range(second, 750, 2250);
}

/* 0.5, 1, 2 and 4 s, each by half to three halves. */
static void test_retries_wait_longer_each_time(void **state)
{
    (void)state;
    assert_in_range(refused_for("lab-01", 4), 3750, 11250);
    assert_in_range(refused_for("lab-02", 4), 3750, 11250);
}

static void test_silence_is_not_tried_again_unasked(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.target.retries = -1;
    play.machine.rules[0] =
        (struct fake_rule){.op = FAKE_HANDSHAKE, .how = FAKE_HANGS};
    play_run(&play);
    play_expect(&play, FAULT_BANNER_TIMEOUT, "banner");
    assert_int_equal(play.result->attempts, 1);
    play_release(&play);
}

static void test_retry_that_helps(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.target.retries = 1;
    play.machine.rules[0] =
        (struct fake_rule){.op = FAKE_HANDSHAKE, .nth = 1, .how = FAKE_HANGS};
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.result->attempts, 2);
    play_release(&play);
}

/* The first logon on a machine takes long: it makes a profile. */
static void test_waiting_for_other_hosts_is_no_time_of_the_login(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.waits = 350;
    play.machine.rules[0] =
        (struct fake_rule){.op = FAKE_LOGIN, .how = FAKE_WAITS};
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    assert_in_range(play.took, 35000, 35100);
    play.machine.waits = 100000;
    play_run(&play);
    play_expect(&play, FAULT_AUTH, "login");
    assert_in_range(play.took, 149800, 150000);
    play_release(&play);
}

static void test_upload_may_take_its_size(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.plan.payload.len = 1600 * 1000;
    play.machine.rules[0] =
        (struct fake_rule){.op = FAKE_UPLOAD, .nth = 1, .how = FAKE_HANGS};
    play_run(&play);
    play_expect(&play, FAULT_UPLOAD, "upload_payload");
    assert_in_range(play.took, 130000, 130100);
    play_release(&play);
}

static void test_host_deadline(void **state)
{
    (void)state;
    static const struct {
        struct fake_rule rule;
        enum fault fault;
        const char *phase;
    } rows[] = {
        {{FAKE_CONNECT, 1, FAKE_HANGS, 0, 0, 0}, FAULT_TCP_TIMEOUT, "connect"},
        {{FAKE_LOGIN, 1, FAKE_HANGS, 0, 0, 0}, FAULT_AUTH, "login"},
        {{FAKE_READ, 1, FAKE_HANGS, 0, FAKE_AFTER_MARK, 0},
         FAULT_RUN_TIMEOUT,
         "run"},
        {{FAKE_DISCONNECT, 1, FAKE_HANGS, 0, 0, 0}, FAULT_NONE, "done"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct play play;
        play_init(&play);
        play.plan.timeouts.host = 2000;
        play.machine.rules[0] = rows[i].rule;
        play_run(&play);
        play_expect(&play, rows[i].fault, rows[i].phase);
        assert_int_equal(play.took, 2000);
        play_release(&play);
    }
}

static void test_cancel_in_every_state(void **state)
{
    (void)state;
    static const enum fake_op ops[] = {FAKE_CONNECT, FAKE_HANDSHAKE, FAKE_LOGIN,
                                       FAKE_UPLOAD,  FAKE_EXEC,      FAKE_READ};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        struct play play;
        play_init(&play);
        play.machine.rules[0] =
            (struct fake_rule){.op = ops[i], .nth = 1, .how = FAKE_AGAIN};
        play.cancel_at = 1;
        play_run(&play);
        assert_int_equal(play.result->fault, FAULT_CANCELLED);
        assert_int_equal(play.result->status, STATUS_CANCELLED);
        play_release(&play);
    }
}

static void stop_at_work(struct play *play)
{
    play_init(play);
    play->plan.verb = VERB_APPLY;
    play_make_warm(play);
    play->machine.rules[0] = (struct fake_rule){
        .op = FAKE_READ, .nth = 1, .how = FAKE_HANGS, .where = FAKE_AFTER_MARK};
    play->machine.stops = true;
    play->stop_at = 1;
}

static void test_stop_before_any_work_ends_at_once(void **state)
{
    (void)state;
    static const enum fake_op ops[] = {FAKE_CONNECT, FAKE_HANDSHAKE, FAKE_LOGIN,
                                       FAKE_UPLOAD};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        struct play play;
        play_init(&play);
        play.plan.verb = VERB_APPLY;
        play.machine.rules[0] =
            (struct fake_rule){.op = ops[i], .nth = 1, .how = FAKE_AGAIN};
        play.stop_at = 1;
        play_run(&play);
        assert_int_equal(play.result->fault, FAULT_CANCELLED);
        assert_in_range(play.took, 0, 10);
        assert_null(strstr(play.machine.log.data, "beside"));
        play_release(&play);
    }
}

static void test_stop_tells_the_payload_and_takes_its_result(void **state)
{
    (void)state;
    struct play play;
    stop_at_work(&play);
    play.machine.rules[1] =
        (struct fake_rule){.op = FAKE_BESIDE, .nth = 1, .how = FAKE_AGAIN};
    play_run(&play);
    play_expect(&play, FAULT_CANCELLED, "run");
    assert_string_equal(play.result->fault_text, "told to stop");
    assert_int_equal(cJSON_GetArraySize(play.result->settings), 1);
    assert_non_null(strstr(play.machine.log.data, ".exe cancel r-"));
    assert_int_equal(play.machine.sessions, 1);
    play_release(&play);
}

static void test_stop_without_a_second_channel_connects_again(void **state)
{
    (void)state;
    struct play play;
    stop_at_work(&play);
    play.machine.rules[1] = (struct fake_rule){
        .op = FAKE_BESIDE, .nth = 1, .how = FAKE_FAILS, .fault = FAULT_EXEC};
    play_run(&play);
    play_expect(&play, FAULT_CANCELLED, "run");
    assert_string_equal(play.result->fault_text, "told to stop");
    assert_int_equal(play.machine.sessions, 2);
    play_release(&play);
}

static void test_stop_leaves_what_does_not_stop(void **state)
{
    (void)state;
    struct play play;
    stop_at_work(&play);
    play.machine.stops = false;
    play_run(&play);
    play_expect(&play, FAULT_CANCELLED, "run");
    assert_non_null(strstr(play.result->fault_text, "still be at work"));
    assert_in_range(play.took, 10000, 10100);
    play_release(&play);
}

static void test_stop_where_the_command_was_only_given(void **state)
{
    (void)state;
    struct play play;
    stop_at_work(&play);
    play.machine.rules[0].where = FAKE_AT_ONCE;
    play_run(&play);
    play_expect(&play, FAULT_CANCELLED, "run");
    assert_string_equal(play.result->fault_text, "told to stop");
    play_release(&play);
}

static void test_timing_tells_each_stage(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.machine.rules[0] =
        (struct fake_rule){.op = FAKE_LOGIN, .nth = 1, .how = FAKE_AGAIN};
    play_run(&play);
    play_expect(&play, FAULT_NONE, "done");
    const cJSON *login =
        cJSON_GetObjectItemCaseSensitive(play.result->timing, "login_ms");
    const cJSON *payload =
        cJSON_GetObjectItemCaseSensitive(play.result->timing, "payload_ms");
    assert_non_null(login);
    assert_int_equal(login->valueint, 3);
    assert_non_null(payload);
    assert_int_equal(payload->valueint, 12);
    play_release(&play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cold_way),
        cmocka_unit_test(test_no_password_goes_to_a_new_host),
        cmocka_unit_test(test_ping_runs_nothing),
        cmocka_unit_test(test_trust_ends_after_the_key),
        cmocka_unit_test(test_every_state_in_every_trouble),
        cmocka_unit_test(test_name_without_address),
        cmocka_unit_test(test_resolver_never_answers),
        cmocka_unit_test(test_second_address_when_first_is_dead),
        cmocka_unit_test(test_all_addresses_dead),
        cmocka_unit_test(test_own_connect_timeout),
        cmocka_unit_test(test_retries_of_what_may_pass),
        cmocka_unit_test(test_retries_are_spread_and_short),
        cmocka_unit_test(test_retries_wait_longer_each_time),
        cmocka_unit_test(test_silence_is_not_tried_again_unasked),
        cmocka_unit_test(test_retry_that_helps),
        cmocka_unit_test(test_waiting_for_other_hosts_is_no_time_of_the_login),
        cmocka_unit_test(test_upload_may_take_its_size),
        cmocka_unit_test(test_host_deadline),
        cmocka_unit_test(test_cancel_in_every_state),
        cmocka_unit_test(test_stop_before_any_work_ends_at_once),
        cmocka_unit_test(test_stop_tells_the_payload_and_takes_its_result),
        cmocka_unit_test(test_stop_without_a_second_channel_connects_again),
        cmocka_unit_test(test_stop_leaves_what_does_not_stop),
        cmocka_unit_test(test_stop_where_the_command_was_only_given),
        cmocka_unit_test(test_timing_tells_each_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
