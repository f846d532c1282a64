/* SPDX-License-Identifier: MIT */
/* Large answers are collected from a few hosts at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/play.h"

#define LARGE ((size_t)8 * TURNS_FREE_LEN)

/* A good check whose answer has `len` bytes of blanks in it. */
static void play_long_answer(struct play *play, size_t len)
{
    char *settings = malloc(len + 3);
    assert_non_null(settings);
    memset(settings, ' ', len + 2);
    settings[0] = '[';
    settings[len + 1] = ']';
    settings[len + 2] = '\0';
    play->machine.settings = settings;
    play->machine.chunk = 65536;
    play_run(play);
    play->machine.settings = NULL;
    free(settings);
}

static void test_usual_answer_needs_no_turn(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.turns.taken = TURNS_COUNT;
    play_long_answer(&play, TURNS_FREE_LEN / 2);
    play_expect(&play, FAULT_NONE, "done");
    play_release(&play);
}

static void test_large_answer_is_collected_in_its_turn(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.turns.taken = TURNS_COUNT - 1;
    play_long_answer(&play, LARGE);
    play_expect(&play, FAULT_NONE, "done");
    assert_int_equal(play.turns.taken, TURNS_COUNT - 1);
    play_release(&play);
}

static void test_large_answer_waits_while_others_have_the_turns(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    play.turns.taken = TURNS_COUNT;
    play_long_answer(&play, LARGE);
    play_expect(&play, FAULT_RUN_TIMEOUT, "run");
    assert_true(play.took >= play.plan.timeouts.run);
    assert_int_equal(play.turns.taken, TURNS_COUNT);
    play_release(&play);
}

/* The machine's answer from now on; the caller frees. */
static char *give_large_answer(struct play *play)
{
    char *answer = calloc(1, LARGE + 1);
    assert_non_null(answer);
    memset(answer, '[', LARGE);
    play->machine.answer = answer;
    play->machine.chunk = 65536;
    return answer;
}

/* Steps a job that is answered with so much until it has a turn. */
static struct job *begin_turn(struct play *play)
{
    const struct job_address address = {.len = 16};
    struct job *job =
        job_new(&play->plan, &play->target, &play->request, NULL, 1000);
    assert_non_null(job);
    while (play->turns.taken == 0) {
        struct job_wait wait = job_step(job, 1000);
        assert_int_not_equal(wait.what, JOB_FOR_NOTHING);
        if (wait.what == JOB_FOR_ADDRESS)
            job_resolved(job, &address, 1, NULL);
    }
    return job;
}

static void test_turn_comes_back_from_who_ends_in_the_middle(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    char *answer = give_large_answer(&play);
    struct job *job = begin_turn(&play);
    job_cancel(job);
    assert_int_equal(job_step(job, 1000).what, JOB_FOR_NOTHING);
    assert_int_equal(play.turns.taken, 0);
    job_free(job);
    job_free(begin_turn(&play));
    assert_int_equal(play.turns.taken, 0);
    free(answer);
    play_release(&play);
}

static void test_turn_comes_back_from_a_refused_answer(void **state)
{
    (void)state;
    struct play play;
    play_init(&play);
    char *answer = give_large_answer(&play);
    play_run(&play);
    play_expect(&play, FAULT_BAD_RESULT, "run");
    assert_int_equal(play.turns.taken, 0);
    free(answer);
    play_release(&play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual_answer_needs_no_turn),
        cmocka_unit_test(test_large_answer_is_collected_in_its_turn),
        cmocka_unit_test(test_large_answer_waits_while_others_have_the_turns),
        cmocka_unit_test(test_turn_comes_back_from_who_ends_in_the_middle),
        cmocka_unit_test(test_turn_comes_back_from_a_refused_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
