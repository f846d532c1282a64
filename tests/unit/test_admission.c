/* SPDX-License-Identifier: MIT */
/* Whom an inventory lets in: firewall settings against an address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "verify/admission.h"

#define US "10.9.0.4"
#define PRIVATE SETTINGS_PROFILE_PRIVATE
#define PUBLIC SETTINGS_PROFILE_PUBLIC

/* A rule with these remote addresses, and more members. */
#define RULE(name, more) "{\"name\": \"" name "\"" more "}"
#define FROM(addresses) ", \"remote_addresses\": [" addresses "]"
#define DOMAIN_ONLY ", \"profiles\": [\"domain\"]"
#define RULES(rules) "{\"firewall\": {\"rules\": [" rules "]}}"
#define GROUP(members) "{\"firewall\": {\"wmi_group\": {" members "}}}"

static const struct row {
    const char *wmi;
    unsigned profiles;
    enum admits rpc, wmi_port;
} rows[] = {
    {"{\"dcom\": {\"enabled\": true}}", 0, ADMITS_UNSAID, ADMITS_UNSAID},
    {GROUP("\"enabled\": true"), 0, ADMITS_YES, ADMITS_YES},
    {GROUP("\"enabled\": false"), 0, ADMITS_NO, ADMITS_NO},
    {GROUP("\"enabled\": true, \"profiles\": [\"private\"]"), 0, ADMITS_UNSAID,
     ADMITS_UNSAID},
    {GROUP("\"enabled\": true, \"profiles\": [\"private\"]"), PRIVATE,
     ADMITS_YES, ADMITS_YES},
    {GROUP("\"enabled\": true, \"profiles\": [\"private\"]"), PUBLIC, ADMITS_NO,
     ADMITS_NO},
    {GROUP("\"enabled\": true, \"profiles\": [\"private\"]"), PUBLIC | PRIVATE,
     ADMITS_UNSAID, ADMITS_UNSAID},
    {GROUP("\"enabled\": false, \"profiles\": [\"public\"]"), PUBLIC, ADMITS_NO,
     ADMITS_NO},
    {GROUP("\"enabled\": false, \"profiles\": [\"public\"]"), PRIVATE,
     ADMITS_UNSAID, ADMITS_UNSAID},
    {RULES(RULE("DCOM", "") "," RULE("WMI", "")), 0, ADMITS_YES, ADMITS_YES},
    {RULES(RULE("DCOM", FROM("\"10.9.0.4\"")) "," RULE("WMI",
                                                       FROM("\"10.9.0.5\""))),
     0, ADMITS_YES, ADMITS_NO},
    {RULES(RULE("DCOM", FROM("\"10.9.0.0/24\"")) "," RULE(
         "WMI", FROM("\"10.9.0.1-10.9.0.9\""))),
     0, ADMITS_YES, ADMITS_YES},
    {RULES(RULE("DCOM", FROM("\"192.0.2.1\", \"10.9.1.0/24\""))), 0, ADMITS_NO,
     ADMITS_UNSAID},
    {RULES(RULE("DCOM", FROM("\"LocalSubnet\""))), 0, ADMITS_UNSAID,
     ADMITS_UNSAID},
    {RULES(RULE("DCOM", FROM("\"controller\"")) "," RULE(
         "WMI", FROM("\"controller\""))),
     0, ADMITS_YES, ADMITS_YES},
    {RULES(RULE("DCOM", ", \"state\": \"absent\"")), 0, ADMITS_NO,
     ADMITS_UNSAID},
    {RULES(RULE("UnsecApp", "") "," RULE("WMI_OUT", "")), 0, ADMITS_UNSAID,
     ADMITS_UNSAID},
    /* Any of several, and own rules by what they are about. */
    {RULES(RULE("DCOM", FROM("\"192.0.2.1\"")) "," RULE(
         "mine", FROM("\"10.9.0.4\"") ", \"direction\": \"in\", \"protocol\": "
                                      "\"tcp\", \"local_ports\": \"130-140\"")),
     0, ADMITS_YES, ADMITS_UNSAID},
    {RULES(RULE("mine", FROM("\"192.0.2.1\"") ", \"direction\": \"in\", "
                                              "\"protocol\": \"tcp\", "
                                              "\"local_ports\": \"24158\"")),
     0, ADMITS_UNSAID, ADMITS_NO},
    {RULES(RULE("mine", ", \"direction\": \"in\", \"protocol\": \"udp\", "
                        "\"local_ports\": \"135\"")),
     0, ADMITS_UNSAID, ADMITS_UNSAID},
    {RULES(RULE("mine", ", \"direction\": \"out\", \"protocol\": \"tcp\", "
                        "\"local_ports\": \"135\"")),
     0, ADMITS_UNSAID, ADMITS_UNSAID},
    {RULES(RULE("mine", ", \"direction\": \"in\", \"protocol\": \"tcp\", "
                        "\"program\": \"C:\\\\Mon\\\\mon.exe\"")),
     0, ADMITS_UNSAID, ADMITS_UNSAID},
    /* A rule holds in its own profiles only. */
    {RULES(RULE("DCOM", DOMAIN_ONLY)), PUBLIC, ADMITS_NO, ADMITS_UNSAID},
    {RULES(RULE("DCOM", DOMAIN_ONLY)), SETTINGS_PROFILE_DOMAIN, ADMITS_YES,
     ADMITS_UNSAID},
    {RULES(RULE("DCOM", DOMAIN_ONLY)), SETTINGS_PROFILE_DOMAIN | PUBLIC,
     ADMITS_UNSAID, ADMITS_UNSAID},
    {RULES(RULE("DCOM", DOMAIN_ONLY)), 0, ADMITS_UNSAID, ADMITS_UNSAID},
    {RULES(RULE("DCOM", DOMAIN_ONLY FROM("\"192.0.2.1\""))), 0, ADMITS_NO,
     ADMITS_UNSAID},
    {RULES(RULE("DCOM", DOMAIN_ONLY) "," RULE(
         "mine", ", \"direction\": \"in\", \"protocol\": \"tcp\", "
                 "\"local_ports\": \"135\", \"profiles\": [\"public\"]")),
     PUBLIC, ADMITS_YES, ADMITS_UNSAID},
    /* Group and rules: whichever lets in. */
    {"{\"firewall\": {\"wmi_group\": {\"enabled\": true}, \"rules\": [" RULE(
         "DCOM", FROM("\"192.0.2.1\"")) "]}}",
     0, ADMITS_YES, ADMITS_YES},
    {"{\"firewall\": {\"wmi_group\": {\"enabled\": false}, \"rules\": [" RULE(
         "DCOM", FROM("\"10.9.0.4\"")) "]}}",
     0, ADMITS_YES, ADMITS_NO},
};

