/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/engine/undo.h"

static char recalled[64];

static void recall_cell(struct setting *setting, const cJSON *state)
{
    (void)setting;
    size_t len = strlen(recalled);
    if (cJSON_IsNumber(state))
        snprintf(recalled + len, sizeof recalled - len, " %d", state->valueint);
}

/* A machine of numbers: each setting is one cell. */
struct cell {
    int value;
    int restored;                   /* how often */
    unsigned long long deadline_ms; /* that it was told then */
};

static struct cell cells[3];

static cJSON *read_cell(struct setting *setting, struct setting_reason *reason)
{
    (void)reason;
    const struct cell *cell = setting->data;
    return cJSON_CreateNumber(cell->value);
}

static enum setting_verdict compare_cell(struct setting *setting,
                                         const cJSON *state,
                                         struct setting_reason *reason)
{
    (void)setting;
    (void)state;
    (void)reason;
    fail_msg("the family's own wish does not matter in an undo");
    return SETTING_AGREES;
}

static int write_cell(struct setting *setting, const cJSON *state,
                      struct setting_reason *reason)
{
    (void)setting;
    (void)state;
    (void)reason;
    fail_msg("an undo restores, it does not write");
    return -1;
}

static int restore_cell(struct setting *setting, const cJSON *state,
                        struct setting_reason *reason)
{
    (void)reason;
    struct cell *cell = setting->data;
    cell->value = state->valueint;
    cell->restored++;
    cell->deadline_ms = setting->deadline_ms;
    setting_hint(setting, "said by the family");
    return 0;
}

static const struct setting_ops cell_ops = {.read = read_cell,
                                            .compare = compare_cell,
                                            .write = write_cell,
                                            .restore = restore_cell,
                                            .recall = recall_cell};

static struct setting_list plan_cells(void)
{
    static const char *const ids[] = {"a", "b", "c"};
    struct setting_list list = {.items = NULL};
    for (size_t i = 0; i < 3; i++) {
        struct setting *setting =
            setting_list_add(&list, ids[i], cJSON_CreateNumber(9), &cell_ops);
        assert_non_null(setting);
        setting->data = &cells[i];
        setting->restart_winmgmt = i == 1;
    }
    return list;
}

static struct setting_list wrap(cJSON *undo)
{
    assert_true(undo_is_sane(undo));
    struct setting_list list = plan_cells();
    assert_int_equal(undo_wrap(&list, undo, NULL), 0);
    return list;
}

static cJSON *parse(const char *text)
{
    cJSON *tree = json_parse("undo", text, strlen(text), NULL);
    assert_non_null(tree);
    return tree;
}

static enum setting_verdict compare_now(struct setting *setting,
                                        struct setting_reason *reason)
{
    *reason = (struct setting_reason){.code = 0};
    cJSON *state = setting->ops->read(setting, reason);
    assert_non_null(state);
    enum setting_verdict verdict =
        setting->ops->compare(setting, state, reason);
    cJSON_Delete(state);
    return verdict;
}

static void test_only_what_is_named_in_reverse_order(void **state)
{
    (void)state;
    cJSON *undo =
        parse("{\"settings\":[{\"id\":\"a\",\"before\":1,\"after\":2},"
              "{\"id\":\"c\",\"before\":3,\"after\":4}]}");
    struct setting_list list = wrap(undo);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].id, "c");
    assert_string_equal(list.items[1].id, "a");
    assert_int_equal(list.items[1].desired->valueint, 1);
    setting_list_release(&list);
    cJSON_Delete(undo);
}

