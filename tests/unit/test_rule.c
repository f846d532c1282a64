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

#include "base/json.h"
#include "payload/firewall/rule.h"
#include "payload/firewall/rule_match.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

#define SVCHOST "%SystemRoot%\\system32\\svchost.exe"
#define SVCHOST_PATH "c:\\windows\\system32\\svchost.exe"

/* The page's DCOM rule, for two collectors. */
static const char *collectors[] = {"10.0.0.5", "10.0.1.0/24"};
static const struct rule_wish dcom = {
    .name = "DCOM",
    .present = true,
    .direction = RULE_IN,
    .program = SVCHOST,
    .service = "rpcss",
    .protocol = RULE_PROTOCOL_TCP,
    .local_ports = "135",
    .remote_addresses = collectors,
    .remote_address_count = 2,
    .profiles = SETTINGS_PROFILE_ALL,
};

#define DCOM_HEAD                                                              \
    "\"name\":\"DCOM\",\"enabled\":true,\"action\":\"allow\","                 \
    "\"direction\":\"in\",\"profiles\":\"all\",\"protocol\":\"tcp\","

/* As Windows gives back what was made from the wish above. */
static const char dcom_text[] =
    "{" DCOM_HEAD "\"grouping\":\"wmifleet\","
    "\"program\":\"%SystemRoot%\\\\system32\\\\svchost.exe\","
    "\"service\":\"rpcss\",\"local_ports\":\"135\",\"remote_ports\":\"*\","
    "\"local_addresses\":\"*\",\"remote_addresses\":"
    "\"10.0.1.0/255.255.255.0,10.0.0.5/255.255.255.255\","
    "\"interface_types\":\"All\"}";

static cJSON *parse(const char *text)
{
    struct err err;
    cJSON *json = json_parse("case", text, strlen(text), &err);
    if (json == NULL)
        fail_msg("%s", err.text);
    return json;
}

/* The DCOM rule with one member replaced by `value`, or left out for NULL. */
static struct rule make_rule(const char *key, const char *value)
{
    struct rule rule = {0};
    cJSON *json = parse(dcom_text);
    if (key != NULL)
        cJSON_DeleteItemFromObjectCaseSensitive(json, key);
    if (value != NULL)
        cJSON_AddItemToObject(json, key, parse(value));
    assert_int_equal(rule_from_json(&rule, json), 0);
    cJSON_Delete(json);
    return rule;
}

