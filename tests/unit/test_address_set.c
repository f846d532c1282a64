/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "payload/settings/address_set.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

/* How two lists relate; SUBSET: the right is in the left and smaller. */
enum relation { SAME, SUBSET, CROSSING, APART };

static const struct pair {
    const char *left;
    const char *right;
    enum relation relation;
} pairs[] = {
    /* What Windows gives back for what it was given. */
    {"10.0.0.5", "10.0.0.5/255.255.255.255", SAME},
    {"10.0.0.5", "10.0.0.5/32", SAME},
    {"10.0.0.5", "10.0.0.5-10.0.0.5", SAME},
    {"10.0.0.0/24", "10.0.0.0/255.255.255.0", SAME},
    {"10.0.0.0/24", "10.0.0.0-10.0.0.255", SAME},
    {"10.0.0.17/24", "10.0.0.0/24", SAME},
    {"0.0.0.0/0", "0.0.0.0-255.255.255.255", SAME},
    {"0.0.0.0/0", "0.0.0.0/0.0.0.0", SAME},
    {"192.0.2.1,192.0.2.2", "192.0.2.2,192.0.2.1", SAME},
    {" 192.0.2.1 , 192.0.2.2 ", "192.0.2.1,192.0.2.2", SAME},
    {"192.0.2.1,192.0.2.1", "192.0.2.1", SAME},
    {"192.0.2.1,", "192.0.2.1", SAME},
    {"192.0.2.0-192.0.2.127,192.0.2.128-192.0.2.255", "192.0.2.0/24", SAME},
    {"192.0.2.0-192.0.2.200,192.0.2.100-192.0.2.255", "192.0.2.0/24", SAME},
    {"192.0.2.0/24,192.0.2.7", "192.0.2.0/24", SAME},
    {"10.255.255.255,11.0.0.0", "10.255.255.255-11.0.0.0", SAME},
    {"*", "", SAME},
    {"*", "10.0.0.1,*", SAME},
    {"LocalSubnet", "LOCALSUBNET", SAME},
    {"DNS,LocalSubnet,dhcp", "localsubnet,DHCP,dns", SAME},
    {"LocalSubnet,10.0.0.1", "10.0.0.1,localsubnet", SAME},
    {"2001:db8::1", "2001:0db8:0:0:0:0:0:1", SAME},
    {"2001:db8::1", "2001:DB8::1/128", SAME},
    {"2001:db8::/32", "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
     SAME},
    {"2001:db8::5/32", "2001:db8::/32", SAME},
    {"::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", SAME},
    {"::ffff:10.0.0.1", "::ffff:a00:1", SAME},
    {"fe80::/10,10.0.0.0/8", "10.0.0.0/8,fe80::/10", SAME},
    {"255.255.255.255", "255.255.255.255/32", SAME},
    {"0.0.0.0,255.255.255.255", "255.255.255.255,0.0.0.0", SAME},
    /* Words that are no addresses are only like themselves. */
    {"fe80::1%5", "FE80::1%5", SAME},
    {"10.0.0.1/255.0.255.0", "10.0.0.1/255.0.255.0", SAME},

    {"10.0.0.0/24", "10.0.0.5", SUBSET},
    {"10.0.0.0/8", "10.1.0.0/16,10.2.0.0/16", SUBSET},
    {"10.0.0.0/24,10.0.1.0/24", "10.0.0.128-10.0.1.127", SUBSET},
    {"*", "10.0.0.5", SUBSET},
    {"*", "LocalSubnet", SUBSET},
    {"*", "0.0.0.0/0", SUBSET},
    {"0.0.0.0/0,::/0", "10.0.0.1,2001:db8::1", SUBSET},
    {"LocalSubnet,10.0.0.5", "LocalSubnet", SUBSET},
    {"LocalSubnet,10.0.0.5", "10.0.0.5", SUBSET},
    {"2001:db8::/32", "2001:db8:1::/48", SUBSET},

    {"10.0.0.0-10.0.0.9", "10.0.0.5-10.0.0.20", CROSSING},
    {"10.0.0.1,10.0.0.2", "10.0.0.2,10.0.0.3", CROSSING},
    {"LocalSubnet,10.0.0.1", "LocalSubnet,10.0.0.2", CROSSING},
    {"10.0.0.0/24,2001:db8::1", "10.0.0.1,2001:db8::2", CROSSING},

    {"10.0.0.5", "10.0.0.6", APART},
    {"10.0.0.5", "10.0.0.50", APART},
    {"LocalSubnet", "10.0.0.5", APART},
    {"LocalSubnet", "DNS", APART},
    {"10.0.0.1", "::10.0.0.1", APART},
    {"0.0.0.0/0", "::/0", APART},
    {"10.0.0.1", "::ffff:10.0.0.1", APART},
    {"255.255.255.255", "0.0.0.0", APART},
    {"255.255.255.255", "::1:0:0", APART},
    {"10.0.0.1/33", "10.0.0.1", APART},
    {"10.0.0.9-10.0.0.1", "10.0.0.5", APART},
    {"10.0.0.1-::1", "10.0.0.1", APART},
    {"10.0.0.256", "10.0.0.25", APART},
    {"10.0.0", "10.0.0.0", APART},
};