static void test_verdicts_by_what_stands_there_now(void **state)
{
    (void)state;
    static const struct {
        int now;
        const char *force;
        enum setting_verdict verdict;
    } cases[] = {
        {1, "false", SETTING_AGREES},   {2, "false", SETTING_DIFFERS},
        {7, "false", SETTING_CONFLICT}, {7, "true", SETTING_DIFFERS},
        {1, "true", SETTING_AGREES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128];
        snprintf(text, sizeof text,
                 "{\"force\":%s,\"settings\":[{\"id\":\"b\",\"before\":1,"
                 "\"after\":2}]}",
                 cases[i].force);
        cJSON *undo = parse(text);
        struct setting_list list = wrap(undo);
        struct setting_reason reason;
        cells[1].value = cases[i].now;
        assert_int_equal(compare_now(&list.items[0], &reason),
                         cases[i].verdict);
        if (cases[i].verdict == SETTING_CONFLICT)
            assert_non_null(strstr(reason.hint, "--force"));
        setting_list_release(&list);
        cJSON_Delete(undo);
    }
}

static void test_what_was_left_may_be_unknown(void **state)
{
    (void)state;
    cJSON *undo = parse("{\"settings\":[{\"id\":\"b\",\"before\":1,"
                        "\"after\":null}]}");
    struct setting_list list = wrap(undo);
    struct setting_reason reason;
    cells[1].value = 1;
    assert_int_equal(compare_now(&list.items[0], &reason), SETTING_AGREES);
    cells[1].value = 7;
    assert_int_equal(compare_now(&list.items[0], &reason), SETTING_DIFFERS);
    setting_list_release(&list);
    cJSON_Delete(undo);
}

