/* SPDX-License-Identifier: MIT */
/* Mistakes of form: every one is told, with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/inventory_text.h"

#define TEXT_MAX 65536

static const struct {
    const char *text;
    const char *problems;
} bad[] = {
    {"[]", "lab.json:1:1: an inventory must be an object, found a list\n"},
    {"{'a': ['x'}", "lab.json:1:11: "},
    {"{'a': ['x'], 'a': ['y']}", "lab.json:1:14: "},
    {"{'a': {'hosts': 4}}",
     "lab.json:1:8: group a: 'hosts' must be a list of names or an object, "
     "found a number\n"},
    {"{'a': ['x', 4, null]}",
     "lab.json:1:13: group a: a host name must be a string, found a number\n"
     "lab.json:1:16: group a: a host name must be a string, found null\n"},
    {"{'a': ['']}", "lab.json:1:8: a host name is empty or holds a control "
                    "character\n"},
    {"{'a': ['x\\n']}", "lab.json:1:8: a host name is empty or holds a "
                        "control character\n"},
    {"{'a': ['x'], 'b': 4}", "lab.json:1:14: group b must be an object or a "
                             "list of hosts, found a number\n"},
    {"{'a': ['x'], 'b': null}",
     "lab.json:1:14: group b must be an object or a list of hosts, found "
     "null\n"},
    {"{'a': {'hosts': {}, 'children': {'b': []}}}",
     "lab.json:1:34: group b must be an object, found a list\n"},
    {"{'all': {'hosts': {'x': 4, 'y': []}}}",
     "lab.json:1:20: host x: its variables must be an object, found a "
     "number\n"
     "lab.json:1:28: host y: its variables must be an object, found a list\n"},
    {"{'a': {'hosts': ['x'], 'vars': ['y']}}",
     "lab.json:1:24: group a: 'vars' must be an object, found a list\n"},
    {"{'a': {'hosts': ['x'], 'children': 'b'}}",
     "lab.json:1:24: group a: 'children' must be a list of group names or an "
     "object, found a string\n"},
    {"{'a': {'children': [4]}}",
     "lab.json:1:21: group a: the name of a child must be a string, found a "
     "number\n"},
    {"{'': ['x']}", "lab.json:1:2: the name of a group is empty or holds a "
                    "control character\n"},
    {"{'a\\u001b[2J': ['x']}",
     "lab.json:1:2: the name of a group is empty or holds a control "
     "character\n"},
    {"{'a': {'children': ['b\\u009b']}}",
     "lab.json:1:21: the name of a group is empty or holds a control "
     "character\n"},
    {"{'a': ['x\\u202e']}", "lab.json:1:8: a host name is empty or holds a "
                            "control character\n"},
    {"{'_meta': []}", "lab.json:1:2: '_meta' must be an object, found a "
                      "list\n"},
    {"{'_meta': {'hostvars': 3}}",
     "lab.json:1:12: 'hostvars' must be an object, found a number\n"},
    {"{'a': ['x'], '_meta': {'hostvars': {'x': 3}}}",
     "lab.json:1:37: host x: its variables must be an object, found a "
     "number\n"},
    {"{'a': {'children': ['a']}}",
     "lab.json:1:21: groups contain each other in a circle: a > a\n"},
    {"{'a': {'children': ['b']}, 'b': {'children': ['c']},\n"
     " 'c': {'children': ['a']}}",
     "lab.json:2:21: groups contain each other in a circle: a > b > c > a\n"},
    {"{'a': {'children': {'b': {'children': {'a': {}}}}}}",
     "lab.json:1:21: groups contain each other in a circle: b > a > b\n"},
    {"{'a': {'children': ['all']}}",
     "the inventory: groups contain each other in a circle: a > all > a\n"},
    {"{'a': {'hosts': {}, 'vars': {'ansible_group_priority': 'high'}}}",
     "lab.json:1:30: group a: ansible_group_priority must be a whole "
     "number\n"},
    {"{'a': {'hosts': {}, 'vars': {'ansible_group_priority': null}}}",
     "lab.json:1:30: group a: ansible_group_priority must be a whole "
     "number\n"},
    {"{'a': ['x[1:']}",
     "lab.json:1:8: 'x[1:' cannot be expanded: ']' is missing\n"},
    {"{'all': {'hosts': {'x[3:1]:22': {}, 'y[1:1000000]': {}}}}",
     "lab.json:1:20: 'x[3:1]' cannot be expanded: the begin is after the "
     "end\n"
     "lab.json:1:37: 'y[1:1000000]' cannot be expanded: it stands for more "
     "than 100,000 names\n"},
    {"{'plugin': 'aws_ec2', 'regions': []}",
     "lab.json:1:2: this is the configuration of an Ansible plugin: save what "
     "`ansible-inventory -i lab.json --list` prints and use that\n"},
};

static void test_bad_texts(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct problems problems;
        problems_init(&problems);
        if (inventory_text_load(bad[i].text, &problems) != NULL)
            fail_msg("%s: accepted", bad[i].text);
        inventory_text_problems(&problems, &text);
        /* Of the scanner's errors only the place is ours to test. */
        size_t len = strlen(bad[i].problems);
        if (bad[i].problems[len - 1] == '\n')
            assert_string_equal(text.data, bad[i].problems);
        else if (strncmp(text.data, bad[i].problems, len) != 0)
            fail_msg("%s: %s", bad[i].text, text.data);
        problems_release(&problems);
    }
    buf_release(&text);
}

