/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "controller/result/fault_causes.h"

/* The closed list, told a second time: a change must be meant. */
static const struct {
    enum fault fault;
    const char *word;
    enum fault_group group;
    int transient;
} faults[] = {
    {FAULT_RESOLVE, "resolve", GROUP_UNREACHABLE, 1},
    {FAULT_REFUSED, "refused", GROUP_UNREACHABLE, 1},
    {FAULT_TCP_TIMEOUT, "tcp-timeout", GROUP_UNREACHABLE, 1},
    {FAULT_BANNER_TIMEOUT, "banner-timeout", GROUP_UNREACHABLE, 1},
    {FAULT_KEX, "kex", GROUP_UNREACHABLE, 1},
    {FAULT_HOSTKEY_UNKNOWN, "hostkey-unknown", GROUP_UNREACHABLE, 0},
    {FAULT_HOSTKEY_CHANGED, "hostkey-changed", GROUP_UNREACHABLE, 0},
    {FAULT_HOSTKEY_OTHER_HOST, "hostkey-other-host", GROUP_UNREACHABLE, 0},
    {FAULT_AUTH, "auth", GROUP_UNREACHABLE, 0},
    {FAULT_SFTP, "sftp", GROUP_UNREACHABLE, 0},
    {FAULT_UPLOAD, "upload", GROUP_UNREACHABLE, 0},
    {FAULT_EXEC, "exec", GROUP_UNREACHABLE, 0},
    {FAULT_REMOVED, "removed", GROUP_UNREACHABLE, 0},
    {FAULT_NOT_STARTED, "not-started", GROUP_UNREACHABLE, 0},
    {FAULT_NOT_ADMIN, "not-admin", GROUP_FAILED, 0},
    {FAULT_UNSAFE_DIR, "unsafe-dir", GROUP_FAILED, 0},
    {FAULT_BUSY, "busy", GROUP_FAILED, 1},
    {FAULT_LOST, "lost", GROUP_FAILED, 0},
    {FAULT_RUN_TIMEOUT, "run-timeout", GROUP_FAILED, 0},
    {FAULT_PAYLOAD_FAILED, "payload-failed", GROUP_FAILED, 0},
    {FAULT_BAD_RESULT, "bad-result", GROUP_FAILED, 0},
    {FAULT_CANCELLED, "cancelled", GROUP_CANCELLED, 0},
};

#define COUNT (sizeof faults / sizeof faults[0])

static void test_every_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        enum fault fault = faults[i].fault;
        assert_string_equal(fault_word(fault), faults[i].word);
        assert_int_equal(fault_group(fault), faults[i].group);
        assert_int_equal(fault_transient(fault), faults[i].transient);
        assert_int_equal(fault_from_word(faults[i].word), fault);
    }
}

/* A fault that the table above does not know stands behind its last. */
static void test_the_list_is_closed(void **state)
{
    (void)state;
    size_t count = 0;
#define X(symbol, word, group, again, hint) count++;
    FAULT_LIST(X)
#undef X
    assert_int_equal(count, COUNT);
}

static void test_hints_are_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        const char *hint = fault_hint(faults[i].fault);
        assert_true(strlen(hint) > 10);
        assert_null(strpbrk(hint, "\r\n\t"));
    }
}

static void assert_line(const char *text)
{
    size_t len = strlen(text);
    assert_in_range(len, 10, 240);
    assert_null(strpbrk(text, "\r\n\t"));
    assert_true(text[len - 1] != '.');
}

static void assert_story(const char *word)
{
    const struct fault_story *story = fault_story(word);
    if (story == NULL) {
        fail_msg("%s is not explained", word);
        return;
    }
    assert_line(story->meaning);
    assert_non_null(story->causes[0].text);
    assert_non_null(story->causes[1].text);
    for (const struct fault_cause *c = story->causes; c->text != NULL; c++) {
        assert_line(c->text);
        assert_line(c->remedy);
    }
}

/* explain was one line for a class, and none of it said why. */
static void test_every_class_has_causes_and_what_to_look_at(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        assert_story(faults[i].word);
    assert_story(SHARED_HOSTKEY);
    assert_null(fault_story("none"));
    assert_null(fault_story(""));
}

static void test_words_that_are_none(void **state)
{
    (void)state;
    assert_string_equal(fault_word(FAULT_NONE), "none");
    assert_int_equal(fault_from_word("none"), FAULT_NONE);
    assert_int_equal(fault_from_word(""), FAULT_NONE);
    assert_int_equal(fault_from_word("Auth"), FAULT_NONE);
    assert_int_equal(fault_from_word("auth "), FAULT_NONE);
    assert_int_equal(fault_transient(FAULT_NONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_fault),
        cmocka_unit_test(test_the_list_is_closed),
        cmocka_unit_test(test_hints_are_one_line),
        cmocka_unit_test(test_every_class_has_causes_and_what_to_look_at),
        cmocka_unit_test(test_words_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
