/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "json_cases.h"

/* --- the table ----------------------------------------------------------- */

static void check_refused(const struct json_case *each)
{
    struct err err = {.text = ""};
    char expected[256];
    assert_null(json_parse("x.json", each->text, each->len, &err));
    snprintf(expected, sizeof expected, "x.json:%s", each->problem);
    if (strncmp(err.text, expected, strlen(expected)) != 0)
        fail_msg("%s\n  does not begin with\n%s", err.text, expected);
    assert_null(json_doc_parse("x.json", each->text, each->len, NULL));
}

static void check_taken(const struct json_case *each)
{
    struct err err = {.text = ""};
    cJSON *tree = json_parse("x.json", each->text, each->len, &err);
    if (tree == NULL)
        fail_msg("%s\n  was refused: %s", each->text, err.text);
    char *printed = json_print(tree, -1);
    assert_string_equal(printed, each->printed);
    /* What is printed is the same value again. */
    cJSON *again = json_parse("y", printed, strlen(printed), &err);
    assert_non_null(again);
    free(printed);
    printed = json_print(again, -1);
    assert_string_equal(printed, each->printed);
    free(printed);
    cJSON_Delete(again);
    cJSON_Delete(tree);
}

static void test_table(void **state)
{
    (void)state;
    assert_true(json_case_count > 400);
    for (size_t i = 0; i < json_case_count; i++) {
        /* A copy of the exact size, so that reading beyond it is seen. */
        struct json_case each = json_cases[i];
        char *copy = malloc(each.len > 0 ? each.len : 1);
        assert_non_null(copy);
        memcpy(copy, each.text, each.len);
        each.text = copy;
        if (each.printed == NULL)
            check_refused(&each);
        else
            check_taken(&each);
        free(copy);
    }
}

/* --- every text of a kind ------------------------------------------------ */

static bool is_taken(const char *text, size_t len)
{
    cJSON *tree = json_parse("x", text, len, NULL);
    bool taken = tree != NULL;
    cJSON_Delete(tree);
    return taken;
}

static void test_every_single_byte(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char text[3] = {'"', (char)c, '"'};
        bool digit = c >= '0' && c <= '9';
        assert_int_equal(is_taken(text + 1, 1), digit);
        bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
        assert_int_equal(is_taken(text, 3), plain);
    }
}

static void test_every_escape(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char text[4] = {'"', '\\', (char)c, '"'};
        bool known = c != 0 && strchr("\"\\/bfnrt", c) != NULL;
        /* \" leaves the text open, \u wants digits. */
        assert_int_equal(is_taken(text, 4), known && c != 'u');
    }
}

static void test_every_code_point_escaped(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 0x10000; c += c < 0xD700 ? 7 : 1) {
        char text[16];
        int len = snprintf(text, sizeof text, "\"\\u%04X\"", c);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        assert_int_equal(is_taken(text, (size_t)len), c != 0 && !surrogate);
    }
}

static void test_every_pair_of_bytes_in_a_text(void **state)
{
    (void)state;
    for (unsigned a = 0x80; a < 256; a++) {
        for (unsigned b = 0x80; b < 256; b++) {
            char text[4] = {'"', (char)a, (char)b, '"'};
            bool valid = a >= 0xC2 && a <= 0xDF && b <= 0xBF;
            assert_int_equal(is_taken(text, 4), valid);
        }
    }
}

static const char whole[] =
    "{\"all\": {\"children\": [\"win\\u00e9\", true, null],\n"
    " \"\xC3\xA9\": -12.5e+3, \"hosts\": [[], {}, \"\\\"\\ud83d\\ude00\"],"
    " \"n\": 1234567890123456789012345678901234567890123456789012345678901"
    "23456789.5}}";

static void test_no_beginning_is_a_whole(void **state)
{
    (void)state;
    assert_true(is_taken(whole, sizeof whole - 1));
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        char *copy = malloc(len > 0 ? len : 1);
        assert_non_null(copy);
        memcpy(copy, whole, len);
        assert_false(is_taken(copy, len));
        free(copy);
    }
}

/* --- nesting ------------------------------------------------------------- */

static void nest(struct buf *text, const char *open, const char *close,
                 int depth)
{
    buf_reset(text);
    for (int i = 0; i < depth; i++)
        buf_add_text(text, open);
    for (int i = 0; i < depth; i++)
        buf_add_text(text, close);
}

