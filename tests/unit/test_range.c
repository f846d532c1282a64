/* SPDX-License-Identifier: MIT */
/* Ranges of both families, and the ports and brackets of host names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "inventory/address.h"
#include "inventory/range.h"

#define NAMES_TEXT_MAX 4096

static const struct {
    const char *text;
    const char *names; /* separated by blanks */
} good[] = {
    {"pc", "pc"},
    {"a]b", "a]b"},
    {"[fe80::1]", "[fe80::1]"},
    {"[::1]:22", "[::1]:22"},
    {"pc[1:3]", "pc1 pc2 pc3"},
    {"pc[7:7]", "pc7"},
    {"pc[08:11]", "pc08 pc09 pc10 pc11"},
    {"pc[8:11]", "pc8 pc9 pc10 pc11"},
    {"pc[001:003]-x", "pc001-x pc002-x pc003-x"},
    {"pc[1:9:3]", "pc1 pc4 pc7"},
    {"pc[1:9:100]", "pc1"},
    {"pc[:2]", "pc0 pc1 pc2"},
    {"pc[1:010]",
     "pc1 pc2 pc3 pc4 pc5 pc6 pc7 pc8 pc9 pc10"}, /* as Ansible does */
    {"row[a:c]", "rowa rowb rowc"},
    {"row[y:B]", "rowy rowz rowA rowB"},
    {"row[a:e:2]", "rowa rowc rowe"},
    {"r[1:2]n[1:2]", "r1n1 r1n2 r2n1 r2n2"},
    {"r[a:b][1:2]", "ra1 ra2 rb1 rb2"},
    {"pc[1-3]", "pc1 pc2 pc3"},
    {"pc[01-03,7]", "pc01 pc02 pc03 pc7"},
    {"pc[98-101]", "pc98 pc99 pc100 pc101"},
    {"pc[098-101]", "pc098 pc099 pc100 pc101"},
    {"pc[5]", "pc5"},
    {"pc[3,1,2]-y", "pc3-y pc1-y pc2-y"},
    {"n[1-2]m[1:2]", "n1m1 n1m2 n2m1 n2m2"},
    {"[1-2]", "1 2"},
    {"ü[1-2]", "ü1 ü2"},
};

static const struct {
    const char *text;
    const char *why;
} bad[] = {
    {"pc[1:3", "']' is missing"},
    {"pc[", "']' is missing"},
    {"pc[]", "a range is"},
    {"pc[:]", "a range is"},
    {"pc[1:]", "a range is"},
    {"pc[x]", "a range is"},
    {"pc[1-]", "a range is"},
    {"pc[-1]", "a range is"},
    {"pc[1,]", "a range is"},
    {"pc[1,,2]", "a range is"},
    {"pc[1:2:3:4]", "a range is"},
    {"pc[1:b]", "a range is"},
    {"pc[a:3]", "a range is"},
    {"pc[aa:bb]", "a range is"},
    {"pc[ab:c]", "a range is"},
    {"pc[1:-3]", "a range is"},
    {"pc[1:3:-1]", "a range is"},
    {"pc[a-c]", "a range is"},
    {"pc[3:1]", "the begin is after the end"},
    {"pc[3-1]", "the begin is after the end"},
    {"pc[c:a]", "the begin is after the end"},
    {"pc[A:a]", "the begin is after the end"},
    {"pc[1:3:0]", "the step cannot be 0"},
    {"pc[01:100]", "same number of digits"},
    {"pc[1:100001]", "more than 100,000 names"},
    {"pc[1-99999,1-99999]", "more than 100,000 names"},
    {"pc[1-400][1-400]", "more than 100,000 names"},
    {"pc[1-100000][1-100000][1-100000][1-100000]", "more than 100,000 names"},
    {"pc[0-999999999999999999,0-999999999999999999]",
     "more than 100,000 names"},
    {"pc[0-99999999999999999999999]", "a range is"},
    {"[1][1][1][1][1][1][1][1][1][1][1][1][1][1][1][1][1]",
     "too many brackets"},
};

static void join(const struct list *names, struct buf *text)
{
    buf_reset(text);
    for (size_t i = 0; i < names->count; i++)
        buf_addf(text, "%s%s", i == 0 ? "" : " ",
                 (const char *)names->items[i]);
}

static void test_good_ranges(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, NAMES_TEXT_MAX);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct list names = {0};
        struct err err = {0};
        if (range_expand(good[i].text, &names, &err) == -1)
            fail_msg("%s: %s", good[i].text, err.text);
        join(&names, &text);
        assert_string_equal(text.data, good[i].names);
        list_release_all(&names, free);
    }
    buf_release(&text);
}

static void test_bad_ranges(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct list names = {0};
        struct err err = {0};
        char opening[256];
        if (range_expand(bad[i].text, &names, &err) != -1)
            fail_msg("%s: accepted", bad[i].text);
        snprintf(opening, sizeof opening,
                 "'%s' cannot be expanded: ", bad[i].text);
        if (strncmp(err.text, opening, strlen(opening)) != 0 ||
            strstr(err.text, bad[i].why) == NULL)
            fail_msg("%s: %s", bad[i].text, err.text);
        assert_int_equal(names.count, 0);
        list_release(&names);
    }
}

static void test_names_are_appended(void **state)
{
    (void)state;
    struct list names = {0};
    struct buf text;
    buf_init(&text, NAMES_TEXT_MAX);
    assert_int_equal(range_expand("a[1:2]", &names, NULL), 0);
    assert_int_equal(range_expand("b[2:1]", &names, NULL), -1);
    assert_int_equal(range_expand("c", &names, NULL), 0);
    join(&names, &text);
    assert_string_equal(text.data, "a1 a2 c");
    list_release_all(&names, free);
    buf_release(&text);
}

static void test_exactly_a_hundred_thousand(void **state)
{
    (void)state;
    struct list names = {0};
    assert_int_equal(range_expand("pc[1:100000]", &names, NULL), 0);
    assert_int_equal(names.count, RANGE_NAMES_MAX);
    assert_string_equal(names.items[99999], "pc100000");
    list_release_all(&names, free);
}

static const struct {
    const char *text;
    const char *name;
    const char *port; /* NULL: none */
} ports[] = {
    {"pc", "pc", NULL},
    {"pc:22", "pc", "22"},
    {"pc:022", "pc", "022"},
    {"10.0.0.1:2222", "10.0.0.1", "2222"},
    {"lab-[01:40]:2222", "lab-[01:40]", "2222"},
    {"lab-[01:40]", "lab-[01:40]", NULL},
    {"pc:", "pc:", NULL},
    {":22", ":22", NULL},
    {"pc:ssh", "pc:ssh", NULL},
    {"pc:22x", "pc:22x", NULL},
    {"fe80::1", "fe80::1", NULL},
    {"fe80::1%eth0", "fe80::1%eth0", NULL},
    {"[fe80::1]", "fe80::1", NULL},
    {"[fe80::1]:22", "fe80::1", "22"},
    {"[fe80::1%eth0]:22", "fe80::1%eth0", "22"},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", NULL},
};

static void test_ports_are_split_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        const char *port = "unset";
        char *name = address_split(ports[i].text, &port);
        assert_non_null(name);
        assert_string_equal(name, ports[i].name);
        if (ports[i].port == NULL)
            assert_null(port);
        else
            assert_string_equal(port, ports[i].port);
        free(name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_ranges),
        cmocka_unit_test(test_bad_ranges),
        cmocka_unit_test(test_names_are_appended),
        cmocka_unit_test(test_exactly_a_hundred_thousand),
        cmocka_unit_test(test_ports_are_split_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
