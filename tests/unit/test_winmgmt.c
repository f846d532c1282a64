/* SPDX-License-Identifier: MIT */
/* The restart of winmgmt against a service manager in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "payload/service/winmgmt.h"
#include "tests/unit/fake_service.h"

#define FAR_MS 180000ull

/* As on many a Windows: helper needs sharing, and that needs winmgmt. */
static struct fake_manager *usual(void)
{
    struct fake_manager *manager = fake_manager_reset();
    const struct fake_service services[] = {
        {.name = "winmgmt", .pid = 10, .slow_ms = 400},
        {.name = "iphlpsvc", .needs = "winmgmt", .pid = 11},
        {.name = "sharing", .needs = "winmgmt", .pid = 12, .slow_ms = 900},
        {.name = "helper", .needs = "sharing", .pid = 13},
        {.name = "idle", .needs = "winmgmt"},
        {.name = "stranger", .pid = 14},
    };
    memcpy(manager->services, services, sizeof services);
    manager->count = sizeof services / sizeof *services;
    for (size_t i = 0; i < manager->count; i++) {
        struct fake_service *service = &manager->services[i];
        service->start = SERVICE_MANUAL;
        service->state = service->pid != 0 ? SERVICE_RUNS : SERVICE_AT_REST;
    }
    return manager;
}

static int restart(struct setting_reason *reason)
{
    *reason = (struct setting_reason){.code = 0};
    return winmgmt_restart(FAR_MS, reason);
}

static void assert_all_run(const struct fake_manager *manager)
{
    for (size_t i = 0; i < manager->count; i++) {
        if (strcmp(manager->services[i].name, "idle") != 0)
            assert_int_equal(manager->services[i].state, SERVICE_RUNS);
    }
}

static void test_what_ran_runs_again_in_a_new_process(void **state)
{
    (void)state;
    const struct fake_manager *manager = usual();
    struct setting_reason reason;
    char before[WINMGMT_PROCESS_MAX];
    char after[WINMGMT_PROCESS_MAX];
    winmgmt_process(before);
    assert_int_equal(restart(&reason), 0);
    winmgmt_process(after);
    assert_string_equal(manager->log, "-helper -sharing -iphlpsvc -winmgmt "
                                      "+winmgmt +iphlpsvc +sharing +helper");
    assert_all_run(manager);
    assert_int_equal(fake_service("idle")->state, SERVICE_AT_REST);
    assert_string_equal(before, "10-01cdda4faccd000a");
    assert_string_equal(after, "500-01cdda4faccd01f4");
}

static void test_one_that_is_at_rest_is_left_so(void **state)
{
    (void)state;
    const struct fake_manager *manager = usual();
    struct setting_reason reason;
    for (size_t i = 0; i < manager->count; i++) {
        fake_service(manager->services[i].name)->state = SERVICE_AT_REST;
        fake_service(manager->services[i].name)->pid = 0;
    }
    assert_int_equal(restart(&reason), 0);
    assert_string_equal(manager->log, "");
    char process[WINMGMT_PROCESS_MAX];
    winmgmt_process(process);
    assert_string_equal(process, "");
    assert_null(winmgmt_restart_names());
}

static void test_one_that_hangs_is_not_killed_and_the_rest_comes_back(void **s)
{
    (void)s;
    const struct fake_manager *manager = usual();
    struct setting_reason reason;
    fake_service("sharing")->stop_hangs = true;
    assert_int_equal(restart(&reason), -1);
    assert_int_equal(reason.code, 1053);
    assert_non_null(strstr(reason.text, "sharing does not stop"));
    assert_non_null(strstr(reason.hint, "reboot"));
    assert_int_equal(fake_service("winmgmt")->stops, 0);
    assert_int_equal(fake_service("winmgmt")->state, SERVICE_RUNS);
    assert_int_equal(fake_service("sharing")->state, SERVICE_GOES_DOWN);
    assert_int_equal(fake_service("sharing")->stops, 1);
    assert_true(manager->now_ms >= 61000);
    assert_true(manager->now_ms < FAR_MS);
}

static void test_winmgmt_that_hangs_is_told_with_what_is_down(void **state)
{
    (void)state;
    const struct fake_manager *manager = usual();
    struct setting_reason reason;
    fake_service("winmgmt")->stop_hangs = true;
    assert_int_equal(restart(&reason), -1);
    assert_int_equal(reason.code, 1053);
    assert_non_null(strstr(reason.text, "winmgmt does not stop"));
    assert_non_null(strstr(reason.text, "iphlpsvc does not run now"));
    assert_non_null(strstr(reason.text, "helper does not run now"));
    assert_int_equal(fake_service("iphlpsvc")->starts, 1);
    assert_true(manager->now_ms < FAR_MS);
}

