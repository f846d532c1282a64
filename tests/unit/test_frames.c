/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "controller/result/fault.h"
#include "controller/result/frames.h"
#include "payload/protocol.h"

struct heard {
    struct buf text; /* documents, each ended by | */
    size_t longest;
    bool stop;
};

static int hear(void *context, const char *text, size_t len, struct err *err)
{
    struct heard *heard = context;
    assert_int_equal(text[len], '\0');
    if (len > heard->longest)
        heard->longest = len;
    if (len < 1000)
        buf_add(&heard->text, text, len);
    buf_add_char(&heard->text, '|');
    return heard->stop ? err_set(err, FAULT_BAD_RESULT, "stop") : 0;
}

static void begin(struct frames *frames, struct heard *heard)
{
    *heard = (struct heard){0};
    buf_init(&heard->text, 1 << 20);
    frames_init(frames, hear, heard);
}

static void end(struct frames *frames, struct heard *heard)
{
    frames_release(frames);
    buf_release(&heard->text);
}

struct row {
    const char *bytes;
    size_t len;
    const char *documents;
    const char *noise;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct row rows[] = {
    {BYTES(""), "", ""},
    {BYTES("hello\r\n"), "", "hello\r\n"},
    {BYTES("\x1e{}\n"), "{}|", ""},
    {BYTES("\x1e{}\r\n"), "{}|", ""},
    {BYTES("\x1e\n"), "|", ""},
    {BYTES("\x1e\r\n"), "|", ""},
    {BYTES("a\x1e{1}\nb\x1e{2}\nc"), "{1}|{2}|", "abc"},
    {BYTES("\x1e{1}"), "", ""},
    {BYTES("\x1e{1\x1e{2}\n"), "{2}|", "{1"},
    {BYTES("{}\n"), "", "{}\n"},
    {BYTES("\x1e{\r}\r\n"), "{\r}|", ""},
    {BYTES("x\0\x1e\0{\0}\0\r\0\n\0y\0"), "{}|", "xy"},
    {BYTES("\x1e{\n}\n"), "{|", "}\n"},
};

static void check_row(const struct row *row, size_t chunk)
{
    struct frames frames;
    struct heard heard;
    struct err err = {0};
    begin(&frames, &heard);
    for (size_t at = 0; at < row->len; at += chunk) {
        size_t len = row->len - at < chunk ? row->len - at : chunk;
        assert_int_equal(frames_feed(&frames, row->bytes + at, len, &err), 0);
    }
    assert_string_equal(heard.text.data, row->documents);
    assert_string_equal(frames.noise.data, row->noise);
    end(&frames, &heard);
}

static void test_table_in_all_cuts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t chunk = 1; chunk < 24; chunk++)
            check_row(&rows[i], chunk);
    }
}

static void test_noise_is_bounded_and_counted(void **state)
{
    (void)state;
    struct frames frames;
    struct heard heard;
    char noise[1000];
    memset(noise, 'n', sizeof noise);
    begin(&frames, &heard);
    for (int i = 0; i < 100; i++)
        assert_int_equal(frames_feed(&frames, noise, sizeof noise, NULL), 0);
    assert_int_equal(frames_feed(&frames, BYTES("\x1e{}\n"), NULL), 0);
    assert_int_equal(frames.noise.len, FRAMES_NOISE_MAX);
    assert_int_equal(frames.noise_dropped, 100000 - FRAMES_NOISE_MAX);
    assert_string_equal(heard.text.data, "{}|");
    end(&frames, &heard);
}

/* A document of `len` bytes between its RS and `tail`; the verdict. */
static int feed_long(size_t len, const char *tail, size_t *longest)
{
    struct frames frames;
    struct heard heard;
    struct err err = {0};
    char *bytes = malloc(len + 4);
    assert_non_null(bytes);
    memset(bytes, 'x', len + 1);
    bytes[0] = PROTOCOL_RS;
    strcpy(bytes + len + 1, tail);
    begin(&frames, &heard);
    int failed = frames_feed(&frames, bytes, len + 1 + strlen(tail), &err);
    if (failed)
        assert_int_equal(err.code, FAULT_BAD_RESULT);
    *longest = heard.longest;
    end(&frames, &heard);
    free(bytes);
    return failed;
}

static void test_longest_document(void **state)
{
    (void)state;
    size_t longest = 0;
    assert_int_equal(feed_long(PROTOCOL_RESULT_MAX, "\n", &longest), 0);
    assert_int_equal(longest, PROTOCOL_RESULT_MAX);
    assert_int_equal(feed_long(PROTOCOL_RESULT_MAX, "\r\n", &longest), 0);
    assert_int_equal(longest, PROTOCOL_RESULT_MAX);
    assert_int_equal(feed_long(PROTOCOL_RESULT_MAX + 1, "\n", &longest), -1);
    assert_int_equal(feed_long(PROTOCOL_RESULT_MAX + 2, "", &longest), -1);
}

/* Its host may be at work for a while yet, and many others with it. */
static void test_a_document_too_long_is_not_kept(void **state)
{
    (void)state;
    static char piece[65536];
    struct frames frames;
    struct heard heard;
    struct err err = {0};
    begin(&frames, &heard);
    memset(piece, 'x', sizeof piece);
    assert_int_equal(frames_feed(&frames, BYTES("\x1e"), &err), 0);
    while (frames_feed(&frames, piece, sizeof piece, &err) == 0)
        assert_in_range(frames.document.len, 1, PROTOCOL_RESULT_MAX + 1);
    assert_int_equal(frames.document.capacity, 0);
    assert_false(frames.inside);
    end(&frames, &heard);
}

static void test_a_document_cut_off_is_not_kept(void **state)
{
    (void)state;
    static char piece[65536];
    struct frames frames;
    struct heard heard;
    begin(&frames, &heard);
    memset(piece, 'x', sizeof piece);
    assert_int_equal(frames_feed(&frames, BYTES("\x1e"), NULL), 0);
    assert_int_equal(frames_feed(&frames, piece, sizeof piece, NULL), 0);
    assert_int_equal(frames_feed(&frames, BYTES("\x1e{}"), NULL), 0);
    assert_in_range(frames.document.capacity, 1, 1024);
    end(&frames, &heard);
}

static void test_listener_may_stop(void **state)
{
    (void)state;
    struct frames frames;
    struct heard heard;
    struct err err = {0};
    begin(&frames, &heard);
    heard.stop = true;
    assert_int_equal(frames_feed(&frames, BYTES("\x1e{}\n\x1e{}\n"), &err), -1);
    assert_string_equal(heard.text.data, "{}|");
    assert_string_equal(err.text, "stop");
    end(&frames, &heard);
}

static void test_restart_drops_half_a_document(void **state)
{
    (void)state;
    struct frames frames;
    struct heard heard;
    begin(&frames, &heard);
    assert_int_equal(frames_feed(&frames, BYTES("n\x1e{\"half"), NULL), 0);
    frames_restart(&frames);
    assert_int_equal(frames_feed(&frames, BYTES("m\x1e{}\n"), NULL), 0);
    assert_string_equal(heard.text.data, "{}|");
    assert_string_equal(frames.noise.data, "nm");
    end(&frames, &heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_in_all_cuts),
        cmocka_unit_test(test_noise_is_bounded_and_counted),
        cmocka_unit_test(test_longest_document),
        cmocka_unit_test(test_a_document_too_long_is_not_kept),
        cmocka_unit_test(test_a_document_cut_off_is_not_kept),
        cmocka_unit_test(test_listener_may_stop),
        cmocka_unit_test(test_restart_drops_half_a_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
