/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "judgement/fleet.h"

/* What was told, "b a;" a finding. */
struct told {
    char text[200];
    size_t findings;
};

static void note(struct fleet *fleet, const char *host, const char *sid,
                 int build)
{
    cJSON *facts = cJSON_CreateObject();
    cJSON *identity = cJSON_CreateObject();
    if (build > 0)
        cJSON_AddNumberToObject(facts, "build", build);
    cJSON_AddStringToObject(identity, "machine_sid", sid);
    assert_int_equal(fleet_note(fleet, host, facts, identity), 0);
    cJSON_Delete(facts);
    cJSON_Delete(identity);
}

static void tell(void *context, const char *name, const char *text,
                 char **hosts, size_t count)
{
    struct told *told = context;
    assert_string_equal(name, "one_machine_sid");
    assert_non_null(strstr(text, "sysprep"));
    for (size_t i = 0; i < count; i++) {
        strcat(told->text, hosts[i]);
        strcat(told->text, " ");
    }
    strcat(told->text, ";");
    told->findings++;
}

static struct told findings(struct fleet *fleet)
{
    struct told told = {.findings = 0};
    fleet_findings(fleet, tell, &told);
    fleet_release(fleet);
    return told;
}

static void test_one_sid_is_told_once(void **state)
{
    struct fleet fleet = {NULL, 0, 0};
    (void)state;
    note(&fleet, "b", "S-1-5-21-1-2-3", 26100);
    note(&fleet, "c", "S-1-5-21-1-2-4", 26100);
    note(&fleet, "a", "S-1-5-21-1-2-3", 19045);
    note(&fleet, "d", "S-1-5-21-9-9-9", 26200);
    note(&fleet, "e", "S-1-5-21-9-9-9", 26200);
    struct told told = findings(&fleet);
    assert_int_equal(told.findings, 2);
    assert_string_equal(told.text, "a b ;d e ;");
}

static void test_older_machines_do_not_mind(void **state)
{
    struct fleet fleet = {NULL, 0, 0};
    (void)state;
    note(&fleet, "a", "S-1-5-21-1-2-3", 19045);
    note(&fleet, "b", "S-1-5-21-1-2-3", 26099);
    assert_int_equal(findings(&fleet).findings, 0);
}

static void test_what_is_not_known_is_left_out(void **state)
{
    struct fleet fleet = {NULL, 0, 0};
    (void)state;
    note(&fleet, "a", "S-1-5-21-1-2-3", 26100);
    note(&fleet, "b", "S-1-5-21-1-2-3-500", 26100);
    note(&fleet, "c", "S-1-5-21-1-2", 26100);
    note(&fleet, "d", "S-1-5-21-1-2-3", 0);
    note(&fleet, "e", "", 26100);
    assert_int_equal(fleet_note(&fleet, "f", NULL, NULL), 0);
    assert_int_equal(fleet.count, 1);
    assert_int_equal(findings(&fleet).findings, 0);
}

static void test_many_hosts(void **state)
{
    struct fleet fleet = {NULL, 0, 0};
    char host[16];
    (void)state;
    for (int i = 0; i < 1000; i++) {
        char sid[64];
        snprintf(host, sizeof host, "h%d", i);
        snprintf(sid, sizeof sid, "S-1-5-21-%d-0-4294967295", i % 999);
        note(&fleet, host, sid, 26100);
    }
    assert_string_equal(findings(&fleet).text, "h0 h999 ;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_sid_is_told_once),
        cmocka_unit_test(test_older_machines_do_not_mind),
        cmocka_unit_test(test_what_is_not_known_is_left_out),
        cmocka_unit_test(test_many_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
