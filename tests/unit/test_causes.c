/* SPDX-License-Identifier: MIT */
/* What a code's causes say of a host, each where it speaks and where not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "judgement/causes.h"
#include "payload/win32/errors.h"

#define GROUP(address)                                                         \
    "{\"id\":\"firewall.wmi_group\",\"state\":\"ok\",\"after\":["              \
    "{\"enabled\":true,\"action\":\"allow\",\"direction\":\"in\",\"service\":" \
    "\"rpcss\",\"profiles\":[\"private\",\"public\"],\"remote_addresses\":"    \
    "\"" address "\"},{\"enabled\":true,\"action\":\"allow\",\"direction\":"   \
    "\"in\",\"service\":\"winmgmt\",\"profiles\":\"all\","                     \
    "\"remote_addresses\":\"" address "\"}]}"
#define PUBLIC "\"firewall\":{\"current_profiles\":[\"public\"]}"

#define SUBNETS                                                                \
    "\"subnets\":[\"127.0.0.1/8\",\"10.9.0.7/24\",\"fe80:0:0:0:0:0:0:7/64\"]"
#define ADMIN(name, rid, local)                                                \
    "\"accounts\":[{\"account\":\"" name "\",\"sid\":\"S-1-5-21-1-2-3-" rid    \
    "\",\"local\":" local ",\"groups\":[\"S-1-5-32-544\"]}]"

static const struct {
    unsigned long code;
    const char *facts, *settings, *from;
    const char *cause; /* of causes_best */
    const char *why;   /* "" : no fact tells */
} cases[] = {
    /* Whether it comes from there is not known: no reason to blame it. */
    {0x800706BA, "{" PUBLIC "}", "[" GROUP("LocalSubnet") "]", "10.9.0.4",
     "TCP 135", ""},
    {0x800706BA, "{" PUBLIC "}", "[" GROUP("LocalSubnet") "]", NULL, "TCP 135",
     ""},
    {0x800706BA, "{" PUBLIC "," SUBNETS "}", "[" GROUP("LocalSubnet") "]",
     "10.8.0.4", "TCP 135",
     "the rules for TCP 135 there (public) admit LocalSubnet only, and this "
     "comes from 10.8.0.4"},
    {0x800706BA, "{" PUBLIC "," SUBNETS "}",
     "[" GROUP("LocalSubnet,10.7.0.0/16") "]", "10.8.0.4", "TCP 135",
     "admit LocalSubnet and other addresses only"},
    {0x800706BA, "{" PUBLIC "," SUBNETS "}", "[" GROUP("LocalSubnet") "]",
     "10.9.0.4", "the target is off", ""},
    {0x800706BA, "{" PUBLIC "," SUBNETS "}", "[" GROUP("LocalSubnet") "]",
     "fe80::2", "the target is off", ""},
    {0x800706BA, "{" PUBLIC "," SUBNETS "}", "[" GROUP("LocalSubnet,DNS") "]",
     "10.8.0.4", "TCP 135", ""},
    {0x800706BA, "{" PUBLIC "," SUBNETS "}", "[" GROUP("DNS") "]", "10.9.0.4",
     "TCP 135", ""},
    {0x800706BA, "{" PUBLIC ",\"subnets\":[7,[]]}",
     "[" GROUP("LocalSubnet") "]", "10.8.0.4", "TCP 135", ""},
    {0x800706BA,
     "{" PUBLIC ",\"winmgmt\":{\"state\":\"stopped\",\"start\":\"manual\"}}",
     "[" GROUP("LocalSubnet") "]", "10.9.0.4", "the WMI service does not run",
     "stopped there, start manual"},
    {0x800706BA, "{" PUBLIC "}", "[" GROUP("10.9.0.4/255.255.255.255") "]",
     "10.9.0.4", "the target is off", ""},
    {0x800706BA, "{" PUBLIC "}", "[" GROUP("10.9.0.0/16") "]", "10.8.0.4",
     "TCP 135", "other addresses only"},
    {0x800706BA, "{" PUBLIC "}", "[" GROUP("*") "]", "10.9.0.4",
     "the target is off", ""},
    {0x800706BA, "{\"firewall\":{\"current_profiles\":[\"domain\"]}}",
     "[" GROUP("*") "]", "10.9.0.4", "TCP 135",
     "no enabled rule there admits TCP 135 (domain)"},
    {0x800706BA,
     "{\"firewall\":{\"current_profiles\":[\"public\"],\"profiles\":{"
     "\"public\":{\"block_all_inbound\":true}}}}",
     "[" GROUP("*") "]", NULL, "puts the rules out of force",
     "the profile public blocks all"},
    {0x800706BA,
     "{\"firewall\":{\"current_profiles\":[\"public\"],\"profiles\":{"
     "\"public\":{\"local_rules\":false}}}}",
     "[" GROUP("*") "]", NULL, "puts the rules out of force",
     "a policy ignores local rules"},
    {0x800706BA, "{\"policy\":{\"restrict_remote_clients\":2}}", NULL, NULL,
     "Restrict Unauthenticated", "the policy is 2 there"},
    {0x800706BA, "{\"winmgmt\":{\"state\":\"stopped\",\"start\":\"disabled\"}}",
     NULL, NULL, "the WMI service does not run",
     "stopped there, start disabled"},
    {0x800706BA, NULL, NULL, NULL, "TCP 135", ""},
    {0x80041015, "{" PUBLIC "}", "[" GROUP("10.8.0.0/16") "]", "10.9.0.4",
     "TCP 135", "other addresses only"},
    {0x80070005, "{\"policy\":{}," ADMIN("reader", "1001", "true") "}", NULL,
     NULL, "UAC takes away", "reader is an administrator there"},
    /* A domain's administrator is not filtered. */
    {0x80070005, "{\"policy\":{}," ADMIN("reader", "1001", "false") "}", NULL,
     NULL, "launch or activation", ""},
    {0x80070005,
     "{\"policy\":{\"enable_lua\":0}," ADMIN("reader", "1001", "true") "}",
     NULL, NULL, "launch or activation", ""},
    {0x80070005,
     "{\"enable_dcom\":\"Y\",\"policy\":{}," ADMIN("root", "500", "true") "}",
     "[{\"id\":\"dcom.permissions[root]\",\"state\":\"ok\"}]", NULL,
     "user name or password", ""},
    {0x80070005,
     "{\"policy\":{\"filter_administrator_token\":1}," ADMIN("root", "500",
                                                             "true") "}",
     NULL, NULL, "UAC takes away", "root is an administrator there"},
    {0x80070005,
     "{\"policy\":{\"filter_administrator_token\":1,"
     "\"local_account_token_filter_policy\":1}," ADMIN("root", "500",
                                                       "true") "}",
     NULL, NULL, "launch or activation", ""},
    {0x80070005,
     "{\"policy\":{},\"accounts\":[{\"account\":\"reader\",\"groups\":[\"S-1-5-"
     "32-545\"]}]}",
     NULL, NULL, "launch or activation", "no member of Distributed COM Users"},
    {0x80070005, "{\"enable_dcom\":\"N\"}", NULL, NULL, "DCOM is switched off",
     "EnableDCOM is N there"},
    {0x80070005, "{\"logon_rights\":{\"deny_network\":[\"S-1-5-113\"]}}", NULL,
     NULL, "log on over the network", "every local account is denied there"},
    {0x80070005,
     "{\"logon_rights\":{\"deny_network\":[\"S-1-5-32-546\"]},\"accounts\":[{"
     "\"account\":\"reader\",\"groups\":[\"S-1-5-32-562\"]}]}",
     NULL, NULL, "launch or activation", ""},
    {0x80070569,
     "{\"logon_rights\":{\"deny_network\":[\"S-1-5-32-546\"]},\"accounts\":[{"
     "\"account\":\"reader\",\"groups\":[\"S-1-5-32-546\"]}]}",
     NULL, NULL, "log on over the network", "reader is denied there"},
    {0x8007052E, "{\"policy\":{\"forceguest\":1}}", NULL, NULL, "as Guest",
     "forceguest is 1 there"},
    {0x8007052E, "{\"policy\":{\"forceguest\":0}}", NULL, NULL, "password", ""},
    {0x8007052E, "{\"policy\":{\"restrict_receiving_ntlm\":2}}", NULL, NULL,
     "NTLM", "RestrictReceivingNTLMTraffic is 2 there"},
    {0x8007052F, "{\"policy\":{\"limit_blank_password_use\":1}}", NULL, NULL,
     "blank password", "LimitBlankPasswordUse is 1 there"},
    {0x80041003, NULL,
     "[{\"id\":\"namespaces[root\\\\cimv2].grants[r]\",\"state\":\"drift\"}]",
     NULL, "Remote Enable", "namespaces is not as asked there"},
    {0x80041003,
     "{\"namespaces\":[{\"path\":\"root\\\\cimv2\",\"requires_encryption\":"
     "true}]}",
     "[{\"id\":\"namespaces[root\\\\cimv2].grants[r]\",\"state\":\"ok\"}]",
     NULL, "encrypted", "root\\cimv2 requires it there"},
    {0x80041087,
     "{\"namespaces\":[{\"path\":\"root\\\\cimv2\",\"requires_encryption\":"
     "false}]}",
     NULL, NULL, NULL, ""},
    {0x8001011B, "{\"joined\":{\"kind\":\"workgroup\"},\"policy\":{}}", NULL,
     NULL, "callback", "anonymous callbacks are not allowed there"},
    {0x8001011B,
     "{\"joined\":{\"kind\":\"workgroup\"},\"policy\":{"
     "\"allow_anonymous_callback\":1}}",
     NULL, NULL, NULL, ""},
    {0x80010111, "{\"dcom_hardening\":{\"require_integrity\":0}}", NULL, NULL,
     "old Linux client", ""},
};