static struct address_set make_set(const char *list)
{
    struct address_set set;
    address_set_init(&set);
    assert_int_equal(address_set_add(&set, list), 0);
    return set;
}

static void check_pair(const char *left, const char *right,
                       enum relation relation)
{
    struct address_set a = make_set(left);
    struct address_set b = make_set(right);
    bool covers = relation == SAME || relation == SUBSET;
    if (address_set_equal(&a, &b) != (relation == SAME) ||
        address_set_equal(&b, &a) != (relation == SAME) ||
        address_set_covers(&a, &b) != covers ||
        address_set_covers(&b, &a) != (relation == SAME) ||
        address_set_overlaps(&a, &b) != (relation != APART) ||
        address_set_overlaps(&b, &a) != (relation != APART))
        fail_msg("[%s] and [%s]: not as the table says", left, right);
    address_set_release(&b);
    address_set_release(&a);
}

static void test_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        check_pair(pairs[i].left, pairs[i].right, pairs[i].relation);
}

static void test_an_empty_set_is_nothing(void **state)
{
    (void)state;
    struct address_set nothing;
    struct address_set any = make_set("*");
    address_set_init(&nothing);
    assert_false(address_set_equal(&nothing, &any));
    assert_false(address_set_overlaps(&nothing, &any));
    assert_true(address_set_covers(&any, &nothing));
    address_set_release(&any);
}

/* Texts that are addresses to us exactly when they are to the C library. */
static const char *const spellings[] = {
    "0.0.0.0",
    "1.2.3.4",
    "255.255.255.255",
    "256.1.1.1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.-4",
    "+1.2.3.4",
    "1.2.3.4a",
    "0x1.2.3.4",
    "1.2.3.1000",
    "",
    "abc",
    "::",
    "::1",
    "1::",
    "1::8",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1:2:3::6:7:8",
    "1:2:3:4::5:6:7:8",
    "1:::2",
    "1::2::3",
    ":1",
    "1:",
    ":",
    ":::",
    "12345::",
    "fffff::1",
    "ffff::FFFF",
    "::g",
    "::1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
    "1:2:3:4:5:6:7:1.2.3.4",
    "::1.2.3",
    "::1.2.3.256",
    "::1.2.3.4:5",
    "::ffff:1.2.3.4",
    "64:ff9b::1.2.3.4",
    "1.2.3.4::",
    "::%1",
    "fe80::1%eth0",
};

static void test_spellings_as_the_c_library(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        const char *text = spellings[i];
        struct address_range range;
        unsigned char v4[4];
        unsigned char v6[16];
        bool is_v4 = inet_pton(AF_INET, text, v4) == 1;
        bool is_v6 = inet_pton(AF_INET6, text, v6) == 1;
        if (address_range_parse(text, &range) != (is_v4 || is_v6))
            fail_msg("[%s]: address or not", text);
        if (is_v4) {
            assert_int_equal(range.family, 4);
            assert_memory_equal(range.low + 12, v4, sizeof v4);
        } else if (is_v6) {
            assert_int_equal(range.family, 6);
            assert_memory_equal(range.low, v6, sizeof v6);
        }
    }
}

static const struct range_case {
    const char *text;
    const char *low; /* NULL: refused */
    const char *high;
} range_cases[] = {
    {"10.1.2.3/8", "10.0.0.0", "10.255.255.255"},
    {"10.1.2.3/0", "0.0.0.0", "255.255.255.255"},
    {"10.1.2.3/31", "10.1.2.2", "10.1.2.3"},
    {"10.1.2.3/20", "10.1.0.0", "10.1.15.255"},
    {"10.1.2.3/255.255.240.0", "10.1.0.0", "10.1.15.255"},
    {"10.1.2.3/128.0.0.0", "0.0.0.0", "127.255.255.255"},
    {"10.1.2.3-10.1.2.9", "10.1.2.3", "10.1.2.9"},
    {"10.1.2.3/255.255.0.255", NULL, NULL},
    {"10.1.2.3/33", NULL, NULL},
    {"10.1.2.3/", NULL, NULL},
    {"10.1.2.3/-1", NULL, NULL},
    {"10.1.2.3/8/8", NULL, NULL},
    {"10.1.2.9-10.1.2.3", NULL, NULL},
    {"10.1.2.3-", NULL, NULL},
    {"-10.1.2.3", NULL, NULL},
    {"10.1.2.3-10.1.2.9-10.1.2.12", NULL, NULL},
    {"10.1.2.3-10.1.2.0/24", NULL, NULL},
};