/* As they are given: unknown ones first, then those of the plan backwards. */
static void test_of_namesakes_in_the_request_the_first_counts(void **state)
{
    (void)state;
    cJSON *undo =
        parse("{\"settings\":[{\"id\":\"a\",\"before\":1,\"after\":2},"
              "{\"id\":\"z\",\"before\":1,\"after\":2},"
              "{\"id\":\"b\",\"before\":3,\"after\":4},"
              "{\"id\":\"y\",\"before\":1,\"after\":2},"
              "{\"id\":\"a\",\"before\":5,\"after\":6}]}");
    static const char *const order[] = {"z", "y", "b", "a"};
    struct setting_list list = wrap(undo);
    assert_int_equal(list.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(list.items[i].id, order[i]);
    assert_int_equal(list.items[3].desired->valueint, 1);
    setting_list_release(&list);
    cJSON_Delete(undo);
}

static void test_writing_restores_and_passes_hints_on(void **state)
{
    (void)state;
    cJSON *undo =
        parse("{\"settings\":[{\"id\":\"b\",\"before\":5,\"after\":6}]}");
    struct setting_list list = wrap(undo);
    struct setting *setting = &list.items[0];
    struct setting_reason reason = {.code = 0};
    cells[1] = (struct cell){.value = 6};
    assert_true(setting->restart_winmgmt);
    setting->deadline_ms = 77;
    assert_int_equal(setting->ops->write(setting, undo, &reason), 0);
    assert_true(cells[1].deadline_ms == 77);
    assert_int_equal(cells[1].value, 5);
    assert_int_equal(cells[1].restored, 1);
    assert_string_equal(cJSON_GetArrayItem(setting->hints, 0)->valuestring,
                        "said by the family");
    assert_int_equal(compare_now(setting, &reason), SETTING_AGREES);
    setting_list_release(&list);
    cJSON_Delete(undo);
}

/* All, before the first is read: a list may hold entries of several. */
static void test_families_are_told_whom_it_was_about(void **state)
{
    (void)state;
    cJSON *undo =
        parse("{\"settings\":[{\"id\":\"a\",\"before\":1,\"after\":2},"
              "{\"id\":\"z\",\"before\":7,\"after\":7},"
              "{\"id\":\"b\",\"before\":3,\"after\":null}]}");
    recalled[0] = '\0';
    struct setting_list list = wrap(undo);
    assert_string_equal(recalled, " 3 1 2");
    setting_list_release(&list);
    cJSON_Delete(undo);
}

/* The account in cell a: absent is 0, its SID is any other number. */
static cJSON *read_account(struct setting *setting,
                           struct setting_reason *reason)
{
    const struct cell *cell = setting->data;
    cJSON *state = cJSON_CreateObject();
    (void)reason;
    cJSON_AddStringToObject(state, cell->value == 0 ? "absent" : "sid",
                            cell->value == 0 ? "account" : "S-1-5-21-7");
    return state;
}

static int restore_account(struct setting *setting, const cJSON *state,
                           struct setting_reason *reason)
{
    struct cell *cell = setting->data;
    (void)reason;
    assert_non_null(json_member(state, "absent"));
    cell->value = 0;
    return 0;
}

static const struct setting_ops account_ops = {.read = read_account,
                                               .restore = restore_account};

static int put_account_back(struct setting_list *list,
                            struct setting_reason *reason)
{
    struct setting *setting = &list->items[list->count - 1];
    *reason = (struct setting_reason){.code = 0};
    cJSON *state = setting->ops->read(setting, reason);
    int status = setting->ops->write(setting, state, reason);
    cJSON_Delete(state);
    return status;
}

static void test_an_account_stays_while_a_list_still_has_it(void **state)
{
    (void)state;
    cJSON *undo = parse(
        "{\"settings\":[{\"id\":\"a\",\"before\":{\"absent\":\"account\"},"
        "\"after\":{\"sid\":\"S-1-5-21-7\"}},"
        "{\"id\":\"b\",\"before\":1,\"after\":{\"of\":[{\"sid\":"
        "\"S-1-5-21-7\"}]}},"
        "{\"id\":\"c\",\"before\":1,\"after\":2}]}");
    struct setting_list list = plan_cells();
    struct setting_reason reason;
    list.items[0].ops = &account_ops;
    assert_int_equal(undo_wrap(&list, undo, NULL), 0);
    cells[0].value = 7;
    cells[1].value = 5; /* neither: a conflict; c fails, and is another's */
    assert_int_equal(compare_now(&list.items[1], &reason), SETTING_CONFLICT);
    assert_int_equal(put_account_back(&list, &reason), -1);
    assert_non_null(strstr(reason.text, "as long as b is not put back"));
    assert_int_equal(cells[0].value, 7);
    cells[1].value = 1;
    assert_int_equal(compare_now(&list.items[1], &reason), SETTING_AGREES);
    assert_int_equal(put_account_back(&list, &reason), 0);
    assert_int_equal(cells[0].value, 0);
    setting_list_release(&list);
    cJSON_Delete(undo);
}

static void test_a_setting_that_is_unknown_here_is_told(void **state)
{
    (void)state;
    cJSON *undo =
        parse("{\"settings\":[{\"id\":\"new\",\"before\":1,\"after\":2},"
              "{\"id\":\"a\",\"before\":1,\"after\":2}]}");
    struct setting_list list = wrap(undo);
    struct setting_reason reason = {.code = 0};
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[0].id, "new");
    assert_null(list.items[0].ops->read(&list.items[0], &reason));
    assert_non_null(strstr(reason.text, "does not know"));
    setting_list_release(&list);
    cJSON_Delete(undo);
}

static void test_of_namesakes_in_the_plan_the_first_counts(void **state)
{
    (void)state;
    cJSON *undo =
        parse("{\"settings\":[{\"id\":\"a\",\"before\":1,\"after\":2}]}");
    struct setting_list list = plan_cells();
    struct setting *again =
        setting_list_add(&list, "a", cJSON_CreateNumber(9), &cell_ops);
    assert_non_null(again);
    again->data = &cells[2];
    assert_int_equal(undo_wrap(&list, undo, NULL), 0);
    assert_int_equal(list.count, 1);
    cells[0].value = 2;
    cells[2].value = 1;
    struct setting_reason reason;
    assert_int_equal(compare_now(&list.items[0], &reason), SETTING_DIFFERS);
    setting_list_release(&list);
    cJSON_Delete(undo);
}

