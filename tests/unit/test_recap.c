/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "controller/report/describe.h"
#include "controller/report/recap.h"

struct printed {
    char *text;
    size_t len;
    FILE *out;
    struct recap *recap;
};

static void begin_at(struct printed *p, enum output output, enum verb verb,
                     int columns)
{
    *p = (struct printed){0};
    p->out = open_memstream(&p->text, &p->len);
    assert_non_null(p->out);
    const struct recap_config config = {.out = p->out,
                                        .output = output,
                                        .verb = verb,
                                        .columns = columns,
                                        .run = "r1",
                                        .again = " -i lab.json",
                                        .apply = " -i apply.json",
                                        .nothing_asked = 2};
    p->recap = recap_new(&config);
    assert_non_null(p->recap);
}

static void begin(struct printed *p, enum output output, enum verb verb)
{
    begin_at(p, output, verb, 0);
}

static void end(struct printed *p)
{
    assert_int_equal(recap_end(p->recap, NULL), 0);
    recap_free(p->recap);
    fclose(p->out);
}

static struct result *drifting(const char *host, const char *before)
{
    struct result *result = result_new(host, "10.0.0.1:22", "r1", VERB_CHECK);
    assert_non_null(result);
    result->status = STATUS_DRIFT;
    char text[512];
    snprintf(text, sizeof text,
             "[{\"id\":\"uac.local_account_token_filter_policy\","
             "\"state\":\"drift\",\"before\":%s,\"desired\":1,"
             "\"risk\":\"stolen passwords work remotely\"},"
             "{\"id\":\"dcom.enabled\",\"state\":\"ok\"}]",
             before);
    result->settings = json_parse("test", text, strlen(text), NULL);
    assert_non_null(result->settings);
    return result;
}

static void add(struct printed *p, struct result *result)
{
    assert_int_equal(recap_host(p->recap, result), 0);
    result_free(result);
}

static void assert_says(const struct printed *p, const char *text)
{
    if (strstr(p->text, text) == NULL)
        fail_msg("missing:\n%s\nin:\n%s", text, p->text);
}

static void test_equal_hosts_are_told_once_and_folded(void **state)
{
    (void)state;
    struct printed p;
    begin(&p, OUTPUT_HUMAN, VERB_CHECK);
    add(&p, drifting("lab-01", "{\"absent\":\"value\"}"));
    add(&p, drifting("lab-03", "{\"absent\":\"value\"}"));
    add(&p, drifting("lab-02", "{\"absent\":\"value\"}"));
    add(&p, drifting("lab-09", "0"));
    end(&p);
    assert_says(&p, "lab-[01-03]: drift\n"
                    "    uac.local_account_token_filter_policy  absent -> 1\n"
                    "        risk: stolen passwords work remotely\n");
    assert_says(&p, "lab-09: drift\n"
                    "    uac.local_account_token_filter_policy  0 -> 1\n");
    assert_null(strstr(p.text, "dcom.enabled"));
    assert_says(&p, "drift            4  lab-[01-03,09]\n");
    assert_says(&p, "ok               0\n");
    assert_says(&p, "nothing asked     2");
    assert_says(&p, "make it so:   wmifleet apply -i apply.json");
    free(p.text);
}

/* 200 KiB of notes, none of which another host has. */
static struct result *talking(int number)
{
    char host[16];
    char note[1001];
    memset(note, 'x', sizeof note);
    note[sizeof note - 1] = '\0';
    snprintf(host, sizeof host, "lab-%03d", number);
    memcpy(note, host, strlen(host));
    struct result *result = drifting(host, "0");
    result->hints = cJSON_CreateArray();
    for (int i = 0; i < 200; i++)
        cJSON_AddItemToArray(result->hints, cJSON_CreateString(note));
    return result;
}

