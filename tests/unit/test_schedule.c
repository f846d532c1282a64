/* SPDX-License-Identifier: MIT */
/* Which host is begun when, and what ends a run early. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "controller/fleet/schedule.h"

/* It was stopped, with these words in the reason. */
static void expect_why(const struct schedule *schedule, const char *words)
{
    const char *why = schedule_why(schedule);
    assert_non_null(why);
    assert_non_null(strstr(why, words));
}

static struct schedule_plan plan_of(const char *serial, const char *max_fail)
{
    struct schedule_plan plan = {0};
    struct err err;
    if (serial != NULL)
        assert_int_equal(schedule_read_batches(&plan, serial, &err), 0);
    if (max_fail != NULL)
        assert_int_equal(schedule_read_max_fail(&plan, max_fail, &err), 0);
    return plan;
}

/* Begins all that may be begun now; how many. */
static size_t admit(struct schedule *schedule, size_t *hosts,
                    enum schedule_answer then)
{
    for (size_t count = 0;; count++) {
        struct schedule_next next = schedule_next(schedule, 0);
        if (next.answer != SCHEDULE_ADMIT) {
            assert_int_equal(next.answer, then);
            return count;
        }
        hosts[count] = next.host;
    }
}

static void end_all(struct schedule *schedule, const size_t *hosts,
                    size_t count, enum schedule_outcome outcome)
{
    for (size_t i = 0; i < count; i++)
        assert_false(schedule_done(schedule, hosts[i], outcome, 0));
}

static void all_at_once_without_a_word(void **state)
{
    (void)state;
    size_t hosts[100];
    struct schedule_plan plan = {0};
    struct schedule *schedule = schedule_new(&plan, 100);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(hosts[i], i);
    end_all(schedule, hosts, 100, SCHEDULE_BAD);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_END), 0);
    assert_null(schedule_why(schedule));
    schedule_free(schedule);
}

static void batches_wait_for_each_other(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 20, 100, 79};
    size_t hosts[200];
    struct schedule_plan plan = plan_of("1,10%,50%", NULL);
    struct schedule *schedule = schedule_new(&plan, 200);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), sizes[i]);
        end_all(schedule, hosts, sizes[i] - 1, SCHEDULE_BAD);
        if (i < 3)
            assert_int_equal(schedule_next(schedule, 0).answer, SCHEDULE_WAIT);
        end_all(schedule, hosts + sizes[i] - 1, 1, SCHEDULE_GOOD);
    }
    assert_int_equal(admit(schedule, hosts, SCHEDULE_END), 0);
    schedule_free(schedule);
}

static void a_batch_that_went_wrong_is_the_last(void **state)
{
    (void)state;
    size_t hosts[10];
    struct schedule_plan plan = plan_of("2", NULL);
    struct schedule *schedule = schedule_new(&plan, 10);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), 2);
    end_all(schedule, hosts, 2, SCHEDULE_BAD);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_END), 0);
    expect_why(schedule, "every host of a batch went wrong "
                         "(--max-fail 100% goes on)");
    assert_true(schedule_tried(schedule, 1));
    assert_false(schedule_tried(schedule, 2));
    schedule_free(schedule);
}

static void a_limit_that_was_given_decides_alone(void **state)
{
    (void)state;
    size_t hosts[10];
    struct schedule_plan plan = plan_of("2", "100%");
    struct schedule *schedule = schedule_new(&plan, 10);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), 2);
        end_all(schedule, hosts, 2, SCHEDULE_BAD);
    }
    assert_int_equal(admit(schedule, hosts, SCHEDULE_END), 0);
    assert_null(schedule_why(schedule));
    schedule_free(schedule);
}

static void more_than_allowed_went_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *max_fail;
        size_t hosts, allowed;
    } cases[] = {{"0", 10, 0}, {"3", 10, 3}, {"25%", 10, 2}, {"0%", 10, 0}};
    for (size_t i = 0; i < 4; i++) {
        size_t hosts[10];
        struct schedule_plan plan = plan_of("1", cases[i].max_fail);
        plan.batches[0].number = 5;
        struct schedule *schedule = schedule_new(&plan, cases[i].hosts);
        assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), 5);
        end_all(schedule, hosts, cases[i].allowed, SCHEDULE_BAD);
        assert_null(schedule_why(schedule));
        end_all(schedule, hosts + cases[i].allowed, 1, SCHEDULE_BAD);
        expect_why(schedule, "--max-fail allows");
        end_all(schedule, hosts + cases[i].allowed + 1, 4 - cases[i].allowed,
                SCHEDULE_GOOD);
        assert_int_equal(admit(schedule, hosts, SCHEDULE_END), 0);
        schedule_free(schedule);
    }
}

static void canaries_come_first_and_are_asked_about(void **state)
{
    (void)state;
    size_t hosts[10];
    struct schedule_plan plan = {.canary = 3};
    struct schedule *schedule = schedule_new(&plan, 10);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), 3);
    end_all(schedule, hosts, 3, SCHEDULE_GOOD);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_ASK), 0);
    schedule_agree(schedule);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), 7);
    end_all(schedule, hosts, 7, SCHEDULE_GOOD);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_END), 0);
    schedule_free(schedule);
}

static void a_bad_canary_ends_it_without_a_question(void **state)
{
    (void)state;
    size_t hosts[10];
    struct schedule_plan plan = {.canary = 3, .agreed = true};
    struct schedule *schedule = schedule_new(&plan, 10);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), 3);
    end_all(schedule, hosts, 2, SCHEDULE_GOOD);
    end_all(schedule, hosts + 2, 1, SCHEDULE_BAD);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_END), 0);
    expect_why(schedule, "a canary went wrong");
    schedule_free(schedule);
}

