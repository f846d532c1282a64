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

#include "payload/firewall/rule_group.h"
#include "payload/settings/settings.h"
#include "tests/unit/alloc_door.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))
#define RULES_MAX 8

static const struct {
    const char *grouping;
    bool wmi;
} groupings[] = {
    {"@FirewallAPI.dll,-34251", true},
    {"@firewallapi.dll,-34251", true},
    {"@%SystemRoot%\\system32\\firewallapi.dll,-34251", true},
    {"@C:\\WINDOWS\\System32\\FirewallAPI.DLL,-34251", true},
    {"@%systemroot%/system32/firewallapi.dll,-34251", true},
    {"@FirewallAPI.dll,-342510", false},
    {"@FirewallAPI.dll,-34252", false},
    {"@FirewallAPI.dll,-134251", false},
    {"@myfirewallapi.dll,-34251", false},
    {"firewallapi.dll,-34251", false},
    {"Windows Management Instrumentation (WMI)", false},
    {"wmifleet", false},
    {"", false},
};

static void test_groupings(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(groupings); i++) {
        if (rule_group_is_wmi(groupings[i].grouping) != groupings[i].wmi)
            fail_msg("[%s]", groupings[i].grouping);
    }
}

/*
 * A group in a few letters: one word a rule. The first letter is the kind
 * (i inbound, s the same for the local subnet, o outbound, b blocking), the
 * next ones the profiles (D domain, R private, U public), and a final +
 * means enabled. "iDRU+ sRU" is two rules.
 */
struct group {
    struct rule rules[RULES_MAX];
    struct rule_list list;
};

static void parse_word(struct rule *rule, const char *word, size_t len)
{
    rule->direction = word[0] == 'o' ? RULE_OUT : RULE_IN;
    rule->action = word[0] == 'b' ? RULE_ACTION_BLOCK : RULE_ACTION_ALLOW;
    rule->protocol = RULE_PROTOCOL_TCP;
    if (word[0] == 's')
        assert_int_equal(
            rule_set_text(rule, RULE_REMOTE_ADDRESSES, "LocalSubnet"), 0);
    for (size_t i = 1; i < len; i++) {
        rule->profiles |= word[i] == 'D'   ? (long)SETTINGS_PROFILE_DOMAIN
                          : word[i] == 'R' ? (long)SETTINGS_PROFILE_PRIVATE
                          : word[i] == 'U' ? (long)SETTINGS_PROFILE_PUBLIC
                                           : 0;
        rule->enabled |= word[i] == '+';
    }
    if (rule->profiles == (long)SETTINGS_PROFILE_ALL)
        rule->profiles = RULE_PROFILES_ALL;
}

static void make_group(struct group *group, const char *text)
{
    memset(group, 0, sizeof *group);
    group->list.items = group->rules;
    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        assert_true(group->list.count < RULES_MAX);
        parse_word(&group->rules[group->list.count++], text, len);
        text += len + strspn(text + len, " ");
    }
}

static void release_group(struct group *group)
{
    for (size_t i = 0; i < group->list.count; i++)
        rule_release(&group->rules[i]);
}

#define D SETTINGS_PROFILE_DOMAIN
#define R SETTINGS_PROFILE_PRIVATE
#define U SETTINGS_PROFILE_PUBLIC

static const struct {
    const char *group;
    bool enabled;
    unsigned profiles;
    bool agrees;
} agreements[] = {
    /* a client */
    {"iD sRU oD", true, D | R | U, false},
    {"iD+ sRU+ oD+", true, D | R | U, true},
    {"iD+ sRU+ oD", true, D | R | U, false},
    {"iD+ sRU", true, D, true},
    {"iD+ sRU+", true, D, false},
    {"iD+ sRU", true, D | R, false},
    {"iD+ sRU+", true, D | R, false},
    {"iD+ sR+ sU", true, D | R, true},
    {"iD+ sR+ sU+", true, D | R, false},
    {"iD sRU+", true, R, false},
    {"iD sRU+", true, R | U, true},
    /* a server */
    {"iDRU", true, D | R | U, false},
    {"iDRU+", true, D | R | U, true},
    {"iDRU+", true, D, false},
    {"iDRU", true, D, false},
    {"iD+ iRU", true, D, true},
    {"iD+ iDRU", true, D, true},
    /* to be closed */
    {"iD sRU", false, D | R | U, true},
    {"iD+ sRU", false, D | R | U, false},
    {"iD+ sRU", false, R | U, true},
    {"iD+ sRU+", false, U, false},
    {"iD+ sR+ sU", false, U, true},
    {"", false, D, true},
    /* what blocks opens nothing */
    {"iDRU bDRU+", false, D | R | U, true},
    {"iDRU+ bDRU", true, D | R | U, true},
};

