/* SPDX-License-Identifier: MIT */
/* A job whose nth allocation fails still ends once and leaks nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "tests/unit/alloc_door.h"
#include "tests/unit/play.h"
#include "tests/unit/results_seen.h"

/* One job from new to free with the door as it is; its result. */
static struct result *run_job(struct play *play)
{
    struct job *job =
        job_new(&play->plan, &play->target, &play->request, &play->cache, 1000);
    if (job == NULL)
        return NULL;
    play_job(play, job);
    struct result *result = job_take_result(job);
    assert_non_null(result);
    assert_null(job_take_result(job));
    job_free(job);
    return result;
}

/* True while the door had something to refuse. */
static bool run_refused(void (*prepare)(struct play *), size_t nth, bool all)
{
    struct play play;
    play_init(&play);
    prepare(&play);
    alloc_door_shut(nth, all);
    struct result *result = run_job(&play);
    cJSON *tree = result ? result_to_json(result) : NULL;
    cJSON_Delete(tree);
    bool refused = alloc_door_open();
    if (!refused)
        assert_non_null(tree);
    if (result) { /* what is told then is a result like any other */
        assert_true(result->phase[0] != '\0');
        results_seen(result);
    }
    result_free(result);
    play_release(&play);
    return refused;
}

static void every_allocation(void (*prepare)(struct play *))
{
    size_t nth = 1;
    while (run_refused(prepare, nth, false))
        nth++;
    assert_true(nth > 30);
    for (size_t from = 1; from < nth; from += 3)
        run_refused(prepare, from, true);
}

static void cold(struct play *play)
{
    play->machine.noise_before = "hello\r\n";
}

static void warm(struct play *play)
{
    play_make_warm(play);
}

static void warm_miss(struct play *play)
{
    play_make_warm(play);
    play->machine.settled = false;
}

static void recovered(struct play *play)
{
    play->machine.rules[0] = (struct fake_rule){
        .op = FAKE_READ, .nth = 1, .how = FAKE_DROPS, .where = FAKE_AFTER_MARK};
}

static void forbidden(struct play *play)
{
    play->machine.forbids = true;
}

static void held(struct play *play)
{
    play->machine.held = 100;
}

static void test_cold(void **state)
{
    (void)state;
    every_allocation(cold);
}

static void test_warm(void **state)
{
    (void)state;
    every_allocation(warm);
}

static void test_warm_miss(void **state)
{
    (void)state;
    every_allocation(warm_miss);
}

static void test_recovered(void **state)
{
    (void)state;
    every_allocation(recovered);
}

static void test_forbidden(void **state)
{
    (void)state;
    every_allocation(forbidden);
}

static void test_held(void **state)
{
    (void)state;
    every_allocation(held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cold),      cmocka_unit_test(test_warm),
        cmocka_unit_test(test_warm_miss), cmocka_unit_test(test_recovered),
        cmocka_unit_test(test_forbidden), cmocka_unit_test(test_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