static const struct {
    const char *key;
    const char *value;
    bool agrees;
    bool meant; /* what `absent` would delete */
} changes[] = {
    {NULL, NULL, true, true},
    {"description", "\"whatever\"", true, true},
    {"grouping", "\"\"", true, true},
    {"name", "\"dcom\"", true, true},
    {"service", "\"RpcSs\"", true, true},
    {"program", "\"%SYSTEMROOT%\\\\SYSTEM32\\\\svchost.exe\"", true, true},
    {"profiles", "[\"domain\",\"private\",\"public\"]", true, true},
    {"profiles", "7", true, true},
    {"local_ports", "\" 135 \"", true, true},
    {"local_ports", "\"135,135\"", true, true},
    {"remote_ports", NULL, true, true},
    {"local_addresses", NULL, true, true},
    {"interface_types", NULL, true, true},
    {"interface_types", "\"all\"", true, true},
    {"icmp", "\"*\"", true, true},
    {"interfaces", "[]", true, true},
    {"remote_addresses", "\"10.0.0.5,10.0.1.0-10.0.1.255\"", true, true},
    {"remote_addresses",
     "\"10.0.1.128/25,10.0.0.5/32,10.0.1.0/255.255.255.128\"", true, true},

    {"enabled", "false", false, true},
    {"action", "\"block\"", false, true},
    {"profiles", "[\"domain\"]", false, true},
    {"profiles", "[]", false, true},
    {"protocol", "\"udp\"", false, true},
    {"protocol", "\"any\"", false, true},
    {"protocol", "47", false, true},
    {"local_ports", "\"135,136\"", false, true},
    {"local_ports", "\"*\"", false, true},
    {"local_ports", NULL, false, true},
    {"local_ports", "\"RPC-EPMap\"", false, true},
    {"remote_ports", "\"1024-65535\"", false, true},
    {"local_addresses", "\"10.0.0.1\"", false, true},
    {"remote_addresses", "\"*\"", false, true},
    {"remote_addresses", NULL, false, true},
    {"remote_addresses", "\"10.0.0.5\"", false, true},
    {"remote_addresses", "\"10.0.0.5,10.0.1.0/24,10.9.9.9\"", false, true},
    {"remote_addresses", "\"LocalSubnet\"", false, true},
    {"interface_types", "\"Wireless\"", false, true},
    {"interfaces", "[\"Ethernet\"]", false, true},
    {"icmp", "\"8:*\"", false, true},
    {"edge_traversal", "true", false, true},
    {"edge_options", "2", false, true},
    {"secure_flags", "1", false, true},
    {"remote_users", "\"O:LSD:(A;;CC;;;BA)\"", false, true},
    {"remote_machines", "\"O:LSD:(A;;CC;;;BA)\"", false, true},
    {"local_users", "\"O:LSD:(A;;CC;;;BA)\"", false, true},
    {"package", "\"S-1-15-2-1\"", false, true},
    {"owner", "\"S-1-5-21-1-2-3-1001\"", false, true},

    {"name", "\"DCOM2\"", false, false},
    {"direction", "\"out\"", false, false},
    {"service", "\"winmgmt\"", false, false},
    {"service", NULL, false, false},
    {"service", "\"*\"", false, false},
    {"program", NULL, false, false},
    {"program", "\"C:\\\\x\\\\svchost.exe\"", false, false},
};

static void test_one_property(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        struct rule rule = make_rule(changes[i].key, changes[i].value);
        if (rule_agrees(&rule, &dcom, NULL) != changes[i].agrees ||
            rule_is_meant(&rule, &dcom, NULL) != changes[i].meant)
            fail_msg("%s = %s: not as the table says", changes[i].key,
                     changes[i].value != NULL ? changes[i].value : "absent");
        rule_release(&rule);
    }
}

static void test_expanded_programs(void **state)
{
    (void)state;
    struct rule rule =
        make_rule("program", "\"C:\\\\WINDOWS\\\\System32\\\\svchost.exe\"");
    assert_int_equal(rule_agrees(&rule, &dcom, NULL), 0);
    rule.program_path = strdup(SVCHOST_PATH);
    assert_int_equal(rule_agrees(&rule, &dcom, SVCHOST_PATH), 1);
    assert_int_equal(rule_agrees(&rule, &dcom, "c:\\other.exe"), 0);
    rule_release(&rule);
}

/* A wish without addresses, ports, program and service: all of each. */
static void test_empty_wish(void **state)
{
    (void)state;
    const char *star[] = {"*"};
    struct rule_wish wish = {.name = "DCOM",
                             .direction = RULE_IN,
                             .protocol = RULE_PROTOCOL_ANY,
                             .profiles = SETTINGS_PROFILE_ALL};
    cJSON *json = parse("{" DCOM_HEAD "\"remote_addresses\":\"*\"}");
    struct rule rule = {0};
    assert_int_equal(rule_from_json(&rule, json), 0);
    rule.protocol = RULE_PROTOCOL_ANY;
    assert_int_equal(rule_agrees(&rule, &wish, NULL), 1);
    assert_true(rule_wish_is_wide(&wish));
    wish.remote_addresses = star;
    wish.remote_address_count = 1;
    assert_int_equal(rule_agrees(&rule, &wish, NULL), 1);
    assert_true(rule_wish_is_wide(&wish));
    assert_false(rule_wish_is_wide(&dcom));
    rule_release(&rule);
    cJSON_Delete(json);
}

