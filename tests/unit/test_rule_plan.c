/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "payload/firewall/rule_plan.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))
#define RULES_MAX 6

/*
 * Rules in a few letters, one word each: "g" of Windows' group or "w" of
 * ours, then a letter for the program, then digits for the profiles, then +
 * for enabled. The plan: for each current rule the number of the wanted one,
 * or - when it goes.
 */
static const struct {
    const char *current;
    const char *wanted;
    const char *plan;
} plans[] = {
    {"", "", ""},
    {"ga1", "ga1", "0"},
    {"ga1 gb1", "gb1 ga1", "10"},
    {"ga1+", "ga1", "0"},
    {"ga2", "ga6", "0"},
    /* the same kind twice: the identical one is not taken for the other */
    {"ga1+ ga6", "ga6 ga1", "10"},
    {"ga6+ ga6", "ga6 ga6", "10"},
    /* a split taken back */
    {"ga1 ga2+ ga4", "ga1 ga6", "01-"},
    /* a rule that came goes, one that went is not invented from another */
    {"ga1 gb1", "ga1", "0-"},
    {"gb1", "ga1", "-"},
    {"", "ga1", ""},
    /* ours may become anything of ours, never somebody else's */
    {"wa1", "wb1", "0"},
    {"wa1", "gb1", "-"},
    {"ga1", "wa1", "-"},
    {"wa1 wb1", "wc1", "0-"},
    {"wb1 wa1", "wa1", "-0"},
    {"wa1 gc1", "gc1 gd1", "-0"},
};

struct rules {
    struct rule rules[RULES_MAX];
    struct rule_list list;
};

static void make_rules(struct rules *rules, const char *text)
{
    memset(rules, 0, sizeof *rules);
    rules->list.items = rules->rules;
    while (*text != '\0') {
        struct rule *rule = &rules->rules[rules->list.count++];
        const char program[] = {text[1], '\0'};
        size_t len = strcspn(text, " ");
        assert_true(rules->list.count <= RULES_MAX);
        assert_int_equal(rule_set_text(rule, RULE_NAME, "name"), 0);
        assert_int_equal(rule_set_text(rule, RULE_PROGRAM, program), 0);
        assert_int_equal(
            rule_set_text(rule, RULE_GROUPING,
                          text[0] == 'w' ? RULE_GROUPING_OURS : "@x.dll,-1"),
            0);
        rule->profiles = text[2] - '0';
        rule->enabled = text[len - 1] == '+';
        text += len + strspn(text + len, " ");
    }
}

static void release_rules(struct rules *rules)
{
    for (size_t i = 0; i < rules->list.count; i++)
        rule_release(&rules->rules[i]);
}

static void test_plans(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
        struct rules current;
        struct rules wanted;
        size_t pairs[RULES_MAX];
        char text[RULES_MAX + 1] = "";
        make_rules(&current, plans[i].current);
        make_rules(&wanted, plans[i].wanted);
        rule_plan(&current.list, &wanted.list, pairs);
        for (size_t j = 0; j < current.list.count; j++)
            text[j] = pairs[j] == RULE_PLAN_NONE ? '-' : (char)('0' + pairs[j]);
        if (strcmp(text, plans[i].plan) != 0)
            fail_msg("[%s] to [%s]: %s, not %s", plans[i].current,
                     plans[i].wanted, text, plans[i].plan);
        release_rules(&wanted);
        release_rules(&current);
    }
}

static void set_number(struct rule *rule, int which)
{
    long *numbers[] = {&rule->direction,    &rule->protocol,
                       &rule->action,       &rule->profiles,
                       &rule->edge_options, &rule->secure_flags};
    bool *flags[] = {&rule->enabled, &rule->edge_traversal};
    if (which < (int)ARRAY_LEN(numbers))
        *numbers[which] += 1;
    else
        *flags[which - (int)ARRAY_LEN(numbers)] = true;
}

/* Every single property counts, and nothing else does. */
static void test_identical(void **state)
{
    (void)state;
    for (int i = 0; i < RULE_TEXT_COUNT + 8 + 1; i++) {
        struct rule a = {0};
        struct rule b = {0};
        assert_int_equal(rule_set_text(&a, RULE_PROGRAM, ""), 0);
        a.program_path = strdup("not a property");
        assert_true(rule_identical(&a, &b));
        if (i < RULE_TEXT_COUNT)
            assert_int_equal(rule_set_text(&b, (enum rule_text)i, "x"), 0);
        else if (i < RULE_TEXT_COUNT + 8)
            set_number(&b, i - RULE_TEXT_COUNT);
        else
            b.interfaces = cJSON_Parse("[\"Ethernet\"]");
        if (rule_identical(&a, &b) || rule_identical(&b, &a))
            fail_msg("property %d does not count", i);
        rule_release(&b);
        rule_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans),
        cmocka_unit_test(test_identical),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