static int read_of(const char *text, const struct prober *prober,
                   unsigned profiles, enum expectation expectation,
                   struct admission *admission)
{
    struct err err;
    struct problems problems;
    struct settings settings;
    cJSON *wmi = json_parse("wmi", text, strlen(text), &err);
    assert_non_null(wmi);
    problems_init(&problems);
    if (settings_read(&settings, wmi, NULL, &problems))
        fail_msg("%s: %s", text, problems.items[0].text);
    int failed = admission_read(admission, &settings, prober, profiles, 24158,
                                expectation);
    settings_release(&settings);
    problems_release(&problems);
    cJSON_Delete(wmi);
    return failed;
}

/* Asked by US, as the machine has seen it too. */
static int read_row(const char *text, unsigned profiles,
                    enum expectation expectation, struct admission *admission)
{
    const struct prober us = {US, US};
    return read_of(text, &us, profiles, expectation, admission);
}

static void test_whom_the_inventory_admits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct admission admission;
        assert_int_equal(read_row(rows[i].wmi, rows[i].profiles,
                                  EXPECT_INVENTORY, &admission),
                         0);
        if (admission.rpc != rows[i].rpc || admission.wmi != rows[i].wmi_port)
            fail_msg("%s: %d %d", rows[i].wmi, admission.rpc, admission.wmi);
        assert_false(admission.by_option);
    }
}

static void test_an_option_overrides(void **state)
{
    (void)state;
    struct admission admission;
    read_row(GROUP("\"enabled\": false"), 0, EXPECT_OPEN, &admission);
    assert_int_equal(admission.rpc, ADMITS_YES);
    assert_int_equal(admission.wmi, ADMITS_YES);
    assert_true(admission.by_option);
    read_row(GROUP("\"enabled\": true"), 0, EXPECT_CLOSED, &admission);
    assert_int_equal(admission.rpc, ADMITS_NO);
    assert_int_equal(admission.wmi, ADMITS_NO);
}

static void test_the_local_subnet_of_the_group(void **state)
{
    (void)state;
    struct admission admission;
    read_row(GROUP("\"enabled\": true"), 0, EXPECT_INVENTORY, &admission);
    assert_true(admission.by_group);
    read_row(RULES(RULE("DCOM", "")), 0, EXPECT_INVENTORY, &admission);
    assert_false(admission.by_group);
}