/* The hosts of an inventory by group, and what they say: --list as it is. */
static const struct {
    const char *text;
    const char *same_as; /* another text that means the same */
} equal[] = {
    {"{'all': {'hosts': {'x': {'a': 1}}}}",
     "{'_meta': {'hostvars': {'x': {'a': 1}}}, 'ungrouped': ['x']}"},
    {"{'x': {'a': 1}}", "{'x': {'hosts': ['x'], 'vars': {'a': 1}}}"},
    {"{'g': {}}", "{'g': {'hosts': []}}"},
    {"{'g': null}", "{'g': {'hosts': {}}}"},
    {"{'g': {'hosts': 'x', 'children': 'h'}}",
     "{'g': {'hosts': ['x'], 'children': ['h']}}"},
    {"{'g': {'hosts': null, 'vars': null, 'children': null}}", "{'g': []}"},
    {"{'g': {'hosts': ['pc[1:2]', 'pc[3-4]']},"
     " '_meta': {'hostvars': {'pc[1:4]': {'a': 1}}}}",
     "{'g': {'hosts': {'pc[1:4]': {'a': 1}}}}"},
    {"{'g': ['x'], '_meta': {'hostvars': {'x': {}, 'nobody': {'a': 1}}}}",
     "{'g': ['x']}"},
    {"{'g': ['x'], '_meta': {'new': 1}}", "{'g': ['x']}"},
    {"{'g': ['x', 'x'], 'h': ['x']}", "{'g': ['x'], 'h': ['x']}"},
    {"{'ungrouped': ['x', 'y'], 'g': ['x']}", "{'g': ['x'], 'all': ['y']}"},
};

static void list_of(const char *text, struct buf *list)
{
    struct problems problems;
    struct inventory *inventory = inventory_text_good(text);
    problems_init(&problems);
    buf_reset(list);
    assert_int_equal(
        inventory_print_list(inventory, NULL, true, list, &problems), 0);
    problems_release(&problems);
    inventory_free(inventory);
}

static void test_texts_that_mean_the_same(void **state)
{
    (void)state;
    struct buf one;
    struct buf other;
    buf_init(&one, TEXT_MAX);
    buf_init(&other, TEXT_MAX);
    for (size_t i = 0; i < sizeof equal / sizeof *equal; i++) {
        list_of(equal[i].text, &one);
        list_of(equal[i].same_as, &other);
        assert_string_equal(one.data, other.data);
    }
    buf_release(&one);
    buf_release(&other);
}