static void test_a_refused_stop_starts_what_was_stopped(void **state)
{
    (void)state;
    const struct fake_manager *manager = usual();
    struct setting_reason reason;
    fake_service("iphlpsvc")->stop_code = 1052;
    assert_int_equal(restart(&reason), -1);
    assert_int_equal(reason.code, 1052);
    assert_string_equal(manager->log, "-helper -sharing -iphlpsvc "
                                      "+sharing +helper");
    assert_all_run(manager);
    assert_int_equal(fake_service("winmgmt")->pid, 10);
}

static void test_what_is_disabled_is_not_stopped(void **state)
{
    (void)state;
    static const char *const names[] = {"winmgmt", "iphlpsvc"};
    for (size_t i = 0; i < 2; i++) {
        const struct fake_manager *manager = usual();
        struct setting_reason reason;
        fake_service(names[i])->start = SERVICE_IS_DISABLED;
        assert_int_equal(restart(&reason), -1);
        assert_int_equal(reason.code, 1058);
        assert_non_null(strstr(reason.text, names[i]));
        assert_string_equal(manager->log, "");
    }
}

static void test_nothing_is_stopped_when_one_may_not_be(void **state)
{
    (void)state;
    static const char *const names[] = {"winmgmt", "iphlpsvc", "sharing"};
    for (size_t i = 0; i < 3; i++) {
        const struct fake_manager *manager = usual();
        struct setting_reason reason;
        fake_service(names[i])->guarded = true;
        assert_int_equal(restart(&reason), -1);
        assert_int_equal(reason.code, 5);
        assert_non_null(strstr(reason.text, names[i]));
        assert_non_null(strstr(reason.text, "may not be stopped"));
        assert_string_equal(manager->log, "");
    }
}

static void test_a_dependent_that_does_not_come_back_is_told(void **state)
{
    (void)state;
    static const struct {
        unsigned long refused;
        unsigned long exit;
    } rows[] = {{1069, 0}, {0, 1066}};
    for (size_t i = 0; i < 2; i++) {
        (void)usual();
        struct setting_reason reason;
        fake_service("sharing")->start_code = rows[i].refused;
        fake_service("sharing")->starts_into = rows[i].exit;
        assert_int_equal(restart(&reason), -1);
        assert_int_equal(reason.code, rows[i].refused + rows[i].exit);
        assert_non_null(strstr(reason.text, "sharing does not start again"));
        assert_non_null(strstr(reason.text, "helper does not run now"));
        assert_int_equal(fake_service("winmgmt")->state, SERVICE_RUNS);
        assert_int_equal(fake_service("iphlpsvc")->state, SERVICE_RUNS);
        assert_int_not_equal(fake_service("winmgmt")->pid, 10);
    }
}

static void test_winmgmt_that_does_not_start_is_told(void **state)
{
    (void)state;
    (void)usual();
    struct setting_reason reason;
    fake_service("winmgmt")->start_code = 1053;
    assert_int_equal(restart(&reason), -1);
    assert_int_equal(reason.code, 1053);
    assert_non_null(strstr(reason.text, "winmgmt does not start again"));
    assert_non_null(strstr(reason.text, "iphlpsvc does not run now"));
}

static void test_a_start_that_takes_long_asks_for_no_reboot(void **state)
{
    (void)state;
    (void)usual();
    struct setting_reason reason;
    fake_service("iphlpsvc")->start_slow_ms = 90000;
    assert_int_equal(restart(&reason), -1);
    assert_int_equal(reason.code, 1053);
    assert_non_null(strstr(reason.text, "iphlpsvc does not start again"));
    assert_null(strstr(reason.hint, "reboot"));
    assert_non_null(strstr(reason.hint, "sc query"));
}

static void test_one_that_starts_meanwhile_is_stopped_too(void **state)
{
    (void)state;
    struct fake_manager *manager = usual();
    struct setting_reason reason;
    manager->rises = "idle";
    manager->rises_when = "winmgmt";
    assert_int_equal(restart(&reason), 0);
    assert_all_run(manager);
    assert_int_equal(fake_service("idle")->state, SERVICE_RUNS);
    assert_int_equal(fake_service("winmgmt")->stops, 2);
}

