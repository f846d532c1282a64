/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "controller/fleet/fleet_pace.h"

/* How many may be begun at that moment. */
static unsigned begin_all(struct fleet_pace *pace, uint64_t now_ms)
{
    unsigned begun = 0;
    while (fleet_pace_due(pace, now_ms) == now_ms && begun < 10000) {
        fleet_pace_begun(pace, now_ms);
        begun++;
    }
    return begun;
}

static void test_first_ones_at_once(void **state)
{
    (void)state;
    struct fleet_pace pace = {0};
    assert_int_equal(begin_all(&pace, 5000), FLEET_PACE_BURST);
    assert_int_equal(fleet_pace_due(&pace, 5000), 5000 + FLEET_PACE_MS);
}

static void test_then_one_by_one(void **state)
{
    (void)state;
    struct fleet_pace pace = {0};
    begin_all(&pace, 0);
    for (uint64_t now = FLEET_PACE_MS; now < 300; now += FLEET_PACE_MS)
        assert_int_equal(begin_all(&pace, now), 1);
}

static void test_a_second_brings_no_more_than_the_pace(void **state)
{
    (void)state;
    struct fleet_pace pace = {0};
    unsigned begun = 0;
    /* looked at when a turn of the loop ends, as it comes */
    for (uint64_t now = 0; now <= 1000; now += 7)
        begun += begin_all(&pace, now);
    assert_in_range(begun, 990, 1000 / FLEET_PACE_MS + FLEET_PACE_BURST);
}

static void test_a_pause_saves_up_one_burst_only(void **state)
{
    (void)state;
    struct fleet_pace pace = {0};
    begin_all(&pace, 0);
    assert_int_equal(begin_all(&pace, 10), 10 / FLEET_PACE_MS);
    assert_int_equal(begin_all(&pace, 60000), FLEET_PACE_BURST);
    assert_int_equal(begin_all(&pace, 60000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_ones_at_once),
        cmocka_unit_test(test_then_one_by_one),
        cmocka_unit_test(test_a_second_brings_no_more_than_the_pace),
        cmocka_unit_test(test_a_pause_saves_up_one_burst_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