static void test_unknown_group_keys_are_warned_of(void **state)
{
    (void)state;
    struct problems problems;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    struct inventory *inventory = inventory_text_load(
        "{'g': {'hosts': {'x': {}}, 'host': {'y': {}}, 'zz': 1},"
        " 'x': {}}",
        &problems);
    inventory_text_problems(&problems, &text);
    assert_string_equal(
        text.data,
        "warning: lab.json:1:28: group g: 'host' is ignored: a group has "
        "'hosts', 'vars' and 'children'; did you mean 'hosts'?\n"
        "warning: lab.json:1:47: group g: 'zz' is ignored: a group has "
        "'hosts', 'vars' and 'children'\n"
        "warning: 'x' is the name of a host and of a group: what is said of "
        "the one counts for the other\n");
    assert_int_equal(inventory_host_count(inventory), 1);
    problems_release(&problems);
    buf_release(&text);
    inventory_free(inventory);
}

static void test_numbers_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct buf list;
    buf_init(&list, TEXT_MAX);
    list_of("{'all': {'hosts': {'x': {'a': 1e400, 'b': -0, 'c': 1.50,"
            " 'd': 12345678901234567890, 'e': [0.1e-7]}}}}",
            &list);
    assert_non_null(strstr(list.data, "\"a\": 1e400,"));
    assert_non_null(strstr(list.data, "\"b\": -0,"));
    assert_non_null(strstr(list.data, "\"c\": 1.50,"));
    assert_non_null(strstr(list.data, "\"d\": 12345678901234567890,"));
    assert_non_null(strstr(list.data, "0.1e-7"));
    buf_release(&list);
}