/* WMI is started by the first client that asks, between two looks at it. */
static void test_winmgmt_that_a_client_starts_at_once_has_restarted(void **s)
{
    (void)s;
    for (int shared = 0; shared < 2; shared++) {
        const struct fake_manager *manager = usual();
        struct setting_reason reason;
        fake_service("winmgmt")->wanted = true;
        fake_service("winmgmt")->shared = shared;
        assert_int_equal(restart(&reason), 0);
        assert_int_equal(fake_service("winmgmt")->stops, 1);
        assert_all_run(manager);
        assert_true(manager->now_ms < 10000);
    }
}

static void test_one_on_its_way_up_is_waited_for(void **state)
{
    (void)state;
    const struct fake_manager *manager = usual();
    struct setting_reason reason;
    fake_service("iphlpsvc")->state = SERVICE_COMES_UP;
    fake_service("iphlpsvc")->there_at = manager->now_ms + 3000;
    assert_int_equal(restart(&reason), 0);
    assert_all_run(manager);
}

static void test_one_that_may_not_be_looked_at_changes_nothing(void **state)
{
    (void)state;
    struct fake_manager *manager = usual();
    struct setting_reason reason;
    manager->enumerate_code = 5;
    assert_int_equal(restart(&reason), -1);
    assert_int_equal(reason.code, 5);
    assert_string_equal(manager->log, "");
}

static void test_without_time_nothing_is_begun(void **state)
{
    (void)state;
    const struct fake_manager *manager = usual();
    struct setting_reason reason = {.code = 0};
    assert_int_equal(winmgmt_restart(40000, &reason), -1);
    assert_string_equal(manager->log, "");
    assert_non_null(strstr(reason.text, "too little time"));
    /* A little more: what hangs is given up in time to start the others. */
    fake_service("iphlpsvc")->stop_hangs = true;
    assert_int_equal(winmgmt_restart(43000, &reason), -1);
    assert_int_equal(reason.code, 1053);
    assert_int_equal(fake_service("helper")->state, SERVICE_RUNS);
    assert_int_equal(fake_service("sharing")->state, SERVICE_RUNS);
    assert_true(manager->now_ms < 43000);
}

static void test_a_restart_names_what_goes_along(void **state)
{
    (void)state;
    (void)usual();
    char *names = winmgmt_restart_names();
    assert_string_equal(names, "winmgmt, helper, sharing, iphlpsvc");
    free(names);
}

static void test_a_restart_that_cuts_ways_in_says_so(void **state)
{
    (void)state;
    assert_non_null(strstr(winmgmt_restart_cuts("winmgmt, wscsvc, IpHlpSvc, x"),
                           "port proxies"));
    assert_non_null(winmgmt_restart_cuts("iphlpsvc"));
    assert_null(winmgmt_restart_cuts("winmgmt, iphlpsvc2, xiphlpsvc, iphlp"));
    assert_null(winmgmt_restart_cuts("winmgmt"));
    assert_null(winmgmt_restart_cuts(NULL));
}

static void test_one_that_is_paused_is_restarted_too(void **state)
{
    (void)state;
    const struct fake_manager *manager = usual();
    struct setting_reason reason;
    fake_service("winmgmt")->state = SERVICE_IS_PAUSED;
    assert_int_equal(restart(&reason), 0);
    assert_all_run(manager);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_ran_runs_again_in_a_new_process),
        cmocka_unit_test(test_one_that_is_at_rest_is_left_so),
        cmocka_unit_test(
            test_one_that_hangs_is_not_killed_and_the_rest_comes_back),
        cmocka_unit_test(test_winmgmt_that_hangs_is_told_with_what_is_down),
        cmocka_unit_test(test_a_refused_stop_starts_what_was_stopped),
        cmocka_unit_test(test_what_is_disabled_is_not_stopped),
        cmocka_unit_test(test_nothing_is_stopped_when_one_may_not_be),
        cmocka_unit_test(test_a_dependent_that_does_not_come_back_is_told),
        cmocka_unit_test(test_winmgmt_that_does_not_start_is_told),
        cmocka_unit_test(test_a_start_that_takes_long_asks_for_no_reboot),
        cmocka_unit_test(test_one_that_starts_meanwhile_is_stopped_too),
        cmocka_unit_test(
            test_winmgmt_that_a_client_starts_at_once_has_restarted),
        cmocka_unit_test(test_one_on_its_way_up_is_waited_for),
        cmocka_unit_test(test_one_that_may_not_be_looked_at_changes_nothing),
        cmocka_unit_test(test_without_time_nothing_is_begun),
        cmocka_unit_test(test_a_restart_names_what_goes_along),
        cmocka_unit_test(test_a_restart_that_cuts_ways_in_says_so),
        cmocka_unit_test(test_one_that_is_paused_is_restarted_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