static void test_talkers_do_not_fill_memory(void **state)
{
    (void)state;
    struct printed p;
    begin(&p, OUTPUT_HUMAN, VERB_CHECK);
    for (int i = 0; i < 200; i++)
        add(&p, talking(i));
    end(&p);
    assert_true(p.len < (size_t)17 * 1024 * 1024);
    assert_says(&p, "note: lab-003x");
    assert_says(&p, "-199]: drift\n    more than can be shown; see wmifleet "
                    "show --json\n");
    assert_says(&p, "drift          200  lab-[000-199]\n");
    free(p.text);
}

static void test_failures_come_last_with_reason_and_hint(void **state)
{
    (void)state;
    struct printed p;
    begin(&p, OUTPUT_HUMAN, VERB_APPLY);
    for (int i = 1; i <= 3; i++) {
        char host[16];
        snprintf(host, sizeof host, "pc%d", i);
        struct result *result =
            result_new(host, "10.0.0.1:22", "r1", VERB_APPLY);
        assert_non_null(result);
        result_fail(result, FAULT_TCP_TIMEOUT, "no answer in 10 s");
        add(&p, result);
    }
    struct result *fine = result_new("pc9", "10.0.0.9:22", "r1", VERB_APPLY);
    assert_non_null(fine);
    fine->status = STATUS_OK;
    add(&p, fine);
    recap_not_tried(p.recap, "pc10");
    end(&p);
    assert_says(&p, "pc[1-3]: unreachable\n"
                    "    tcp-timeout: no answer in 10 s\n"
                    "        is it switched on?");
    assert_says(&p, "not tried        1  pc10\n");
    assert_says(&p, "to go on:     wmifleet apply --resume r1 -i lab.json\n"
                    "once mended:  wmifleet apply --rerun unreachable "
                    "--resume r1 -i lab.json\n");
    free(p.text);
}

/* Counts per status in, the commands out. */
/* What the recap says to run next, by how many hosts ended how. */
static const struct {
    enum verb verb;
    size_t counts[STATUS_COUNT];
    const char *commands;
} ways_on[] = {
    {VERB_CHECK, {[STATUS_OK] = 3}, ""},
    {VERB_CHECK,
     {[STATUS_DRIFT] = 2, [STATUS_UNREACHABLE] = 1},
     "make it so:   wmifleet apply -i apply.json\n"
     "once mended:  wmifleet check --rerun unreachable -i lab.json\n"},
    {VERB_CHECK,
     {[STATUS_DRIFT] = 2, [STATUS_CANCELLED] = 1, [STATUS_NOT_TRIED] = 1},
     "to go on:     wmifleet check --resume r1 -i lab.json\n"
     "make it so:   wmifleet apply -i apply.json\n"},
    {VERB_CHECK,
     {[STATUS_OK] = 1, [STATUS_BLOCKED] = 1, [STATUS_FAILED] = 1},
     "once mended:  wmifleet check -i lab.json\n"},
    {VERB_APPLY,
     {[STATUS_FAILED] = 2, [STATUS_UNREACHABLE] = 1},
     "once mended:  wmifleet apply -i lab.json\n"},
    {VERB_APPLY,
     {[STATUS_CHANGED] = 1, [STATUS_BLOCKED] = 2},
     "once mended:  wmifleet apply --rerun failed -i lab.json\n"},
    {VERB_APPLY,
     {[STATUS_OK] = 1, [STATUS_CONFLICT] = 2, [STATUS_UNREACHABLE] = 1},
     "once mended:  wmifleet apply --rerun failed,unreachable -i "
     "lab.json\n"},
    {VERB_PING,
     {[STATUS_UNREACHABLE] = 1, [STATUS_NOT_TRIED] = 4},
     "to go on:     wmifleet ping --resume r1 -i lab.json\n"
     "once mended:  wmifleet ping --rerun unreachable --resume r1 -i "
     "lab.json\n"},
    {VERB_VERIFY,
     {[STATUS_OK] = 1, [STATUS_DRIFT] = 2, [STATUS_UNREACHABLE] = 1},
     "once mended:  wmifleet verify -i lab.json\n"},
    {VERB_UNDO,
     {[STATUS_CHANGED] = 1, [STATUS_CONFLICT] = 1},
     "once mended:  wmifleet undo -i lab.json\n"},
    {VERB_UNDO,
     {[STATUS_CHANGED] = 1, [STATUS_FAILED] = 1, [STATUS_CANCELLED] = 1},
     "to go on:     wmifleet undo -i lab.json\n"},
};

