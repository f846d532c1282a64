/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "payload/service/fixed_port_state.h"
#include "payload/registry/registry_state.h"

#define SHARED "%systemroot%\\system32\\svchost.exe -k netsvcs -p"
#define OWN "%systemroot%\\system32\\svchost.exe -k winmgmt -p"
#define OURS "ncacn_ip_tcp,0,24158"
#define PIPE "ncacn_np,0,\\pipe\\epmapper"

static const struct fixed_port_wish on = {.enabled = FLAG_ON,
                                          .port = SETTINGS_FIXED_PORT,
                                          .level = SETTINGS_PACKET_PRIVACY};
static const struct fixed_port_wish off = {.enabled = FLAG_OFF,
                                           .port = SETTINGS_FIXED_PORT,
                                           .level = SETTINGS_PACKET_PRIVACY};

/* A value with the lines of `text`, each ended by '|'. */
static cJSON *lines_of(unsigned long type, const char *text)
{
    unsigned char bytes[256];
    struct registry_value value = {.type = type, .bytes = bytes};
    for (; *text != '\0'; text++) {
        bytes[value.len++] = (unsigned char)(*text == '|' ? 0 : *text);
        bytes[value.len++] = 0;
    }
    return registry_state_make(&value);
}

/* The same with the end that the registry has. */
static cJSON *list_of(const char *text)
{
    char whole[128];
    snprintf(whole, sizeof whole, "%s|", text);
    return lines_of(REGISTRY_TYPE_MULTI_SZ, whole);
}

/* Takes both. */
static void expect_same(cJSON *found, cJSON *wanted)
{
    char *a = cJSON_PrintUnformatted(found);
    char *b = cJSON_PrintUnformatted(wanted);
    assert_string_equal(a, b);
    cJSON_free(a);
    cJSON_free(b);
    cJSON_Delete(found);
    cJSON_Delete(wanted);
}

/* Takes both. */
static void expect_endpoints(const struct fixed_port_wish *wish,
                             cJSON *endpoints, cJSON *wanted)
{
    expect_same(fixed_port_endpoints(wish, endpoints), wanted);
    cJSON_Delete(endpoints);
}

static void test_a_port_is_one_line(void **state)
{
    (void)state;
    const struct fixed_port_wish other = {.enabled = FLAG_ON, .port = 5000};
    expect_endpoints(&on, registry_state_no_value(), list_of(OURS "|"));
    expect_endpoints(&on, registry_state_no_key(1), list_of(OURS "|"));
    expect_endpoints(&on, list_of(OURS "|"), list_of(OURS "|"));
    expect_endpoints(&other, list_of(OURS "|"),
                     list_of("ncacn_ip_tcp,0,5000|"));
    expect_endpoints(&on, list_of(""), list_of(OURS "|"));
    expect_endpoints(&on, list_of("ncacn_ip_tcp,0,|" OURS "|"),
                     list_of(OURS "|"));
    /* As the page prints it, which COM does not read. */
    expect_endpoints(&on, list_of("ncacn_ip_tcp.0.24158|"), list_of(OURS "|"));
    expect_endpoints(&on, list_of("NCACN_IP_TCP,0,24158|"), list_of(OURS "|"));
}

static void test_other_protocols_keep_their_places(void **state)
{
    (void)state;
    expect_endpoints(&on, list_of(PIPE "|"), list_of(PIPE "|" OURS "|"));
    expect_endpoints(&on, list_of("ncacn_ip_tcp,0,5000|" PIPE "|"),
                     list_of(OURS "|" PIPE "|"));
    expect_endpoints(&on, list_of("a|" OURS "|" PIPE "|" OURS "|"),
                     list_of("a|" OURS "|" PIPE "|"));
    expect_endpoints(&off, list_of("a|" OURS "|" PIPE "|"),
                     list_of("a|" PIPE "|"));
    expect_endpoints(&off, list_of(PIPE "|"), list_of(PIPE "|"));
}

static void test_no_port_is_no_line(void **state)
{
    (void)state;
    expect_endpoints(&off, list_of(OURS "|"), registry_state_no_value());
    expect_endpoints(&off, list_of("ncacn_ip_tcp,0,5000|"),
                     registry_state_no_value());
    expect_endpoints(&off, registry_state_no_value(),
                     registry_state_no_value());
    expect_endpoints(&off, registry_state_no_key(1), registry_state_no_key(1));
    expect_endpoints(&off, list_of(""), list_of(""));
}