static void test_nothing_asked(void **state)
{
    (void)state;
    struct admission admission;
    assert_int_equal(admission_read(&admission, NULL,
                                    &(struct prober){US, NULL}, 0, 0,
                                    EXPECT_INVENTORY),
                     0);
    assert_int_equal(admission.rpc, ADMITS_UNSAID);
    assert_int_equal(admission.doubt, DOUBT_NONE);
}

#define NARROW(address) RULES(RULE("DCOM", FROM("\"" address "\"")))

/* Behind address translation: the rules know another address of us. */
static void test_the_address_that_the_machine_sees(void **state)
{
    (void)state;
    static const struct {
        const char *wmi, *own, *seen;
        enum admits rpc;
        enum doubt doubt;
    } ways[] = {
        {NARROW("10.0.0.5"), "172.20.1.2", "10.0.0.5", ADMITS_UNSAID,
         DOUBT_SEEN},
        {NARROW("172.20.1.2"), "172.20.1.2", "10.0.0.5", ADMITS_UNSAID,
         DOUBT_SEEN},
        {NARROW("192.0.2.1"), "172.20.1.2", "10.0.0.5", ADMITS_NO, DOUBT_NONE},
        {NARROW("10.0.0.5"), "10.0.0.5", "10.0.0.5", ADMITS_YES, DOUBT_NONE},
        {NARROW("192.0.2.1"), "10.0.0.5", "10.0.0.5", ADMITS_NO, DOUBT_NONE},
        /* No check has told, and ours may be translated. */
        {NARROW("10.0.0.5"), "172.20.1.2", NULL, ADMITS_UNSAID, DOUBT_UNSEEN},
        {NARROW("10.0.0.5"), "100.64.0.1", NULL, ADMITS_UNSAID, DOUBT_UNSEEN},
        {NARROW("10.0.0.5"), "172.32.0.1", NULL, ADMITS_NO, DOUBT_NONE},
        {NARROW("10.0.0.5"), "127.0.0.1", NULL, ADMITS_NO, DOUBT_NONE},
        {NARROW("172.20.1.2"), "172.20.1.2", NULL, ADMITS_YES, DOUBT_NONE},
        {NARROW("controller"), "172.20.1.2", NULL, ADMITS_YES, DOUBT_NONE},
        {GROUP("\"enabled\": false"), "172.20.1.2", NULL, ADMITS_NO,
         DOUBT_NONE},
        {NARROW("2001:db8::5"), "fd00::2", NULL, ADMITS_UNSAID, DOUBT_UNSEEN},
        {NARROW("2001:db8::5"), "2001:db8::6", NULL, ADMITS_NO, DOUBT_NONE},
        /* One of the other family, or none, says nothing. */
        {NARROW("10.0.0.5"), "192.0.2.7", "2001:db8::1", ADMITS_NO, DOUBT_NONE},
        {NARROW("10.0.0.5"), "192.0.2.7", "10.0.0.0/8", ADMITS_NO, DOUBT_NONE},
        {NARROW("10.0.0.5"), "192.0.2.7", "everywhere", ADMITS_NO, DOUBT_NONE},
        {NARROW("10.0.0.5"), "", "10.0.0.5", ADMITS_YES, DOUBT_NONE},
        {NARROW("10.0.0.5"), "", NULL, ADMITS_UNSAID, DOUBT_NONE},
        {NARROW("10.0.0.5"), NULL, NULL, ADMITS_UNSAID, DOUBT_NONE},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const struct prober us = {ways[i].own, ways[i].seen};
        struct admission admission;
        assert_int_equal(
            read_of(ways[i].wmi, &us, 0, EXPECT_INVENTORY, &admission), 0);
        if (admission.rpc != ways[i].rpc || admission.doubt != ways[i].doubt)
            fail_msg("%zu: %s: %d, doubt %d", i, ways[i].wmi, admission.rpc,
                     admission.doubt);
        read_of(ways[i].wmi, &us, 0, EXPECT_CLOSED, &admission);
        assert_int_equal(admission.rpc, ADMITS_NO);
        assert_int_equal(admission.doubt, DOUBT_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whom_the_inventory_admits),
        cmocka_unit_test(test_an_option_overrides),
        cmocka_unit_test(test_the_local_subnet_of_the_group),
        cmocka_unit_test(test_nothing_asked),
        cmocka_unit_test(test_the_address_that_the_machine_sees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
