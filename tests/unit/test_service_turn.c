/* SPDX-License-Identifier: MIT */
/* One service turned on, off and paused, in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "payload/service/service_turn.h"
#include "tests/unit/fake_service.h"

#define ONE "winmgmt"
#define TURN_MS 60000u

static struct fake_manager *one_that_is(enum service_state state)
{
    struct fake_manager *manager = fake_manager_reset();
    manager->services[0] = (struct fake_service){.name = ONE,
                                                 .start = SERVICE_AUTOMATIC,
                                                 .state = state,
                                                 .slow_ms = 400};
    manager->count = 1;
    return manager;
}

static unsigned long long until(void)
{
    return service_now_ms() + TURN_MS;
}

static void test_a_paused_one_is_continued_and_not_started(void **state)
{
    (void)state;
    const struct fake_manager *manager = one_that_is(SERVICE_IS_PAUSED);
    assert_int_equal(service_turn_on(ONE, until()), 0);
    assert_string_equal(manager->log, ">winmgmt");
    assert_int_equal(fake_service(ONE)->state, SERVICE_RUNS);
}

static void test_one_on_its_way_into_a_pause_is_continued(void **state)
{
    (void)state;
    const struct fake_manager *manager = one_that_is(SERVICE_PAUSES);
    fake_service(ONE)->there_at = manager->now_ms + 2000;
    assert_int_equal(service_turn_on(ONE, until()), 0);
    assert_non_null(strstr(manager->log, ">winmgmt"));
}

static void test_a_refusal_to_continue_is_told(void **state)
{
    (void)state;
    const struct fake_manager *manager = one_that_is(SERVICE_IS_PAUSED);
    fake_service(ONE)->continue_code = 1052;
    assert_int_equal(service_turn_on(ONE, until()), 1052);
    assert_int_equal(manager->now_ms, 1000);
}

static void test_it_is_paused_again(void **state)
{
    (void)state;
    const struct fake_manager *manager = one_that_is(SERVICE_RUNS);
    assert_int_equal(service_turn_to_pause(ONE, until()), 0);
    assert_string_equal(manager->log, "<winmgmt");
    assert_int_equal(fake_service(ONE)->state, SERVICE_IS_PAUSED);
    assert_int_equal(service_turn_to_pause(ONE, until()), 0);
    assert_string_equal(manager->log, "<winmgmt");
    manager = one_that_is(SERVICE_AT_REST);
    assert_int_equal(service_turn_to_pause(ONE, until()), 0);
    assert_string_equal(manager->log, "+winmgmt <winmgmt");
}

static void test_a_paused_one_stops(void **state)
{
    (void)state;
    (void)one_that_is(SERVICE_IS_PAUSED);
    assert_int_equal(service_turn_off(ONE, until()), 0);
    assert_int_equal(fake_service(ONE)->state, SERVICE_AT_REST);
}

static void test_no_turn_goes_past_the_end_of_the_run(void **state)
{
    (void)state;
    (void)one_that_is(SERVICE_RUNS);
    assert_int_equal(service_time_left(1000 + 90000, TURN_MS), TURN_MS);
    assert_int_equal(service_time_left(1000 + 7000, TURN_MS), 7000);
    assert_int_equal(service_time_left(1000, TURN_MS), 0);
    assert_int_equal(service_time_left(10, TURN_MS), 0);
    assert_int_equal(service_time_left(1000 + (1ull << 40), TURN_MS), TURN_MS);
    const struct fake_manager *manager = one_that_is(SERVICE_RUNS);
    fake_service(ONE)->stop_hangs = true;
    assert_int_equal(
        service_turn_off(ONE, manager->now_ms + service_time_left(8000, 60000)),
        SERVICE_CODE_TIMEOUT);
    assert_true(manager->now_ms < 9100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_paused_one_is_continued_and_not_started),
        cmocka_unit_test(test_one_on_its_way_into_a_pause_is_continued),
        cmocka_unit_test(test_a_refusal_to_continue_is_told),
        cmocka_unit_test(test_it_is_paused_again),
        cmocka_unit_test(test_a_paused_one_stops),
        cmocka_unit_test(test_no_turn_goes_past_the_end_of_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