static void test_other_types_and_torn_lists(void **state)
{
    (void)state;
    cJSON *binary = lines_of(REGISTRY_TYPE_BINARY, OURS "||");
    expect_endpoints(&on, cJSON_CreateString(OURS), list_of(OURS "|"));
    expect_endpoints(&off, cJSON_CreateString(OURS), registry_state_no_value());
    expect_endpoints(&off, cJSON_Duplicate(binary, true),
                     cJSON_Duplicate(binary, true));
    expect_endpoints(&on, binary, list_of(OURS "|"));
    expect_endpoints(&on, cJSON_CreateNumber(24158), list_of(OURS "|"));
    expect_endpoints(&off, cJSON_CreateNumber(24158),
                     cJSON_CreateNumber(24158));
    expect_endpoints(&on, lines_of(REGISTRY_TYPE_MULTI_SZ, PIPE),
                     list_of(PIPE "|" OURS "|"));
    expect_endpoints(&off, lines_of(REGISTRY_TYPE_MULTI_SZ, OURS),
                     registry_state_no_value());
    struct registry_value odd = {.type = REGISTRY_TYPE_MULTI_SZ,
                                 .bytes = (unsigned char[]){'n', 0, 'c'},
                                 .len = 3};
    expect_endpoints(&on, registry_state_make(&odd), list_of("n|" OURS "|"));
}

/* A machine as Windows has it after /standalonehost 6, or before it. */
static cJSON *machine(bool own)
{
    cJSON *state = cJSON_CreateObject();
    cJSON *service = cJSON_AddObjectToObject(state, FIXED_PORT_SERVICE);
    cJSON *path = cJSON_CreateObject();
    cJSON_AddStringToObject(service, "path",
                            own ? "C:\\Windows\\system32\\svchost.exe -k "
                                  "winmgmt -p"
                                : "C:\\Windows\\system32\\svchost.exe -k "
                                  "netsvcs -p");
    cJSON_AddStringToObject(path, "type", "REG_EXPAND_SZ");
    cJSON_AddStringToObject(path, "text", own ? OWN : SHARED);
    cJSON_AddItemToObject(state, FIXED_PORT_IMAGE_PATH, path);
    cJSON_AddItemToObject(state, FIXED_PORT_GROUP,
                          own ? list_of("Winmgmt|")
                              : registry_state_no_value());
    cJSON *key = own ? cJSON_CreateObject() : registry_state_no_key(1);
    if (own)
        cJSON_AddNumberToObject(key, "AuthenticationLevel", 6);
    cJSON_AddItemToObject(state, FIXED_PORT_GROUP_KEY, key);
    cJSON_AddItemToObject(state, FIXED_PORT_ENDPOINTS,
                          own ? list_of(OURS "|") : registry_state_no_value());
    return state;
}

static void change(cJSON *state, const char *member, cJSON *value)
{
    assert_true(cJSON_ReplaceItemInObject(state, member, value));
}

/* Takes the state. */
static void expect_lacks(const struct fixed_port_wish *wish, cJSON *state,
                         unsigned lacks)
{
    assert_int_equal(fixed_port_lacks(wish, state), lacks);
    cJSON_Delete(state);
}

static void test_whole_machines(void **state)
{
    (void)state;
    const struct fixed_port_wish packet = {
        .enabled = FLAG_ON, .port = 5000, .level = 4};
    expect_lacks(&on, machine(true), 0);
    expect_lacks(&off, machine(false), 0);
    expect_lacks(&on, machine(false),
                 FIXED_PORT_LACKS_HOST | FIXED_PORT_LACKS_ENDPOINT);
    expect_lacks(&off, machine(true),
                 FIXED_PORT_LACKS_HOST | FIXED_PORT_LACKS_ENDPOINT);
    expect_lacks(&packet, machine(true),
                 FIXED_PORT_LACKS_ENDPOINT | FIXED_PORT_LACKS_LEVEL);
}

