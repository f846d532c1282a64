/* SPDX-License-Identifier: MIT */
/* --limit and --exclude: which hosts, and what is said of a wrong one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/inventory_text.h"

#define TEXT_MAX 8192

static const char lab[] =
    "{'web': {'hosts': ['web-1', 'web-2', 'web-3']},"
    " 'db': {'hosts': ['db-01', 'db-02', 'web-3']},"
    " 'deep': {'children': ['rack1', 'rack2']},"
    " 'rack1': ['r1'], 'rack2': ['r2', 'fe80::1'],"
    " 'hollow': {'vars': {'x': 1}},"
    " 'rows': ['row1-pc', 'row2-pc', 'row10-pc', 'a.b', 'Ä1']}";

static const struct {
    const char *limit;
    const char *hosts;
} good[] = {
    {"all", "web-1 web-2 web-3 db-01 db-02 row1-pc row2-pc row10-pc a.b Ä1 r1 "
            "r2 fe80::1"},
    {"web", "web-1 web-2 web-3"},
    {" web ", "web-1 web-2 web-3"},
    {"deep", "r1 r2 fe80::1"},
    {"web-1", "web-1"},
    {"web-1:web-2", "web-1 web-2"},
    {"web-2,web-1", "web-1 web-2"},
    {"web-1 web-2", "web-1 web-2"},
    {"web-1,,web-2,", "web-1 web-2"},
    {"web:&db", "web-3"},
    {"&db:web", "web-3"},
    {"web:!db", "web-1 web-2"},
    {"!db:web", "web-1 web-2"},
    {"!web:db:rack1", "db-01 db-02 r1"},
    {"&web", "web-1 web-2 web-3"},
    {"web:db:&web:!web-3:db-01", "web-1 web-2"},
    {"w*", "web-1 web-2 web-3"},
    {"?b", "web-3 db-01 db-02"},
    {"*-0[12]", "db-01 db-02"},
    {"*-0[!1]", "db-02"},
    {"a.b", "a.b"},
    {"~web-[13]", "web-1 web-3"},
    {"~w", "web-1 web-2 web-3"},
    {"~(?:web|db)-\\d+$,", "web-1 web-2 web-3 db-01 db-02"},
    {"~(?i)WEB-1", "web-1"},
    {"~[\\w]+-0\\d\\Z", "db-01 db-02"},
    {"~row\\d+?-pc", "row1-pc row2-pc row10-pc"},
    {"web[0]", "web-1"},
    {"web[-1]", "web-3"},
    {"web[0:1]", "web-1 web-2"},
    {"web[1:]", "web-2 web-3"},
    {"web[1:99]", "web-2 web-3"},
    {"web[0-1]", "web-1 web-2"},
    {"web[0]:web[2]", "web-1 web-3"},
    {"web[0:1]:!web[0]", "web-2"},
    {"web-[1-2]", "web-1 web-2"},
    {"web-[1:2]", "web-1 web-2"},
    {"db-[01-02]", "db-01 db-02"},
    {"web-[1,3],db-01", "web-1 web-3 db-01"},
    {"row[1-2]-pc", "row1-pc row2-pc"},
    {"row[1-2,10]-pc", "row1-pc row2-pc row10-pc"},
    {"rack[1-2]", "r1 r2 fe80::1"},
    {"web-[2-3]:&db", "web-3"},
    {"fe80::1", "fe80::1"},
    {"Ä?", "Ä1"},
    {"hollow:web-1", "web-1"},
    {"@some", "web-2 db-01 db-02"},
    {"@some:!db-01", "web-2 db-02"},
};

static const struct {
    const char *limit;
    const char *problems;
} bad[] = {
    {"wep", "--limit: 'wep' matches no host and no group; did you mean "
            "'web'?\n"},
    {"web:zzzzzzzz", "--limit: 'zzzzzzzz' matches no host and no group\n"},
    {"web:!web-9", "--limit: 'web-9' matches no host and no group; did you "
                   "mean 'web-1'?\n"},
    {"xx:yyyyyy", "--limit: 'xx' matches no host and no group\n"
                  "--limit: 'yyyyyy' matches no host and no group\n"},
    {"10.0.*", "--limit: '10.0.*' matches no host and no group\n"},
    {"web[3]", "--limit: 'web[3]': 'web' has only 3 hosts\n"},
    {"web[-4]", "--limit: 'web[-4]': 'web' has only 3 hosts\n"},
    {"rack1[1:2]", "--limit: 'rack1[1:2]': 'rack1' has only 1 host\n"},
    {"", "--limit: the pattern is empty\n"},
    {", ,", "--limit: the pattern is empty\n"},
    {"web:!", "--limit: nothing follows '!'\n"},
    {"@missing", "--limit: @missing: No such file or directory\n"},
    {"~web-(", "--limit: '~web-(' is no regular expression: Unmatched ( or "
               "\\(\n"},
    {"~(?=web)", "--limit: '~(?=web)': '(?' is understood only in '(?:' and "
                 "'(?i)'\n"},
    {"hollow", "no host is selected: --limit and --exclude leave none of "
               "13\n"},
    {"web:&rack1", "no host is selected: --limit and --exclude leave none of "
                   "13\n"},
};

static int choose(struct inventory *inventory, const char *limit,
                  const char *exclude, struct buf *names,
                  struct problems *problems)
{
    const struct selection selection = {
        .limit = limit, .exclude = exclude, .need = INVENTORY_NAMES};
    struct target_list list;
    int result = inventory_select(inventory, &selection, &list, problems);
    buf_reset(names);
    for (size_t i = 0; i < list.count; i++)
        buf_addf(names, "%s%s", i == 0 ? "" : " ", list.items[i].name);
    free(list.items);
    return result;
}

static void write_some(void)
{
    static const char lines[] =
        "\xef\xbb\xbfweb-2\r\n\r\n# a remark\n  db-0[1-2]  \n";
    inventory_text_file("some", lines, sizeof lines - 1);
}

static void test_good_patterns(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(lab);
    struct buf names;
    buf_init(&names, TEXT_MAX);
    write_some();
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct problems problems;
        problems_init(&problems);
        if (choose(inventory, good[i].limit, NULL, &names, &problems) == -1)
            fail_msg("%s: %s", good[i].limit, problems.items[0].text);
        if (strcmp(names.data, good[i].hosts) != 0)
            fail_msg("%s: %s, not %s", good[i].limit, names.data,
                     good[i].hosts);
        assert_int_equal(problems.warning_count, 0);
        problems_release(&problems);
    }
    buf_release(&names);
    inventory_free(inventory);
}

static void test_bad_patterns(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(lab);
    struct buf text;
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct problems problems;
        problems_init(&problems);
        assert_int_equal(
            choose(inventory, bad[i].limit, NULL, &text, &problems), -1);
        inventory_text_problems(&problems, &text);
        assert_string_equal(text.data, bad[i].problems);
        problems_release(&problems);
    }
    buf_release(&text);
    inventory_free(inventory);
}

static void test_exclude_takes_patterns_too(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(lab);
    struct problems problems;
    struct buf names;
    buf_init(&names, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(choose(inventory, NULL, "rack*,row*,?.b,~.*1$,db,!db-02",
                            &names, &problems),
                     0);
    assert_string_equal(names.data, "web-2 db-02");
    assert_int_equal(
        choose(inventory, "web", "web-[1-2]:web-3", &names, &problems), -1);
    assert_int_equal(choose(inventory, "web", "wep", &names, &problems), -1);
    inventory_text_problems(&problems, &names);
    assert_string_equal(
        names.data, "no host is selected: --limit and --exclude leave none of "
                    "13\n--exclude: 'wep' matches no host and no group; did "
                    "you mean 'web'?\n");
    problems_release(&problems);
    buf_release(&names);
    inventory_free(inventory);
}

static void test_range_that_is_known_in_part(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(lab);
    struct problems problems;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(choose(inventory, "web-[2-8]", NULL, &text, &problems), 0);
    assert_string_equal(text.data, "web-2 web-3");
    inventory_text_problems(&problems, &text);
    assert_string_equal(text.data,
                        "warning: --limit: 'web-[2-8]': 5 of 7 names are not "
                        "in the inventory (web-4, web-5, web-6, ...)\n");
    problems_release(&problems);
    buf_release(&text);
    inventory_free(inventory);
}

static void test_group_wins_over_range(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(
        "{'g': ['a', 'b', 'c'], 'other': ['g1', 'g2', 'g0']}");
    struct problems problems;
    struct buf names;
    buf_init(&names, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(choose(inventory, "g[0:1]", NULL, &names, &problems), 0);
    assert_string_equal(names.data, "a b");
    problems_release(&problems);
    buf_release(&names);
    inventory_free(inventory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_patterns),
        cmocka_unit_test(test_bad_patterns),
        cmocka_unit_test(test_exclude_takes_patterns_too),
        cmocka_unit_test(test_range_that_is_known_in_part),
        cmocka_unit_test(test_group_wins_over_range),
    };
    return cmocka_run_group_tests(tests, inventory_text_enter,
                                  inventory_text_leave);
}