static void test_depth(void **state)
{
    (void)state;
    struct buf text;
    struct err err;
    buf_init(&text, 1 << 20);
    nest(&text, "[", "]", JSON_MAX_DEPTH);
    assert_true(is_taken(text.data, text.len));
    nest(&text, "[", "]", JSON_MAX_DEPTH + 1);
    assert_null(json_parse("deep", text.data, text.len, &err));
    assert_string_equal(
        err.text, "deep:1:65: lists and objects are nested deeper than 64");
    nest(&text, "{\"a\":", "}", 3);
    assert_false(is_taken(text.data, text.len));
    nest(&text, "[{\"a\":", "0}]", 1);
    assert_true(is_taken(text.data, text.len));
    nest(&text, "[", "", 100000);
    assert_false(is_taken(text.data, text.len));
    buf_release(&text);
}

/* --- positions ----------------------------------------------------------- */

static const char placed[] =
    "\xEF\xBB\xBF{\r\n"
    "  \"\xC3\xA9\xC3\xA9\": [1, \"\xE2\x82\xAC\", true],\r\n"
    "\t\"key\" :\n"
    "    {\"in\":{}, \"x\":[ [ ] ]}\n"
    "}";

static void check_place(const struct json_doc *doc, const cJSON *node,
                        size_t line, size_t column)
{
    size_t found_line = 0;
    size_t found_column = 0;
    assert_true(json_doc_position(doc, node, &found_line, &found_column));
    assert_int_equal(found_line, line);
    assert_int_equal(found_column, column);
}

static void test_positions(void **state)
{
    (void)state;
    struct json_doc *doc =
        json_doc_parse("lab.json", placed, sizeof placed - 1, NULL);
    assert_non_null(doc);
    assert_string_equal(json_doc_name(doc), "lab.json");
    const cJSON *root = json_doc_root(doc);
    const cJSON *list = json_member(root, "\xC3\xA9\xC3\xA9");
    const cJSON *object = json_member(root, "key");
    check_place(doc, root, 1, 1);
    check_place(doc, list, 2, 3);
    check_place(doc, cJSON_GetArrayItem(list, 0), 2, 10);
    check_place(doc, cJSON_GetArrayItem(list, 1), 2, 13);
    check_place(doc, cJSON_GetArrayItem(list, 2), 2, 18);
    check_place(doc, object, 3, 2);
    check_place(doc, json_member(object, "in"), 4, 6);
    check_place(doc, json_member(object, "x"), 4, 15);
    check_place(doc, json_member(object, "x")->child, 4, 21);
    cJSON *stranger = cJSON_CreateNull();
    size_t line = 7;
    size_t column = 7;
    assert_false(json_doc_position(doc, stranger, &line, &column));
    assert_false(json_doc_position(doc, NULL, &line, &column));
    assert_int_equal(line, 7);
    cJSON_Delete(stranger);
    json_doc_free(doc);
    json_doc_free(NULL);
}

/* Ten thousand hosts: every node found again, in linear time. */
static void test_many_positions_and_keys(void **state)
{
    (void)state;
    enum { COUNT = 10000 };
    struct buf text;
    buf_init(&text, 1 << 24);
    buf_add_text(&text, "{");
    for (int i = 0; i < COUNT; i++)
        buf_addf(&text, "%s\n\"host-%d\": {\"n\": [%d]}", i > 0 ? "," : "", i,
                 i);
    buf_add_text(&text, "}");
    struct json_doc *doc = json_doc_parse("x", text.data, text.len, NULL);
    assert_non_null(doc);
    size_t line = 2;
    const cJSON *each;
    cJSON_ArrayForEach (each, json_doc_root(doc))
        check_place(doc, each, line++, 1);
    assert_int_equal(line, COUNT + 2);
    json_doc_free(doc);
    text.len--;
    buf_add_text(&text, ",\"host-5000\": 0}");
    struct err err;
    assert_null(json_parse("x", text.data, text.len, &err));
    assert_non_null(strstr(err.text, "the key \"host-5000\" stands twice in "
                                     "one object; the first is at line 5002"));
    buf_release(&text);
}

/* --- numbers ------------------------------------------------------------- */

