/* SPDX-License-Identifier: MIT */
/* The bounded memory of one session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "controller/ssh/ssh_memory.h"

static void test_no_more_than_the_maximum(void **state)
{
    (void)state;
    struct ssh_memory memory = {.max = 100};
    char *bytes = ssh_memory_take(&memory, 60);
    assert_non_null(bytes);
    memset(bytes, 'x', 60);
    assert_null(ssh_memory_take(&memory, 41));
    assert_null(ssh_memory_resize(&memory, bytes, 41));
    assert_int_equal(bytes[59], 'x');
    ssh_memory_give(&memory, bytes);
    assert_non_null(ssh_memory_take(&memory, 100));
    ssh_memory_release(&memory);
    assert_int_equal(memory.used, 0);
}

/* A tunnel that is closed takes its share of the maximum with it. */
static void test_a_maximum_that_shrinks_below_what_is_used_holds(void **state)
{
    (void)state;
    struct ssh_memory memory = {.max = 100};
    assert_non_null(ssh_memory_take(&memory, 90));
    memory.max = 50;
    assert_null(ssh_memory_take(&memory, 1));
    ssh_memory_release(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_more_than_the_maximum),
        cmocka_unit_test(test_a_maximum_that_shrinks_below_what_is_used_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
