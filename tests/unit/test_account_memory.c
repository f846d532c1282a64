/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "payload/account/account_memory.h"
#include "tests/unit/alloc_door.h"

#define UNREACHABLE 1789ul
#define NONE_MAPPED 1332ul

static unsigned long recall(const struct account_memory *memory,
                            const char *key, int *answer)
{
    unsigned long code = 99;
    assert_true(
        account_memory_recall(memory, key, &code, answer, sizeof *answer));
    return code;
}

static void test_what_was_asked_is_known(void **state)
{
    (void)state;
    struct account_memory *memory = account_memory_new(1000);
    unsigned long code;
    int answer = 7;
    assert_false(
        account_memory_recall(memory, "a", &code, &answer, sizeof answer));
    account_memory_keep(memory, "a", 0, &(int){1}, sizeof answer, 0);
    account_memory_keep(memory, "ab", NONE_MAPPED, "", 0, 0);
    assert_int_equal(recall(memory, "ab", &answer), NONE_MAPPED);
    assert_int_equal(answer, 7);
    assert_int_equal(recall(memory, "a", &answer), 0);
    assert_int_equal(answer, 1);
    account_memory_free(memory);
}

static void test_a_slow_domain_is_not_asked_again(void **state)
{
    (void)state;
    struct account_memory *memory = account_memory_new(1000);
    unsigned long code;
    int answer = 0;
    account_memory_keep(memory, "near", NONE_MAPPED, "", 0, 20);
    account_memory_keep(memory, "FAR\\a", UNREACHABLE, "", 0, 30000);
    account_memory_keep(memory, "here", 0, &(int){1}, sizeof answer, 1);
    account_memory_forget(memory);
    assert_false(
        account_memory_recall(memory, "near", &code, &answer, sizeof answer));
    assert_false(
        account_memory_recall(memory, "here", &code, &answer, sizeof answer));
    assert_int_equal(recall(memory, "FAR\\a", &answer), UNREACHABLE);
    account_memory_free(memory);
}

static void test_nothing_is_begun_after_the_deadline(void **state)
{
    (void)state;
    struct account_memory *memory = account_memory_new(1000);
    assert_false(account_memory_is_late(memory, 999));
    assert_true(account_memory_is_late(memory, 1000));
    assert_false(account_memory_is_late(NULL, 1000));
    account_memory_free(memory);
}

static void test_without_memory_it_is_asked_again(void **state)
{
    (void)state;
    unsigned long code;
    int answer = 0;
    alloc_door_shut(1, true);
    assert_null(account_memory_new(1));
    assert_true(alloc_door_open());
    struct account_memory *memory = account_memory_new(1);
    alloc_door_shut(1, true);
    account_memory_keep(memory, "a", NONE_MAPPED, "", 0, 0);
    assert_true(alloc_door_open());
    assert_false(
        account_memory_recall(memory, "a", &code, &answer, sizeof answer));
    account_memory_free(memory);
    account_memory_keep(NULL, "a", 0, "", 0, 0);
    account_memory_forget(NULL);
    account_memory_free(NULL);
    assert_false(
        account_memory_recall(NULL, "a", &code, &answer, sizeof answer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_asked_is_known),
        cmocka_unit_test(test_a_slow_domain_is_not_asked_again),
        cmocka_unit_test(test_nothing_is_begun_after_the_deadline),
        cmocka_unit_test(test_without_memory_it_is_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