static void add_ended(struct printed *p, enum verb verb, enum status status,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct result *result = result_new("pc", "10.0.0.1:22", "r1", verb);
        assert_non_null(result);
        result->status = status;
        add(p, result);
    }
}

static void test_the_commands_to_go_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ways_on / sizeof *ways_on; i++) {
        struct printed p;
        begin(&p, OUTPUT_HUMAN, ways_on[i].verb);
        for (int status = 0; status < STATUS_COUNT; status++)
            add_ended(&p, ways_on[i].verb, (enum status)status,
                      ways_on[i].counts[status]);
        end(&p);
        const char *table = strstr(p.text, "nothing asked");
        assert_non_null(table);
        assert_string_equal(strchr(table, '\n') + 1, ways_on[i].commands);
        free(p.text);
    }
}

/* Every other host, so that nothing folds to a range. */
static void add_unreachable(struct printed *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char host[16];
        snprintf(host, sizeof host, "pc%03zu", 2 * i);
        struct result *result =
            result_new(host, "10.0.0.1:22", "r1", VERB_PING);
        assert_non_null(result);
        result_fail(result, FAULT_REFUSED, "no");
        add(p, result);
    }
}

static void test_long_lists_of_names_are_cut_at_a_terminal_alone(void **state)
{
    (void)state;
    static const int columns[] = {0, 60};
    for (size_t i = 0; i < 2; i++) {
        struct printed p;
        begin_at(&p, OUTPUT_HUMAN, VERB_PING, columns[i]);
        add_unreachable(&p, 100);
        end(&p);
        bool cut = strstr(p.text, ",... (100 hosts): unreachable\n") != NULL;
        bool whole = strstr(p.text, ",194,196,198]: unreachable\n") != NULL;
        assert_int_equal(cut, columns[i] != 0);
        assert_int_equal(whole, columns[i] == 0);
        assert_int_equal(strstr(p.text, "lists that end with ...") != NULL,
                         cut);
        for (const char *line = p.text; line != NULL && columns[i] != 0;) {
            assert_true(strcspn(line, "\n") <= 240);
            line = strchr(line, '\n');
            line = line != NULL ? line + 1 : NULL;
        }
        free(p.text);
    }
}

/* What failed in a check is checked again: nobody asked for an apply. */
static void test_a_check_that_failed_is_to_be_repeated(void **state)
{
    (void)state;
    struct printed p;
    begin(&p, OUTPUT_HUMAN, VERB_CHECK);
    struct result *result = result_new("pc1", "10.0.0.1:22", "r1", VERB_CHECK);
    assert_non_null(result);
    result_fail(result, FAULT_REFUSED, "refused");
    add(&p, result);
    end(&p);
    assert_says(&p, "once mended:  wmifleet check -i lab.json\n");
    assert_null(strstr(p.text, "apply"));
    free(p.text);
}

/* `state` is the whole result's, beside a setting that was put back. */
static void add_undone(struct printed *p, const char *host, const char *more)
{
    struct result *result = result_new(host, "10.0.0.1:22", "r1", VERB_UNDO);
    assert_non_null(result);
    result->status = STATUS_FAILED;
    char text[512];
    snprintf(text, sizeof text,
             "[{\"id\":\"uac\",\"state\":\"changed\"},"
             "{\"id\":\"account[reader]\",\"state\":\"failed\",\"error\":"
             "{\"code\":\"0xA0040011\",\"name\":\"irreversible\"}}%s]",
             more);
    result->settings = json_parse("test", text, strlen(text), NULL);
    assert_non_null(result->settings);
    add(p, result);
}