static void test_either_direction(void **state)
{
    (void)state;
    struct rule_wish wish = dcom;
    struct rule rule = make_rule("direction", "\"out\"");
    assert_false(rule_is_meant(&rule, &wish, NULL));
    wish.direction = 0;
    assert_true(rule_is_meant(&rule, &wish, NULL));
    rule_release(&rule);
}

/* What is made from a wish does what was wished. */
static void test_made_from_a_wish(void **state)
{
    (void)state;
    struct rule_wish wishes[] = {dcom, dcom, dcom, dcom};
    wishes[1].remote_address_count = 0;
    wishes[2].profiles = SETTINGS_PROFILE_PUBLIC;
    wishes[2].local_ports = NULL;
    wishes[3].protocol = RULE_PROTOCOL_ANY;
    wishes[3].local_ports = NULL;
    wishes[3].program = NULL;
    wishes[3].service = NULL;
    for (size_t i = 0; i < ARRAY_LEN(wishes); i++) {
        struct rule rule;
        assert_int_equal(rule_from_wish(&rule, &wishes[i]), 0);
        assert_int_equal(rule_agrees(&rule, &wishes[i], NULL), 1);
        assert_true(rule_is_ours(&rule));
        for (size_t j = 0; j < ARRAY_LEN(wishes); j++)
            assert_int_equal(rule_agrees(&rule, &wishes[j], NULL), i == j);
        rule_release(&rule);
    }
}

static const char wished_text[] =
    "{\"name\":\"DCOM\",\"state\":\"present\",\"direction\":\"in\","
    "\"program\":\"%SystemRoot%\\\\system32\\\\svchost.exe\","
    "\"service\":\"rpcss\",\"protocol\":\"tcp\",\"local_ports\":\"135\","
    "\"remote_addresses\":[\"10.0.0.5\",\"10.0.1.0/24\"],"
    "\"profiles\":[\"domain\",\"private\",\"public\"]}";

static void test_wish_as_json(void **state)
{
    (void)state;
    cJSON *json = rule_wish_to_json(&dcom);
    char *text = json_print(json, -1);
    assert_string_equal(text, wished_text);
    free(text);
    cJSON_Delete(json);
}

/* Every member there is, in the order in which it is written. */
static const char full_text[] =
    "{\"name\":\"n\",\"enabled\":false,\"action\":\"block\","
    "\"direction\":\"out\",\"profiles\":[\"domain\",\"public\"],"
    "\"protocol\":58,\"description\":\"d\",\"grouping\":\"g\","
    "\"program\":\"p\",\"service\":\"*\",\"local_ports\":\"1\","
    "\"remote_ports\":\"2\",\"local_addresses\":\"::1\","
    "\"remote_addresses\":\"LocalSubnet\",\"icmp\":\"128:*\","
    "\"interface_types\":\"Lan\",\"package\":\"S-1-15-2-1\","
    "\"owner\":\"S-1-5-18\",\"local_users\":\"lu\",\"remote_users\":\"ru\","
    "\"remote_machines\":\"rm\",\"edge_traversal\":true,\"edge_options\":3,"
    "\"secure_flags\":2,\"interfaces\":[\"Ethernet\",\"WLAN\"]}";

static const char *const round_trips[] = {
    full_text,
    dcom_text,
    "{\"enabled\":true,\"action\":\"allow\",\"direction\":\"in\","
    "\"profiles\":[],\"protocol\":\"any\"}",
    "{\"enabled\":true,\"action\":2,\"direction\":3,"
    "\"profiles\":2147483640,\"protocol\":0}",
};

static void test_json_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(round_trips); i++) {
        struct rule rule = {0};
        cJSON *json = parse(round_trips[i]);
        assert_int_equal(rule_from_json(&rule, json), 0);
        cJSON *again = rule_to_json(&rule);
        char *text = json_print(again, -1);
        assert_string_equal(text, round_trips[i]);
        free(text);
        cJSON_Delete(again);
        cJSON_Delete(json);
        rule_release(&rule);
    }
}

