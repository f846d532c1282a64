/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "controller/job/kept_target.h"
#include "inventory/jump.h"

static const char wmi_text[] = "{\"dcom\":{\"enabled\":true}}";

static void test_a_target_comes_back_as_it_was(void **state)
{
    (void)state;
    cJSON *wmi = json_parse("wmi", wmi_text, strlen(wmi_text), NULL);
    static const char *const command[] = {"pass", "show", "lab/a", NULL};
    const struct target far = {.name = "far",
                               .address = "10.0.0.1",
                               .port = 22,
                               .proxy_command = "nc %h %p",
                               .is_jump = true};
    const struct target near = {
        .name = "near",
        .address = "10.0.0.2",
        .port = 2200,
        .user = "ops",
        .jump = &far,
        .is_jump = true,
        .password = {.source = SECRET_COMMAND, .command = command}};
    const struct target target = {
        .name = "lab-1",
        .address = "10.0.0.3",
        .port = 2222,
        .user = ".\\adm",
        .private_key_file = "/k",
        .host_key_alias = "other",
        .host_keys = HOST_KEYS_ACCEPT_NEW,
        .connect_timeout_s = 7,
        .retries = 2,
        .wmi = wmi,
        .jump = &near,
        .password = {.source = SECRET_COMMAND, .command = command}};
    char *text = kept_target_print(&target);
    assert_non_null(text);
    struct kept_target kept;
    assert_int_equal(kept_target_parse(&kept, "lab-1", text, NULL), 0);
    assert_string_equal(kept.target.name, "lab-1");
    assert_string_equal(kept.target.address, "10.0.0.3");
    assert_int_equal(kept.target.port, 2222);
    assert_string_equal(kept.target.user, ".\\adm");
    assert_string_equal(kept.target.private_key_file, "/k");
    assert_string_equal(kept.target.host_key_alias, "other");
    assert_int_equal(kept.target.host_keys, HOST_KEYS_ACCEPT_NEW);
    assert_int_equal(kept.target.connect_timeout_s, 7);
    assert_int_equal(kept.target.retries, 2);
    assert_true(cJSON_Compare(kept.target.wmi, wmi, 1));
    assert_int_equal(kept.target.password.source, SECRET_COMMAND);
    assert_string_equal(kept.target.password.command[2], "lab/a");
    assert_null(kept.target.password.command[3]);
    assert_true(jump_same(kept.target.jump, &near));
    assert_true(kept.target.jump->is_jump);
    assert_string_equal(kept.target.jump->password.command[2], "lab/a");
    kept_target_release(&kept);
    free(text);
    cJSON_Delete(wmi);
}

static void test_the_text_of_a_password_is_never_kept(void **state)
{
    (void)state;
    const struct target target = {
        .name = "a",
        .address = "a",
        .port = 22,
        .password = {.source = SECRET_TEXT, .text = "hunter2"}};
    char *text = kept_target_print(&target);
    assert_non_null(text);
    assert_null(strstr(text, "hunter2"));
    struct kept_target kept;
    assert_int_equal(kept_target_parse(&kept, "a", text, NULL), 0);
    assert_int_equal(kept.target.password.source, SECRET_NONE);
    assert_null(kept.target.wmi);
    assert_null(kept.target.user);
    kept_target_release(&kept);
    free(text);
}

static void test_what_is_no_target_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "[]",
        "{",
        "{\"port\":22}",
        "{\"address\":3}",
        "{\"address\":\"a\",\"port\":0}",
        "{\"address\":\"a\",\"port\":65536}",
        "{\"address\":\"a\",\"host_keys\":99}", /* no key would be judged */
        "{\"address\":\"a\",\"host_keys\":-1}",
        "{\"address\":\"a\",\"connect_timeout_s\":-1}",
        "{\"address\":\"a\",\"retries\":\"many\"}",
        "{\"address\":\"a\",\"password_command\":[]}",
        "{\"address\":\"a\",\"password_command\":[3]}",
        "{\"address\":\"a\",\"password_env\":3}",
        "{\"address\":\"a\",\"jump\":3}",
        "{\"address\":\"a\",\"jump\":{\"name\":\"g\"}}",
        "{\"address\":\"a\",\"jump\":{\"name\":\"g\",\"address\":3}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct kept_target kept;
        struct err err = {0};
        assert_int_equal(kept_target_parse(&kept, "a", texts[i], &err), -1);
        assert_int_not_equal(err.text[0], '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_target_comes_back_as_it_was),
        cmocka_unit_test(test_the_text_of_a_password_is_never_kept),
        cmocka_unit_test(test_what_is_no_target_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
