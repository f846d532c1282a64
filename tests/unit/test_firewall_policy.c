/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "payload/firewall/firewall_policy.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))
#define D SETTINGS_PROFILE_DOMAIN
#define R SETTINGS_PROFILE_PRIVATE
#define U SETTINGS_PROFILE_PUBLIC
#define ALL SETTINGS_PROFILE_ALL

/* Masks of the profiles in which something holds. */
struct conditions {
    unsigned current;
    long modify_state;
    unsigned off;
    unsigned shields;
    unsigned merge_off;
    unsigned outbound_blocked;
};

static struct firewall_policy make_policy(const struct conditions *c)
{
    struct firewall_policy policy = {.current = c->current,
                                     .modify_state = c->modify_state};
    for (unsigned i = 0; i < FIREWALL_PROFILE_COUNT; i++) {
        policy.profiles[i].off = (c->off >> i & 1) != 0;
        policy.profiles[i].block_inbound = (c->shields >> i & 1) != 0;
        policy.profiles[i].local_rules_ignored = (c->merge_off >> i & 1) != 0;
        policy.profiles[i].outbound_blocked =
            (c->outbound_blocked >> i & 1) != 0;
    }
    return policy;
}

static const struct {
    struct conditions conditions;
    unsigned profiles;
    bool inbound;
    unsigned long code; /* 0: not blocked */
    const char *said;   /* part of the text */
} blocks[] = {
    {{.current = U}, ALL, true, 0, NULL},
    {{.current = U, .off = ALL}, ALL, true, 0, NULL},
    /* group policy overrides: in the profiles in use */
    {{.current = U, .modify_state = 1}, ALL, true, 1, "(public)"},
    {{.current = U, .modify_state = 1}, ALL, false, 1, "(public)"},
    {{.current = U, .modify_state = 1}, D, true, 0, NULL},
    {{.current = D | R, .modify_state = 1}, R | U, true, 1, "(private)"},
    /* local rules do not count */
    {{.current = U, .merge_off = U}, ALL, true, 1, "public (Allow"},
    {{.current = U, .merge_off = ALL}, ALL, true, 1, "public (Allow"},
    {{.current = U, .merge_off = U}, U, false, 1, "public (Allow"},
    {{.current = U, .merge_off = D}, ALL, true, 0, NULL},
    {{.current = U, .merge_off = D}, D, true, 1, "domain (Allow"},
    {{.current = U, .merge_off = D}, D | R, true, 0, NULL},
    {{.current = U, .merge_off = D | R}, D | R, true, 1, "domain, private ("},
    {{.current = R | U, .merge_off = R}, ALL, true, 1, "private (Allow"},
    {{.current = 0, .merge_off = ALL},
     ALL,
     true,
     1,
     "domain, private, public ("},
    /* everything inbound is blocked */
    {{.current = U, .shields = U}, ALL, true, 2, "profile public,"},
    {{.current = U, .shields = U}, ALL, false, 0, NULL},
    {{.current = U, .shields = R}, ALL, true, 0, NULL},
    {{.current = U, .shields = R}, R, true, 2, "profile private,"},
    {{.current = U, .modify_state = 2}, ALL, true, 2, "profile public,"},
    {{.current = U, .modify_state = 2}, D, true, 0, NULL},
    {{.current = U, .modify_state = 2}, ALL, false, 0, NULL},
    /* the one that says most comes first */
    {{.current = U, .modify_state = 1, .merge_off = U, .shields = U},
     ALL,
     true,
     1,
     "AllowLocalPolicyMerge"},
};

static void test_blocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        struct firewall_policy policy = make_policy(&blocks[i].conditions);
        struct setting_reason reason = {0};
        bool blocked = firewall_policy_blocks(&policy, blocks[i].profiles,
                                              blocks[i].inbound, &reason);
        if (blocked != (blocks[i].code != 0) || reason.code != blocks[i].code)
            fail_msg("case %zu: blocked %d with %lu", i, blocked, reason.code);
        if (!blocked)
            continue;
        if (strstr(reason.text, blocks[i].said) == NULL)
            fail_msg("case %zu: [%s]", i, reason.text);
        assert_non_null(reason.name);
        assert_true(reason.hint[0] != '\0');
    }
}

