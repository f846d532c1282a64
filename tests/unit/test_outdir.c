/* SPDX-License-Identifier: MIT */
/* The names of the files that --outdir writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "controller/report/outdir.h"

static void assert_name(const char *host, const char *expected)
{
    struct buf out;
    struct err err;
    buf_init(&out, 512);
    assert_int_equal(outdir_name(&out, host, &err), 0);
    assert_string_equal(out.data, expected);
    buf_release(&out);
}

static void test_only_plain_bytes_are_left(void **state)
{
    (void)state;
    assert_name("lab-01", "lab-01.json");
    assert_name("PC_2.lab.example", "PC_2.lab.example.json");
    assert_name("", ".json");
    assert_name(".", "%2E.json");
    assert_name("..", "%2E..json");
    assert_name("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd.json");
    assert_name("a%2Fb", "a%252Fb.json");
    assert_name("b\u00fcro", "b%C3%BCro.json");
    assert_name("a b\n~\\:*?", "a%20b%0A%7E%5C%3A%2A%3F.json");
}

/* A file's name has 255 bytes at most. */
static void test_long_names_stay_apart(void **state)
{
    (void)state;
    char hosts[2][254];
    struct buf names[2];
    struct err err;
    for (size_t i = 0; i < 2; i++) {
        memset(hosts[i], 'a', 253);
        hosts[i][252] = (char)('0' + i);
        hosts[i][253] = '\0';
        buf_init(&names[i], 512);
        assert_int_equal(outdir_name(&names[i], hosts[i], &err), 0);
        assert_true(names[i].len <= 255);
        assert_non_null(strchr(names[i].data, '~'));
    }
    assert_string_not_equal(names[0].data, names[1].data);
    buf_release(&names[0]);
    buf_release(&names[1]);
    hosts[0][240] = '\0';
    struct buf whole;
    buf_init(&whole, 512);
    assert_int_equal(outdir_name(&whole, hosts[0], &err), 0);
    assert_int_equal(whole.len, 245);
    buf_release(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_plain_bytes_are_left),
        cmocka_unit_test(test_long_names_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
