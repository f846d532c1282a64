/* SPDX-License-Identifier: MIT */
/* Each judgement where it speaks, and where it is silent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "judgement/judgement.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

#define WORKGROUP "\"joined\":{\"kind\":\"workgroup\",\"name\":\"LAB\"}"
#define DOMAIN "\"joined\":{\"kind\":\"domain\",\"name\":\"CORP\"}"
#define PUBLIC "\"firewall\":{\"current_profiles\":[\"public\"]}"
/* A user of this machine, in these groups besides what everybody is. */
#define USER(name, rid, groups, more)                                          \
    "\"accounts\":[{\"account\":\"" name "\",\"name\":\"LAB-01\\\\" name       \
    "\",\"sid\":\"S-1-5-21-1-2-3-" rid                                         \
    "\",\"user\":true,\"local\":true,\"groups\":[\"S-1-1-0\",\"S-1-5-11\","    \
    "\"S-1-5-2\",\"S-1-5-113\"" groups "]" more "}]"
#define ADMIN_GROUPS ",\"S-1-5-32-544\",\"S-1-5-114\""
#define DCOM_GROUP ",\"S-1-5-32-562\""
#define GRANT(name)                                                            \
    "\"namespaces\":[{\"path\":\"root\\\\cimv2\",\"grants\":[{\"account\":"    \
    "\"" name "\",\"rights\":[\"enable_account\",\"remote_enable\"]}]}]"
#define GROUP(name)                                                            \
    "\"groups\":[{\"group\":\"distributed_com_users\",\"members\":"            \
    "[\"" name "\"]}]"
#define DOOR                                                                   \
    "\"firewall\":{\"rules\":[{\"name\":\"DCOM\"},{\"name\":\"WMI\","          \
    "\"profiles\":[\"domain\",\"public\"]}]}"

#define SET_DOOR                                                               \
    "{\"id\":\"firewall.rules[DCOM]\",\"state\":\"ok\",\"desired\":{"          \
    "\"state\":\"present\",\"direction\":\"in\",\"service\":\"rpcss\"}},"      \
    "{\"id\":\"firewall.rules[UnsecApp]\",\"state\":\"ok\",\"desired\":{"      \
    "\"state\":\"present\",\"direction\":\"in\"}}"
#define SET_GRANT(name, state)                                                 \
    "{\"id\":\"namespaces[root\\\\cimv2].grants[" name                         \
    "]\",\"state\":\"" state "\",\"desired\":{\"account\":\"" name             \
    "\",\"state\":\"present\"}}"

/* What hints stand with; nothing of it opens or names anybody. */
#define SET_NOTED                                                              \
    "{\"id\":\"firewall.wmi_group\",\"state\":\"ok\"},"                        \
    "{\"id\":\"firewall.rules[UnsecApp]\",\"state\":\"ok\",\"hints\":null},"   \
    "{\"id\":\"cimom.unsecapp_access_control_default\",\"state\":\"ok\"},"     \
    "{\"id\":\"uac.local_account_token_filter_policy\",\"state\":\"ok\"}"