static void test_forms_that_are_no_undo(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "[]",
        "{\"settings\":{}}",
        "{\"settings\":[1]}",
        "{\"settings\":[{\"id\":\"a\",\"before\":1}]}",
        "{\"settings\":[{\"before\":1,\"after\":1}]}",
        "{\"settings\":[{\"id\":2,\"before\":1,\"after\":1}]}",
        "{\"settings\":[],\"earlier_wmi\":1}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cJSON *undo = parse(texts[i]);
        assert_false(undo_is_sane(undo));
        cJSON_Delete(undo);
    }
    assert_false(undo_is_sane(NULL));
}

/* The date is another one after each upgrade in place. */
static void test_an_upgrade_in_place_is_no_other_installation(void **state)
{
    (void)state;
    static const struct {
        const char *now;
        bool same;
        bool upgraded;
    } cases[] = {
        {"{\"machine_guid\":\"g\",\"machine_sid\":\"s\",\"install_date\":1}",
         true, false},
        {"{\"machine_guid\":\"h\",\"machine_sid\":\"s\",\"install_date\":1}",
         false, false},
        {"{\"machine_guid\":\"g\",\"machine_sid\":\"t\",\"install_date\":1}",
         false, false},
        {"{\"machine_guid\":\"g\",\"machine_sid\":\"s\",\"install_date\":2}",
         true, true},
        {"{\"machine_guid\":\"g\",\"install_date\":2}", true, true},
        {"{\"machine_guid\":\"g\",\"machine_sid\":null,"
         "\"install_date\":null}",
         true, false},
        {"{}", true, false},
    };
    cJSON *undo = parse("{\"identity\":{\"machine_guid\":\"g\","
                        "\"machine_sid\":\"s\",\"install_date\":1},"
                        "\"settings\":[]}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *now = parse(cases[i].now);
        assert_int_equal(undo_same_installation(undo, now), cases[i].same);
        assert_int_equal(undo_upgraded_since(undo, now), cases[i].upgraded);
        cJSON_Delete(now);
    }
    cJSON_Delete(undo);
}

/* Undone only where the part that winmgmt has read goes back. */
static void test_a_restart_only_for_the_part_that_needs_it(void **state)
{
    (void)state;
    static const struct {
        const char *undo;
        bool restart;
    } rows[] = {
        {"{\"settings\":[{\"id\":\"b\",\"before\":{\"p\":1,\"q\":1},"
         "\"after\":{\"p\":1,\"q\":2}}]}",
         false},
        {"{\"settings\":[{\"id\":\"b\",\"before\":{\"p\":1,\"q\":1},"
         "\"after\":{\"p\":2,\"q\":1}}]}",
         true},
        {"{\"force\":true,\"settings\":[{\"id\":\"b\",\"before\":"
         "{\"p\":1,\"q\":1},\"after\":{\"p\":1,\"q\":2}}]}",
         true},
        {"{\"settings\":[{\"id\":\"a\",\"before\":{\"p\":1},"
         "\"after\":{\"p\":2}}]}",
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cJSON *undo = parse(rows[i].undo);
        struct setting_list list = plan_cells();
        list.items[1].restart_part = "p";
        assert_int_equal(undo_wrap(&list, undo, NULL), 0);
        assert_int_equal(list.items[0].restart_winmgmt, rows[i].restart);
        setting_list_release(&list);
        cJSON_Delete(undo);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_is_named_in_reverse_order),
        cmocka_unit_test(test_verdicts_by_what_stands_there_now),
        cmocka_unit_test(test_what_was_left_may_be_unknown),
        cmocka_unit_test(test_of_namesakes_in_the_request_the_first_counts),
        cmocka_unit_test(test_writing_restores_and_passes_hints_on),
        cmocka_unit_test(test_families_are_told_whom_it_was_about),
        cmocka_unit_test(test_an_account_stays_while_a_list_still_has_it),
        cmocka_unit_test(test_a_setting_that_is_unknown_here_is_told),
        cmocka_unit_test(test_of_namesakes_in_the_plan_the_first_counts),
        cmocka_unit_test(test_a_restart_only_for_the_part_that_needs_it),
        cmocka_unit_test(test_forms_that_are_no_undo),
        cmocka_unit_test(test_an_upgrade_in_place_is_no_other_installation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
