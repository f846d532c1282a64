/* SPDX-License-Identifier: MIT */
/*
 * The whole way of an inventory again and again, another allocation failing
 * each time: it says so, or it gives what it gives with memory in plenty.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "inventory/range.h"
#include "inventory/state.h"
#include "tests/unit/alloc_door.h"
#include "tests/unit/inventory_text.h"

#define TEXT_MAX 65536
#define LEAST_ALLOCATIONS 300
#define MOST_ALLOCATIONS 20000

static const char lab[] =
    "{\"all\": {\"vars\": {\"ansible_user\": \"admin\", \"wmi\":"
    " {\"dcom\": {\"enabled\": true}, \"uac\": null, \"access\":"
    " {\"readers\": [\"r\"], \"collectors\": [\"a\", \"10.0.0.5\"],"
    " \"services\": true, \"asynchronous\": true}, \"collector\":"
    " {\"targets\": [\"x\", \"controller\"], \"asynchronous\": true,"
    " \"sinks\": [\"C:\\\\a.exe\"], \"check_callbacks\": true}},"
    " \"ansible_ssh_common_args\": \"-4 -o 'Port 2200' -i ~/key\","
    " \"wmifleet_password\": {\"command\": [\"echo\", \"{host}\"]}},"
    " \"children\": {\"a\": {\"hosts\": {\"pc[01:03]:22\": {}, \"x\":"
    " {\"wmi\": {\"cimom\": {\"allow_anonymous_callback\": 0}},"
    " \"list\": [1, {\"b\": 2}]}}},"
    " \"b\": {\"hosts\": {\"pc-[1-2]\": {\"wmifleet_password\":"
    " {\"file\": \"~/{host}\"}}}, \"children\": {\"a\": {}}}}}}";

static int look_up(void *context, struct resolver_query *queries, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++) {
        queries[i].addresses = strdup("10.0.0.7,2001:db8::7");
        queries[i].trouble = "out of memory";
        if (queries[i].addresses == NULL)
            return -1;
    }
    return 0;
}

/* True when memory sufficed. */
static bool add_tree(struct buf *out, const cJSON *tree)
{
    char *text = json_print(tree, -1);
    if (text != NULL)
        buf_add_text(out, text);
    free(text);
    return text != NULL;
}

/* Everything that can be asked, the answers in `out`; -1 with a reason. */
static int use_everything(struct buf *out, struct problems *problems,
                          struct err *err)
{
    const char *const sources[] = {"lab.json", "pc-[1-2],extra:2222"};
    const struct selection selection = {.limit = "b,&~.*,pc-[1-9],!a[0]",
                                        .exclude = "x,extra,pc-*",
                                        .need = INVENTORY_WMI};
    struct target_list list = {0};
    char *secret = NULL;
    int result = -1;
    struct inventory *inventory = inventory_load(sources, 2, problems);
    if (inventory != NULL)
        inventory->resolve = look_up;
    if (inventory == NULL ||
        inventory_select(inventory, &selection, &list, problems) == -1)
        goto out;
    for (size_t i = 0; i < list.count; i++) {
        if (!add_tree(out, list.items[i].wmi)) {
            err_set(err, 0, "out of memory");
            goto out;
        }
        buf_addf(out, "%s %s:%u %s %s\n", list.items[i].name,
                 list.items[i].address, list.items[i].port, list.items[i].user,
                 list.items[i].private_key_file);
    }
    if (inventory_print_list(inventory, NULL, false, out, problems) == -1 ||
        inventory_print_host(inventory, "x", true, out, problems) == -1 ||
        inventory_print_graph(inventory, out, err) == -1)
        goto out;
    secret = secret_read(inventory, &list.items[0], err);
    if (secret == NULL)
        goto out;
    buf_add_text(out, secret);
    result = out->failed ? err_set(err, 0, "out of memory") : 0;
out:
    secret_free(secret);
    free(list.items);
    inventory_free(inventory);
    return result;
}

/* Returns how many allocations there are. */
static size_t fail_each(bool all)
{
    struct buf plenty;
    struct err err = {0};
    struct problems problems;
    buf_init(&plenty, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(use_everything(&plenty, &problems, &err), 0);
    problems_release(&problems);
    bool refused = true;
    size_t nth = 0;
    while (refused && nth < MOST_ALLOCATIONS) {
        struct buf out;
        err = (struct err){0};
        buf_init(&out, TEXT_MAX);
        problems_init(&problems);
        alloc_door_shut(++nth, all);
        int result = use_everything(&out, &problems, &err);
        refused = alloc_door_open();
        if (result == 0)
            assert_string_equal(out.data, plenty.data);
        else
            assert_true(problems.error_count > 0 || err.text[0] != '\0');
        buf_release(&out);
        problems_release(&problems);
    }
    buf_release(&plenty);
    return nth;
}

static void test_one_allocation_fails(void **state)
{
    (void)state;
    inventory_text_file("lab.json", lab, sizeof lab - 1);
    assert_in_range(fail_each(false), LEAST_ALLOCATIONS, MOST_ALLOCATIONS - 1);
    unlink("lab.json");
}

static void test_all_allocations_fail_from_one_on(void **state)
{
    (void)state;
    inventory_text_file("lab.json", lab, sizeof lab - 1);
    assert_in_range(fail_each(true), LEAST_ALLOCATIONS, MOST_ALLOCATIONS - 1);
    unlink("lab.json");
}

static void test_ranges_give_back_what_they_took(void **state)
{
    (void)state;
    bool refused = true;
    for (size_t nth = 1; refused; nth++) {
        struct list names = {0};
        struct err err;
        alloc_door_shut(nth, false);
        int result = range_expand("pc[1:9]-[a:b]", &names, &err);
        refused = alloc_door_open();
        assert_int_equal(result, refused ? -1 : 0);
        assert_int_equal(names.count, refused ? 0 : 18);
        list_release_all(&names, free);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_allocation_fails),
        cmocka_unit_test(test_all_allocations_fail_from_one_on),
        cmocka_unit_test(test_ranges_give_back_what_they_took),
    };
    return cmocka_run_group_tests(tests, inventory_text_enter,
                                  inventory_text_leave);
}
