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
#include "base/log.h"
#include "base/utf8.h"
#include "tests/unit/alloc_door.h"

/* Ends a literal, so that the next letters do not belong to its escape. */
#define E(text) text, sizeof(text) - 1

static const struct {
    const char *text;
    size_t len;
    const char *escaped;
} escapes[] = {
    {E(""), ""},
    {E("plain ~ text"), "plain ~ text"},
    {E("C:\\x"), "C:\\x"},
    {E("a\nb"), "a\\x0ab"},
    {E("a\r\tb"), "a\\x0d\\x09b"},
    {E("\x1b[31mred"), "\\x1b[31mred"},
    {E("\x1b]0;title\x07"), "\\x1b]0;title\\x07"},
    {E("a\0b"), "a\\x00b"},
    {E("\x7f"), "\\x7f"},
    {E("\b\b\b"), "\\x08\\x08\\x08"},
    {E("Gr\xC3\xBC\xC3\x9F"
       "e \xE6\x97\xA5 \xF0\x9F\x98\x80"),
     "Gr\xC3\xBC\xC3\x9F"
     "e \xE6\x97\xA5 \xF0\x9F\x98\x80"},
    {E("\xC2\x9B"
       "31m"),
     "\\u{9b}31m"},
    {E("\xC2\x80\xC2\x9F\xC2\xA0"), "\\u{80}\\u{9f}\xC2\xA0"},
    {E("\x9B"
       "31m"),
     "\\x9b31m"},
    {E("\xE2\x80\xAE"
       "evil"),
     "\\u{202e}evil"},
    {E("\xE2\x80\xAA\xE2\x80\xAB\xE2\x80\xAC\xE2\x80\xAD"),
     "\\u{202a}\\u{202b}\\u{202c}\\u{202d}"},
    {E("\xE2\x81\xA6\xE2\x81\xA7\xE2\x81\xA8\xE2\x81\xA9"),
     "\\u{2066}\\u{2067}\\u{2068}\\u{2069}"},
    {E("\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C"), "\\u{200e}\\u{200f}\\u{61c}"},
    {E("\xE2\x80\xA8\xE2\x80\xA9"), "\\u{2028}\\u{2029}"},
    {E("\xE9t\xE9"), "\\xe9t\\xe9"},
    {E("\xC3"), "\\xc3"},
    {E("\xE2\x82"), "\\xe2\\x82"},
    {E("\xC0\x80"), "\\xc0\\x80"},
    {E("\xED\xA0\x80"), "\\xed\\xa0\\x80"},
    {E("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"},
    {E("\xFF\xFE"), "\\xff\\xfe"},
};

static void test_escape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        struct buf out;
        buf_init(&out, 1000);
        assert_int_equal(log_escape(&out, escapes[i].text, escapes[i].len), 0);
        assert_string_equal(out.data, escapes[i].escaped);
        buf_release(&out);
    }
}

static void test_nothing_a_terminal_obeys_is_left(void **state)
{
    (void)state;
    char all[256];
    struct buf out;
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    buf_init(&out, 10000);
    assert_int_equal(log_escape(&out, all, sizeof all), 0);
    for (size_t i = 0; i < out.len; i++)
        assert_true(out.data[i] >= 0x20 && out.data[i] < 0x7F);
    buf_release(&out);
}

static void test_escape_says_when_the_buffer_is_full(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 3);
    assert_int_equal(log_escape(&out, "\n", 1), -1);
    assert_int_equal(out.len, 0);
    buf_release(&out);
}

/* What log_line writes at a level, shown up to another. */
static char *line(enum log_level shown, enum log_level level, const char *text)
{
    char *written = NULL;
    size_t size = 0;
    struct log log = {.out = open_memstream(&written, &size), .shown = shown};
    assert_non_null(log.out);
    log_line(&log, level, "%s", text);
    fclose(log.out);
    return written;
}