static void test_what_no_undo_brings_back_is_for_an_apply(void **state)
{
    (void)state;
    struct printed p;
    begin(&p, OUTPUT_HUMAN, VERB_UNDO);
    add_undone(&p, "pc1", "");
    end(&p);
    assert_says(&p, "make it anew: wmifleet apply -i apply.json\n");
    assert_null(strstr(p.text, "once mended"));
    free(p.text);
    begin(&p, OUTPUT_HUMAN, VERB_UNDO);
    add_undone(&p, "pc1", "");
    add_undone(&p, "pc2", ",{\"id\":\"dcom\",\"state\":\"conflict\"}");
    end(&p);
    assert_says(&p, "make it anew: wmifleet apply -i apply.json\n");
    assert_says(&p, "once mended:  wmifleet undo -i lab.json\n");
    free(p.text);
}

static void test_one_reason_with_many_addresses_is_one_block(void **state)
{
    (void)state;
    struct printed p;
    begin(&p, OUTPUT_HUMAN, VERB_CHECK);
    for (int i = 1; i <= 200; i++) {
        char text[64];
        snprintf(text, sizeof text, "pc%d", i);
        struct result *result = result_new(text, "a", "r1", VERB_CHECK);
        assert_non_null(result);
        snprintf(text, sizeof text, "the key of 10.0.0.%d is not known", i);
        result_fail(result, FAULT_HOSTKEY_UNKNOWN, text);
        add(&p, result);
    }
    end(&p);
    assert_says(&p, "pc[1-200]: unreachable\n    hostkey-unknown: for example "
                    "the key of 10.0.0.1 is not known\n        compare");
    assert_null(strstr(p.text, "10.0.0.2 "));
    free(p.text);
}

/* A target's text must not reach the terminal as it is. */
static void test_escape_sequences_of_a_target_are_shown_not_obeyed(void **state)
{
    (void)state;
    struct printed p;
    begin(&p, OUTPUT_HUMAN, VERB_CHECK);
    struct result *result = drifting("lab-1", "\"\\u001b[2J\\u202e\"");
    result->hints = json_parse("t", "[\"\\u001b]0;x\\u0007\"]", 19, NULL);
    add(&p, result);
    end(&p);
    assert_null(strchr(p.text, 0x1b));
    assert_null(strchr(p.text, 0x07));
    assert_says(&p, "\\x1b[2J");
    free(p.text);
}

static void test_ndjson_is_one_object_a_line_and_a_summary(void **state)
{
    (void)state;
    struct printed p;
    begin(&p, OUTPUT_NDJSON, VERB_CHECK);
    add(&p, drifting("lab-1", "0"));
    recap_not_tried(p.recap, "lab-2");
    end(&p);
    char *rest = p.text;
    size_t count = 0;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line;) {
        cJSON *object = json_parse("line", line, strlen(line), NULL);
        assert_non_null(object);
        const cJSON *summary = json_member(object, "summary");
        if (++count < 3) {
            assert_null(summary);
            assert_string_equal(json_text(object, "host"),
                                count == 1 ? "lab-1" : "lab-2");
        } else {
            assert_int_equal(json_member(summary, "drift")->valueint, 1);
            assert_int_equal(json_member(summary, "not_tried")->valueint, 1);
        }
        cJSON_Delete(object);
    }
    assert_int_equal(count, 3);
    free(p.text);
}

static void test_json_is_one_document_even_without_hosts(void **state)
{
    (void)state;
    for (int hosts = 0; hosts <= 2; hosts++) {
        struct printed p;
        begin(&p, OUTPUT_JSON, VERB_CHECK);
        for (int i = 0; i < hosts; i++)
            add(&p, drifting(i ? "b" : "a", "0"));
        end(&p);
        cJSON *object = json_parse("all", p.text, p.len, NULL);
        assert_non_null(object);
        assert_int_equal(cJSON_GetArraySize(json_member(object, "results")),
                         hosts);
        assert_non_null(json_member(object, "summary"));
        cJSON_Delete(object);
        free(p.text);
    }
}

