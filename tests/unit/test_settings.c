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

#include "base/buf.h"
#include "base/json.h"
#include "inventory/expansion.h"
#include "payload/settings/settings.h"
#include "tests/unit/alloc_door.h"

#define CASES "tests/unit/settings_cases.json"

static cJSON *parse(const char *text)
{
    struct err err;
    cJSON *tree = json_parse("wmi", text, strlen(text), &err);
    if (tree == NULL)
        fail_msg("%s", err.text);
    return tree;
}

static cJSON *read_cases(void)
{
    struct buf text;
    struct err err;
    buf_init(&text, 1 << 20);
    FILE *file = fopen(CASES, "rb");
    assert_non_null(file);
    char *room = buf_room(&text, 1 << 19);
    assert_non_null(room);
    buf_added(&text, fread(room, 1, 1 << 19, file));
    fclose(file);
    cJSON *cases = json_parse(CASES, text.data, text.len, &err);
    if (cases == NULL)
        fail_msg("%s", err.text);
    buf_release(&text);
    return cases;
}

static bool is_told(const struct problems *problems, const char *text)
{
    for (size_t i = 0; i < problems->count; i++) {
        if (strstr(problems->items[i].text, text) != NULL)
            return true;
    }
    return false;
}

/* With the two keys that the controller alone reads; names aside. */
static int read_all(struct settings *settings, const cJSON *wmi,
                    struct problems *problems)
{
    int status = settings_read(settings, wmi, NULL, problems);
    struct expansion *expansion = expansion_read(wmi, NULL, NULL, problems);
    if (expansion == NULL && status == 0) {
        settings_release(settings);
        status = -1;
    }
    expansion_free(expansion);
    return status;
}

static void check_case(const cJSON *each)
{
    struct settings settings;
    struct problems problems;
    const char *name = json_text(each, "name");
    const char *problem = json_text(each, "problem");
    bool valid = cJSON_IsTrue(json_member(each, "valid"));
    problems_init(&problems);
    int status = read_all(&settings, json_member(each, "wmi"), &problems);
    if (status != (valid ? 0 : -1))
        fail_msg("%s: %s", name,
                 problems.count > 0 ? problems.items[0].text : "was taken");
    assert_int_equal(problems.error_count == 0, valid);
    if (!valid && (problem == NULL || !is_told(&problems, problem)))
        fail_msg("%s: told is\n%s\n  not\n%s", name, problems.items[0].text,
                 problem);
    if (!valid)
        assert_true(settings_empty(&settings) && settings.storage == NULL);
    settings_release(&settings);
    problems_release(&problems);
}

static void test_table(void **state)
{
    (void)state;
    cJSON *cases = read_cases();
    const cJSON *each;
    assert_true(cJSON_GetArraySize(cases) >= 80);
    cJSON_ArrayForEach (each, cases) {
        check_case(each);
    }
    cJSON_Delete(cases);
}

/* --- what the values become ---------------------------------------------- */

static void read_valid(struct settings *settings, const char *text)
{
    struct problems problems;
    cJSON *wmi = parse(text);
    problems_init(&problems);
    if (settings_read(settings, wmi, NULL, &problems) != 0)
        fail_msg("%s", problems.items[0].text);
    problems_release(&problems);
    cJSON_Delete(wmi); /* texts are copied: sanitizers would see a use */
}

static void test_values(void **state)
{
    (void)state;
    struct settings settings;
    read_valid(&settings,
               "{\"uac\": {\"local_account_token_filter_policy\": \"absent\"},"
               " \"dcom\": {\"enabled\": false},"
               " \"cimom\": {\"allow_anonymous_callback\": 1},"
               " \"firewall\": {\"wmi_group\": {\"enabled\": true,"
               "   \"profiles\": [\"public\", \"domain\"]}}}");
    assert_int_equal(settings.token_filter_policy, DWORD_ABSENT);
    assert_int_equal(settings.dcom_enabled, FLAG_OFF);
    assert_int_equal(settings.anonymous_callback, DWORD_ONE);
    assert_int_equal(settings.wmi_group.enabled, FLAG_ON);
    assert_int_equal(settings.wmi_group.profiles,
                     SETTINGS_PROFILE_PUBLIC | SETTINGS_PROFILE_DOMAIN);
    assert_false(settings_empty(&settings));
    settings_release(&settings);
}

