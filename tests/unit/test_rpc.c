/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verify/rpc.h"
#include "verify/server_alive.h"

/* As Wireshark's dissector and another implementation read them. */
#define BIND                                                                   \
    "05000b03100000004800000001000000d016d01600000000010000000000010"          \
    "0c4fefc9960521b10bbcb00aa0021347a00000000045d888aeb1cc9119fe808"          \
    "002b10486002000000"
#define REQUEST "050000031000000018000000020000000000000000000500"
#define BIND_ACK                                                               \
    "05000c03100000003c00000001000000d016d0163412000004003133350000000"        \
    "100000000000000045d888aeb1cc9119fe808002b10486002000000"
#define BIND_REJECTED                                                          \
    "05000c03100000003c00000001000000d016d0163412000004003133350000000"        \
    "100000002000100045d888aeb1cc9119fe808002b10486002000000"
#define BIND_NAK "05000d0310000000170000000100000004000105000000"
#define FAULT_5                                                                \
    "0500030310000000200000000200000020000000000000000500000000000000"
#define RESPONSE                                                               \
    "050002031000000084000000020000006c0000000000000005000700000002002a"       \
    "0000002a0017000700570049004e002d005400450053005400000007003100390"        \
    "032002e0030002e0032002e0031003000000000000a00ffff00000900ffff0000"        \
    "1000ffff00001e00ffff00001f00ffff00001600ffff0000000000000000000000"       \
    "00"

struct bytes {
    unsigned char at[512];
    size_t len;
};

static struct bytes from_hex(const char *hex)
{
    struct bytes bytes = {.len = strlen(hex) / 2};
    assert_true(bytes.len <= sizeof bytes.at);
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        bytes.at[i] = (unsigned char)byte;
    }
    return bytes;
}

static enum rpc_answer answer_to(struct rpc_reader *reader, uint32_t call,
                                 const struct bytes *bytes, size_t piece)
{
    enum rpc_answer answer = RPC_MORE;
    rpc_reader_expect(reader, call);
    for (size_t at = 0; at < bytes->len && answer == RPC_MORE; at += piece) {
        size_t left = bytes->len - at;
        answer = rpc_feed(reader, bytes->at + at, left < piece ? left : piece);
    }
    return answer;
}

static void test_questions_are_as_documented(void **state)
{
    (void)state;
    unsigned char bind[RPC_BIND_LEN];
    unsigned char request[RPC_REQUEST_LEN];
    struct bytes wanted = from_hex(BIND);
    rpc_bind(bind, &rpc_object_exporter);
    assert_int_equal(wanted.len, sizeof bind);
    assert_memory_equal(bind, wanted.at, sizeof bind);
    wanted = from_hex(REQUEST);
    rpc_request(request, SERVER_ALIVE_OPERATION);
    assert_int_equal(wanted.len, sizeof request);
    assert_memory_equal(request, wanted.at, sizeof request);
}

struct row {
    const char *hex;
    uint32_t call;
    enum rpc_answer answer;
    const char *trouble;
};

static const struct row rows[] = {
    {BIND_ACK, RPC_CALL_BIND, RPC_BOUND, NULL},
    {BIND_REJECTED, RPC_CALL_BIND, RPC_REFUSED, NULL},
    {BIND_NAK, RPC_CALL_BIND, RPC_REFUSED, NULL},
    {FAULT_5, RPC_CALL_REQUEST, RPC_FAULT, NULL},
    {RESPONSE, RPC_CALL_REQUEST, RPC_RESPONSE, NULL},
    {"05000c03100000003c0000000100", RPC_CALL_BIND, RPC_MORE, NULL},
    {BIND_ACK "00", RPC_CALL_BIND, RPC_GARBAGE,
     "it says more than was asked for"},
    {BIND_ACK, RPC_CALL_REQUEST, RPC_GARBAGE, "it answers another call"},
    {RESPONSE, RPC_CALL_BIND, RPC_GARBAGE, "it answers another call"},
    {"050002031000000018000000010000000000000000000000", RPC_CALL_BIND,
     RPC_GARBAGE, "it answers with a packet of another kind"},
    {"5353482d322e302d4f70656e5353485f", RPC_CALL_BIND, RPC_GARBAGE,
     "it is not DCE/RPC version 5"},
    {"05000c03000000003c00000001000000", RPC_CALL_BIND, RPC_GARBAGE,
     "its numbers are not little-endian"},
    {"05000c03100000000f00000001000000", RPC_CALL_BIND, RPC_GARBAGE,
     "a fragment is shorter than its header"},
    {"05000c03100000003c00080001000000", RPC_CALL_BIND, RPC_GARBAGE,
     "it signs what was asked without a name"},
    {"05000c03100000001000000001000000", RPC_CALL_BIND, RPC_GARBAGE,
     "its bind_ack is cut short"},
    {"05000c03100000001c00000001000000d016d01634120000ffff3133", RPC_CALL_BIND,
     RPC_GARBAGE, "its bind_ack is cut short"},
    {"05000d03100000001100000001000000ff", RPC_CALL_BIND, RPC_GARBAGE,
     "its bind_nak is cut short"},
    {"05000303100000001800000002000000200000000000000005", RPC_CALL_REQUEST,
     RPC_GARBAGE, "its fault is cut short"},
    {"05000203100000001400000002000000ffffffff", RPC_CALL_REQUEST, RPC_GARBAGE,
     "its response is cut short"},
    {"050002021000000018000000020000000000000000000000", RPC_CALL_REQUEST,
     RPC_GARBAGE, "its fragments are out of order"},
};