static void test_agreement(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(agreements); i++) {
        struct group group;
        make_group(&group, agreements[i].group);
        if (rule_group_agrees(&group.list, agreements[i].enabled,
                              agreements[i].profiles) != agreements[i].agrees)
            fail_msg("[%s] enabled %d in %u", agreements[i].group,
                     agreements[i].enabled, agreements[i].profiles);
        release_group(&group);
    }
}

static const struct {
    const char *before;
    const char *after;
    bool enabled;
    unsigned profiles;
    enum group_effect effect;
} effects[] = {
    {"iD sRU", "iD+ sRU+", true, D | R | U, GROUP_EXACT},
    {"iD sRU", "iD+ sRU", true, D | R | U, GROUP_SHORT},
    {"iD sRU", "iD sRU", true, D, GROUP_SHORT},
    /* whole: Public was not asked for */
    {"iD sRU", "iD sRU+", true, R, GROUP_BEYOND},
    {"iD sRU", "iD+ sRU+", true, D | R, GROUP_BEYOND},
    /* split */
    {"iD sRU", "iD sR+ sU", true, R, GROUP_EXACT},
    {"iD sRU", "iD+ sR+ sU", true, D | R, GROUP_EXACT},
    /* the public half stayed open: nothing new, but not done */
    {"iD sRU+", "iD sRU+", true, R, GROUP_SHORT},
    {"iD sRU+", "iD sR+ sU", true, R, GROUP_EXACT},
    /* closing */
    {"iD+ sRU+", "iD+ sRU", false, R | U, GROUP_EXACT},
    {"iD+ sRU+", "iD+ sRU", false, U, GROUP_BEYOND},
    {"iD+ sRU+", "iD+ sR+ sU", false, U, GROUP_EXACT},
    {"iD+ sRU+", "iD+ sRU+", false, U, GROUP_SHORT},
    {"iDRU+", "iDRU", false, D, GROUP_BEYOND},
    {"iD sRU+", "iD+ sRU", false, R | U, GROUP_BEYOND},
    /* a rule of another kind came up */
    {"iD", "iD+ oD+", true, D, GROUP_BEYOND},
    /* a blocking rule was switched */
    {"iD bD", "iD+ bD+", true, D, GROUP_BEYOND},
    {"iD+ bD+", "iD bD", false, D, GROUP_BEYOND},
    {"iD+ bD+", "iD bD+", false, D, GROUP_EXACT},
};

static void test_effects(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(effects); i++) {
        struct group before;
        struct group after;
        make_group(&before, effects[i].before);
        make_group(&after, effects[i].after);
        if (rule_group_effect(&before.list, &after.list, effects[i].enabled,
                              effects[i].profiles) != effects[i].effect)
            fail_msg("[%s] to [%s], enabled %d in %u", effects[i].before,
                     effects[i].after, effects[i].enabled, effects[i].profiles);
        release_group(&after);
        release_group(&before);
    }
}

static const struct {
    const char *group;
    unsigned served;
    unsigned open;
    unsigned straddled; /* when asked for Private */
    unsigned blocked;
} profiles[] = {
    {"", 0, 0, 0, 0},
    {"iD sRU+", D | R | U, R | U, 1, 0},
    {"iD+ sR sU", D | R | U, D, 0, 0},
    {"iDRU bU+", D | R | U, 0, 1, U},
    {"bDRU", 0, 0, 0, D | R | U},
};

