/* SPDX-License-Identifier: MIT */
/* What the payload takes for a request to connect to other machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "payload/connection/wish.h"
#include "payload/protocol.h"

#define TARGET(address, user, namespaces)                                      \
    "{\"host\":\"a\",\"address\":\"" address "\",\"user\":\"" user             \
    "\",\"namespaces\":[" namespaces "]}"
#define CIMV2 "\"root\\\\cimv2\""
#define GOOD TARGET("10.0.0.3", "LAB-01\\\\reader", CIMV2)

static cJSON *request_of(const char *targets, const char *secrets)
{
    char text[4096];
    snprintf(text, sizeof text,
             "{\"verify\":{\"asynchronous\":true,\"targets\":%s}%s%s}", targets,
             secrets[0] != '\0' ? ",\"secrets\":" : "", secrets);
    cJSON *request = json_parse("request", text, strlen(text), NULL);
    assert_non_null(request);
    return request;
}

static bool is_sane(const char *targets, const char *secrets)
{
    cJSON *request = request_of(targets, secrets);
    bool sane = wish_is_sane(request);
    cJSON_Delete(request);
    return sane;
}

static void test_good_wishes(void **state)
{
    (void)state;
    static const char *const targets[] = {
        GOOD,
        TARGET("fe80::1", "r@lab.local", CIMV2 ",\"ROOT\\\\Default\""),
        TARGET("lab-01.example.org", "r", "\"root\""),
        TARGET("10.0.0.3", "LAB 01\\\\re\\u00e4der", CIMV2),
    };
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        char list[1024];
        snprintf(list, sizeof list, "[%s]", targets[i]);
        assert_true(is_sane(list, "{\"passwords\":[\"p\"]}"));
    }
    assert_true(is_sane("[]", "{\"passwords\":[]}"));
    assert_true(is_sane("[" GOOD "," GOOD "]", "{\"passwords\":[\"p\",\"\"]}"));
}

static void test_bad_targets(void **state)
{
    (void)state;
    static const char *const targets[] = {
        "null",
        "{}",
        "[1]",
        "[" TARGET("", "r", CIMV2) "]",
        "[" TARGET("10.0.0.3\\\\root\\\\default", "r", CIMV2) "]",
        "[" TARGET("10.0.0.3/x", "r", CIMV2) "]",
        "[" TARGET("10.0.0.3\\u0007", "r", CIMV2) "]",
        "[" TARGET("a b", "r", CIMV2) "]",
        "[" TARGET("10.0.0.3", "", CIMV2) "]",
        "[" TARGET("10.0.0.3", "r", "") "]",
        "[" TARGET("10.0.0.3", "r", "7") "]",
        "[" TARGET("10.0.0.3", "r", "\"\\\\\\\\other\\\\root\"") "]",
        "[" TARGET("10.0.0.3", "r", "\"root:Win32_Process\"") "]",
        "[" TARGET("10.0.0.3", "r", "\"root cimv2\"") "]",
        "[{\"address\":\"a\",\"user\":\"r\",\"namespaces\":[" CIMV2 "]}]",
        "[{\"host\":\"a\",\"address\":\"a\",\"user\":\"r\"}]",
        "[{\"host\":\"a\",\"address\":7,\"user\":\"r\",\"namespaces\":[" CIMV2
        "]}]",
    };
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (is_sane(targets[i], "{\"passwords\":[\"p\"]}"))
            fail_msg("%s: was taken", targets[i]);
}

static void test_bad_passwords(void **state)
{
    (void)state;
    static const char *const secrets[] = {
        "",
        "{}",
        "{\"passwords\":\"p\"}",
        "{\"passwords\":[]}",
        "{\"passwords\":[\"p\",\"q\"]}",
        "{\"passwords\":[null]}",
    };
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (is_sane("[" GOOD "]", secrets[i]))
            fail_msg("%s: was taken", secrets[i]);
}

static cJSON *many(int count)
{
    cJSON *request = request_of("[]", "{\"passwords\":[]}");
    cJSON *targets = json_member(json_member(request, "verify"), "targets");
    cJSON *target = json_parse("target", GOOD, strlen(GOOD), NULL);
    for (int i = 0; i < count; i++) {
        cJSON_AddItemToArray(targets, cJSON_Duplicate(target, 1));
        cJSON_AddItemToArray(wish_passwords(request), cJSON_CreateString("p"));
    }
    cJSON_Delete(target);
    return request;
}

static void test_as_many_as_agreed(void **state)
{
    (void)state;
    cJSON *most = many(PROTOCOL_VERIFY_TARGETS_MAX);
    cJSON *more = many(PROTOCOL_VERIFY_TARGETS_MAX + 1);
    assert_true(wish_is_sane(most));
    assert_int_equal(wish_count(most), PROTOCOL_VERIFY_TARGETS_MAX);
    assert_false(wish_is_sane(more));
    cJSON_Delete(more);
    cJSON_Delete(most);
}

static void test_a_wish_has_its_own_password(void **state)
{
    (void)state;
    cJSON *request =
        request_of("[" GOOD "," TARGET("b.example", "B\\\\r", "\"root\"") "]",
                   "{\"passwords\":[\"first\",\"second\"]}");
    struct wish wish = wish_of(request, 1);
    assert_string_equal(wish.host, "a");
    assert_string_equal(wish.address, "b.example");
    assert_string_equal(wish.user, "B\\r");
    assert_string_equal(wish.password, "second");
    assert_int_equal(cJSON_GetArraySize(wish.namespaces), 1);
    assert_true(wish.asynchronous);
    cJSON_Delete(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_wishes),
        cmocka_unit_test(test_bad_targets),
        cmocka_unit_test(test_bad_passwords),
        cmocka_unit_test(test_as_many_as_agreed),
        cmocka_unit_test(test_a_wish_has_its_own_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