static void test_json_that_is_no_rule(void **state)
{
    static const char *const texts[] = {
        "[]",
        "\"x\"",
        "{\"action\":\"maybe\"}",
        "{\"direction\":\"up\"}",
        "{\"protocol\":\"ipx\"}",
        "{\"profiles\":\"some\"}",
        "{\"edge_options\":\"x\"}",
        "{\"secure_flags\":[]}",
        "{\"protocol\":1e300}",
        "{\"protocol\":2147483648}",
        "{\"edge_options\":-1e400}",
        "{\"secure_flags\":0.5}",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct rule rule = {0};
        cJSON *json = parse(texts[i]);
        if (rule_from_json(&rule, json) != -1)
            fail_msg("%s was taken", texts[i]);
        cJSON_Delete(json);
    }
}

/* The order in which Windows lists rules does not matter. */
static void test_list_order(void **state)
{
    (void)state;
    struct rule rules[] = {
        make_rule("name", "\"b\""), make_rule("name", "\"a\""),
        make_rule("profiles", "[\"domain\"]"), make_rule(NULL, NULL)};
    struct rule_list list = {rules, ARRAY_LEN(rules)};
    cJSON *first = rule_list_to_json(&list);
    struct rule moved = rules[0];
    rules[0] = rules[3];
    rules[3] = rules[1];
    rules[1] = moved;
    cJSON *second = rule_list_to_json(&list);
    assert_true(cJSON_Compare(first, second, 1));
    struct rule_list read = {NULL, 0};
    assert_int_equal(rule_list_from_json(&read, first), 0);
    assert_int_equal(read.count, 4);
    rule_list_release(&read);
    assert_int_equal(rule_list_from_json(&read, first->child), -1);
    cJSON_Delete(second);
    cJSON_Delete(first);
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        rule_release(&rules[i]);
}

static const struct {
    const char *key;
    const char *value;
    enum rule_obstacle all_profiles;
    enum rule_obstacle only_public;
} obstacles[] = {
    {NULL, NULL, RULE_BLOCKS_ALL, RULE_BLOCKS_ALL},
    {"remote_addresses", "\"*\"", RULE_BLOCKS_ALL, RULE_BLOCKS_ALL},
    {"local_ports", NULL, RULE_BLOCKS_ALL, RULE_BLOCKS_ALL},
    {"service", NULL, RULE_BLOCKS_ALL, RULE_BLOCKS_ALL},
    {"service", "\"*\"", RULE_BLOCKS_ALL, RULE_BLOCKS_ALL},
    {"program", NULL, RULE_BLOCKS_ALL, RULE_BLOCKS_ALL},
    {"protocol", "\"any\"", RULE_BLOCKS_ALL, RULE_BLOCKS_ALL},
    {"profiles", "[\"public\"]", RULE_BLOCKS_SOME, RULE_BLOCKS_ALL},
    {"profiles", "[\"domain\"]", RULE_BLOCKS_SOME, RULE_BLOCKS_SOME},
    {"remote_addresses", "\"10.0.0.5\"", RULE_BLOCKS_SOME, RULE_BLOCKS_SOME},
    {"remote_addresses", "\"LocalSubnet\"", RULE_BLOCKS_SOME, RULE_BLOCKS_SOME},
    {"remote_ports", "\"5000\"", RULE_BLOCKS_SOME, RULE_BLOCKS_SOME},
    {"interface_types", "\"Wireless\"", RULE_BLOCKS_SOME, RULE_BLOCKS_SOME},
    {"remote_addresses", "\"192.0.2.1\"", RULE_HARMLESS, RULE_HARMLESS},
    {"enabled", "false", RULE_HARMLESS, RULE_HARMLESS},
    {"direction", "\"out\"", RULE_HARMLESS, RULE_HARMLESS},
    {"protocol", "\"udp\"", RULE_HARMLESS, RULE_HARMLESS},
    {"local_ports", "\"445\"", RULE_HARMLESS, RULE_HARMLESS},
    {"service", "\"winmgmt\"", RULE_HARMLESS, RULE_HARMLESS},
    {"program", "\"C:\\\\game.exe\"", RULE_HARMLESS, RULE_HARMLESS},
};