static void test_fixed_port(void **state)
{
    (void)state;
    struct settings settings;
    read_valid(&settings, "{\"fixed_port\": {\"enabled\": true}}");
    assert_int_equal(settings.fixed_port.enabled, FLAG_ON);
    assert_int_equal(settings.fixed_port.port, 24158);
    assert_int_equal(settings.fixed_port.level, 6);
    settings_release(&settings);
    read_valid(&settings,
               "{\"fixed_port\": {\"enabled\": false, \"port\": 5000,"
               " \"authentication_level\": \"packet\"}}");
    assert_int_equal(settings.fixed_port.enabled, FLAG_OFF);
    assert_int_equal(settings.fixed_port.port, 5000);
    assert_int_equal(settings.fixed_port.level, 4);
    settings_release(&settings);
    assert_string_equal(settings_level_word(2), "connect");
    assert_string_equal(settings_level_word(5), "packet_integrity");
    assert_null(settings_level_word(1));
    assert_null(settings_level_word(7));
}

static void test_nothing_asked(void **state)
{
    (void)state;
    struct settings settings;
    read_valid(&settings, "{\"firewall\": {\"rules\": []}, \"uac\": {}}");
    assert_int_equal(settings.token_filter_policy, DWORD_NOT_ASKED);
    assert_int_equal(settings.anonymous_callback, DWORD_NOT_ASKED);
    assert_int_equal(settings.dcom_enabled, FLAG_NOT_ASKED);
    assert_int_equal(settings.wmi_group.enabled, FLAG_NOT_ASKED);
    assert_int_equal(settings.rule_count, 0);
    assert_true(settings_empty(&settings));
    settings_release(&settings);
}

static void test_each_setting_makes_it_not_empty(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"uac\": {\"local_account_token_filter_policy\": 0}}",
        "{\"dcom\": {\"enabled\": false}}",
        "{\"cimom\": {\"allow_anonymous_callback\": \"absent\"}}",
        "{\"fixed_port\": {\"enabled\": false}}",
        "{\"firewall\": {\"wmi_group\": {\"enabled\": false}}}",
        "{\"firewall\": {\"rules\": [{\"name\": \"WMI\"}]}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct settings settings;
        read_valid(&settings, texts[i]);
        assert_false(settings_empty(&settings));
        settings_release(&settings);
    }
}

static void check_text(const char *found, const char *expected)
{
    if (expected == NULL)
        assert_null(found);
    else
        assert_string_equal(found, expected);
}

struct wish {
    const char *json;
    struct rule_wish is;
};

#define SVCHOST "%systemroot%\\system32\\svchost.exe"

