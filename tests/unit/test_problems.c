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

#include "base/problems.h"
#include "tests/unit/alloc_door.h"

static void test_lines_in_order(void **state)
{
    (void)state;
    struct problems problems;
    problems_init(&problems);
    problems_error(&problems, "%s:%d: bad", "lab.json", 3);
    problems_warning(&problems, "two hosts with one address");
    problems_error(&problems, "second");
    assert_int_equal(problems.count, 3);
    assert_int_equal(problems.error_count, 2);
    assert_int_equal(problems.warning_count, 1);
    assert_string_equal(problems.items[0].text, "lab.json:3: bad");
    assert_false(problems.items[0].warning);
    assert_string_equal(problems.items[1].text, "two hosts with one address");
    assert_true(problems.items[1].warning);
    assert_string_equal(problems.items[2].text, "second");
    problems_release(&problems);
    assert_int_equal(problems.count, 0);
    assert_int_equal(problems.error_count, 0);
    problems_release(&problems);
}

static void test_counts_what_it_does_not_keep(void **state)
{
    (void)state;
    struct problems problems;
    problems_init(&problems);
    for (int i = 0; i < 3 * PROBLEMS_MAX; i++) {
        problems_error(&problems, "error %d", i);
        problems_warning(&problems, "warning %d", i);
    }
    assert_int_equal(problems.count, PROBLEMS_MAX);
    assert_int_equal(problems.error_count, 3 * PROBLEMS_MAX);
    assert_int_equal(problems.warning_count, 3 * PROBLEMS_MAX);
    assert_string_equal(problems.items[PROBLEMS_MAX - 1].text, "warning 49");
    problems_release(&problems);
}

/* A line too long to keep is a problem all the same. */
static void test_counts_a_line_that_cannot_be_kept(void **state)
{
    (void)state;
    size_t len = 1 << 20;
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, 'x', len);
    text[len] = '\0';
    struct problems problems;
    problems_init(&problems);
    problems_error(&problems, "%s", text);
    assert_int_equal(problems.error_count, 1);
    assert_int_equal(problems.count, 0);
    problems_error(&problems, "short");
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.items[0].text, "short");
    problems_release(&problems);
    free(text);
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const words[] = {
        "firewall", "uac", "dcom", "cimom", "remote_addresses", "in", NULL};
    static const struct {
        const char *word;
        const char *nearest;
    } cases[] = {
        {"firewal", "firewall"},
        {"firewalll", "firewall"},
        {"fierwall", "firewall"},
        {"FIREWALL", "firewall"},
        {"fire-wall", "firewall"},
        {"wall", NULL},
        {"UAC", "uac"},
        {"uca", "uac"},
        {"dcm", "dcom"},
        {"docm", "dcom"},
        {"cimon", "cimom"},
        {"simom", "cimom"},
        {"remote_address", "remote_addresses"},
        {"remoteaddresses", "remote_addresses"},
        {"remote-adresses", "remote_addresses"},
        {"i", "in"},
        {"out", NULL},
        {"", NULL},
        {"registry", NULL},
        {"x", NULL},
        {"namespaces", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *found = problems_nearest(cases[i].word, words);
        if (cases[i].nearest == NULL)
            assert_null(found);
        else if (found == NULL)
            fail_msg("nothing is near %s", cases[i].word);
        else
            assert_string_equal(found, cases[i].nearest);
    }
}

static void test_nearest_of_several(void **state)
{
    (void)state;
    static const char *const words[] = {"icmpv4", "icmpv6", NULL};
    static const char *const none[] = {NULL};
    assert_string_equal(problems_nearest("icmp6", words), "icmpv6");
    assert_string_equal(problems_nearest("icmpv5", words), "icmpv4");
    assert_null(problems_nearest("icmpv4", none));
}

static void test_very_long_words(void **state)
{
    (void)state;
    char text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const char *const words[] = {text, "x", NULL};
    assert_null(problems_nearest(text, words));
    assert_null(problems_nearest("xxxxxxxx", words));
}

/* --- memory runs out ----------------------------------------------------- */

static void test_counts_when_memory_runs_out(void **state)
{
    (void)state;
    struct problems problems;
    for (size_t n = 0; n < 3; n++) {
        problems_init(&problems);
        alloc_door_shut(n + 1, true);
        problems_error(&problems, "first");
        problems_warning(&problems, "second");
        alloc_door_open();
        assert_int_equal(problems.error_count, 1);
        assert_int_equal(problems.warning_count, 1);
        assert_int_equal(problems.count, n < 2 ? 0 : 1);
        problems_error(&problems, "third");
        assert_string_equal(problems.items[problems.count - 1].text, "third");
        problems_release(&problems);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_in_order),
        cmocka_unit_test(test_counts_what_it_does_not_keep),
        cmocka_unit_test(test_counts_a_line_that_cannot_be_kept),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_nearest_of_several),
        cmocka_unit_test(test_very_long_words),
        cmocka_unit_test(test_counts_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
