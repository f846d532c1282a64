/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"

static void test_set(void **state)
{
    (void)state;
    struct err err = {.code = 1, .text = "old"};
    assert_int_equal(err_set(&err, 7, "%s: %d", "lab.json", 42), -1);
    assert_int_equal(err.code, 7);
    assert_string_equal(err.text, "lab.json: 42");
    assert_int_equal(err_set(NULL, 7, "nobody cares"), -1);
}

static void test_prefix(void **state)
{
    (void)state;
    struct err err;
    err_set(&err, 9, "no such file");
    assert_int_equal(err_prefix(&err, "lab.json"), -1);
    assert_string_equal(err.text, "lab.json: no such file");
    assert_int_equal(err.code, 9);
    assert_int_equal(err_prefix(&err, "%s%n"), -1);
    assert_string_equal(err.text, "%s%n: lab.json: no such file");
    assert_int_equal(err_prefix(NULL, "x"), -1);
}

/* A text of `count` times `character`, cut to what fits. */
static void check_cut(const char *before, const char *character, size_t count,
                      size_t kept)
{
    struct err err;
    char text[2048] = "";
    strcat(text, before);
    for (size_t i = 0; i < count; i++)
        strcat(text, character);
    err_set(&err, 0, "%s", text);
    assert_int_equal(strlen(err.text), kept);
    assert_memory_equal(err.text, text, kept);
}

static void test_long_texts_end_at_a_whole_character(void **state)
{
    (void)state;
    const size_t room = sizeof((struct err *)NULL)->text - 1;
    assert_int_equal(room, 511);
    check_cut("", "a", 511, 511);
    check_cut("", "a", 600, 511);
    check_cut("", "\xC3\xA9", 300, 510);
    check_cut("a", "\xC3\xA9", 300, 511);
    check_cut("", "\xE2\x82\xAC", 300, 510);
    check_cut("a", "\xE2\x82\xAC", 300, 511);
    check_cut("aa", "\xE2\x82\xAC", 300, 509);
    check_cut("", "\xF0\x9F\x98\x80", 300, 508);
    check_cut("aaa", "\xF0\x9F\x98\x80", 300, 511);
    check_cut("aa", "\xF0\x9F\x98\x80", 300, 510);
}

static void test_long_prefix(void **state)
{
    (void)state;
    struct err err;
    char prefix[1000];
    memset(prefix, 'p', sizeof prefix - 1);
    prefix[sizeof prefix - 1] = '\0';
    err_set(&err, 3, "cause");
    err_prefix(&err, prefix);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_int_equal(err.code, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_long_texts_end_at_a_whole_character),
        cmocka_unit_test(test_long_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
