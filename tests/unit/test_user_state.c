/* SPDX-License-Identifier: MIT */
/* A local account as a state, and what the wish makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "payload/account/user_state.h"

#define NOW 1700000000ul

static struct user_state fit_user(void)
{
    struct user_state user = {.password_never_expires = true,
                              .expires = USER_NEVER,
                              .denied = USER_DENIED_ALL};
    assert_true(sid_parse(&user.sid, "S-1-5-21-1-2-3-1001"));
    return user;
}

static const struct account_wish reader = {.name = "wmi-reader",
                                           .present = true,
                                           .password_never_expires = true,
                                           .network_logon_only = true};

static bool same(const struct user_state *a, const struct user_state *b)
{
    return sid_same(&a->sid, &b->sid) && a->disabled == b->disabled &&
           a->must_change == b->must_change &&
           a->password_never_expires == b->password_never_expires &&
           a->expires == b->expires && a->denied == b->denied;
}

static void test_a_state_is_told_and_read_again(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 64; bits++) {
        struct user_state user = fit_user();
        struct user_state again;
        user.disabled = (bits & 1) != 0;
        user.must_change = (bits & 2) != 0;
        user.password_never_expires = (bits & 4) != 0;
        user.expires = (bits & 8) != 0 ? USER_NEVER : 1234567890ul;
        user.denied = bits >> 4;
        cJSON *told = user_state_make(&user);
        assert_non_null(told);
        assert_true(user_state_read(told, &again));
        assert_true(same(&user, &again));
        cJSON_Delete(told);
    }
}

static void test_absence_is_a_state(void **state)
{
    (void)state;
    struct user_state user = {.disabled = false};
    cJSON *told = user_state_make(&user);
    assert_string_equal(json_text(told, "absent"), "account");
    user = fit_user();
    assert_true(user_state_read(told, &user));
    assert_int_equal(user.sid.len, 0);
    cJSON_Delete(told);
}

static void test_what_is_no_state_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"{}", "[]", "5", "{\"sid\":\"S-1\"}",
                                      "{\"sid\":5}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct user_state user = fit_user();
        cJSON *tree = cJSON_Parse(bad[i]);
        assert_non_null(tree);
        assert_false(user_state_read(tree, &user));
        cJSON_Delete(tree);
    }
}

/* These come by themselves: no undo may stumble over them. */
static void test_a_lockout_and_age_are_not_in_the_state(void **state)
{
    (void)state;
    struct user_state user = fit_user();
    cJSON *before = user_state_make(&user);
    user.locked = true;
    user.outdated = true;
    cJSON *after = user_state_make(&user);
    assert_true(cJSON_Compare(before, after, true));
    cJSON_Delete(before);
    cJSON_Delete(after);
}

static void differs(const struct user_state *user,
                    const struct account_wish *wish, const char *hint)
{
    struct setting setting = {.id = "account[wmi-reader]"};
    bool found = user_state_differs(user, wish, NOW, &setting);
    assert_int_equal(found, hint != NULL);
    assert_int_equal(cJSON_GetArraySize(setting.hints), hint != NULL);
    if (hint != NULL)
        assert_non_null(strstr(setting.hints->child->valuestring, hint));
    cJSON_Delete(setting.hints);
    setting.hints = NULL;
    struct user_state wanted = user_state_wanted(user, wish, NOW);
    assert_false(user_state_differs(&wanted, wish, NOW, &setting));
    assert_null(setting.hints);
}

static void test_each_fault_is_told_by_name_and_mended(void **state)
{
    (void)state;
    struct user_state user = fit_user();
    differs(&user, &reader, NULL);
    user.disabled = true;
    differs(&user, &reader, "found disabled");
    user = fit_user();
    user.locked = true;
    differs(&user, &reader, "locked out");
    user = fit_user();
    user.must_change = true;
    differs(&user, &reader, "has to be changed");
    user = fit_user();
    user.outdated = true;
    differs(&user, &reader, "has to be changed");
    user = fit_user();
    user.password_never_expires = false;
    differs(&user, &reader, "with a password that expires");
    user = fit_user();
    user.denied = USER_DENIED_REMOTE;
    differs(&user, &reader, "with the right to log on");
}

static void test_an_account_expires_when_its_time_has_come(void **state)
{
    (void)state;
    struct user_state user = fit_user();
    user.expires = NOW + 1;
    differs(&user, &reader, NULL);
    user.expires = NOW;
    differs(&user, &reader, "found expired");
    user.expires = 0;
    differs(&user, &reader, "found expired");
}

static void test_what_is_asked_the_other_way_round(void **state)
{
    (void)state;
    struct account_wish wish = reader;
    struct user_state user = fit_user();
    wish.password_never_expires = false;
    differs(&user, &wish, "never expires");
    wish = reader;
    wish.network_logon_only = false;
    differs(&user, &wish, "without the right to log on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_state_is_told_and_read_again),
        cmocka_unit_test(test_absence_is_a_state),
        cmocka_unit_test(test_what_is_no_state_is_refused),
        cmocka_unit_test(test_a_lockout_and_age_are_not_in_the_state),
        cmocka_unit_test(test_each_fault_is_told_by_name_and_mended),
        cmocka_unit_test(test_an_account_expires_when_its_time_has_come),
        cmocka_unit_test(test_what_is_asked_the_other_way_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