/* In one piece, and byte by byte. */
static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t pieces[] = {512, 1, 7};
        for (size_t p = 0; p < 3; p++) {
            struct bytes bytes = from_hex(rows[i].hex);
            struct rpc_reader reader;
            rpc_reader_init(&reader);
            enum rpc_answer answer =
                answer_to(&reader, rows[i].call, &bytes, pieces[p]);
            /* Byte by byte nobody looks behind a whole answer. */
            if (p == 0 || strcmp(rows[i].hex, BIND_ACK "00") != 0)
                assert_int_equal(answer, rows[i].answer);
            if (answer == RPC_GARBAGE)
                assert_string_equal(reader.trouble, rows[i].trouble);
            rpc_reader_release(&reader);
        }
    }
}

static void test_reasons(void **state)
{
    (void)state;
    struct rpc_reader reader;
    rpc_reader_init(&reader);
    struct bytes bytes = from_hex(BIND_REJECTED);
    answer_to(&reader, RPC_CALL_BIND, &bytes, 512);
    assert_int_equal(reader.reason, 1);
    bytes = from_hex(BIND_NAK);
    answer_to(&reader, RPC_CALL_BIND, &bytes, 512);
    assert_int_equal(reader.reason, 4);
    bytes = from_hex(FAULT_5);
    answer_to(&reader, RPC_CALL_REQUEST, &bytes, 512);
    assert_int_equal(reader.fault, 5);
    rpc_reader_release(&reader);
}

/* --- fragments ----------------------------------------------------------- */

/* One fragment of a response with `len` bytes of `stub`. */
static enum rpc_answer feed_fragment(struct rpc_reader *reader, unsigned flags,
                                     const unsigned char *stub, size_t len)
{
    unsigned char pdu[6000] = {5, 0, 2, (unsigned char)flags, 0x10};
    pdu[8] = (unsigned char)((24 + len) & 0xFF);
    pdu[9] = (unsigned char)((24 + len) >> 8);
    pdu[12] = RPC_CALL_REQUEST;
    memcpy(pdu + 24, stub, len);
    return rpc_feed(reader, pdu, 24 + len);
}

static void test_fragments_are_put_together(void **state)
{
    (void)state;
    struct bytes bytes = from_hex(RESPONSE);
    struct rpc_reader reader;
    struct server_alive alive;
    struct err err;
    rpc_reader_init(&reader);
    rpc_reader_expect(&reader, RPC_CALL_REQUEST);
    const unsigned char *stub = bytes.at + 24;
    size_t len = bytes.len - 24;
    assert_int_equal(feed_fragment(&reader, 1, stub, 10), RPC_MORE);
    assert_int_equal(feed_fragment(&reader, 0, stub + 10, 0), RPC_MORE);
    assert_int_equal(feed_fragment(&reader, 0, stub + 10, 33), RPC_MORE);
    assert_int_equal(feed_fragment(&reader, 2, stub + 43, len - 43),
                     RPC_RESPONSE);
    assert_int_equal(reader.stub.len, len);
    assert_int_equal(
        server_alive_read(&alive, (unsigned char *)reader.stub.data, len, &err),
        0);
    assert_int_equal(alive.count, 2);
    rpc_reader_release(&reader);
}