static const struct wish wishes[] = {
    {"{\"name\": \"DCOM\"}",
     {"DCOM", true, false, RULE_IN, SVCHOST, "rpcss", 6, "135", NULL, 0, 7,
      false, false}},
    {"{\"name\": \"WMI\"}",
     {"WMI", true, false, RULE_IN, SVCHOST, "winmgmt", 6, NULL, NULL, 0, 7,
      false, false}},
    {"{\"name\": \"UnsecApp\", \"remote_addresses\": [\"*\"]}",
     {"UnsecApp", true, false, RULE_IN,
      "%systemroot%\\system32\\wbem\\unsecapp.exe", NULL, 256, NULL, NULL, 0, 7,
      false, false}},
    {"{\"name\": \"WMI_OUT\", \"state\": \"absent\"}",
     {"WMI_OUT", false, false, RULE_OUT, SVCHOST, "winmgmt", 6, NULL, NULL, 0,
      7, false, false}},
    {"{\"name\": \"WMI\", \"local_ports\": [24158, \" 5-9 \", \"RPC\"],"
     " \"profiles\": [\"private\"], \"direction\": \"out\"}",
     {"WMI", true, false, RULE_OUT, SVCHOST, "winmgmt", 6, "24158,5-9,RPC",
      NULL, 0, 2, false, false}},
    {"{\"name\": \"DCOM\", \"protocol\": \"any\"}",
     {"DCOM", true, false, RULE_IN, SVCHOST, "rpcss", 256, NULL, NULL, 0, 7,
      false, false}},
    {"{\"name\": \"DCOM\", \"local_ports\": \"any\"}",
     {"DCOM", true, false, RULE_IN, SVCHOST, "rpcss", 6, NULL, NULL, 0, 7,
      false, false}},
    {"{\"name\": \"DCOM\", \"program\": \"C:\\\\x.exe\", \"service\": \"y\","
     " \"protocol\": \"udp\"}",
     {"DCOM", true, false, RULE_IN, "C:\\x.exe", "y", 17, "135", NULL, 0, 7,
      false, false}},
    {"{\"name\": \"x\", \"state\": \"absent\", \"match\": \"name\"}",
     {"x", false, true, 0, NULL, NULL, 256, NULL, NULL, 0, 7, false, false}},
    {"{\"name\": \"dcom\", \"direction\": \"in\", \"protocol\": \"tcp\","
     " \"local_ports\": \"135, 445\"}",
     {"dcom", true, false, RULE_IN, NULL, NULL, 6, "135,445", NULL, 0, 7, false,
      false}},
    {"{\"name\": \"i\", \"direction\": \"in\", \"service\": \"s\","
     " \"protocol\": \"icmpv6\"}",
     {"i", true, false, RULE_IN, NULL, "s", 58, NULL, NULL, 0, 7, false,
      false}},
    {"{\"name\": \"i\", \"direction\": \"in\", \"service\": \"s\","
     " \"protocol\": \"icmpv4\"}",
     {"i", true, false, RULE_IN, NULL, "s", 1, NULL, NULL, 0, 7, false, false}},
    {"{\"name\": \"s\", \"direction\": \"in\", \"program\": \"C:\\\\s.exe\","
     " \"protocol\": \"tcp\", \"require_program\": true}",
     {"s", true, false, RULE_IN, "C:\\s.exe", NULL, 6, NULL, NULL, 0, 7, true,
      false}},
    {"{\"name\": \"WMI_OUT\", \"when_outbound_blocked\": true,"
     " \"require_program\": false}",
     {"WMI_OUT", true, false, RULE_OUT, SVCHOST, "winmgmt", 6, NULL, NULL, 0, 7,
      false, true}},
};

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        struct settings settings;
        char text[512];
        const struct rule_wish *expected = &wishes[i].is;
        snprintf(text, sizeof text, "{\"firewall\": {\"rules\": [%s]}}",
                 wishes[i].json);
        read_valid(&settings, text);
        assert_int_equal(settings.rule_count, 1);
        const struct rule_wish *rule = &settings.rules[0];
        check_text(rule->name, expected->name);
        check_text(rule->program, expected->program);
        check_text(rule->service, expected->service);
        check_text(rule->local_ports, expected->local_ports);
        assert_int_equal(rule->present, expected->present);
        assert_int_equal(rule->match_name_only, expected->match_name_only);
        assert_int_equal(rule->direction, expected->direction);
        assert_int_equal(rule->protocol, expected->protocol);
        assert_int_equal(rule->profiles, expected->profiles);
        assert_int_equal(rule->remote_address_count, 0);
        assert_int_equal(rule->require_program, expected->require_program);
        assert_int_equal(rule->when_outbound_blocked,
                         expected->when_outbound_blocked);
        settings_release(&settings);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    struct settings settings;
    read_valid(&settings,
               "{\"firewall\": {\"rules\": [{\"name\": \"WMI\","
               " \"remote_addresses\": [\"10.0.0.5\", \"LocalSubnet\"]}]}}");
    assert_int_equal(settings.rules[0].remote_address_count, 2);
    assert_string_equal(settings.rules[0].remote_addresses[0], "10.0.0.5");
    assert_string_equal(settings.rules[0].remote_addresses[1], "LocalSubnet");
    settings_release(&settings);
}

/* --- mistakes ------------------------------------------------------------ */

