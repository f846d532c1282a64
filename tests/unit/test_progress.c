/* SPDX-License-Identifier: MIT */
/* The line that says where a run stands: numbers and widths in, text out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "controller/report/progress.h"

static void assert_line(const struct progress *progress, int columns,
                        const char *expected)
{
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(progress_line(&out, progress, columns), 0);
    assert_string_equal(out.len > 0 ? out.data : "", expected);
    buf_release(&out);
}

static const struct progress nothing_yet = {
    .total = 40, .changed_word = "drift", .slowest = "lab-17", .phase = "kex"};

static const struct progress amid = {.total = 200,
                                     .done = 42,
                                     .ok = 12,
                                     .changed = 25,
                                     .changed_word = "changed",
                                     .failed = 3,
                                     .unreachable = 2,
                                     .rate = 21.4,
                                     .slowest = "lab-17",
                                     .phase = "login",
                                     .phase_ms = 12900};

static const struct progress large = {.total = 10000,
                                      .done = 4213,
                                      .ok = 3100,
                                      .changed = 1090,
                                      .changed_word = "drift",
                                      .failed = 3,
                                      .unreachable = 20,
                                      .rate = 312,
                                      .slowest = "f04471",
                                      .phase = "connect",
                                      .phase_ms = 9000};

static const struct progress hung = {.total = 200,
                                     .done = 199,
                                     .ok = 199,
                                     .changed_word = "drift",
                                     .slowest = "lab-17",
                                     .phase = "run",
                                     .phase_ms = 179000};

static const struct progress all_done = {
    .total = 3, .done = 3, .ok = 3, .changed_word = "drift", .rate = 1.5};

static const struct progress ping = {
    .total = 9, .done = 4, .ok = 4, .rate = 0.05};

static const struct progress waits = {.total = 200,
                                      .done = 188,
                                      .ok = 188,
                                      .changed_word = "drift",
                                      .rate = 0,
                                      .waiting = 12,
                                      .due_ms = 13200};

static const struct progress waits_and_works = {.total = 200,
                                                .done = 100,
                                                .changed = 100,
                                                .changed_word = "drift",
                                                .rate = 2,
                                                .waiting = 80,
                                                .due_ms = 0};

static const struct progress ending = {.total = 200,
                                       .done = 60,
                                       .ok = 58,
                                       .changed_word = "drift",
                                       .unreachable = 2,
                                       .rate = 12,
                                       .ending = true,
                                       .at_work = 7,
                                       .slowest = "lab-17",
                                       .phase = "run",
                                       .phase_ms = 3000};

static const struct progress hours = {
    .total = 100000, .done = 10, .ok = 10, .rate = 10.0 / 3};

static const struct progress days = {
    .total = 1000000, .done = 1, .ok = 1, .rate = 0.1};

static void test_table(void **state)
{
    (void)state;
    static const struct {
        const struct progress *progress;
        int columns;
        const char *line;
    } rows[] = {
        {&nothing_yet, 100,
         "0/40  ok 0  drift 0  failed 0  unreachable 0  slowest lab-17: kex 0 "
         "s"},
        {&nothing_yet, 40, "0/40  failed 0  slowest lab-17: kex 0 s"},
        {&amid, 200,
         "42/200  ok 12  changed 25  failed 3  unreachable 2  21/s  8 s left  "
         "slowest lab-17: login 12 s"},
        {&amid, 79,
         "42/200  ok 12  changed 25  failed 3  unreachable 2  21/s  8 s left"},
        {&amid, 59, "42/200  ok 12  changed 25  failed 3  unreachable 2  21/s"},
        {&amid, 48, "42/200  changed 25  failed 3  unreachable 2"},
        {&amid, 39, "42/200  ok 12  failed 3  unreachable 2"},
        {&amid, 20, "42/200  failed 3"},
        {&amid, 6, "42/200"},
        {&amid, 5, ""},
        {&amid, 0, ""},
        {&amid, -1, ""},
        {&large, 79,
         "4213/10000  ok 3100  drift 1090  failed 3  unreachable 20  312/s  19 "
         "s left"},
        {&large, 59,
         "4213/10000  ok 3100  drift 1090  failed 3  unreachable 20"},
        {&large, 39, "4213/10000  failed 3  unreachable 20"},
        {&hung, 79,
         "199/200  ok 199  drift 0  failed 0  unreachable 0  slowest lab-17: "
         "run 2 min"},
        {&hung, 39, "199/200  ok 199  drift 0  failed 0"},
        {&all_done, 79, "3/3  ok 3  drift 0  failed 0  unreachable 0  1.5/s"},
        {&ping, 79, "4/9  ok 4  failed 0  unreachable 0  3.0/min  101 s left"},
        {&waits, 79,
         "188/200  ok 188  drift 0  failed 0  unreachable 0  12 waiting, next "
         "in 14 s"},
        {&waits_and_works, 90,
         "100/200  drift 100  failed 0  unreachable 0  80 waiting, next "
         "in 0 s  2.0/s  11 s left"},
        {&ending, 100,
         "60/200  ending, 7 at work  ok 58  drift 0  failed 0  unreachable 2  "
         "12/s  "
         "slowest lab-17: run 3 s"},
        {&ending, 39, "60/200  ending, 7 at work  ok 58  12/s"},
        {&hours, 79,
         "10/100000  ok 10  failed 0  unreachable 0  3.3/s  8 h 19 min left"},
        {&days, 79,
         "1/1000000  ok 1  failed 0  unreachable 0  6.0/min  115 d left"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_line(rows[i].progress, rows[i].columns, rows[i].line);
}

static void test_names_are_escaped_and_cut(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *line;
    } rows[] = {
        {"lab-1", "slowest lab-1: run 1 s"},
        {"exactly-24-columns-wide-",
         "slowest exactly-24-columns-wide-: run 1 s"},
        {"wider-than-24-columns-it-is",
         "slowest wider-than-24-columns-..: run 1 s"},
        {"a\033[2Jb", "slowest a\\x1b[2Jb: run 1 s"},
        {"b\xff", "slowest b\\xff: run 1 s"},
        {"b\u00fcro-\u2603", "slowest b\u00fcro-\u2603: run 1 s"},
        {"\u202eevil", "slowest \\u{202e}evil: run 1 s"},
        /* two columns each */
        {"\u96fb\u96fb\u96fb\u96fb\u96fb\u96fb\u96fb\u96fb\u96fb\u96fb\u96fb"
         "\u96fb\u96fb",
         "slowest \u96fb\u96fb\u96fb\u96fb\u96fb\u96fb\u96fb\u96fb\u96fb"
         "\u96fb\u96fb..: run 1 s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct progress progress = {.total = 9,
                                          .slowest = rows[i].name,
                                          .phase = "run",
                                          .phase_ms = 1000};
        struct buf out;
        buf_init(&out, 4096);
        assert_int_equal(progress_line(&out, &progress, 79), 0);
        const char *slowest = strstr(out.data, "slowest ");
        assert_non_null(slowest);
        assert_string_equal(slowest, rows[i].line);
        buf_release(&out);
    }
}