static void best_causes_follow_the_facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *facts = cases[i].facts ? cJSON_Parse(cases[i].facts) : NULL;
        cJSON *settings =
            cases[i].settings ? cJSON_Parse(cases[i].settings) : NULL;
        struct evidence evidence = {facts, settings, cases[i].from};
        char why[CAUSE_WHY_SIZE];
        assert_true(cases[i].facts == NULL || facts != NULL);
        assert_true(cases[i].settings == NULL || settings != NULL);
        const struct cause *best = causes_best(cases[i].code, &evidence, why);
        print_message("%zu: %s (%s)\n", i, best ? best->text : "-", why);
        if (cases[i].cause == NULL) {
            assert_null(best);
        } else {
            assert_non_null(best);
            assert_non_null(strstr(best->text, cases[i].cause));
        }
        assert_non_null(strstr(why, cases[i].why));
        assert_true((*why == '\0') == (*cases[i].why == '\0'));
        cJSON_Delete(facts);
        cJSON_Delete(settings);
    }
}

/* The rows of Microsoft's tables that the product promises to know. */
static void every_code_of_the_table_has_causes(void **state)
{
    static const unsigned long codes[] = {
        0x800706BA, 0x800706BE, 0x800706BF, 0x800706D9, 0x80070005, 0x8007052E,
        0x80070569, 0x8007052F, 0x80041003, 0x8004100E, 0x80041010, 0x80041015,
        0x80041062, 0x80041064, 0x80041087, 0x80041001, 0x80041006, 0x80041014,
        0x80010108, 0x80010111, 0x8001011B, 0x80004002, 0x80040154};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_non_null(causes_of(codes[i]));
        assert_non_null(error_name(codes[i]));
    }
    assert_int_equal(causes_code(1722), 0x800706BA);
    assert_int_equal(causes_code(1358), 0x8007054E);
    assert_int_equal(causes_code(0xA0040001), 0xA0040001);
    for (size_t at = 0; causes_known(at) != 0; at++)
        assert_non_null(causes_of(causes_known(at))[0]);
}