static void agreed_canaries_and_canaries_that_are_all_ask_nothing(void **state)
{
    (void)state;
    size_t hosts[10];
    struct schedule_plan plan = {.canary = 3, .agreed = true};
    struct schedule *schedule = schedule_new(&plan, 4);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), 3);
    end_all(schedule, hosts, 3, SCHEDULE_GOOD);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), 1);
    schedule_free(schedule);
    plan.agreed = false;
    schedule = schedule_new(&plan, 2);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_WAIT), 2);
    end_all(schedule, hosts, 2, SCHEDULE_GOOD);
    assert_int_equal(admit(schedule, hosts, SCHEDULE_END), 0);
    schedule_free(schedule);
}

static void a_host_that_is_off_is_tried_again_with_growing_pauses(void **state)
{
    (void)state;
    static const uint64_t pauses[] = {15000,  30000,  60000, 120000,
                                      240000, 300000, 300000};
    struct schedule_plan plan = {.for_ms = 1200000};
    struct schedule *schedule = schedule_new(&plan, 1);
    uint64_t now = 1;
    assert_int_equal(schedule_next(schedule, now).answer, SCHEDULE_ADMIT);
    for (size_t i = 0; i < 7; i++) {
        bool again = schedule_done(schedule, 0, SCHEDULE_AGAIN, now);
        assert_int_equal(again, now + pauses[i] <= 1 + plan.for_ms);
        if (!again)
            break;
        struct schedule_next next = schedule_next(schedule, now);
        assert_int_equal(next.answer, SCHEDULE_WAIT);
        assert_int_equal(next.due_ms, now + pauses[i]);
        uint64_t due = 0;
        assert_int_equal(schedule_waiting(schedule, &due), 1);
        assert_int_equal(due, next.due_ms);
        now = next.due_ms;
        next = schedule_next(schedule, now);
        assert_int_equal(next.answer, SCHEDULE_ADMIT);
        assert_int_equal(next.host, 0);
        assert_int_equal(schedule_waiting(schedule, &due), 0);
    }
    assert_true(now > 1000000);
    schedule_free(schedule);
}

static void new_hosts_come_before_second_tries(void **state)
{
    (void)state;
    struct schedule_plan plan = plan_of("1", NULL);
    plan.for_ms = 1000000;
    struct schedule *schedule = schedule_new(&plan, 2);
    assert_int_equal(schedule_next(schedule, 0).host, 0);
    assert_true(schedule_done(schedule, 0, SCHEDULE_AGAIN, 0));
    struct schedule_next next = schedule_next(schedule, 100000);
    assert_int_equal(next.answer, SCHEDULE_ADMIT);
    assert_int_equal(next.host, 1);
    assert_false(schedule_done(schedule, 1, SCHEDULE_GOOD, 100000));
    assert_int_equal(schedule_next(schedule, 100000).host, 0);
    schedule_free(schedule);
}

static void nothing_is_tried_again_once_it_was_stopped(void **state)
{
    (void)state;
    struct schedule_plan plan = {.for_ms = 1000000};
    struct schedule *schedule = schedule_new(&plan, 2);
    assert_int_equal(schedule_next(schedule, 0).host, 0);
    schedule_stop(schedule, "interrupted");
    assert_false(schedule_done(schedule, 0, SCHEDULE_AGAIN, 0));
    assert_int_equal(schedule_next(schedule, 0).answer, SCHEDULE_END);
    expect_why(schedule, "interrupted");
    schedule_free(schedule);
}

static void words_that_are_no_sizes_are_refused(void **state)
{
    (void)state;
    static const char *const serial[] = {"",    "0",     "1,",   ",1",
                                         "x",   "1;2",   "101%", "-1",
                                         "1 2", "10%,0", "5%%",  "1.5"};
    static const char *const max_fail[] = {"", "x", "101%", "-1", "5,6", "5%%"};
    struct schedule_plan plan = {0};
    struct err err;
    for (size_t i = 0; i < sizeof serial / sizeof *serial; i++) {
        assert_int_equal(schedule_read_batches(&plan, serial[i], &err), -1);
        assert_non_null(strstr(err.text, "--serial"));
    }
    for (size_t i = 0; i < sizeof max_fail / sizeof *max_fail; i++) {
        assert_int_equal(schedule_read_max_fail(&plan, max_fail[i], &err), -1);
        assert_non_null(strstr(err.text, "--max-fail"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_at_once_without_a_word),
        cmocka_unit_test(batches_wait_for_each_other),
        cmocka_unit_test(a_batch_that_went_wrong_is_the_last),
        cmocka_unit_test(a_limit_that_was_given_decides_alone),
        cmocka_unit_test(more_than_allowed_went_wrong),
        cmocka_unit_test(canaries_come_first_and_are_asked_about),
        cmocka_unit_test(a_bad_canary_ends_it_without_a_question),
        cmocka_unit_test(agreed_canaries_and_canaries_that_are_all_ask_nothing),
        cmocka_unit_test(a_host_that_is_off_is_tried_again_with_growing_pauses),
        cmocka_unit_test(new_hosts_come_before_second_tries),
        cmocka_unit_test(nothing_is_tried_again_once_it_was_stopped),
        cmocka_unit_test(words_that_are_no_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
