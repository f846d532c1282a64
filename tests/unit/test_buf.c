/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "tests/unit/alloc_door.h"

static void test_starts_empty_and_takes_no_memory(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    assert_string_equal(buf.data, "");
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.capacity, 0);
    buf_reset(&buf);
    buf_drop_front(&buf, 5);
    buf_release(&buf);
    buf_release(&buf);
}

static void test_adds_every_kind(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100);
    assert_int_equal(buf_add(&buf, "ab\0c", 4), 0);
    assert_int_equal(buf_add_text(&buf, "de"), 0);
    assert_int_equal(buf_add_char(&buf, 'f'), 0);
    assert_int_equal(buf_addf(&buf, "%d-%s", 42, "x"), 0);
    assert_int_equal(buf_add(&buf, NULL, 0), 0);
    assert_int_equal(buf.len, 11);
    assert_memory_equal(buf.data, "ab\0cdef42-x", 12);
    buf_release(&buf);
}

static void test_maximum(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 4);
    assert_int_equal(buf_add_text(&buf, "abcd"), 0);
    assert_int_equal(buf_add_text(&buf, ""), 0);
    assert_false(buf.failed);
    assert_int_equal(buf_add_char(&buf, 'e'), -1);
    assert_true(buf.failed);
    assert_string_equal(buf.data, "abcd");
    buf_release(&buf);
}

/* What fits would be a text with a hole in it. */
static void test_refuses_everything_after_a_failure(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 4);
    assert_int_equal(buf_add_text(&buf, "ab"), 0);
    assert_int_equal(buf_addf(&buf, "%s", "cde"), -1);
    assert_int_equal(buf_add_char(&buf, 'c'), -1);
    assert_int_equal(buf_addf(&buf, "c"), -1);
    assert_null(buf_room(&buf, 1));
    assert_string_equal(buf.data, "ab");
    buf_reset(&buf);
    assert_int_equal(buf_add_char(&buf, 'c'), 0);
    assert_string_equal(buf.data, "c");
    buf_release(&buf);
}

static void test_refuses_lengths_that_would_overflow(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, SIZE_MAX / 4);
    assert_int_equal(buf_add_text(&buf, "ab"), 0);
    assert_null(buf_room(&buf, SIZE_MAX - 1));
    assert_true(buf.failed);
    assert_string_equal(buf.data, "ab");
    buf_release(&buf);
}

static void test_room(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 1000);
    char *room = buf_room(&buf, 900);
    assert_non_null(room);
    memset(room, 'x', 900);
    buf_added(&buf, 3);
    assert_string_equal(buf.data, "xxx");
    room = buf_room(&buf, 997);
    assert_non_null(room);
    memset(room, 'y', 997);
    buf_added(&buf, 997);
    assert_int_equal(strlen(buf.data), 1000);
    assert_null(buf_room(&buf, 1));
    buf_release(&buf);
}

static void test_grows_to_any_length(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buf_add_char(&buf, (char)('a' + i % 26)), 0);
    assert_int_equal(buf_add_char(&buf, 'a'), -1);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buf.data[i], 'a' + i % 26);
    assert_int_equal(strlen(buf.data), 100000);
    buf_release(&buf);
}

static void test_no_maximum_is_no_crash(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, SIZE_MAX);
    assert_int_equal(buf_add_text(&buf, "abc"), 0);
    char *text = buf_take(&buf);
    assert_string_equal(text, "abc");
    free(text);
}

static void test_drops_the_front(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    buf_add_text(&buf, "abcdef");
    buf_drop_front(&buf, 0);
    assert_string_equal(buf.data, "abcdef");
    buf_drop_front(&buf, 2);
    assert_string_equal(buf.data, "cdef");
    buf_drop_front(&buf, 99);
    assert_string_equal(buf.data, "");
    assert_int_equal(buf.len, 0);
    buf_release(&buf);
}

static void test_takes(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    char *text = buf_take(&buf);
    assert_string_equal(text, "");
    free(text);
    buf_add_text(&buf, "abc");
    text = buf_take(&buf);
    assert_string_equal(text, "abc");
    free(text);
    assert_string_equal(buf.data, "");
    buf_add_text(&buf, "0123456789");
    buf_add_text(&buf, "x");
    assert_null(buf_take(&buf));
    assert_false(buf.failed);
    buf_release(&buf);
}

/* --- memory runs out ----------------------------------------------------- */

static void test_memory_runs_out(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 1000);
    alloc_door_shut(1, true);
    assert_int_equal(buf_add_text(&buf, "abc"), -1);
    assert_string_equal(buf.data, "");
    assert_null(buf_take(&buf));
    assert_null(buf_take(&buf));
    alloc_door_shut(2, true);
    assert_int_equal(buf_add_text(&buf, "abc"), 0);
    assert_int_equal(buf_addf(&buf, "%0200d", 0), -1);
    assert_string_equal(buf.data, "abc");
    alloc_door_open();
    buf_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts_empty_and_takes_no_memory),
        cmocka_unit_test(test_adds_every_kind),
        cmocka_unit_test(test_maximum),
        cmocka_unit_test(test_refuses_everything_after_a_failure),
        cmocka_unit_test(test_refuses_lengths_that_would_overflow),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_grows_to_any_length),
        cmocka_unit_test(test_no_maximum_is_no_crash),
        cmocka_unit_test(test_drops_the_front),
        cmocka_unit_test(test_takes),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
