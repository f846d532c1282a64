/* SPDX-License-Identifier: MIT */
/* The payload's command line and its documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "payload/run/command.h"
#include "payload/settings/own_file.h"
#include "payload/win32/errors.h"
#include "payload/engine/outcome.h"

#define HASH "0123456789abcdef0123456789abcdef"
#define NONCE "fedcba9876543210"

static int parse(struct command *command, const char *verb, const char *request,
                 const char *run)
{
    char words[3][128];
    char *pointers[] = {words[0], words[1], words[2]};
    strcpy(words[0], verb);
    strcpy(words[1], request);
    strcpy(words[2], run);
    return command_parse(command, 3, pointers, NULL);
}

static void test_good_lines(void **state)
{
    (void)state;
    struct command command;
    assert_int_equal(parse(&command, "apply", "r-" HASH ".json", "A-9z"), 0);
    assert_int_equal(command.verb, COMMAND_apply);
    assert_string_equal(command.hash, HASH);
    assert_string_equal(command.run, "A-9z");
    assert_false(command.one_time);
    assert_int_equal(parse(&command, "check",
                           "wmifleet-" NONCE "-" HASH ".json",
                           "1234567890123456789012345678901234567890"),
                     0);
    assert_int_equal(command.verb, COMMAND_check);
    assert_true(command.one_time);
    assert_string_equal(command.request, "wmifleet-" NONCE "-" HASH ".json");
    assert_int_equal(parse(&command, "cancel", "r-" HASH ".json", "r1"), 0);
    assert_int_equal(command.verb, COMMAND_cancel);
}

static void test_bad_lines(void **state)
{
    (void)state;
    static const char good[] = "r-" HASH ".json";
    static const struct {
        const char *verb;
        const char *request;
        const char *run;
    } rows[] = {
        {"", good, "r"},
        {"chec", good, "r"},
        {"checks", good, "r"},
        {"CHECK", good, "r"},
        {"check", "", "r"},
        {"check", HASH ".json", "r"},
        {"check", "r-" HASH, "r"},
        {"check", "r-" HASH ".jsonx", "r"},
        {"check", "r-" HASH "0.json", "r"},
        {"check", "r-0123456789abcdef0123456789abcde.json", "r"},
        {"check", "r-0123456789ABCDEF0123456789abcdef.json", "r"},
        {"check", "..\\r-" HASH ".json", "r"},
        {"check", "r-..\\" HASH ".json", "r"},
        {"check", "r-" HASH ".json:x", "r"},
        {"check", "wmifleet-" HASH ".json", "r"},
        {"check", "wmifleet-" NONCE HASH ".json", "r"},
        {"check", "wmifleet-" NONCE "-" HASH ".exe", "r"},
        {"check", good, ""},
        {"check", good, "12345678901234567890123456789012345678901"},
        {"check", good, "a_b"},
        {"check", good, "a/b"},
        {"check", good, ".."},
        {"check", good, "\xC3\xA4"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct command command;
        if (parse(&command, rows[i].verb, rows[i].request, rows[i].run) == 0)
            fail_msg("'%s %s %s' was accepted", rows[i].verb, rows[i].request,
                     rows[i].run);
    }
    struct command command;
    struct err err;
    assert_int_equal(command_parse(&command, 0, NULL, &err), -1);
    assert_int_equal(command_parse(&command, 4, NULL, &err), -1);
}

static void test_one_time_names(void **state)
{
    (void)state;
    assert_true(own_file_is_one_time("wmifleet-" NONCE ".exe"));
    assert_true(own_file_is_one_time("wmifleet-" NONCE "-" HASH ".json"));
    assert_false(own_file_is_one_time("wmifleet-" NONCE ".exe.bak"));
    assert_false(own_file_is_one_time("wmifleet-" NONCE ".json"));
    assert_false(own_file_is_one_time("wmifleet-notes.txt"));
    assert_false(own_file_is_one_time("wmifleet-.exe"));
    assert_false(own_file_is_one_time("r-" HASH ".json"));
}

static void test_codes_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(error_name(5), "ERROR_ACCESS_DENIED");
    assert_string_equal(error_name(0x80070005ul), "E_ACCESSDENIED");
    assert_string_equal(error_name(0x800706BAul), "RPC_S_SERVER_UNAVAILABLE");
    assert_string_equal(error_name(0x80041003ul), "WBEM_E_ACCESS_DENIED");
    assert_null(error_name(0x80071234ul));
    assert_null(error_name(0));
    cJSON *error = error_to_json(0x80041234ul, NULL, "", NULL);
    assert_string_equal(json_text(error, "code"), "0x80041234");
    assert_null(json_member(error, "name"));
    assert_string_equal(json_text(error, "text"), "Windows refused");
    assert_null(json_member(error, "hint"));
    cJSON_Delete(error);
}

static void test_a_result_ends_in_its_mark(void **state)
{
    (void)state;
    struct failure none = {.class = FAILURE_NONE};
    struct outcome outcome = {.run = "r", .computer = "B\xC3\xBCro"};
    char *text = outcome_print(&outcome, &none);
    static const char end[] = "\"complete\":true}";
    assert_non_null(text);
    assert_string_equal(text + strlen(text) - strlen(end), end);
    assert_non_null(strstr(text, "B\\u00fcro"));
    cJSON *tree = json_parse("result", text, strlen(text), NULL);
    assert_true(cJSON_IsNull(json_member(tree, "error")));
    assert_true(cJSON_IsNull(json_member(tree, "folder")));
    assert_true(cJSON_IsArray(json_member(tree, "settings")));
    assert_true(cJSON_IsArray(json_member(tree, "hints")));
    assert_true(cJSON_IsObject(json_member(tree, "facts")));
    cJSON_Delete(tree);
    free(text);
}

static void test_a_failure_has_its_class(void **state)
{
    (void)state;
    static const char *const words[] = {"",
#define X(symbol, word) word,
                                        PROTOCOL_ERRORS(X)
#undef X
    };
    for (int class = FAILURE_NOT_ADMIN; class <= FAILURE_PAYLOAD_FAILED;
         class ++) {
        struct failure failure;
        struct outcome outcome = {.run = NULL};
        failure_set(&failure, (enum failure_class) class, 5, "do this", "no");
        char *text = outcome_print(&outcome, &failure);
        cJSON *tree = json_parse("result", text, strlen(text), NULL);
        const cJSON *error = json_member(tree, "error");
        assert_string_equal(json_text(error, "class"), words[class]);
        assert_string_equal(json_text(error, "code"), "0x00000005");
        assert_string_equal(json_text(error, "hint"), "do this");
        cJSON_Delete(tree);
        free(text);
    }
}

static void test_a_result_too_long_says_so(void **state)
{
    (void)state;
    struct failure none = {.class = FAILURE_NONE};
    struct outcome outcome = {.run = "r"};
    char *long_text = malloc(PROTOCOL_RESULT_MAX + 1);
    assert_non_null(long_text);
    memset(long_text, 'x', PROTOCOL_RESULT_MAX);
    long_text[PROTOCOL_RESULT_MAX] = '\0';
    outcome.settings = cJSON_CreateArray();
    cJSON_AddItemToArray(outcome.settings, cJSON_CreateString(long_text));
    char *text = outcome_print(&outcome, &none);
    assert_true(strlen(text) < 2000);
    assert_non_null(strstr(text, "payload-failed"));
    assert_non_null(strstr(text, "\"complete\":true}"));
    free(text);
    free(long_text);
    cJSON_Delete(outcome.settings);
}

static void test_a_start_mark(void **state)
{
    (void)state;
    char *text = outcome_print_start("r-1", HASH);
    assert_string_equal(text, "{\"started\":{\"protocol\":1,\"run\":\"r-1\","
                              "\"payload\":\"" HASH "\"}}");
    free(text);
    text = outcome_print_start(NULL, NULL);
    assert_string_equal(text, "{\"started\":{\"protocol\":1,\"run\":null,"
                              "\"payload\":null}}");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_lines),
        cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_one_time_names),
        cmocka_unit_test(test_codes_have_their_names),
        cmocka_unit_test(test_a_result_ends_in_its_mark),
        cmocka_unit_test(test_a_failure_has_its_class),
        cmocka_unit_test(test_a_result_too_long_says_so),
        cmocka_unit_test(test_a_start_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