static void test_what_no_undo_brings_back_names_its_option(void **state)
{
    (void)state;
    struct printed p;
    begin(&p, OUTPUT_HUMAN, VERB_CHECK);
    struct result *result = drifting("lab-01", "0");
    cJSON *setting = cJSON_GetArrayItem(result->settings, 0);
    assert_true(cJSON_ReplaceItemInObjectCaseSensitive(
        setting, "state", cJSON_CreateString("irreversible")));
    cJSON *error = cJSON_AddObjectToObject(setting, "error");
    assert_non_null(cJSON_AddStringToObject(error, "code", "0xA0040011"));
    assert_non_null(cJSON_AddStringToObject(error, "name", "irreversible"));
    assert_non_null(cJSON_AddStringToObject(error, "hint", "say so"));
    add(&p, result);
    add(&p, drifting("lab-02", "0"));
    end(&p);
    assert_says(&p, "0 -> 1: irreversible\n        say so\n");
    assert_says(&p, "\n1 of them wait for apply --allow-irreversible\n");
    free(p.text);
}

/* What stands on a machine, as a person reads it. */
static const struct {
    const char *json;
    const char *words;
} described[] = {
    {"null", "unknown"},
    {"1", "1"},
    {"\"Y\"", "Y"},
    {"true", "true"},
    {"{\"absent\":\"key\",\"levels\":2}", "absent"},
    {"{\"type\":\"REG_BINARY\",\"hex\":\"00ff\"}", "REG_BINARY 00ff"},
    {"{\"enabled\":true,\"profiles\":[\"private\",\"public\"]}",
     "on, profiles private, public"},
    {"{\"enabled\":false,\"profiles\":\"all\"}", "off, all profiles"},
    {"[]", "absent"},
    {"[{\"enabled\":true,\"action\":\"allow\",\"direction\":\"in\","
     "\"protocol\":\"tcp\",\"local_ports\":\"135\"}]",
     "on, allow in tcp 135"},
    {"{\"enabled\":true,\"profiles\":[\"domain\",\"private\",\"public\"]}",
     "on, all profiles"},
    {"[{\"enabled\":true,\"action\":\"allow\",\"direction\":\"in\","
     "\"protocol\":\"tcp\",\"local_ports\":\"*\",\"remote_addresses\":"
     "\"10.0.0.5/255.255.255.255,10.0.1.0/255.255.255.0\"}]",
     "on, allow in tcp from 10.0.0.5,10.0.1.0/255.255.255.0"},
    {"{\"state\":\"present\",\"remote_addresses\":[\"10.0.0.5\",\"::1\"]}",
     "present from 10.0.0.5, ::1"},
    {"[{\"enabled\":true},{\"enabled\":false},{\"enabled\":true}]",
     "2 of 3 rules on"},
    {"{\"sid\":\"S-1-5-7\",\"machine_launch\":{\"value\":1,"
     "\"entries\":[{\"sid\":\"S-1-5-7\",\"type\":\"deny\","
     "\"rights\":[\"local_launch\"]},{\"sid\":\"S-1-1-0\"},"
     "{\"sid\":\"S-1-5-7\",\"type\":\"allow\","
     "\"rights\":[\"remote_launch\"]}]},\"wmi_launch\":{\"value\":1}}",
     "machine_launch deny local_launch, remote_launch; wmi_launch none"},
    {"{\"account\":\"a\",\"state\":\"present\",\"launch\":"
     "[\"remote_launch\",\"remote_activation\"]}",
     "present, launch remote_launch, remote_activation"},
    {"{\"account\":\"a\",\"state\":\"present\",\"rights\":"
     "[\"enable_account\",\"remote_enable\"],\"subnamespaces\":true}",
     "present, enable_account, remote_enable, and below"},
    {"{\"service\":{\"path\":\"svchost.exe -k winmgmt -p\"},"
     "\"winmgmt_key\":{\"AuthenticationLevel\":6},"
     "\"endpoints\":{\"type\":\"REG_MULTI_SZ\",\"hex\":\""
     "6e006300610063006e005f00690070005f007400630070002c003000"
     "2c00350030003000300000000000"
     "\"}}",
     "svchost group winmgmt, port 5000, packet_privacy"},
    {"{\"service\":{\"path\":\"svchost.exe -k netsvcs\"},"
     "\"endpoints\":{\"absent\":\"value\"}}",
     "svchost group netsvcs, no fixed port"},
    {"{\"enabled\":true,\"port\":24158,"
     "\"authentication_level\":\"packet_privacy\"}",
     "port 24158, packet_privacy"},
    {"{\"absent\":\"account\"}", "absent"},
    {"{\"sid\":\"S-1-5-21-1\",\"disabled\":false,"
     "\"must_change_password\":false,\"password_never_expires\":true,"
     "\"expires\":\"never\",\"denied\":[\"SeDenyInteractiveLogonRight\","
     "\"SeDenyRemoteInteractiveLogonRight\"]}",
     "present, password never expires, logon over the network only"},
    {"{\"sid\":\"S-1-5-21-1\",\"disabled\":true,"
     "\"must_change_password\":true,\"password_never_expires\":false,"
     "\"expires\":1700000000,"
     "\"denied\":[\"SeDenyInteractiveLogonRight\"]}",
     "present, disabled, password to be changed, "
     "expires at second 1700000000, SeDenyInteractiveLogonRight"},
    {"{\"name\":\"reader\",\"state\":\"present\","
     "\"password_never_expires\":true,\"network_logon_only\":true}",
     "present, password never expires, logon over the network only"},
    {"{\"sid\":\"S-1-5-32-562\",\"members\":{\"reader\":false}}",
     "members none"},
    {"{\"sid\":\"S-1-5-32-562\",\"members\":{\"reader\":\"S-1-5-21-1\","
     "\"other\":false,\"third\":\"S-1-5-21-3\"}}",
     "members reader, third"},
    {"{\"group\":\"users\",\"state\":\"present\","
     "\"members\":[\"reader\"]}",
     "members reader"},
    {"{\"group\":\"users\",\"state\":\"absent\",\"members\":[\"reader\"]}",
     "not members reader"},
    {"{\"group\":\"readers\",\"state\":\"present\",\"members\":[]}", "present"},
    {"{\"other\":[1]}", "{\"other\":[1]}"},
};