static void check_line(enum log_level shown, enum log_level level,
                       const char *text, const char *expected)
{
    char *written = line(shown, level, text);
    assert_string_equal(written, expected);
    free(written);
}

static void test_lines(void **state)
{
    (void)state;
    check_line(LOG_WARNING, LOG_ERROR, "no", "wmifleet: no\n");
    check_line(LOG_WARNING, LOG_WARNING, "x", "wmifleet: warning: x\n");
    check_line(LOG_DEBUG, LOG_INFO, "i", "wmifleet: i\n");
    check_line(LOG_TRACE, LOG_TRACE, "t", "wmifleet: t\n");
    check_line(LOG_ERROR, LOG_ERROR, "a\nb\x1b[2J",
               "wmifleet: a\\x0ab\\x1b[2J\n");
    check_line(LOG_ERROR, LOG_ERROR, "", "wmifleet: \n");
}

static void test_levels(void **state)
{
    (void)state;
    for (int shown = LOG_ERROR; shown <= LOG_TRACE; shown++) {
        for (int level = LOG_ERROR; level <= LOG_TRACE; level++) {
            char *written =
                line((enum log_level)shown, (enum log_level)level, "x");
            assert_int_equal(*written != '\0', level <= shown);
            free(written);
        }
    }
    log_line(NULL, LOG_ERROR, "nobody listens");
}

static void test_a_message_too_long_is_not_silent(void **state)
{
    (void)state;
    size_t len = 1 << 20;
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, 'x', len);
    text[len] = '\0';
    check_line(LOG_ERROR, LOG_ERROR, text,
               "wmifleet: a message was lost: out of memory\n");
    free(text);
}

/* Every character there is, encoded and read again. */
static void test_utf8_all_characters(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x110000; code++) {
        char text[4];
        size_t len = code < 0x80      ? 1
                     : code < 0x800   ? 2
                     : code < 0x10000 ? 3
                                      : 4;
        static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
        for (size_t i = len - 1; i > 0; i--)
            text[i] = (char)(0x80 | (code >> 6 * (len - 1 - i) & 0x3F));
        text[0] = (char)(leads[len] | code >> 6 * (len - 1));
        uint32_t found = 0;
        bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        size_t taken = utf8_decode(text, len, &found);
        assert_int_equal(taken, surrogate ? 0 : len);
        if (!surrogate)
            assert_int_equal(found, code);
        assert_int_equal(utf8_decode(text, len - 1, &found), 0);
    }
}

/* --- memory runs out ----------------------------------------------------- */

static void test_a_message_is_not_lost_in_silence(void **state)
{
    (void)state;
    char *written = NULL;
    size_t size = 0;
    struct log log = {.out = open_memstream(&written, &size),
                      .shown = LOG_INFO};
    alloc_door_shut(1, true);
    log_line(&log, LOG_INFO, "hello");
    alloc_door_open();
    fclose(log.out);
    assert_string_equal(written,
                        "wmifleet: a message was lost: out of memory\n");
    free(written);
}

static void test_utf8_cut(void **state)
{
    (void)state;
    assert_int_equal(utf8_cut("abc", 5), 3);
    assert_int_equal(utf8_cut("abc", 3), 3);
    assert_int_equal(utf8_cut("abc", 2), 2);
    assert_int_equal(utf8_cut("a\xE2\x82\xAC", 4), 4);
    assert_int_equal(utf8_cut("a\xE2\x82\xAC", 3), 1);
    assert_int_equal(utf8_cut("\xF0\x9F\x98\x80", 3), 0);
    assert_int_equal(utf8_cut("", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_nothing_a_terminal_obeys_is_left),
        cmocka_unit_test(test_escape_says_when_the_buffer_is_full),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_a_message_too_long_is_not_silent),
        cmocka_unit_test(test_utf8_all_characters),
        cmocka_unit_test(test_utf8_cut),
        cmocka_unit_test(test_a_message_is_not_lost_in_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