static const struct {
    struct conditions conditions;
    unsigned profiles;
    bool inbound;
    const char *hints[3]; /* part of each */
} hints[] = {
    {{.current = U}, ALL, true, {NULL}},
    {{.current = U}, D | R, true, {"for profile domain, private, and"}},
    {{.current = 0}, D, true, {NULL}},
    {{.current = U, .off = U}, ALL, true, {"profile public: the firewall is"}},
    {{.current = U, .off = D}, ALL, true, {NULL}},
    {{.current = U, .merge_off = D}, ALL, true, {"profile domain: group"}},
    {{.current = U, .shields = R}, ALL, true, {"profile private: all"}},
    {{.current = U, .shields = R, .outbound_blocked = U}, ALL, false, {NULL}},
    {{.current = U}, ALL, false, {"profile public: outbound traffic"}},
    {{.current = U, .off = U, .outbound_blocked = ALL},
     R,
     false,
     {"for profile private, and"}},
};

static void test_hints(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
        struct firewall_policy policy = make_policy(&hints[i].conditions);
        struct setting setting = {.id = "x"};
        int count = 0;
        firewall_policy_hints(&policy, hints[i].profiles, hints[i].inbound,
                              &setting);
        for (; count < 3 && hints[i].hints[count] != NULL; count++) {
            const cJSON *hint = cJSON_GetArrayItem(setting.hints, count);
            if (hint == NULL ||
                strstr(hint->valuestring, hints[i].hints[count]) == NULL)
                fail_msg("case %zu: hint %d is not there", i, count);
        }
        if (cJSON_GetArraySize(setting.hints) != count)
            fail_msg("case %zu: too many hints", i);
        cJSON_Delete(setting.hints);
    }
}

static void test_blocks_out(void **state)
{
    (void)state;
    static const struct {
        struct conditions conditions;
        unsigned profiles;
        bool blocked;
    } cases[] = {
        {{.current = U}, ALL, false},
        {{.current = U, .outbound_blocked = U}, ALL, true},
        {{.current = U, .outbound_blocked = D | R}, ALL, false},
        {{.current = R | U, .outbound_blocked = R}, ALL, true},
        {{.current = U, .outbound_blocked = U}, R, false},
        {{.current = 0, .outbound_blocked = D}, ALL, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct firewall_policy policy = make_policy(&cases[i].conditions);
        if (firewall_policy_blocks_out(&policy, cases[i].profiles) !=
            cases[i].blocked)
            fail_msg("case %zu", i);
    }
}

static const char facts_text[] =
    "{\"current_profiles\":[\"private\",\"public\"],"
    "\"modify_state\":\"gp_override\",\"profiles\":{"
    "\"domain\":{\"enabled\":false,\"block_all_inbound\":false,"
    "\"default_inbound\":\"block\",\"default_outbound\":\"allow\","
    "\"local_rules\":true},"
    "\"private\":{\"enabled\":true,\"block_all_inbound\":true,"
    "\"default_inbound\":\"block\",\"default_outbound\":\"allow\","
    "\"local_rules\":true},"
    "\"public\":{\"enabled\":true,\"block_all_inbound\":false,"
    "\"default_inbound\":\"block\",\"default_outbound\":\"block\","
    "\"local_rules\":false}}}";

static void test_facts(void **state)
{
    (void)state;
    struct conditions conditions = {.current = R | U,
                                    .modify_state = 1,
                                    .off = D,
                                    .shields = R,
                                    .merge_off = U,
                                    .outbound_blocked = U};
    struct firewall_policy policy = make_policy(&conditions);
    cJSON *facts = firewall_policy_to_json(&policy);
    char *text = json_print(facts, -1);
    assert_string_equal(text, facts_text);
    free(text);
    cJSON_Delete(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_hints),
        cmocka_unit_test(test_blocks_out),
        cmocka_unit_test(test_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
