/* SPDX-License-Identifier: MIT */
/* A probe whose nth allocation fails still ends once and leaks nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/alloc_door.h"
#include "tests/unit/fake_tcp.h"

struct door {
    struct probing_play play; /* the first */
    size_t nth;
    bool all;
    bool refused;
};

static void shut(struct probing_play *play)
{
    const struct door *door = (const struct door *)play;
    alloc_door_shut(door->nth, door->all);
}

static void open_again(struct probing_play *play)
{
    ((struct door *)play)->refused = alloc_door_open();
}

/* True while the door had something to refuse. */
static bool run_refused(size_t nth, bool all)
{
    struct door door = {.nth = nth, .all = all};
    probing_play_init(&door.play);
    door.play.addresses[1] = "192.0.2.11";
    door.play.known = "{\"facts\": {\"computer\": \"win-test\","
                      " \"winmgmt\": {\"ports\": [5]}}}";
    fake_port_add(&door.play, 5);
    door.play.before = shut;
    door.play.after = open_again;
    struct result *result = probing_play(&door.play);
    bool refused = door.refused;
    if (result != NULL && !refused)
        assert_int_equal(result->status, STATUS_OK);
    /* What cannot be judged is never told as good. */
    if (result != NULL && refused && result->status == STATUS_OK)
        assert_int_equal(cJSON_GetArraySize(result->layers), 5);
    probing_play_release(&door.play);
    return refused;
}

static void test_every_allocation(void **state)
{
    (void)state;
    size_t nth = 1;
    while (run_refused(nth, false))
        nth++;
    assert_true(nth > 30);
    for (size_t from = 1; from < nth; from += 3)
        run_refused(from, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