/* The stub cut at every two places: the same answer each time. */
static void test_every_fragmentation(void **state)
{
    (void)state;
    struct bytes bytes = from_hex(RESPONSE);
    const unsigned char *stub = bytes.at + 24;
    size_t len = bytes.len - 24;
    for (size_t first = 0; first <= len; first++) {
        for (size_t second = first; second <= len; second++) {
            struct rpc_reader reader;
            rpc_reader_init(&reader);
            rpc_reader_expect(&reader, RPC_CALL_REQUEST);
            feed_fragment(&reader, 1, stub, first);
            feed_fragment(&reader, 0, stub + first, second - first);
            assert_int_equal(
                feed_fragment(&reader, 2, stub + second, len - second),
                RPC_RESPONSE);
            assert_int_equal(reader.stub.len, len);
            assert_memory_equal(reader.stub.data, stub, len);
            rpc_reader_release(&reader);
        }
    }
}

/* A second first fragment, a last one that is none, one too many. */
static void test_fragments_in_another_order(void **state)
{
    (void)state;
    static const unsigned orders[][2] = {{0, 2}, {1, 1}, {1, 3}, {2, 0}};
    const unsigned char stub[8] = {0};
    for (size_t i = 0; i < 4; i++) {
        struct rpc_reader reader;
        rpc_reader_init(&reader);
        rpc_reader_expect(&reader, RPC_CALL_REQUEST);
        enum rpc_answer answer =
            feed_fragment(&reader, orders[i][0], stub, sizeof stub);
        if (answer == RPC_MORE)
            answer = feed_fragment(&reader, orders[i][1], stub, sizeof stub);
        assert_int_equal(answer, RPC_GARBAGE);
        assert_string_equal(reader.trouble, "its fragments are out of order");
        rpc_reader_release(&reader);
    }
}

/* No sample cut short is ever whole, and no byte behind its end is read. */
static void test_every_truncation(void **state)
{
    (void)state;
    static const struct row samples[] = {
        {BIND_ACK, RPC_CALL_BIND, RPC_BOUND, NULL},
        {BIND_REJECTED, RPC_CALL_BIND, RPC_REFUSED, NULL},
        {BIND_NAK, RPC_CALL_BIND, RPC_REFUSED, NULL},
        {FAULT_5, RPC_CALL_REQUEST, RPC_FAULT, NULL},
        {RESPONSE, RPC_CALL_REQUEST, RPC_RESPONSE, NULL},
    };
    for (size_t i = 0; i < 5; i++) {
        struct bytes bytes = from_hex(samples[i].hex);
        for (size_t len = 0; len < bytes.len; len++) {
            unsigned char *exact = malloc(len + 1);
            struct rpc_reader reader;
            struct server_alive alive;
            struct err err;
            assert_non_null(exact);
            rpc_reader_init(&reader);
            rpc_reader_expect(&reader, samples[i].call);
            memcpy(exact + 1, bytes.at, len);
            assert_int_equal(rpc_feed(&reader, exact + 1, len), RPC_MORE);
            /* The same with a header that says that this is all of it. */
            if (len >= 16) {
                exact[1 + 8] = (unsigned char)len;
                exact[1 + 9] = 0;
                rpc_reader_expect(&reader, samples[i].call);
                if (rpc_feed(&reader, exact + 1, len) == RPC_RESPONSE)
                    assert_int_equal(
                        server_alive_read(&alive,
                                          (unsigned char *)reader.stub.data,
                                          reader.stub.len, &err),
                        -1);
            }
            rpc_reader_release(&reader);
            free(exact);
        }
    }
}

static void test_a_storm_of_fragments_ends(void **state)
{
    (void)state;
    struct rpc_reader reader;
    const unsigned char none[1] = {0};
    rpc_reader_init(&reader);
    rpc_reader_expect(&reader, RPC_CALL_REQUEST);
    enum rpc_answer answer = feed_fragment(&reader, 1, none, 0);
    unsigned fed = 1;
    for (; answer == RPC_MORE && fed < 10000; fed++)
        answer = feed_fragment(&reader, 0, none, 0);
    assert_int_equal(answer, RPC_ENDLESS);
    assert_string_equal(reader.trouble, "its response has no end of fragments");
    assert_int_equal(fed, RPC_FRAGMENTS_MAX + 1);
    rpc_reader_release(&reader);
}

static void test_a_response_without_measure_ends(void **state)
{
    (void)state;
    static const unsigned char much[5000];
    struct rpc_reader reader;
    rpc_reader_init(&reader);
    rpc_reader_expect(&reader, RPC_CALL_REQUEST);
    enum rpc_answer answer = feed_fragment(&reader, 1, much, sizeof much);
    while (answer == RPC_MORE)
        answer = feed_fragment(&reader, 0, much, sizeof much);
    assert_int_equal(answer, RPC_ENDLESS);
    assert_string_equal(reader.trouble,
                        "its response is longer than any could be");
    assert_true(reader.stub.len <= RPC_STUB_MAX);
    rpc_reader_release(&reader);
}