static void test_number_values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } numbers[] = {
        {"0", 0},
        {"-0", 0},
        {"1.5e3", 1500},
        {"0.1", 0.1},
        {"12345678901234567890", 12345678901234567890.0},
        {"1000000000000000000000000000000000000000000000000000000000000000000",
         1e66},
        {"-0."
         "0000000000000000000000000000000000000000000000000000000000000000125",
         -1.25e-65},
        {"1500000000000000000000000000000000000000000000000000000000000000000e-"
         "63",
         1500},
        {"0.000000000000000000000000000000000000000000000000000000000000001e+"
         "63",
         1},
        {"0.000000000000000000000000000000000000000000000000000000000000000000",
         0},
        {"1e000000000000000000000000000000000000000000000000000000000000000000"
         "1",
         10},
        {"1e-"
         "000000000000000000000000000000000000000000000000000000000000000001",
         0.1},
        {"3.14159265358979323846264338327950288419716939937510582097494459230",
         3.14159265358979323846},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        cJSON *tree =
            json_parse("x", numbers[i].text, strlen(numbers[i].text), NULL);
        assert_non_null(tree);
        assert_true(tree->valuedouble == numbers[i].value);
        assert_string_equal(tree->valuestring, numbers[i].text);
        assert_null(cJSON_GetStringValue(tree));
        cJSON_Delete(tree);
    }
}

static void test_infinite_numbers_keep_their_text(void **state)
{
    (void)state;
    const char *text = "[1e400,-1e99999999999999999999999999999999999999999999"
                       "99999999999999999999]";
    cJSON *tree = json_parse("x", text, strlen(text), NULL);
    assert_non_null(tree);
    assert_true(cJSON_GetArrayItem(tree, 0)->valuedouble > 1e308);
    assert_true(cJSON_GetArrayItem(tree, 1)->valuedouble < -1e308);
    cJSON *copy = cJSON_Duplicate(tree, 1);
    cJSON_Delete(tree);
    char *printed = json_print(copy, -1);
    assert_string_equal(printed, text);
    free(printed);
    cJSON_Delete(copy);
}

static void test_numbers_made_by_code(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *printed;
    } numbers[] = {
        {0, "0"},
        {24158, "24158"},
        {-5, "-5"},
        {4294967295.0, "4294967295"},
        {9007199254740991.0, "9007199254740991"},
        {0.1, "0.1"},
        {1.0 / 3, "0.33333333333333331"},
        {1e300, "1e+300"},
        {HUGE_VAL, "null"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        cJSON *number = cJSON_CreateNumber(numbers[i].value);
        char *printed = json_print(number, -1);
        assert_string_equal(printed, numbers[i].printed);
        free(printed);
        cJSON_Delete(number);
    }
}

/* --- printing ------------------------------------------------------------ */

static void check_print(const char *text, int indent, const char *printed)
{
    cJSON *tree = json_parse("x", text, strlen(text), NULL);
    assert_non_null(tree);
    char *found = json_print(tree, indent);
    assert_string_equal(found, printed);
    free(found);
    cJSON_Delete(tree);
}

static void test_indent(void **state)
{
    (void)state;
    check_print("{\"a\":[1,{}],\"b\":{\"c\":[]}}", 4,
                "{\n    \"a\": [\n        1,\n        {}\n    ],\n"
                "    \"b\": {\n        \"c\": []\n    }\n}");
    check_print("[1]", 2, "[\n  1\n]");
    check_print("[1,[2]]", 0, "[\n1,\n[\n2\n]\n]");
    check_print("{\"a\":[]}", -1, "{\"a\":[]}");
}

static void test_ascii(void **state)
{
    (void)state;
    const char *text = "{\"\xC3\xA9\":\"\xE2\x82\xAC\xF0\x9F\x98\x80\x7f\\n\"}";
    cJSON *tree = json_parse("x", text, strlen(text), NULL);
    assert_non_null(tree);
    char *printed = json_print_ascii(tree);
    assert_string_equal(printed,
                        "{\"\\u00e9\":\"\\u20ac\\ud83d\\ude00\\u007f\\n\"}");
    cJSON *again = json_parse("x", printed, strlen(printed), NULL);
    assert_true(cJSON_Compare(tree, again, 1));
    free(printed);
    cJSON_Delete(again);
    cJSON_Delete(tree);
}