static void test_obstacles(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(obstacles); i++) {
        struct rule rule = make_rule(obstacles[i].key, obstacles[i].value);
        rule.action = RULE_ACTION_BLOCK;
        if (rule_obstructs(&rule, &dcom, NULL, SETTINGS_PROFILE_ALL) !=
                obstacles[i].all_profiles ||
            rule_obstructs(&rule, &dcom, NULL, SETTINGS_PROFILE_PUBLIC) !=
                obstacles[i].only_public)
            fail_msg("%s: not as the table says", obstacles[i].key);
        rule.action = RULE_ACTION_ALLOW;
        assert_int_equal(
            rule_obstructs(&rule, &dcom, NULL, SETTINGS_PROFILE_ALL),
            RULE_HARMLESS);
        rule_release(&rule);
    }
}

/* A wish for any protocol, as UnsecApp's, stands on TCP. */
static void test_blocked_tcp_takes_a_rule_for_any_protocol(void **state)
{
    (void)state;
    struct rule_wish wish = dcom;
    wish.protocol = RULE_PROTOCOL_ANY;
    wish.local_ports = NULL;
    static const struct {
        const char *protocol;
        enum rule_obstacle obstacle;
    } rows[] = {{"\"any\"", RULE_BLOCKS_ALL},
                {"\"tcp\"", RULE_BLOCKS_ALL},
                {"\"udp\"", RULE_HARMLESS}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct rule rule = make_rule("protocol", rows[i].protocol);
        rule.action = RULE_ACTION_BLOCK;
        assert_int_equal(rule_set_text(&rule, RULE_LOCAL_PORTS, "*"), 0);
        assert_int_equal(
            rule_obstructs(&rule, &wish, NULL, SETTINGS_PROFILE_ALL),
            rows[i].obstacle);
        rule_release(&rule);
    }
}

static const struct {
    const char *key;
    const char *value;
    unsigned port;
    bool serves;
} servers[] = {
    {NULL, NULL, 22, false},
    {"service", "\"SSHD\"", 22, true},
    {"program", "\"%SystemRoot%\\\\System32\\\\OpenSSH\\\\SSHD.exe\"", 22,
     true},
    {"program", "\"C:\\\\x\\\\notsshd.exe\"", 22, false},
    {"local_ports", "\"22\"", 22, true},
    {"local_ports", "\"20-30\"", 22, true},
    {"local_ports", "\"2222\"", 22, false},
    {"local_ports", "\"2222\"", 2222, true},
    {"local_ports", "\"*\"", 22, false},
};

static void test_ssh_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(servers); i++) {
        struct rule rule = make_rule(servers[i].key, servers[i].value);
        if (rule_serves_ssh(&rule, servers[i].port) != servers[i].serves)
            fail_msg("%s = %s", servers[i].key, servers[i].value);
        rule_release(&rule);
    }
    struct rule block = make_rule("local_ports", "\"22\"");
    block.action = RULE_ACTION_BLOCK;
    assert_false(rule_serves_ssh(&block, 22));
    rule_release(&block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_property),
        cmocka_unit_test(test_expanded_programs),
        cmocka_unit_test(test_empty_wish),
        cmocka_unit_test(test_either_direction),
        cmocka_unit_test(test_made_from_a_wish),
        cmocka_unit_test(test_wish_as_json),
        cmocka_unit_test(test_json_round_trip),
        cmocka_unit_test(test_json_that_is_no_rule),
        cmocka_unit_test(test_list_order),
        cmocka_unit_test(test_obstacles),
        cmocka_unit_test(test_blocked_tcp_takes_a_rule_for_any_protocol),
        cmocka_unit_test(test_ssh_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
