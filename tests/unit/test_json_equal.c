/* SPDX-License-Identifier: MIT */
/* Whether two trees say the same, and that no tree makes the question long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "controller/report/describe.h"

#define WIDTH 60000
#define DEPTH (JSON_MAX_DEPTH - 4)

static const struct pair {
    const char *a;
    const char *b;
    bool equal;
} pairs[] = {
    {"1", "1", true},
    {"1", "1.0", true},
    {"1", "2", false},
    {"0", "false", false},
    {"null", "null", true},
    {"true", "false", false},
    {"\"a\"", "\"a\"", true},
    {"\"a\"", "\"A\"", false},
    {"[]", "[]", true},
    {"[]", "{}", false},
    {"[1,2]", "[1,2]", true},
    {"[1,2]", "[2,1]", false},
    {"[1,2]", "[1]", false},
    {"[1]", "[1,2]", false},
    {"{}", "{}", true},
    {"{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}", true},
    {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
    {"{\"a\":1,\"b\":2}", "{\"b\":1,\"a\":2}", false},
    {"{\"a\":1,\"b\":2}", "{\"a\":1}", false},
    {"{\"a\":1}", "{\"a\":1,\"b\":2}", false},
    {"{\"a\":1}", "{\"A\":1}", false},
    {"{\"a\":{\"c\":[1]},\"b\":2}", "{\"b\":2,\"a\":{\"c\":[1]}}", true},
    {"{\"a\":{\"c\":[1]},\"b\":2}", "{\"b\":2,\"a\":{\"c\":[2]}}", false},
};

static cJSON *parse(const char *text)
{
    cJSON *tree = json_parse("test", text, strlen(text), NULL);
    assert_non_null(tree);
    return tree;
}

static void test_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cJSON *a = parse(pairs[i].a);
        cJSON *b = parse(pairs[i].b);
        if (json_equal(a, b) != pairs[i].equal ||
            json_equal(b, a) != pairs[i].equal)
            fail_msg("%s and %s", pairs[i].a, pairs[i].b);
        assert_true(json_equal(a, a));
        assert_false(json_equal(a, NULL));
        cJSON_Delete(a);
        cJSON_Delete(b);
    }
    assert_false(json_equal(NULL, NULL));
}

/* {"a":{"a":...,"x":1,"y":2},"x":1,"y":2}, or with y before x. */
static cJSON *deep(const char *tail)
{
    struct buf text;
    buf_init(&text, 65536);
    for (int i = 0; i < DEPTH; i++)
        buf_add_text(&text, "{\"a\":");
    buf_add_text(&text, "0");
    for (int i = 0; i < DEPTH; i++)
        buf_add_text(&text, tail);
    cJSON *tree = parse(text.data);
    buf_release(&text);
    return tree;
}

static void test_depth_does_not_double_the_time(void **state)
{
    (void)state;
    cJSON *a = deep(",\"x\":1,\"y\":2}");
    cJSON *b = deep(",\"x\":1,\"y\":2}");
    cJSON *turned = deep(",\"y\":2,\"x\":1}");
    assert_true(json_equal(a, b));
    assert_true(json_equal(a, turned));
    cJSON_Delete(a);
    cJSON_Delete(b);
    cJSON_Delete(turned);
}

static cJSON *wide(bool backwards)
{
    struct buf text;
    buf_init(&text, (size_t)WIDTH * 20);
    buf_add_text(&text, "{");
    for (int i = 0; i < WIDTH; i++)
        buf_addf(&text, "%s\"m%d\":1", i > 0 ? "," : "",
                 backwards ? WIDTH - i : i + 1);
    buf_add_text(&text, "}");
    cJSON *tree = parse(text.data);
    buf_release(&text);
    return tree;
}

static void test_many_members_in_another_order(void **state)
{
    (void)state;
    cJSON *a = wide(false);
    cJSON *b = wide(true);
    assert_true(json_equal(a, b));
    cJSON_Delete(a);
    cJSON_Delete(b);
}

/* A state in check and apply: what the recap asks of a target's answer. */
static void test_a_deep_state_does_not_stop_the_recap(void **state)
{
    (void)state;
    cJSON *setting = parse("{\"id\":\"dcom.enabled\","
                           "\"state\":\"pending_restart\"}");
    cJSON_AddItemToObject(setting, "before", deep("}"));
    cJSON_AddItemToObject(setting, "after", deep("}"));
    struct buf text;
    buf_init(&text, 65536);
    describe_setting(&text, setting, 0);
    assert_non_null(strstr(text.data, "pending_restart"));
    buf_release(&text);
    cJSON_Delete(setting);
}

/* As many bytes as a result may have, where a port is looked for. */
static void test_long_endpoints_do_not_stop_the_recap(void **state)
{
    (void)state;
    struct buf hex;
    buf_init(&hex, (size_t)4 * 1024 * 1024);
    while (hex.len < (size_t)3 * 1024 * 1024)
        buf_add_text(&hex, "61006200630064006500660067006800");
    cJSON *setting = parse("{\"id\":\"fixed_port\",\"state\":\"drift\","
                           "\"before\":{\"endpoints\":{\"type\":"
                           "\"REG_MULTI_SZ\"}}}");
    cJSON *endpoints = json_member(json_member(setting, "before"), "endpoints");
    assert_non_null(cJSON_AddStringToObject(endpoints, "hex", hex.data));
    struct buf text;
    buf_init(&text, 65536);
    describe_setting(&text, setting, 0);
    assert_non_null(strstr(text.data, "no fixed port"));
    buf_release(&text);
    buf_release(&hex);
    cJSON_Delete(setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_depth_does_not_double_the_time),
        cmocka_unit_test(test_many_members_in_another_order),
        cmocka_unit_test(test_a_deep_state_does_not_stop_the_recap),
        cmocka_unit_test(test_long_endpoints_do_not_stop_the_recap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