/* --- ServerAlive2 -------------------------------------------------------- */

static void test_server_alive(void **state)
{
    (void)state;
    struct bytes bytes = from_hex(RESPONSE);
    struct server_alive alive;
    struct err err;
    assert_int_equal(
        server_alive_read(&alive, bytes.at + 24, bytes.len - 24, &err), 0);
    assert_int_equal(alive.com_major, 5);
    assert_int_equal(alive.com_minor, 7);
    assert_int_equal(alive.status, 0);
    assert_int_equal(alive.count, 2);
    assert_int_equal(alive.left_out, 0);
    assert_string_equal(alive.addresses[0], "WIN-TEST");
    assert_string_equal(alive.addresses[1], "192.0.2.10");
}

static void test_server_alive_without_bindings(void **state)
{
    (void)state;
    struct bytes bytes = from_hex("05000600000000000000000005000000");
    struct server_alive alive;
    struct err err;
    assert_int_equal(server_alive_read(&alive, bytes.at, bytes.len, &err), 0);
    assert_int_equal(alive.count, 0);
    assert_int_equal(alive.status, 5);
}

static void test_server_alive_refuses_counts_that_lie(void **state)
{
    (void)state;
    static const struct {
        size_t at; /* of the byte in the stub */
        unsigned char value;
        const char *text;
    } lies[] = {
        {8, 0xFF, "announces more bindings than it brings"},
        {10, 0xFF, "announces more bindings than it brings"},
        {12, 0x2B, "announces more bindings than it brings"},
        {14, 0x2B, "security bindings begin behind its end"},
        {14, 0x16, "a binding has no end"},
        {8, 0x2D, "its end is missing"},
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct bytes bytes = from_hex(RESPONSE);
        struct server_alive alive;
        struct err err = {0};
        bytes.at[24 + lies[i].at] = lies[i].value;
        assert_int_equal(
            server_alive_read(&alive, bytes.at + 24, bytes.len - 24, &err), -1);
        assert_non_null(strstr(err.text, lies[i].text));
    }
}

static void test_nothing_a_terminal_obeys_comes_through(void **state)
{
    (void)state;
    struct bytes bytes = from_hex(RESPONSE);
    struct server_alive alive;
    struct err err;
    bytes.at[24 + 18] = 0x1B;
    assert_int_equal(
        server_alive_read(&alive, bytes.at + 24, bytes.len - 24, &err), 0);
    assert_int_equal(alive.count, 1);
    assert_int_equal(alive.left_out, 1);
    assert_string_equal(alive.addresses[0], "192.0.2.10");
}

/* Whatever comes: no crash, no byte read that is not there (ASan). */
static void test_random_bytes(void **state)
{
    (void)state;
    unsigned seed = 20260101;
    for (unsigned round = 0; round < 20000; round++) {
        struct bytes bytes = from_hex(round % 2 == 0 ? RESPONSE : BIND_ACK);
        seed = seed * 1103515245u + 12345u;
        for (unsigned i = 0; i < 1 + (seed >> 16) % 6; i++) {
            seed = seed * 1103515245u + 12345u;
            bytes.at[(seed >> 8) % bytes.len] = (unsigned char)(seed >> 24);
        }
        bytes.len -= (seed >> 20) % bytes.len;
        /* Of its own size, so that a byte too far is seen. */
        unsigned char *exact = malloc(bytes.len);
        struct rpc_reader reader;
        struct server_alive alive;
        struct err err;
        assert_non_null(exact);
        memcpy(exact, bytes.at, bytes.len);
        rpc_reader_init(&reader);
        rpc_reader_expect(&reader, 1 + (round + 1) % 2);
        if (rpc_feed(&reader, exact, bytes.len) == RPC_GARBAGE)
            assert_non_null(reader.trouble);
        (void)server_alive_read(&alive, exact, bytes.len, &err);
        assert_true(alive.count <= SERVER_ALIVE_ADDRESSES_MAX);
        rpc_reader_release(&reader);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions_are_as_documented),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_fragments_are_put_together),
        cmocka_unit_test(test_every_fragmentation),
        cmocka_unit_test(test_fragments_in_another_order),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_a_storm_of_fragments_ends),
        cmocka_unit_test(test_a_response_without_measure_ends),
        cmocka_unit_test(test_server_alive),
        cmocka_unit_test(test_server_alive_without_bindings),
        cmocka_unit_test(test_server_alive_refuses_counts_that_lie),
        cmocka_unit_test(test_nothing_a_terminal_obeys_comes_through),
        cmocka_unit_test(test_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