static const struct row {
    const char *facts; /* members of the object */
    const char *wmi;
    const char *settings;  /* members of the list; NULL: SET_NOTED */
    const char *access;    /* NULL: not asked */
    const char *collector; /* likewise */
    const char *hint;      /* part of the one hint; NULL: there is none */
    const char *blocked;   /* id of the one setting; NULL: none is */
    const char *said;      /* part of its text */
} rows[] = {
    /* a machine from the factory: nothing */
    {"\"edition\":\"Professional\"," WORKGROUP "," PUBLIC
     ",\"policy\":{\"enable_lua\":1},\"enable_dcom\":\"Y\"",
     DOOR, SET_DOOR, NULL, NULL, NULL, NULL, NULL},
    /* Home */
    {"\"edition\":\"CoreSingleLanguage\"", DOOR, SET_DOOR, NULL, NULL, NULL,
     "firewall.rules[DCOM]", "Home edition"},
    {"\"edition\":\"Core\"", "\"dcom\":{\"enabled\":true}", NULL, NULL, NULL,
     "Home edition", NULL, NULL},
    {"\"edition\":\"EnterpriseCore\"", DOOR, SET_DOOR, NULL, NULL, NULL, NULL,
     NULL},
    /* another firewall */
    {"\"firewall\":{\"products\":[\"Wall\"]}", DOOR, SET_DOOR, NULL, NULL, NULL,
     "firewall.rules[DCOM]", "\"Wall\" filters"},
    {"\"firewall\":{\"products\":[]}", DOOR, SET_DOOR, NULL, NULL, NULL, NULL,
     NULL},
    /* RestrictRemoteClients: some clients get in all the same */
    {"\"policy\":{\"restrict_remote_clients\":2}", DOOR, SET_DOOR, NULL, NULL,
     "(RestrictRemoteClients = 2) refuses callers without a login; DCOM may "
     "not work",
     NULL, NULL},
    {"\"policy\":{\"restrict_remote_clients\":1}", DOOR, SET_DOOR, NULL, NULL,
     NULL, NULL, NULL},
    /* without a rule the grant is what fails */
    {"\"enable_dcom\":\"N\"", GRANT("r"), SET_GRANT("r", "drift"), NULL, NULL,
     NULL, "namespaces[root\\cimv2].grants[r]", "EnableDCOM"},
    /* a setting that failed by itself keeps its own reason */
    {"\"enable_dcom\":\"N\"", GRANT("r"), SET_GRANT("r", "failed"), NULL, NULL,
     "EnableDCOM", NULL, NULL},
    /* DCOM */
    {"\"enable_dcom\":\"N\"", DOOR, SET_DOOR, NULL, NULL, NULL,
     "firewall.rules[DCOM]", "EnableDCOM"},
    {"\"enable_dcom\":\"y\"", DOOR, SET_DOOR, NULL, NULL, NULL, NULL, NULL},
    {"\"enable_dcom\":\"N\"", DOOR ",\"dcom\":{\"enabled\":true}", SET_DOOR,
     NULL, NULL, NULL, NULL, NULL},
    {"\"dcom_protocols\":[\"ncacn_http\"]", DOOR, SET_DOOR, NULL, NULL, NULL,
     "firewall.rules[DCOM]", "does not speak TCP"},
    {"\"dcom_protocols\":[\"ncacn_ip_tcp\"]", DOOR, SET_DOOR, NULL, NULL, NULL,
     NULL, NULL},
    /* winmgmt */
    {"\"winmgmt\":{\"start\":\"disabled\"}", DOOR, SET_DOOR, NULL, NULL, NULL,
     "firewall.rules[DCOM]", "winmgmt is disabled"},
    {"\"winmgmt\":{\"start\":\"disabled\"}",
     DOOR ",\"services\":{\"winmgmt\":\"running\"}", SET_DOOR, NULL, NULL, NULL,
     NULL, NULL},
    {"\"winmgmt\":{\"start\":\"manual\"}", DOOR, SET_DOOR, NULL, NULL, NULL,
     NULL, NULL},
    /* the network's profile */
    {"\"firewall\":{\"current_profiles\":[\"public\"]}",
     "\"firewall\":{\"rules\":[{\"name\":\"WMI\",\"profiles\":[\"domain\"]}]}",
     NULL, NULL, NULL, "(profile public)", NULL, NULL},
    {"\"firewall\":{\"current_profiles\":[\"public\"]}", DOOR, NULL, NULL, NULL,
     NULL, NULL, NULL},
    /* the group beside rules */
    {PUBLIC,
     "\"firewall\":{\"wmi_group\":{\"enabled\":true},\"rules\":[{\"name\":"
     "\"WMI\",\"remote_addresses\":[\"10.0.0.5\"]}]}",
     NULL, NULL, NULL, "limit nothing", NULL, NULL},
    {PUBLIC,
     "\"firewall\":{\"wmi_group\":{\"enabled\":false},\"rules\":[{\"name\":"
     "\"WMI\",\"remote_addresses\":[\"10.0.0.5\"]}]}",
     NULL, NULL, NULL, NULL, NULL, NULL},
    /* the fixed port */
    {"\"winmgmt\":{\"ports\":[49670],\"own_process\":true}",
     "\"fixed_port\":{\"enabled\":true}",
     "{\"id\":\"fixed_port\",\"state\":\"ok\"}", NULL, NULL, NULL, "fixed_port",
     "on TCP 49670, not on 24158"},
    {"\"winmgmt\":{\"ports\":[49670],\"own_process\":false}",
     "\"fixed_port\":{\"enabled\":true}",
     "{\"id\":\"fixed_port\",\"state\":\"ok\"}", NULL, NULL, NULL, NULL, NULL},
    {"\"winmgmt\":{\"ports\":[],\"own_process\":true}",
     "\"fixed_port\":{\"enabled\":true}",
     "{\"id\":\"fixed_port\",\"state\":\"ok\"}", NULL, NULL, NULL, NULL, NULL},
    {"\"winmgmt\":{\"ports\":[135,24158],\"own_process\":true}",
     "\"fixed_port\":{\"enabled\":true}",
     "{\"id\":\"fixed_port\",\"state\":\"ok\"}", NULL, NULL, NULL, NULL, NULL},
    /* forceguest */
    {"\"policy\":{\"forceguest\":1}," USER("r", "1001", "", ""), GRANT("r"),
     SET_GRANT("r", "changed"), NULL, NULL, NULL,
     "namespaces[root\\cimv2].grants[r]", "becomes Guest"},
    {"\"policy\":{\"forceguest\":0}," USER("r", "1001", "", ""), GRANT("r"),
     SET_GRANT("r", "changed"), NULL, NULL, NULL, NULL, NULL},
    /* an account that is disabled; `account` says it of its own */
    {USER("r", "1001", "", ",\"enabled\":false"), GRANT("r"),
     SET_GRANT("r", "ok"), NULL, NULL, NULL,
     "namespaces[root\\cimv2].grants[r]", "is disabled"},
    {USER("r", "1001", "", ",\"enabled\":false"),
     GRANT("r") ",\"account\":{\"name\":\"r\"}", SET_GRANT("r", "ok"), NULL,
     NULL, NULL, NULL, NULL},
    /* rights to log on, of the account and of a group of it */
    {"\"logon_rights\":{\"deny_network\":[\"S-1-5-21-1-2-3-1001\"]}," USER(
         "r", "1001", "", ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL,
     "namespaces[root\\cimv2].grants[r]", "denies it to S-1-5-21-1-2-3-1001"},
    {"\"logon_rights\":{\"deny_network\":[\"S-1-5-113\"]}," USER("r", "1001",
                                                                 "", ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL,
     "namespaces[root\\cimv2].grants[r]", "S-1-5-113 (local accounts)"},
    {"\"logon_rights\":{\"deny_network\":[\"S-1-5-114\",\"S-1-5-32-546\"]}"
     "," USER("r", "1001", "", ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL, NULL, NULL},
    {"\"logon_rights\":{\"allow_network\":[\"S-1-5-32-544\"]}," USER(
         "r", "1001", "", ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL,
     "namespaces[root\\cimv2].grants[r]", "allows it to others only"},
    {"\"logon_rights\":{\"allow_network\":[\"S-1-1-0\"]}," USER("r", "1001", "",
                                                                ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL, NULL, NULL},
    /* NTLM */
    {"\"policy\":{\"restrict_receiving_ntlm\":2}," USER("r", "1001", "", ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL,
     "namespaces[root\\cimv2].grants[r]", "can only use NTLM"},
    {"\"policy\":{\"restrict_receiving_ntlm\":1}," USER("r", "1001", "", ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL, NULL, NULL},
    /* a blank password */
    {USER("r", "1001", "", ",\"password_required\":false"), GRANT("r"), NULL,
     NULL, NULL, "may have a blank password", NULL, NULL},
    {"\"policy\":{\"limit_blank_password_use\":0}," USER(
         "r", "1001", "", ",\"password_required\":false"),
     GRANT("r"), NULL, NULL, NULL, NULL, NULL, NULL},
    {USER("r", "1001", "", ",\"password_required\":true"), GRANT("r"), NULL,
     NULL, NULL, NULL, NULL, NULL},
    /* a local administrator, filtered: needs DCOM and a namespace */
    {USER("r", "1001", ADMIN_GROUPS, ""), GRANT("r"), SET_GRANT("r", "ok"),
     NULL, NULL, NULL, "namespaces[root\\cimv2].grants[r]",
     "no right of its own to DCOM"},
    {USER("r", "1001", ADMIN_GROUPS DCOM_GROUP, ""), GRANT("r"),
     SET_GRANT("r", "ok"), NULL, NULL, NULL, NULL, NULL},
    {USER("r", "1001", ADMIN_GROUPS, ""), GRANT("r") "," GROUP("r"),
     SET_GRANT("r", "ok"), NULL, NULL, NULL, NULL, NULL},
    {USER("r", "1001", ADMIN_GROUPS, ""), GROUP("r"), NULL, NULL, NULL,
     "no right of its own to a namespace", NULL, NULL},
    {USER("r", "1001", ADMIN_GROUPS, ""), "\"dcom\":{\"enabled\":true}", NULL,
     "{\"readers\":[\"r\"]}", NULL, "DCOM and a namespace", NULL, NULL},
    {USER("r", "1001", ADMIN_GROUPS, ""),
     GRANT("r") ",\"uac\":{\"local_account_token_filter_policy\":1}",
     SET_GRANT("r", "ok"), NULL, NULL, NULL, NULL, NULL},
    {"\"policy\":{\"local_account_token_filter_policy\":1}," USER(
         "r", "1001", ADMIN_GROUPS, ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL, NULL, NULL},
    {"\"policy\":{\"enable_lua\":0}," USER("r", "1001", ADMIN_GROUPS, ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL, NULL, NULL},
    {USER("r", "1001", "", ""), GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL,
     NULL, NULL, NULL},
    /* RID 500 only with FilterAdministratorToken */
    {USER("r", "500", ADMIN_GROUPS, ""), GRANT("r"), SET_GRANT("r", "ok"), NULL,
     NULL, NULL, NULL, NULL},
    {"\"policy\":{\"filter_administrator_token\":1}," USER("r", "500",
                                                           ADMIN_GROUPS, ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL,
     "namespaces[root\\cimv2].grants[r]", "FilterAdministratorToken = 1"},
    /* which the policy that turns the filter off turns off too */
    {"\"policy\":{\"filter_administrator_token\":1,"
     "\"local_account_token_filter_policy\":1}," USER("r", "500", ADMIN_GROUPS,
                                                      ""),
     GRANT("r"), SET_GRANT("r", "ok"), NULL, NULL, NULL, NULL, NULL},
    {"\"policy\":{\"filter_administrator_token\":1}," USER("r", "500",
                                                           ADMIN_GROUPS, ""),
     GRANT("r") ",\"uac\":{\"local_account_token_filter_policy\":1}", NULL,
     NULL, NULL, NULL, NULL, NULL},
    {USER("r", "500", ADMIN_GROUPS, ""),
     GRANT("r") ",\"uac\":{\"local_account_token_filter_policy\":1}", NULL,
     NULL, NULL, "no account that is to read", NULL, NULL},
    /* the policy that nobody needs */
    {USER("r", "1001", "", ""),
     GRANT("r") ",\"uac\":{\"local_account_token_filter_policy\":1}", NULL,
     NULL, NULL, "no account that is to read", NULL, NULL},
    {"\"policy\":{\"enable_lua\":0}",
     "\"uac\":{\"local_account_token_filter_policy\":1}", NULL, NULL, NULL,
     "UAC is off", NULL, NULL},
    {USER("r", "1001", ADMIN_GROUPS, ""),
     GRANT("r") ",\"uac\":{\"local_account_token_filter_policy\":1}", NULL,
     NULL, NULL, NULL, NULL, NULL},
    {WORKGROUP, "\"uac\":{\"local_account_token_filter_policy\":1}", NULL, NULL,
     NULL, NULL, NULL, NULL},
    /* callbacks */
    {DOMAIN ",\"policy\":{\"allow_anonymous_callback\":1}",
     "\"cimom\":{\"allow_anonymous_callback\":1}", NULL, NULL, NULL,
     "member of a domain", NULL, NULL},
    {DOMAIN ",\"policy\":{\"allow_anonymous_callback\":1}",
     "\"cimom\":{\"allow_anonymous_callback\":1,\"even_in_domain\":true}", NULL,
     NULL, NULL, NULL, NULL, NULL},
    {WORKGROUP ",\"policy\":{\"allow_anonymous_callback\":1}",
     "\"cimom\":{\"allow_anonymous_callback\":1}", NULL, NULL, NULL, NULL, NULL,
     NULL},
    {WORKGROUP, DOOR, NULL, "{\"asynchronous\":true}", NULL,
     "asynchronous queries will fail", NULL, NULL},
    {WORKGROUP, "\"cimom\":{\"allow_anonymous_callback\":1}", NULL,
     "{\"asynchronous\":true}", NULL, NULL, NULL, NULL},
    {DOMAIN, DOOR, NULL, "{\"asynchronous\":true}", NULL, NULL, NULL, NULL},
    {WORKGROUP, DOOR, NULL, "{\"asynchronous\":false}", NULL, NULL, NULL, NULL},
#define CHECKED "\"cimom\":{\"unsecapp_access_control_default\":1}"
    {WORKGROUP, CHECKED, NULL, NULL, NULL, "unsecapp.exe then refuses them",
     NULL, NULL},
    {WORKGROUP, "\"cimom\":{\"unsecapp_access_control_default\":0}", NULL, NULL,
     NULL, NULL, NULL, NULL},
    {DOMAIN, CHECKED, NULL, NULL, NULL, NULL, NULL, NULL},
/* outbound traffic */
#define OUT(word)                                                              \
    "\"firewall\":{\"current_profiles\":[\"public\"],\"profiles\":{"           \
    "\"public\":{\"enabled\":true,\"default_outbound\":\"" word "\"}}}"
#define CALLBACK "\"cimom\":{\"allow_anonymous_callback\":1}"
#define SET_CALLBACK                                                           \
    "{\"id\":\"cimom.allow_anonymous_callback\",\"state\":\"ok\"}"
    {OUT("block"), CALLBACK, SET_CALLBACK, NULL, NULL, NULL,
     "cimom.allow_anonymous_callback", "blocks outbound traffic"},
    {OUT("allow"), CALLBACK, SET_CALLBACK, NULL, NULL, NULL, NULL, NULL},
    {OUT("block"),
     CALLBACK ",\"firewall\":{\"rules\":[{\"name\":\"WMI_OUT\"}]}",
     SET_CALLBACK, NULL, NULL, NULL, NULL, NULL},
    {OUT("block"), "\"dcom\":{\"enabled\":true}", NULL, NULL, NULL, NULL, NULL,
     NULL},
/* UnsecApp where nobody collects */
#define SINK "\"firewall\":{\"rules\":[{\"name\":\"UnsecApp\"}]}"
    {WORKGROUP, SINK, NULL, "{}", NULL, "not needed: it lets callbacks", NULL,
     NULL},
    {WORKGROUP, SINK, NULL, "{}", "{}", NULL, NULL, NULL},
    {WORKGROUP, SINK, NULL, NULL, NULL, NULL, NULL, NULL},
    /* what callers must do */
    {"\"namespaces\":[{\"path\":\"root\\\\cimv2\",\"requires_encryption\":"
     "true}]",
     GRANT("r"), NULL, NULL, NULL, "root\\cimv2 refuses calls", NULL, NULL},
    {"\"namespaces\":[{\"path\":\"root\\\\cimv2\",\"requires_encryption\":"
     "false}]",
     GRANT("r"), NULL, NULL, NULL, NULL, NULL, NULL},
    {"\"dcom_hardening\":{\"require_integrity\":1}", DOOR, NULL, NULL, NULL,
     "old Linux clients", NULL, NULL},
    {"\"dcom_hardening\":{}", DOOR, NULL, NULL, NULL, NULL, NULL, NULL},
    {"\"policy\":{\"lm_compatibility_level\":5}", DOOR, NULL, NULL, NULL,
     "only NTLMv2", NULL, NULL},
    {"\"policy\":{\"lm_compatibility_level\":3}", DOOR, NULL, NULL, NULL, NULL,
     NULL, NULL},
    /* facts from a machine that lies about their kinds */
    {"\"policy\":[],\"accounts\":{\"a\":1},\"firewall\":\"\",\"winmgmt\":5,"
     "\"joined\":[],\"namespaces\":[1,\"\"],\"logon_rights\":1,"
     "\"dcom_protocols\":\"x\",\"edition\":4",
     GRANT("r") "," DOOR, SET_DOOR, "{\"asynchronous\":true}", NULL, NULL, NULL,
     NULL},
};

static cJSON *parse(const char *open, const char *text, const char *end)
{
    char whole[4096];
    struct err err;
    snprintf(whole, sizeof whole, "%s%s%s", open, text, end);
    cJSON *tree = json_parse("row", whole, strlen(whole), &err);
    if (tree == NULL)
        fail_msg("%s in %s", err.text, whole);
    return tree;
}

/* Those of the host and of its settings, in one list. */
static void gather(cJSON *hints, const cJSON *settings)
{
    const cJSON *setting;
    const cJSON *hint;
    cJSON_ArrayForEach (setting, settings)
        cJSON_ArrayForEach (hint, json_member(setting, "hints"))
            cJSON_AddItemToArray(hints, cJSON_Duplicate(hint, 1));
}

static void check_hints(const struct row *row, const cJSON *hints)
{
    int count = cJSON_GetArraySize(hints);
    if (row->hint == NULL && count > 0)
        fail_msg("%s: said %s", row->facts,
                 cJSON_GetArrayItem(hints, 0)->valuestring);
    if (row->hint != NULL && count != 1)
        fail_msg("%s: %d hints", row->facts, count);
    if (row->hint != NULL)
        assert_non_null(
            strstr(cJSON_GetArrayItem(hints, 0)->valuestring, row->hint));
}

static void check_setting(const struct row *row, const cJSON *setting)
{
    const char *id = json_text(setting, "id");
    const cJSON *error = json_member(setting, "error");
    bool wanted = row->blocked != NULL && strcmp(id, row->blocked) == 0;
    bool is = strcmp(json_text(setting, "state"), "blocked") == 0;
    if (wanted != is)
        fail_msg("%s: %s is %s", row->facts, id, json_text(setting, "state"));
    if (!wanted)
        return;
    if (strstr(json_text(error, "text"), row->said) == NULL)
        fail_msg("%s: %s", row->facts, json_text(error, "text"));
    assert_non_null(json_text(error, "name"));
    assert_non_null(json_text(error, "hint"));
}

static void check_row(const struct row *row)
{
    cJSON *facts = parse("{", row->facts, "}");
    cJSON *wmi = parse("{", row->wmi, "}");
    cJSON *settings =
        parse("[", row->settings != NULL ? row->settings : SET_NOTED, "]");
    cJSON *access = row->access != NULL ? parse("", row->access, "") : NULL;
    cJSON *collector =
        row->collector != NULL ? parse("", row->collector, "") : NULL;
    cJSON *hints = NULL;
    const struct judgement_host host = {facts, wmi, access, collector};
    bool turned = judgement_of_host(&host, settings, &hints);
    const cJSON *setting;
    assert_int_equal(turned, row->blocked != NULL);
    if (hints == NULL)
        hints = cJSON_CreateArray();
    gather(hints, settings);
    check_hints(row, hints);
    cJSON_ArrayForEach (setting, settings)
        check_setting(row, setting);
    cJSON_Delete(facts);
    cJSON_Delete(wmi);
    cJSON_Delete(settings);
    cJSON_Delete(access);
    cJSON_Delete(collector);
    cJSON_Delete(hints);
}

static void test_each_speaks_and_is_silent(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check_row(&rows[i]);
}

static void test_no_facts_no_judgement(void **state)
{
    (void)state;
    cJSON *wmi = parse("{", DOOR, "}");
    cJSON *hints = NULL;
    assert_false(
        judgement_of_host(&(struct judgement_host){.wmi = wmi}, NULL, &hints));
    assert_false(judgement_of_host(&(struct judgement_host){.facts = wmi}, NULL,
                                   &hints));
    assert_null(hints);
    cJSON_Delete(wmi);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_speaks_and_is_silent),
        cmocka_unit_test(test_no_facts_no_judgement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