static void test_limited_list(void **state)
{
    (void)state;
    struct problems problems;
    struct buf list;
    struct inventory *inventory = inventory_text_good(
        "{'g': ['x', 'y'], 'h': ['y'],"
        " '_meta': {'hostvars': {'x': {'a': 1}, 'y': {'a': 2}}}}");
    const struct selection selection = {.limit = "x", .need = INVENTORY_NAMES};
    buf_init(&list, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(
        inventory_print_list(inventory, &selection, true, &list, &problems), 0);
    assert_string_equal(list.data, "{\n"
                                   "    \"_meta\": {\n"
                                   "        \"hostvars\": {\n"
                                   "            \"x\": {\n"
                                   "                \"a\": 1\n"
                                   "            }\n"
                                   "        }\n"
                                   "    },\n"
                                   "    \"all\": {\n"
                                   "        \"children\": [\n"
                                   "            \"ungrouped\",\n"
                                   "            \"g\",\n"
                                   "            \"h\"\n"
                                   "        ]\n"
                                   "    },\n"
                                   "    \"g\": {\n"
                                   "        \"hosts\": [\n"
                                   "            \"x\"\n"
                                   "        ]\n"
                                   "    }\n"
                                   "}\n");
    problems_release(&problems);
    buf_release(&list);
    inventory_free(inventory);
}

static void test_unknown_host_is_an_error(void **state)
{
    (void)state;
    struct buf text;
    struct problems problems;
    struct inventory *inventory = inventory_text_good("{'g': ['x']}");
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(
        inventory_print_host(inventory, "y", true, &text, &problems), -1);
    assert_string_equal(problems.items[0].text,
                        "'y' is no host of the inventory");
    assert_int_equal(
        inventory_print_host(inventory, "x", true, &text, &problems), 0);
    assert_string_equal(text.data, "{}\n");
    problems_release(&problems);
    buf_release(&text);
    inventory_free(inventory);
}

/* Towers of groups, said from the top or from the bottom, are refused. */
static void test_groups_are_not_nested_for_ever(void **state)
{
    (void)state;
    for (int upwards = 0; upwards < 2; upwards++)
        for (int height = 60; height <= 70; height += 10) {
            struct problems problems;
            struct buf text;
            buf_init(&text, TEXT_MAX);
            problems_init(&problems);
            for (int i = 1; i < height; i++) {
                int parent = upwards ? height - i : i;
                buf_addf(&text, "%s'g%d': {'children': ['g%d']}",
                         i == 1 ? "{" : ", ", parent, parent + 1);
            }
            buf_add_char(&text, '}');
            struct inventory *inventory =
                inventory_text_load(text.data, &problems);
            assert_int_equal(inventory != NULL, height == 60);
            inventory_text_problems(&problems, &text);
            assert_int_equal(strstr(text.data, "nested more than 64 deep") !=
                                 NULL,
                             height == 70);
            problems_release(&problems);
            buf_release(&text);
            inventory_free(inventory);
        }
}

static void test_every_source_is_judged(void **state)
{
    (void)state;
    const char *const sources[] = {"one.json", "missing", "pc[1:,x",
                                   "two.json"};
    struct problems problems;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    inventory_text_file("one.json", "{", 1);
    inventory_text_file("two.json", "[]", 2);
    assert_null(inventory_load(sources, 4, &problems));
    inventory_text_problems(&problems, &text);
    assert_int_equal(problems.error_count, 4);
    assert_non_null(strstr(text.data, "one.json:1:2: "));
    assert_non_null(strstr(
        text.data, "missing: No such file or directory; -i names another "
                   "inventory (for a host write 'missing,')\n"));
    assert_non_null(
        strstr(text.data, "the host list: 'pc[1:,x' cannot be expanded"));
    assert_non_null(strstr(text.data, "two.json:1:1: an inventory must be"));
    unlink("one.json");
    unlink("two.json");
    problems_release(&problems);
    buf_release(&text);
}

static void test_folders_of_variables_are_warned_of(void **state)
{
    (void)state;
    const char *const sources[] = {"one.json"};
    struct problems problems;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    inventory_text_file("one.json", "{\"g\": [\"x\"]}", 12);
    assert_int_equal(mkdir("group_vars", 0700), 0);
    struct inventory *inventory = inventory_load(sources, 1, &problems);
    assert_non_null(inventory);
    inventory_text_problems(&problems, &text);
    assert_string_equal(text.data,
                        "warning: group_vars: is not read: "
                        "`ansible-inventory -i one.json --list --export` "
                        "prints an inventory that has it inside\n");
    rmdir("group_vars");
    unlink("one.json");
    problems_release(&problems);
    buf_release(&text);
    inventory_free(inventory);
}

/* A program that says who the hosts are may be anybody's. */
static void test_no_variable_moves_the_cursor(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(
        "{'all': {'hosts': {'a': {'k\\u007f\\u009b': '\\u202ek'}},"
        " 'children': {'g': {}}}}");
    struct problems problems;
    struct buf text;
    struct err err;
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(
        inventory_print_list(inventory, NULL, true, &text, &problems), 0);
    assert_int_equal(inventory_print_graph(inventory, &text, &err), 0);
    assert_null(strchr(text.data, '\x7f'));
    assert_null(strstr(text.data, "\xc2\x9b"));
    assert_null(strstr(text.data, "\xe2\x80\xae"));
    assert_non_null(strstr(text.data, "\"k\\u007f\\u009b\": \"\\u202ek\""));
    assert_non_null(strstr(text.data, "|--@g:\n"));
    problems_release(&problems);
    buf_release(&text);
    inventory_free(inventory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_texts),
        cmocka_unit_test(test_texts_that_mean_the_same),
        cmocka_unit_test(test_unknown_group_keys_are_warned_of),
        cmocka_unit_test(test_numbers_come_out_as_they_went_in),
        cmocka_unit_test(test_limited_list),
        cmocka_unit_test(test_unknown_host_is_an_error),
        cmocka_unit_test(test_groups_are_not_nested_for_ever),
        cmocka_unit_test(test_every_source_is_judged),
        cmocka_unit_test(test_folders_of_variables_are_warned_of),
        cmocka_unit_test(test_no_variable_moves_the_cursor),
    };
    return cmocka_run_group_tests(tests, inventory_text_enter,
                                  inventory_text_leave);
}
