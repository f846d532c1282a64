/* SPDX-License-Identifier: MIT */
/* What of the time counts for the hosts at work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "controller/fleet/work_time.h"

#define LOOKS_MAX 8

struct look {
    uint64_t now_ms;
    uint64_t charged_ms;
};

/* Each row begins at 1000; a look at 0 ends it. */
static const struct look rows[][LOOKS_MAX] = {
    /* silence, beat by beat, counts in full */
    {{1250, 1250}, {1500, 1500}, {1750, 1750}, {2000, 2000}},
    {{1000, 1000}, {1500, 1500}, {2000, 2000}},
    /* stopped for five seconds, whoever looks first: a beat or a host */
    {{1250, 1250}, {6250, 1750}, {6250, 1750}, {6500, 2000}},
    /* late again and again */
    {{3000, 1500}, {5000, 2000}, {5250, 2250}, {9250, 2750}},
    /* a clock that is given out of order */
    {{1400, 1400}, {1300, 1400}, {1500, 1500}},
};

static void test_pauses_of_the_fleet_do_not_count(void **state)
{
    (void)state;
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        struct work_time time;
        work_time_init(&time, 1000);
        for (const struct look *look = rows[row]; look->now_ms > 0; look++)
            assert_int_equal(work_time_at(&time, look->now_ms),
                             look->charged_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pauses_of_the_fleet_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