static void test_values_are_described_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof described / sizeof described[0]; i++) {
        cJSON *value = json_parse("case", described[i].json,
                                  strlen(described[i].json), NULL);
        assert_non_null(value);
        struct buf out;
        buf_init(&out, 4096);
        describe_value(&out, value);
        assert_string_equal(out.data, described[i].words);
        buf_release(&out);
        cJSON_Delete(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_hosts_are_told_once_and_folded),
        cmocka_unit_test(test_talkers_do_not_fill_memory),
        cmocka_unit_test(test_failures_come_last_with_reason_and_hint),
        cmocka_unit_test(test_what_no_undo_brings_back_is_for_an_apply),
        cmocka_unit_test(test_the_commands_to_go_on),
        cmocka_unit_test(test_long_lists_of_names_are_cut_at_a_terminal_alone),
        cmocka_unit_test(test_a_check_that_failed_is_to_be_repeated),
        cmocka_unit_test(test_one_reason_with_many_addresses_is_one_block),
        cmocka_unit_test(
            test_escape_sequences_of_a_target_are_shown_not_obeyed),
        cmocka_unit_test(test_ndjson_is_one_object_a_line_and_a_summary),
        cmocka_unit_test(test_json_is_one_document_even_without_hosts),
        cmocka_unit_test(test_what_no_undo_brings_back_names_its_option),
        cmocka_unit_test(test_values_are_described_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