static void test_all_mistakes_are_told_in_order(void **state)
{
    (void)state;
    static const char *const told[] = {
        "wmi: `firewal` is not a setting; did you mean `firewall`?",
        "wmi.uac.local_account_token_filter_policy: found 7, expected 0, 1 or "
        "\"absent\"",
        "wmi.firewall.rules[0].direction: found \"sideways\", expected \"in\" "
        "or \"out\"",
        "wmi.firewall.rules[0].remote_addresses[1]: found true, expected an "
        "address",
        "wmi.firewall.rules[1]: `name` is missing",
        "wmi.dcom.enabled: found an object, expected true or false",
    };
    const size_t count = sizeof told / sizeof told[0];
    struct settings settings;
    struct problems problems;
    cJSON *wmi = parse(
        "{\"firewal\": 1, \"uac\": {\"local_account_token_filter_policy\": 7},"
        " \"firewall\": {\"rules\": [{\"name\": \"x\", \"direction\":"
        " \"sideways\", \"remote_addresses\": [\"10.0.0.1\", true]}, {}]},"
        " \"dcom\": {\"enabled\": {}}}");
    problems_init(&problems);
    assert_int_equal(settings_read(&settings, wmi, NULL, &problems), -1);
    assert_int_equal(problems.count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(problems.items[i].text, told[i]);
    problems_release(&problems);
    cJSON_Delete(wmi);
}

static void describe(void *context, const cJSON *node, const char *path,
                     char *text, size_t text_size)
{
    size_t line = 0;
    size_t column = 0;
    assert_true(json_doc_position(context, node, &line, &column));
    snprintf(text, text_size, "lab.json:%zu:%zu: %s", line, column, path);
}

static void test_places(void **state)
{
    (void)state;
    static const char text[] = "{\n  \"uac\": {\"local_account\": 1},\n"
                               "  \"firewall\": {\"rules\": [{}, 5]}\n}";
    struct settings settings;
    struct problems problems;
    struct json_doc *doc =
        json_doc_parse("lab.json", text, sizeof text - 1, NULL);
    assert_non_null(doc);
    struct settings_place place = {.describe = describe, .context = doc};
    problems_init(&problems);
    assert_int_equal(
        settings_read(&settings, json_doc_root(doc), &place, &problems), -1);
    assert_int_equal(problems.count, 3);
    assert_true(is_told(&problems, "lab.json:2:11: wmi.uac: `local_account`"));
    assert_true(is_told(&problems, "lab.json:3:26: wmi.firewall.rules[0]: "));
    assert_true(is_told(&problems, "lab.json:3:30: wmi.firewall.rules[1]: "));
    problems_release(&problems);
    json_doc_free(doc);
}

static void test_strange_keys_are_told_whole(void **state)
{
    (void)state;
    struct settings settings;
    struct problems problems;
    cJSON *wmi = parse("{\"%s%n\": 1, \"\xC3\xA4 b\": {\"c\": 2}}");
    problems_init(&problems);
    assert_int_equal(settings_read(&settings, wmi, NULL, &problems), -1);
    assert_true(is_told(&problems, "`%s%n` is not a setting"));
    assert_true(is_told(&problems, "`\xC3\xA4 b` is not a setting"));
    problems_release(&problems);
    cJSON_Delete(wmi);
}

static void test_families(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "services",   "account", "groups",          "uac",        "dcom",
        "namespaces", "cimom",   "service_control", "fixed_port", "firewall"};
    const char *const *families = settings_families();
    const size_t count = sizeof expected / sizeof *expected;
    for (size_t i = 0; i < count; i++)
        assert_string_equal(families[i], expected[i]);
    assert_null(families[count]);
}

/* --- memory runs out ----------------------------------------------------- */

/* 0 and a whole answer, or -1 and a problem; never something between. */
static bool read_with(size_t allocations, const cJSON *wmi, bool valid)
{
    struct settings settings;
    struct problems problems;
    problems_init(&problems);
    alloc_door_shut(allocations + 1, true);
    int status = read_all(&settings, wmi, &problems);
    bool enough = !alloc_door_open();
    assert_int_equal(problems.error_count == 0, status == 0);
    if (enough || !valid)
        assert_int_equal(status == 0, valid);
    if (status != 0)
        assert_null(settings.storage);
    settings_release(&settings);
    problems_release(&problems);
    return enough;
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    cJSON *cases = read_cases();
    const cJSON *each;
    cJSON_ArrayForEach (each, cases) {
        size_t n = 0;
        while (!read_with(n, json_member(each, "wmi"),
                          cJSON_IsTrue(json_member(each, "valid"))))
            n++;
    }
    cJSON_Delete(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_fixed_port),
        cmocka_unit_test(test_nothing_asked),
        cmocka_unit_test(test_each_setting_makes_it_not_empty),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_all_mistakes_are_told_in_order),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_strange_keys_are_told_whole),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
