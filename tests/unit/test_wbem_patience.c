/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "payload/namespace/wbem_patience.h"
#include "tests/unit/fake_service.h"

#define UNAVAILABLE 0x800706BAul
#define ACCESS_DENIED 0x80041003ul

static struct fake_manager *manager_with_winmgmt(unsigned long pid)
{
    struct fake_manager *manager = fake_manager_reset();
    manager->count = 1;
    manager->now_ms = 5000;
    manager->services[0] = (struct fake_service){
        .name = WINMGMT,
        .state = pid != 0 ? SERVICE_RUNS : SERVICE_AT_REST,
        .pid = pid,
    };
    return manager;
}

static void start(struct fake_manager *manager, unsigned long pid)
{
    manager->services[0].state = SERVICE_RUNS;
    manager->services[0].pid = pid;
}

static unsigned long long wait_out(struct wbem_patience *patience)
{
    unsigned long long began = fake_manager()->now_ms;
    while (wbem_patience_wait(patience, UNAVAILABLE))
        assert_true(fake_manager()->now_ms - began < 60000);
    return fake_manager()->now_ms - began;
}

static void test_one_that_ran_before_is_given_none(void **state)
{
    (void)state;
    struct wbem_patience patience;
    manager_with_winmgmt(7);
    wbem_patience_init(&patience, 1000000);
    assert_int_equal(wait_out(&patience), 0);
    assert_false(wbem_patience_wait(NULL, UNAVAILABLE));
}

static void test_one_at_rest_is_given_none(void **state)
{
    (void)state;
    struct wbem_patience patience;
    manager_with_winmgmt(0);
    wbem_patience_init(&patience, 1000000);
    assert_int_equal(wait_out(&patience), 0);
}

static void test_one_that_was_started_is_given_the_bound_once(void **state)
{
    (void)state;
    struct wbem_patience patience;
    struct fake_manager *manager = manager_with_winmgmt(0);
    wbem_patience_init(&patience, 1000000);
    start(manager, 8);
    assert_false(wbem_patience_wait(&patience, ACCESS_DENIED));
    assert_int_equal(wait_out(&patience), 15000);
    assert_int_equal(wait_out(&patience), 0);
}

static void test_a_restart_gives_it_again_in_the_same_process_too(void **state)
{
    (void)state;
    struct wbem_patience patience;
    manager_with_winmgmt(7);
    wbem_patience_init(&patience, 1000000);
    wbem_patience_renew(&patience);
    assert_int_equal(wait_out(&patience), 15000);
    wbem_patience_renew(&patience);
    assert_int_equal(wait_out(&patience), 15000);
}

static void test_the_deadline_of_the_run_comes_first(void **state)
{
    (void)state;
    struct wbem_patience patience;
    struct fake_manager *manager = manager_with_winmgmt(0);
    wbem_patience_init(&patience, manager->now_ms + 1100);
    start(manager, 8);
    assert_int_equal(wait_out(&patience), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_that_ran_before_is_given_none),
        cmocka_unit_test(test_one_at_rest_is_given_none),
        cmocka_unit_test(test_one_that_was_started_is_given_the_bound_once),
        cmocka_unit_test(test_a_restart_gives_it_again_in_the_same_process_too),
        cmocka_unit_test(test_the_deadline_of_the_run_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