/* JSON goes to terminals too, and holds what targets said. */
static void test_no_terminal_obeys_it(void **state)
{
    (void)state;
    const char *text = "{\"\xC2\x9B\":\"\x7f \xC3\xA9 \xE2\x80\xAE"
                       "\xE2\x81\xA6\"}";
    cJSON *tree = json_parse("x", text, strlen(text), NULL);
    assert_non_null(tree);
    char *printed = json_print(tree, -1);
    assert_string_equal(printed,
                        "{\"\\u009b\":\"\\u007f \xC3\xA9 \\u202e\\u2066\"}");
    cJSON *again = json_parse("x", printed, strlen(printed), NULL);
    assert_true(cJSON_Compare(tree, again, 1));
    free(printed);
    cJSON_Delete(again);
    cJSON_Delete(tree);
}

/* Texts that code made of bytes which are not UTF-8. */
static void test_what_is_printed_is_always_json(void **state)
{
    (void)state;
    cJSON *tree = cJSON_CreateString("a\xE9"
                                     "b\xC3");
    char *printed = json_print(tree, -1);
    assert_string_equal(printed, "\"a\\ufffdb\\ufffd\"");
    assert_true(is_taken(printed, strlen(printed)));
    free(printed);
    cJSON_Delete(tree);
}

static void test_members(void **state)
{
    (void)state;
    const char *text = "{\"Name\":\"a\",\"name\":\"b\",\"n\":1}";
    cJSON *tree = json_parse("x", text, strlen(text), NULL);
    assert_string_equal(json_text(tree, "name"), "b");
    assert_string_equal(json_text(tree, "Name"), "a");
    assert_null(json_text(tree, "NAME"));
    assert_null(json_text(tree, "n"));
    assert_non_null(json_member(tree, "n"));
    assert_null(json_member(tree, "m"));
    assert_null(json_member(NULL, "m"));
    cJSON_Delete(tree);
}

/* --- memory runs out ----------------------------------------------------- */

static size_t allowed; /* allocations until the one that fails */
static size_t live;

static void *failing_malloc(size_t size)
{
    if (allowed == 0)
        return NULL;
    allowed--;
    void *memory = malloc(size);
    live += memory != NULL;
    return memory;
}

static void counting_free(void *memory)
{
    live -= memory != NULL;
    free(memory);
}

static int use_hooks(void **state)
{
    (void)state;
    cJSON_Hooks hooks = {.malloc_fn = failing_malloc, .free_fn = counting_free};
    cJSON_InitHooks(&hooks);
    live = 0;
    return 0;
}

static int drop_hooks(void **state)
{
    (void)state;
    cJSON_InitHooks(NULL);
    return 0;
}

/* The nth allocation fails, for every n until all succeed. */
static void fail_each(const char *text, size_t len, bool valid)
{
    struct err err;
    for (size_t n = 0;; n++) {
        allowed = n;
        err.text[0] = '\0';
        struct json_doc *doc = json_doc_parse("x", text, len, &err);
        bool enough = allowed > 0;
        if (enough)
            assert_int_equal(doc != NULL, valid);
        assert_true(doc != NULL || err.text[0] != '\0');
        json_doc_free(doc);
        assert_int_equal(live, 0);
        if (enough)
            return;
        if (doc == NULL && valid)
            assert_string_equal(err.text, "x: out of memory");
    }
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    fail_each(whole, sizeof whole - 1, true);
    for (size_t i = 0; i < json_case_count; i++)
        fail_each(json_cases[i].text, json_cases[i].len,
                  json_cases[i].printed != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_every_single_byte),
        cmocka_unit_test(test_every_escape),
        cmocka_unit_test(test_every_code_point_escaped),
        cmocka_unit_test(test_every_pair_of_bytes_in_a_text),
        cmocka_unit_test(test_no_beginning_is_a_whole),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_many_positions_and_keys),
        cmocka_unit_test(test_number_values),
        cmocka_unit_test(test_infinite_numbers_keep_their_text),
        cmocka_unit_test(test_numbers_made_by_code),
        cmocka_unit_test(test_indent),
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_no_terminal_obeys_it),
        cmocka_unit_test(test_what_is_printed_is_always_json),
        cmocka_unit_test(test_members),
        cmocka_unit_test_setup_teardown(test_memory_runs_out, use_hooks,
                                        drop_hooks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