/* A wide character counts for two: the line ends where it has to. */
static void test_wide_names_take_two_columns_each(void **state)
{
    (void)state;
    const struct progress progress = {.total = 9,
                                      .slowest = "\u96fb\u96fb",
                                      .phase = "run",
                                      .phase_ms = 1000};
    assert_line(&progress, 25, "0/9  ok 0  failed 0");
    assert_line(&progress, 26, "0/9  slowest \u96fb\u96fb: run 1 s");
    assert_line(&progress, 31, "0/9  slowest \u96fb\u96fb: run 1 s");
    assert_line(&progress, 32, "0/9  ok 0  slowest \u96fb\u96fb: run 1 s");
}

static void test_no_width_is_ever_exceeded(void **state)
{
    (void)state;
    static const struct progress *const all[] = {
        &nothing_yet, &amid,   &large, &hung, &all_done,       &ping,
        &waits,       &ending, &hours, &days, &waits_and_works};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (int columns = 0; columns < 140; columns++) {
            struct buf out;
            buf_init(&out, 4096);
            assert_int_equal(progress_line(&out, all[i], columns), 0);
            assert_true(out.len <= (size_t)columns);
            buf_release(&out);
        }
    }
}

static void test_a_full_buffer_is_told(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 8);
    assert_int_equal(progress_line(&out, &amid, 79), -1);
    buf_release(&out);
}

static double progress_rate(struct progress_rate *rate, uint64_t now_ms,
                            size_t done)
{
    struct progress progress = {.done = done};
    progress_note(&progress, rate, now_ms);
    return progress.rate;
}

/* One host that hangs is no second away for a minute. */
static void test_no_time_is_told_that_has_passed(void **state)
{
    (void)state;
    struct progress_rate rate = {.count = 0};
    struct progress progress = {.total = 101, .done = 0};
    progress_note(&progress, &rate, 1000);
    progress.done = 100;
    progress_note(&progress, &rate, 11000);
    assert_int_equal(progress.idle_ms, 0);
    progress_note(&progress, &rate, 11050);
    assert_line(&progress, 31, "100/101  ok 0  10.0/s  1 s left");
    progress_note(&progress, &rate, 11200);
    assert_int_equal(progress.idle_ms, 200);
    assert_line(&progress, 30, "100/101  ok 0  failed 0  9.8/s");
}

static bool about(double value, double expected)
{
    return value > expected - 0.01 && value < expected + 0.01;
}

static void test_the_rate_is_that_of_the_last_ten_seconds(void **state)
{
    (void)state;
    struct progress_rate rate = {.count = 0};
    assert_true(about(progress_rate(&rate, 5000, 0), 0));
    assert_true(about(progress_rate(&rate, 5100, 10), 0)); /* too soon */
    assert_true(about(progress_rate(&rate, 6000, 10), 10));
    for (uint64_t ms = 6100; ms <= 15000; ms += 100)
        progress_rate(&rate, ms, 10 + (size_t)(ms - 6000) / 100);
    assert_true(about(progress_rate(&rate, 15000, 100), 10));
    /* then nothing comes any more */
    double last = 10;
    for (uint64_t ms = 15100; ms <= 26000; ms += 100) {
        double now = progress_rate(&rate, ms, 100);
        assert_true(now <= last);
        last = now;
    }
    assert_true(about(last, 0));
    /* and after a long sleep of the program */
    assert_true(about(progress_rate(&rate, 3626000, 100), 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_names_are_escaped_and_cut),
        cmocka_unit_test(test_wide_names_take_two_columns_each),
        cmocka_unit_test(test_no_width_is_ever_exceeded),
        cmocka_unit_test(test_a_full_buffer_is_told),
        cmocka_unit_test(test_no_time_is_told_that_has_passed),
        cmocka_unit_test(test_the_rate_is_that_of_the_last_ten_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