static void test_each_part_is_missed(void **state)
{
    (void)state;
    cJSON *half = machine(true);
    change(half, FIXED_PORT_ENDPOINTS, registry_state_no_value());
    expect_lacks(&on, half, FIXED_PORT_LACKS_ENDPOINT);
    half = machine(true);
    change(half, FIXED_PORT_GROUP_KEY,
           cJSON_Parse("{\"AuthenticationLevel\": 5}"));
    expect_lacks(&on, half, FIXED_PORT_LACKS_LEVEL);
    half = machine(true);
    change(half, FIXED_PORT_GROUP_KEY,
           cJSON_Parse("{\"authenticationlevel\": \"6\"}"));
    expect_lacks(&on, half, FIXED_PORT_LACKS_LEVEL);
    half = machine(true);
    change(half, FIXED_PORT_GROUP, list_of("Winmgmtx|win|"));
    expect_lacks(&on, half, FIXED_PORT_LACKS_HOST);
    half = machine(true);
    change(half, FIXED_PORT_IMAGE_PATH, cJSON_CreateString(SHARED));
    expect_lacks(&on, half, FIXED_PORT_LACKS_HOST);
    half = machine(true);
    cJSON *service = cJSON_CreateObject();
    cJSON_AddStringToObject(service, "path", SHARED);
    change(half, FIXED_PORT_SERVICE, service);
    expect_lacks(&on, half, FIXED_PORT_LACKS_HOST);
    half = machine(false);
    change(half, FIXED_PORT_IMAGE_PATH, cJSON_CreateString(OWN));
    expect_lacks(&off, half, FIXED_PORT_LACKS_HOST);
}

static void test_a_level_that_is_not_there_is_not_judged(void **state)
{
    (void)state;
    cJSON *half = machine(true);
    change(half, FIXED_PORT_GROUP_KEY, registry_state_no_key(1));
    expect_lacks(&on, half, 0);
    half = machine(true);
    change(half, FIXED_PORT_GROUP_KEY,
           cJSON_Parse("{\"CoInitializeSecurityParam\": 1}"));
    assert_int_equal(fixed_port_level(half), 0);
    expect_lacks(&on, half, 0);
}

static void test_groups_are_whole_words(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool own;
    } cases[] = {
        {"svchost.exe -k winmgmt", true},
        {"svchost.exe -k WinMgmt -p -s Winmgmt", true},
        {"svchost.exe -k winmgmt2", false},
        {"svchost.exe -k winmg", false},
        {"svchost.exe -k", false},
        {"C:\\windows\\system32\\winmgmt.exe", false},
        {"svchost.exe -k netsvcs -s winmgmt", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON *service = cJSON_AddObjectToObject(one, FIXED_PORT_SERVICE);
        cJSON_AddStringToObject(service, "path", cases[i].path);
        assert_int_equal(fixed_port_own_host(one), cases[i].own);
        cJSON_Delete(one);
    }
}

/* A state that came over the wire may be anything. */
static void test_states_without_sense(void **state)
{
    (void)state;
    expect_lacks(&on, cJSON_CreateObject(),
                 FIXED_PORT_LACKS_HOST | FIXED_PORT_LACKS_ENDPOINT);
    assert_false(fixed_port_own_host(NULL));
    assert_int_equal(fixed_port_level(NULL), 0);
    cJSON *number = cJSON_CreateNumber(7);
    assert_null(fixed_port_text(number));
    cJSON_Delete(number);
}

static void test_parts_in_words(void **state)
{
    (void)state;
    char text[160];
    fixed_port_print(0, text, sizeof text);
    assert_string_equal(text, "");
    fixed_port_print(FIXED_PORT_LACKS_ENDPOINT, text, sizeof text);
    assert_string_equal(text, "the Endpoints of the WMI application");
    fixed_port_print(7, text, sizeof text);
    assert_string_equal(text,
                        "the host process of winmgmt, the Endpoints of the WMI "
                        "application, the authentication level of the host "
                        "process");
    char small[8];
    fixed_port_print(7, small, sizeof small);
    assert_string_equal(small, "the hos");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_port_is_one_line),
        cmocka_unit_test(test_other_protocols_keep_their_places),
        cmocka_unit_test(test_no_port_is_no_line),
        cmocka_unit_test(test_other_types_and_torn_lists),
        cmocka_unit_test(test_whole_machines),
        cmocka_unit_test(test_each_part_is_missed),
        cmocka_unit_test(test_a_level_that_is_not_there_is_not_judged),
        cmocka_unit_test(test_groups_are_whole_words),
        cmocka_unit_test(test_states_without_sense),
        cmocka_unit_test(test_parts_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