static void test_profiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
        struct group group;
        unsigned blocked = 0;
        make_group(&group, profiles[i].group);
        assert_int_equal(rule_group_served(&group.list), profiles[i].served);
        assert_int_equal(rule_group_open(&group.list), profiles[i].open);
        assert_int_equal(rule_group_straddles(&group.list, R),
                         profiles[i].straddled);
        for (unsigned bit = D; bit <= U; bit <<= 1)
            blocked |= rule_group_blocker(&group.list, bit) != NULL ? bit : 0;
        assert_int_equal(blocked, profiles[i].blocked);
        release_group(&group);
    }
}

static void test_reach(void **state)
{
    (void)state;
    struct group group;
    make_group(&group, "iD sRU oRU");
    assert_true(rule_group_reaches(&group.list, D, "10.9.9.9"));
    assert_false(rule_group_reaches(&group.list, R, "10.9.9.9"));
    assert_true(rule_group_reaches(&group.list, D | R, "10.9.9.9"));
    assert_int_equal(rule_set_text(&group.rules[1], RULE_REMOTE_ADDRESSES,
                                   "LocalSubnet,10.9.0.0/16"),
                     0);
    assert_true(rule_group_reaches(&group.list, R, "10.9.9.9"));
    assert_false(rule_group_reaches(&group.list, R, "10.8.9.9"));
    release_group(&group);
    make_group(&group, "oRU");
    assert_true(rule_group_reaches(&group.list, R, "10.9.9.9"));
    release_group(&group);
}

static void name_rules(struct group *group, const char *const *names)
{
    for (size_t i = 0; i < group->list.count; i++) {
        struct rule *rule = &group->rules[i];
        assert_int_equal(rule_set_text(rule, RULE_NAME, names[i]), 0);
        assert_int_equal(rule_set_text(rule, RULE_DESCRIPTION, names[i]), 0);
    }
}

static const char *const german[] = {"ein", "Unternetz", "aus"};
static const char *const english[] = {"in", "subnet", "subnet", "mine", "in"};

/* Split meanwhile, one came, one went: each has the name of its kind. */
static void test_undo_in_another_language(void **state)
{
    (void)state;
    struct group told;
    struct group now;
    size_t n = 1;
    make_group(&told, "iD sRU oDRU");
    name_rules(&told, german);
    do {
        make_group(&now, "iD+ sR+ sU bD iR");
        name_rules(&now, english);
        alloc_door_shut(n++, false);
        int status = rule_group_take_names(&now.list, &told.list);
        bool refused = alloc_door_open();
        assert_int_equal(status, refused ? -1 : 0);
        if (!refused)
            break;
        release_group(&now);
    } while (n < 100);
    static const char *const taken[] = {"ein", "Unternetz", "Unternetz", "mine",
                                        "ein"};
    assert_int_equal(now.list.count, ARRAY_LEN(taken));
    for (size_t i = 0; i < now.list.count; i++) {
        assert_string_equal(rule_text(&now.rules[i], RULE_NAME), taken[i]);
        assert_string_equal(rule_text(&now.rules[i], RULE_DESCRIPTION),
                            taken[i]);
    }
    assert_true(now.rules[1].enabled);
    release_group(&now);
    release_group(&told);
}

/* A kind of several names is told apart by them where they still stand. */
static void test_names_that_still_stand_are_kept(void **state)
{
    (void)state;
    static const char *const two[] = {"a", "b"};
    struct group told;
    struct group now;
    make_group(&told, "iD iR");
    name_rules(&told, two);
    make_group(&now, "iD+ iR+");
    name_rules(&now, two);
    assert_int_equal(rule_group_take_names(&now.list, &told.list), 0);
    assert_string_equal(rule_text(&now.rules[0], RULE_NAME), "a");
    assert_string_equal(rule_text(&now.rules[1], RULE_NAME), "b");
    release_group(&now);
    release_group(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groupings),
        cmocka_unit_test(test_agreement),
        cmocka_unit_test(test_effects),
        cmocka_unit_test(test_profiles),
        cmocka_unit_test(test_reach),
        cmocka_unit_test(test_undo_in_another_language),
        cmocka_unit_test(test_names_that_still_stand_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