/* A result has passed its judge, but a fact may have any type. */
static void facts_of_other_types_tell_nothing(void **state)
{
    static const char *const bad[] = {
        "[]", "{\"policy\":7,\"accounts\":{\"a\":[1]},\"winmgmt\":\"x\"}",
        "{\"accounts\":[1,null,{\"account\":5,\"sid\":{},\"groups\":7}],"
        "\"policy\":{\"forceguest\":\"1\"},\"firewall\":{\"current_profiles\":"
        "[1,{}],\"profiles\":[]},\"namespaces\":[[],{\"path\":1}],"
        "\"logon_rights\":{\"deny_network\":[1,[]]},\"joined\":[],"
        "\"enable_dcom\":1}"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cJSON *facts = cJSON_Parse(bad[i]);
        cJSON *settings = cJSON_Parse(
            "[1,{\"id\":5},{\"id\":\"firewall.wmi_group\",\"after\":[1,{"
            "\"enabled\":true,\"action\":2}]},{\"id\":\"namespaces\"}]");
        assert_non_null(facts);
        assert_non_null(settings);
        struct evidence evidence = {facts, settings, "not an address"};
        for (size_t at = 0; causes_known(at) != 0; at++) {
            char why[CAUSE_WHY_SIZE];
            causes_best(causes_known(at), &evidence, why);
            assert_true(strlen(why) < sizeof why);
        }
        cJSON_Delete(facts);
        cJSON_Delete(settings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_causes_follow_the_facts),
        cmocka_unit_test(every_code_of_the_table_has_causes),
        cmocka_unit_test(facts_of_other_types_tell_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
