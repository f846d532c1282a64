/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "payload/firewall/port_set.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

static const struct pair {
    const char *left; /* NULL: none given */
    const char *right;
    bool same;
    bool overlap;
} pairs[] = {
    {NULL, "", true, true},
    {NULL, "*", true, true},
    {"", " ", true, true},
    {"135", "135", true, true},
    {"135", " 135 ", true, true},
    {"80,443", "443,80", true, true},
    {"80,443", "443 , 80", true, true},
    {"80-82", "80,81,82", true, true},
    {"80-82,81-90", "80-90", true, true},
    {"1-5,6-10", "1-10", true, true},
    {"0-65535", "0-100,101-65535", true, true},
    {"RPC", "rpc", true, true},
    {"RPC-EPMap,135", "135,rpc-epmap", true, true},
    {"00135", "135", true, true},
    {"135", "*", false, true},
    {"135", "136", false, false},
    {"135", "13", false, false},
    {"80-82", "80-83", false, true},
    {"RPC", "RPC-EPMap", false, false},
    {"RPC", "135", false, false},
    {"RPC,135", "135", false, true},
    /* What is no port is like nothing, itself included. */
    {"65536", "65536", false, false},
    {"90-80", "90-80", false, false},
    {"80-", "80", false, true},
    {"80x", "80", false, true},
    {"80,,81", "80,81", false, true},
    {"a-very-long-word-that-no-windows-has", "x", false, false},
    {"a,b,c,d,e,f,g,h,i", "a,b,c,d,e,f,g,h,i", false, true},
};

static void test_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        struct port_set left;
        struct port_set right;
        port_set_parse(&left, pairs[i].left);
        port_set_parse(&right, pairs[i].right);
        if (port_set_equal(&left, &right) != pairs[i].same ||
            port_set_equal(&right, &left) != pairs[i].same ||
            port_set_overlaps(&left, &right) != pairs[i].overlap ||
            port_set_overlaps(&right, &left) != pairs[i].overlap)
            fail_msg("[%s] and [%s]: not as the table says",
                     pairs[i].left != NULL ? pairs[i].left : "none",
                     pairs[i].right);
    }
}

static void test_names(void **state)
{
    (void)state;
    struct port_set set;
    port_set_parse(&set, "22,100-200,65535,RPC");
    assert_true(port_set_names(&set, 22));
    assert_true(port_set_names(&set, 100));
    assert_true(port_set_names(&set, 150));
    assert_true(port_set_names(&set, 200));
    assert_true(port_set_names(&set, 65535));
    assert_false(port_set_names(&set, 23));
    assert_false(port_set_names(&set, 99));
    assert_false(port_set_names(&set, 201));
    assert_false(port_set_names(&set, 65536));
    port_set_parse(&set, "*");
    assert_false(port_set_names(&set, 22));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
