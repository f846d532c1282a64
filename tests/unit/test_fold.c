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

#include "inventory/fold.h"
#include "tests/unit/alloc_door.h"

#define NAMES_MAX 64

/* Names separated by blanks, and what they fold to. */
static const struct fold_case {
    const char *names;
    const char *folded;
} fold_cases[] = {
    {"", ""},
    {"pc", "pc"},
    {"pc1", "pc1"},
    {"pc1 pc2", "pc[1-2]"},
    {"pc2 pc1 pc2", "pc[1-2]"},
    {"pc1 pc3 pc4 pc9", "pc[1,3-4,9]"},
    {"b a c", "a,b,c"},
    {"pc10 pc9 pc8", "pc[8-10]"},
    {"pc99 pc100 pc101", "pc[99-101]"},
    {"pc999 pc1001 pc1002", "pc[999,1001-1002]"},
    {"pc9 pc10 pc20", "pc[9-10,20]"},
    {"lab-01 lab-02 lab-03 lab-40", "lab-[01-03,40]"},
    {"lab-08 lab-09 lab-10 lab-11", "lab-[08-11]"},
    {"lab-08 lab-10 lab-9 lab-8", "lab-[08,10],lab-[8-9]"},
    {"lab-1 lab-01 lab-001", "lab-001,lab-01,lab-1"},
    {"lab-001 lab-002 lab-01 lab-02", "lab-[001-002],lab-[01-02]"},
    {"lab-098 lab-099 lab-100", "lab-[098-100]"},
    {"lab-0 lab-1 lab-2", "lab-[0-2]"},
    {"lab-09 lab-100", "lab-09,lab-100"},
    {"r1n1 r1n2 r2n1 r2n2", "r1n[1-2],r2n[1-2]"},
    {"r1-pc r2-pc r3-pc", "r[1-3]-pc"},
    {"pc1.lab2 pc2.lab2 pc3.lab2", "pc[1-3].lab2"},
    {"pc1.lab2 pc2.lab2 pc1.lab3", "pc1.lab[2-3],pc2.lab2"},
    {"r1-pc r1-x r2-pc", "r[1-2]-pc,r1-x"},
    {"a1b1 a2b1 a3b1 a1b2", "a1b[1-2],a[2-3]b1"},
    {"10.0.0.1 10.0.0.2 10.0.0.10", "10.0.0.[1-2,10]"},
    {"10.0.0.1 10.0.1.1 10.0.2.1", "10.0.[0-2].1"},
    {"1 2 3", "[1-3]"},
    {"1a 2a 2b", "[1-2]a,2b"},
    {"pc7 lab-01 lab-02 zoo", "lab-[01-02],pc7,zoo"},
    {"pc99999999999999999999 pc100000000000000000000",
     "pc[99999999999999999999-100000000000000000000]"},
    {"pc19 pc20 pc29 pc30 pc31", "pc[19-20,29-31]"},
    {"pc1 pc11", "pc[1,11]"},
    {"pc9 pc90", "pc[9,90]"},
    {"pc0 pc00", "pc0,pc00"},
    {"pc09 pc9 pc10", "pc[09-10],pc9"},
    {"PC1 pc1 pc2", "PC1,pc[1-2]"},
    {"x5y x6y x5z", "x[5-6]y,x5z"},
};

static void fold_text(struct buf *out, const char *text)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    char *copy = strdup(text);
    assert_non_null(copy);
    char *rest = copy;
    for (char *name = strtok_r(rest, " ", &rest); name != NULL;
         name = strtok_r(NULL, " ", &rest))
        names[count++] = name;
    assert_int_equal(fold_names(out, names, count), 0);
    free(copy);
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fold_cases / sizeof fold_cases[0]; i++) {
        struct buf out;
        buf_init(&out, 4096);
        fold_text(&out, fold_cases[i].names);
        assert_string_equal(out.data, fold_cases[i].folded);
        buf_release(&out);
    }
}

static void test_appends_and_leaves_names_alone(void **state)
{
    (void)state;
    const char *names[] = {"b2", "a1", "b1"};
    struct buf out;
    buf_init(&out, 64);
    buf_add_text(&out, "hosts ");
    assert_int_equal(fold_names(&out, names, 3), 0);
    assert_string_equal(out.data, "hosts a1,b[1-2]");
    assert_string_equal(names[0], "b2");
    assert_string_equal(names[2], "b1");
    buf_release(&out);
}

static void test_says_when_the_buffer_is_full(void **state)
{
    (void)state;
    const char *names[] = {"lab-01", "lab-02"};
    struct buf out;
    buf_init(&out, 8);
    assert_int_equal(fold_names(&out, names, 2), -1);
    buf_release(&out);
}

static void test_ten_thousand(void **state)
{
    (void)state;
    enum { COUNT = 10000 };
    static char texts[COUNT][24];
    static const char *names[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(texts[i], sizeof texts[i], "room%02u-pc%03u",
                 (unsigned)(i % 50), (unsigned)(i / 50));
        names[i] = texts[i];
    }
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(fold_names(&out, names, COUNT), 0);
    assert_true(
        strncmp(out.data, "room00-pc[000-199],room01-pc[000-199],", 38) == 0);
    size_t commas = 0;
    for (const char *c = out.data; *c != '\0'; c++)
        commas += *c == ',';
    assert_int_equal(commas, 49);
    buf_release(&out);
}

/* --- memory runs out ----------------------------------------------------- */

static void test_memory_runs_out(void **state)
{
    (void)state;
    const char *names[] = {"lab-01", "lab-02", "pc"};
    bool enough = false;
    for (size_t n = 0; !enough; n++) {
        struct buf out;
        buf_init(&out, 100);
        alloc_door_shut(n + 1, true);
        int status = fold_names(&out, names, 3);
        enough = !alloc_door_open();
        assert_int_equal(status, n < 3 ? -1 : 0);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_appends_and_leaves_names_alone),
        cmocka_unit_test(test_says_when_the_buffer_is_full),
        cmocka_unit_test(test_ten_thousand),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