static void test_ranges(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(range_cases); i++) {
        const struct range_case *c = &range_cases[i];
        struct address_range range;
        char low[INET_ADDRSTRLEN] = "";
        char high[INET_ADDRSTRLEN] = "";
        bool parsed = address_range_parse(c->text, &range);
        if (parsed != (c->low != NULL))
            fail_msg("[%s]: range or not", c->text);
        if (!parsed)
            continue;
        inet_ntop(AF_INET, range.low + 12, low, sizeof low);
        inet_ntop(AF_INET, range.high + 12, high, sizeof high);
        assert_string_equal(low, c->low);
        assert_string_equal(high, c->high);
    }
}

static void test_v6_prefixes_keep_their_bits(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 128; bits++) {
        char text[64];
        struct address_range range;
        snprintf(text, sizeof text,
                 "a5a5:a5a5:a5a5:a5a5:a5a5:a5a5:a5a5:a5a5/%u", bits);
        assert_true(address_range_parse(text, &range));
        for (unsigned bit = 0; bit < 128; bit++) {
            unsigned shift = 7 - bit % 8;
            unsigned low = (unsigned)range.low[bit / 8] >> shift & 1u;
            unsigned high = (unsigned)range.high[bit / 8] >> shift & 1u;
            unsigned given = 0xA5u >> shift & 1u;
            assert_int_equal(low, bit < bits ? given : 0);
            assert_int_equal(high, bit < bits ? given : 1);
        }
    }
}

/* Added one by one, backwards, and all at once: the same set. */
static void test_many(void **state)
{
    (void)state;
    struct address_set one_by_one;
    struct address_set whole = make_set("10.0.0.0/20");
    address_set_init(&one_by_one);
    for (int i = 4095; i >= 0; i--) {
        char text[32];
        snprintf(text, sizeof text, "10.0.%d.%d", i / 256, i % 256);
        assert_int_equal(address_set_add(&one_by_one, text), 0);
    }
    assert_true(address_set_equal(&one_by_one, &whole));
    assert_int_equal(one_by_one.range_count, 1);
    address_set_release(&one_by_one);
    for (int i = 0; i < 2000; i += 2) { /* gaps stay gaps */
        char text[32];
        snprintf(text, sizeof text, "10.0.%d.%d", i / 256, i % 256);
        assert_int_equal(address_set_add(&one_by_one, text), 0);
    }
    assert_int_equal(one_by_one.range_count, 1000);
    assert_true(address_set_covers(&whole, &one_by_one));
    address_set_release(&one_by_one);
    address_set_release(&whole);
}

static void test_all_at_once(void **state)
{
    (void)state;
    static const char *const items[] = {"10.0.0.2", "LocalSubnet", "10.0.0.1",
                                        "10.0.0.3,2001:db8::1"};
    struct address_set wanted =
        make_set("10.0.0.1-10.0.0.3,2001:db8::1,localsubnet");
    struct address_set set;
    address_set_init(&set);
    assert_int_equal(address_set_add_all(&set, items, ARRAY_LEN(items)), 0);
    assert_true(address_set_equal(&set, &wanted));
    assert_int_equal(set.range_count, 2);
    assert_int_equal(address_set_add_all(&set, NULL, 0), 0);
    assert_true(address_set_equal(&set, &wanted));
    address_set_release(&set);
    address_set_release(&wanted);
}

static void test_wide(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        bool wide;
    } sets[] = {
        {"*", true},
        {"0.0.0.0/0", true},
        {"::/0", true},
        {"0.0.0.0-127.255.255.255,128.0.0.0/1", true},
        {"10.0.0.1,::/0", true},
        {"0.0.0.0/1", false},
        {"0.0.0.1-255.255.255.255", false},
        {"0.0.0.0-255.255.255.254", false},
        {"::/1", false},
        {"LocalSubnet", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        struct address_set set = make_set(sets[i].list);
        if (address_set_is_wide(&set) != sets[i].wide)
            fail_msg("%s", sets[i].list);
        address_set_release(&set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_an_empty_set_is_nothing),
        cmocka_unit_test(test_spellings_as_the_c_library),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_v6_prefixes_keep_their_bits),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
