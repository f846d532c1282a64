/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "controller/undo/snapshots.h"

#define IDENTITY "{\"machine_guid\":\"g\",\"install_date\":7}"
#define WMI_1 "{\"uac\":{\"local_account_token_filter_policy\":1}}"
#define WMI_0 "{\"uac\":{\"local_account_token_filter_policy\":0}}"
#define SETTING(id, before)                                                    \
    "{\"id\":\"" id "\",\"desired\":1,\"before\":" before "}"
#define HEAD(run, verb, wmi)                                                   \
    "{\"protocol\":1,\"run\":\"" run "\",\"verb\":\"" verb "\",\"wmi\":" wmi   \
    ",\"computer\":\"PC\",\"identity\":" IDENTITY ",\"settings\":["
#define SNAPSHOT(run, verb, wmi, settings)                                     \
    HEAD(run, verb, wmi) settings "],\"complete\":true}"
#define AFTER(id, after) "{\"id\":\"" id "\",\"after\":" after "}"
#define RESULT(run, verb, settings)                                            \
    "{\"run\":\"" run "\",\"verb\":\"" verb "\",\"settings\":[" settings "]}"

/* One file of the target; `run` names it. */
struct given {
    const char *run;
    const char *text;
    const char *result;
};

static cJSON *snapshots_of(const struct given *given, size_t count)
{
    cJSON *snapshots = cJSON_CreateObject();
    cJSON *files = cJSON_AddArrayToObject(snapshots, "files");
    cJSON_AddNumberToObject(snapshots, "left_out", 0);
    for (size_t i = 0; i < count; i++) {
        char name[64];
        cJSON *file = cJSON_CreateObject();
        snprintf(name, sizeof name, "u-%s.json", given[i].run);
        cJSON_AddStringToObject(file, "file", name);
        cJSON_AddStringToObject(file, "text", given[i].text);
        if (given[i].result != NULL)
            cJSON_AddStringToObject(file, "result", given[i].result);
        cJSON_AddItemToArray(files, file);
    }
    return snapshots;
}

static enum snapshots_end read_tree(struct snapshots_span *span,
                                    cJSON *snapshots, const char *run, bool all,
                                    struct err *err)
{
    const struct snapshots_wish wish = {run, all};
    cJSON *identity = json_parse("identity", IDENTITY, strlen(IDENTITY), NULL);
    enum snapshots_end end =
        snapshots_read(span, snapshots, identity, &wish, err);
    cJSON_Delete(identity);
    cJSON_Delete(snapshots);
    return end;
}

/* What is to be put back, as text; "" for nothing, else why it is refused. */
static void assert_read(const struct given *given, size_t count,
                        const char *run, bool all, const char *wanted)
{
    struct snapshots_span span;
    struct err err;
    switch (read_tree(&span, snapshots_of(given, count), run, all, &err)) {
    case SNAPSHOTS_REFUSED:
        if (wanted[0] == '\0' || strstr(err.text, wanted) == NULL)
            fail_msg("refused: %s", err.text);
        return;
    case SNAPSHOTS_NOTHING:
        assert_string_equal(wanted, "");
        return;
    case SNAPSHOTS_FOUND:
        break;
    }
    char *text = json_print(span.settings, -1);
    assert_string_equal(text, wanted);
    free(text);
    snapshots_release(&span);
}

#define ENTRY(id, before, after)                                               \
    "{\"id\":\"" id "\",\"before\":" before ",\"after\":" after "}"

/* The newest first: an undo, the apply that it undid, an apply before. */
static const struct given history[] = {
    {"r3", SNAPSHOT("r3", "undo", WMI_0, SETTING("uac.x", "0")),
     RESULT("r3", "undo", AFTER("uac.x", "1"))},
    {"r2", SNAPSHOT("r2", "apply", WMI_0, SETTING("uac.x", "1")),
     RESULT("r2", "apply", AFTER("uac.x", "0"))},
    {"r1",
     SNAPSHOT("r1", "apply", WMI_1,
              SETTING("uac.x", "\"none\"") "," SETTING("dcom.y", "5")),
     RESULT("r1", "apply", AFTER("uac.x", "1") "," AFTER("dcom.y", "6"))},
};

static void test_which_runs_are_put_back(void **state)
{
    (void)state;
    assert_read(history, 3, NULL, false, "[" ENTRY("uac.x", "1", "0") "]");
    assert_read(history, 3, "r3", false, "[" ENTRY("uac.x", "0", "1") "]");
    assert_read(
        history, 3, "r1", false,
        "[" ENTRY("uac.x", "\"none\"", "1") ","
                                            "" ENTRY("dcom.y", "5", "6") "]");
    assert_read(history, 3, "r", false, "the beginning of more than one");
    assert_read(history, 3, "r9", false, "");
    assert_read(NULL, 0, NULL, true, "");
}

static void test_all_spans_from_the_oldest_to_the_newest(void **state)
{
    struct snapshots_span span;
    (void)state;
    assert_int_equal(
        read_tree(&span, snapshots_of(history, 3), NULL, true, NULL),
        SNAPSHOTS_FOUND);
    char *settings = json_print(span.settings, -1);
    char *wmi = json_print(span.wmi, -1);
    char *earlier = json_print(span.earlier_wmi, -1);
    assert_string_equal(settings,
                        "[{\"id\":\"uac.x\",\"after\":1,\"before\":\"none\"},"
                        "" ENTRY("dcom.y", "5", "6") "]");
    assert_string_equal(wmi, WMI_0);
    assert_string_equal(earlier, "[" WMI_0 "," WMI_1 "]");
    assert_string_equal(span.run, "r3");
    free(settings);
    free(wmi);
    free(earlier);
    snapshots_release(&span);
}

static void test_there_and_back_leaves_nothing_to_put_back(void **state)
{
    (void)state;
    assert_read(history, 2, NULL, true, "");
}

static void test_without_a_result_what_was_left_is_unknown(void **state)
{
    (void)state;
    const struct given killed[] = {
        {"r1", SNAPSHOT("r1", "apply", WMI_1, SETTING("uac.x", "1")), NULL}};
    const struct given interrupted[] = {
        {"r1",
         SNAPSHOT("r1", "apply", WMI_1,
                  SETTING("uac.a", "1") "," SETTING(
                      "uac.b", "1") ","
                                    "" SETTING("uac.c",
                                               "1") "," SETTING("uac.d", "1")),
         RESULT("r1", "apply",
                AFTER("uac.a", "2") "," AFTER("uac.b",
                                              "1") ","
                                                   "{\"id\":\"uac.c\"}")}};
    assert_read(killed, 1, NULL, false, "[" ENTRY("uac.x", "1", "null") "]");
    /* b was not changed, c was under way, d was not reached. */
    assert_read(
        interrupted, 1, NULL, false,
        "[" ENTRY("uac.a", "1", "2") "," ENTRY("uac.c", "1", "null") "]");
}

static void test_what_an_undo_had_asked_is_kept_too(void **state)
{
    static const struct given undo[] = {
        {"r1",
         "{\"protocol\":1,\"run\":\"r1\",\"verb\":\"undo\",\"wmi\":" WMI_0
         ",\"earlier_wmi\":[" WMI_1 "],\"identity\":" IDENTITY
         ",\"settings\":[" SETTING("uac.x", "1") "],\"complete\":true}",
         NULL}};
    struct snapshots_span span;
    (void)state;
    assert_int_equal(read_tree(&span, snapshots_of(undo, 1), "r1", false, NULL),
                     SNAPSHOTS_FOUND);
    char *earlier = json_print(span.earlier_wmi, -1);
    assert_string_equal(earlier, "[" WMI_1 "]");
    free(earlier);
    snapshots_release(&span);
}

#define FOREIGN(run)                                                           \
    "{\"protocol\":1,\"run\":\"" run "\",\"verb\":\"apply\",\"wmi\":" WMI_1    \
    ",\"identity\":{\"machine_guid\":\"other\"},\"settings\":["                \
    "" SETTING("uac.x", "9") "],\"complete\":true}"

static void test_another_installation_is_left_aside(void **state)
{
    static const struct given mixed[] = {
        {"r2", FOREIGN("r2"), NULL},
        {"r1", SNAPSHOT("r1", "apply", WMI_1, SETTING("uac.x", "1")), NULL}};
    (void)state;
    assert_read(mixed, 1, NULL, false, "u-r2.json: it was written on another");
    assert_read(mixed, 1, NULL, true, "u-r2.json: it was written on another");
    assert_read(mixed, 2, "r2", false, "u-r2.json: it was written on another");
    assert_read(mixed, 2, NULL, false, "[" ENTRY("uac.x", "1", "null") "]");
    assert_read(mixed, 2, NULL, true, "[" ENTRY("uac.x", "1", "null") "]");
}

static void test_an_upgrade_in_place_is_no_other_installation(void **state)
{
    static const struct given older[] = {
        {"r1",
         "{\"protocol\":1,\"run\":\"r1\",\"verb\":\"apply\",\"wmi\":" WMI_1
         ",\"identity\":{\"machine_guid\":\"g\",\"machine_sid\":null,"
         "\"install_date\":\"2025\"},"
         "\"settings\":[" SETTING("uac.x", "9") "],\"complete\":true}",
         NULL}};
    (void)state;
    assert_read(older, 1, NULL, false, "[" ENTRY("uac.x", "9", "null") "]");
}

/* --- hostile -------------------------------------------------------------- */

static const char good[] =
    SNAPSHOT("r1", "apply", WMI_1, SETTING("uac.x", "1"));

#define REPEAT_4(text) text text text text
#define DEEP REPEAT_4(REPEAT_4("[[")) "1" REPEAT_4(REPEAT_4("]]"))
#define TOO_DEEP REPEAT_4(REPEAT_4("[[[[[")) "1" REPEAT_4(REPEAT_4("]]]]]"))

static const struct {
    const char *text;
    const char *why;
} hostile_snapshots[] = {
    {"", "u-r1.json"},
    {"{", "u-r1.json:1:2"},
    {"null", "members that no snapshot has"},
    {"[]", "members that no snapshot has"},
    {"\"\xff\"", "u-r1.json:1"},
    {TOO_DEEP, "u-r1.json:1"},
    {SNAPSHOT("r1", "apply", WMI_1, "{\"id\":\"uac.x\",\"id\":1}"),
     "u-r1.json:1"},
    {SNAPSHOT("r2", "apply", WMI_1, SETTING("uac.x", "1")),
     "another run than its name says"},
    {SNAPSHOT("r1", "check", WMI_1, SETTING("uac.x", "1")),
     "neither apply nor undo"},
    {SNAPSHOT("r1", "apply", "[]", SETTING("uac.x", "1")), "wmi is no object"},
    {SNAPSHOT("r1", "apply",
              "{\"account\":{\"name\":\"a\",\"password\":{\"env\":"
              "\"HOME\"}}}",
              SETTING("uac.x", "1")),
     "it names a password"},
    {"{\"protocol\":1,\"run\":\"r1\",\"verb\":\"undo\",\"wmi\":{},"
     "\"earlier_wmi\":[{\"account\":{\"name\":\"a\",\"password\":"
     "{\"command\":[\"id\"]}}}],\"identity\":" IDENTITY
     ",\"settings\":[],\"complete\":true}",
     "it names a password"},
    {"{\"protocol\":1,\"run\":\"r1\",\"verb\":\"apply\",\"wmi\":{},"
     "\"identity\":{\"machine_guid\":\"g\",\"install_date\":{\"a\":1}},"
     "\"settings\":[],\"complete\":true}",
     "not whole"},
    {SNAPSHOT("r1", "apply", "{\"sam\":1}", SETTING("uac.x", "1")),
     "what was asked is not understood"},
    {SNAPSHOT("r1", "apply", WMI_1, "5"), "members that none has"},
    {SNAPSHOT("r1", "apply", WMI_1, "{\"id\":5,\"before\":1}"), "no usable id"},
    {SNAPSHOT("r1", "apply", WMI_1, "{\"before\":1}"), "no usable id"},
    {SNAPSHOT("r1", "apply", WMI_1, SETTING("\\u001b[2J", "1")),
     "no usable id"},
    {SNAPSHOT("r1", "apply", WMI_1, SETTING("uac.\\u009b", "1")),
     "no usable id"},
    {SNAPSHOT("r1", "apply", WMI_1, SETTING("sam.x", "1")), "sam.x: no family"},
    {SNAPSHOT("r1", "apply", WMI_1, SETTING("ua", "1")), "ua: no family"},
    {SNAPSHOT("r1", "apply", WMI_1,
              SETTING("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "1")),
     "no family"},
    {SNAPSHOT("r1", "apply", WMI_1, SETTING("uac.x", "null")),
     "no usable state"},
    {SNAPSHOT("r1", "apply", WMI_1, "{\"id\":\"uac.x\"}"), "no usable state"},
    {SNAPSHOT("r1", "apply", WMI_1, SETTING("uac.x", DEEP)), "no usable state"},
    {SNAPSHOT("r1", "apply", WMI_1,
              "{\"id\":\"uac.x\",\"before\":1,\"force\":true}"),
     "members that none has"},
    {SNAPSHOT("r1", "apply", WMI_1,
              SETTING("uac.x", "1") "," SETTING("uac.x", "2")),
     "it stands there twice"},
    {HEAD("r1", "apply", WMI_1) "],\"complete\":false}", "not whole"},
    {HEAD("r1", "apply", WMI_1) "]}", "not whole"},
    {HEAD("r1", "apply", WMI_1) "],\"complete\":true,\"x\":1}",
     "members that no snapshot has"},
    {"{\"protocol\":2,\"run\":\"r1\"}", "another protocol version"},
    {"{\"protocol\":\"1\",\"run\":\"r1\"}", "another protocol version"},
    {"{\"protocol\":1,\"run\":\"r1\",\"identity\":" IDENTITY
     ",\"settings\":[],\"complete\":true}",
     "an earlier version"},
    {"{\"protocol\":1,\"run\":\"r1\",\"identity\":" IDENTITY
     ",\"wmi\":{},\"settings\":[],\"complete\":true}",
     "neither apply nor undo"},
    {"{\"protocol\":1,\"run\":\"r1\",\"identity\":[],\"verb\":\"apply\","
     "\"wmi\":{},\"settings\":[],\"complete\":true}",
     "not whole"},
    {"{\"protocol\":1,\"run\":\"r1\",\"computer\":7,\"identity\":" IDENTITY
     ",\"verb\":\"apply\",\"wmi\":{},\"settings\":[],\"complete\":true}",
     "not whole"},
    {"{\"protocol\":1,\"run\":\"r1\",\"verb\":\"apply\",\"wmi\":{},"
     "\"identity\":" IDENTITY ",\"settings\":{},\"complete\":true}",
     "no list of settings"},
    {"{\"protocol\":1,\"run\":\"r1\",\"verb\":\"apply\",\"wmi\":{},"
     "\"earlier_wmi\":{},\"identity\":" IDENTITY
     ",\"settings\":[],\"complete\":true}",
     "earlier_wmi is no list"},
    {"{\"protocol\":1,\"run\":\"r1\",\"verb\":\"apply\",\"wmi\":{},"
     "\"earlier_wmi\":[5],\"identity\":" IDENTITY
     ",\"settings\":[],\"complete\":true}",
     "what was asked is not understood"},
};

static void test_hostile_snapshots_are_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile_snapshots / sizeof *hostile_snapshots;
         i++) {
        const struct given given = {"r1", hostile_snapshots[i].text, NULL};
        struct snapshots_span span;
        struct err err = {.text = "taken"};
        enum snapshots_end end =
            read_tree(&span, snapshots_of(&given, 1), NULL, true, &err);
        if (end != SNAPSHOTS_REFUSED ||
            strncmp(err.text, "u-r1.json", 9) != 0 ||
            strstr(err.text, hostile_snapshots[i].why) == NULL)
            fail_msg("case %zu: %s: %s", i, hostile_snapshots[i].text,
                     err.text);
    }
}

static void test_hostile_results_are_refused_by_name(void **state)
{
    static const struct {
        const char *result;
        const char *why;
    } cases[] = {
        {"{", "u-r1.json"},
        {"5", "not of its run"},
        {RESULT("r2", "apply", ""), "not of its run"},
        {RESULT("r1", "undo", ""), "not of its run"},
        {"{\"run\":\"r1\",\"verb\":\"apply\",\"settings\":5}",
         "not of its run"},
        {RESULT("r1", "apply", "5"), "not as it should be"},
        {RESULT("r1", "apply", AFTER("uac.x", DEEP)), "not as it should be"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct given given = {"r1", good, cases[i].result};
        assert_read(&given, 1, NULL, false, cases[i].why);
    }
}

/* The list itself, as a target may say it. */
static void test_hostile_lists_are_refused(void **state)
{
    static const char *const cases[] = {
        "null",
        "5",
        "{}",
        "{\"files\":[],\"left_out\":-1}",
        "{\"files\":[],\"left_out\":\"0\"}",
        "{\"files\":{},\"left_out\":0}",
        "{\"files\":[5],\"left_out\":0}",
        "{\"files\":[{}],\"left_out\":0}",
        "{\"files\":[{\"file\":\"u-r1.json\"}],\"left_out\":0}",
        "{\"files\":[{\"file\":\"u-r1.json\",\"text\":5}],\"left_out\":0}",
        "{\"files\":[{\"file\":\"u-r1.json\",\"error\":\"e\"}],\"left_out\":0}",
        "{\"files\":[{\"file\":\"u-.json\",\"text\":\"{}\"}],\"left_out\":0}",
        "{\"files\":[{\"file\":\"u-a b.json\",\"text\":\"{}\"}],"
        "\"left_out\":0}",
        "{\"files\":[{\"file\":\"..\",\"text\":\"{}\"}],\"left_out\":0}",
        "{\"files\":[{\"file\":\"u-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        ".json\",\"text\":\"{}\"}],\"left_out\":0}",
        "{\"files\":[],\"left_out\":3}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshots_span span;
        cJSON *tree = json_parse("list", cases[i], strlen(cases[i]), NULL);
        assert_non_null(tree);
        if (read_tree(&span, tree, NULL, true, NULL) != SNAPSHOTS_REFUSED)
            fail_msg("case %zu was taken: %s", i, cases[i]);
    }
}

static void test_more_settings_than_any_run_has_are_refused(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, (size_t)1 << 20);
    buf_add_text(&text, HEAD("r1", "apply", WMI_1));
    for (int i = 0; i <= 1000; i++)
        buf_addf(&text, "%s{\"id\":\"uac.%d\",\"before\":1}", i ? "," : "", i);
    buf_add_text(&text, "],\"complete\":true}");
    const struct given given = {"r1", text.data, NULL};
    assert_read(&given, 1, NULL, false, "a huge one");
    buf_release(&text);
}

/* {"m0": 1, ...} in the place of a state. */
static void add_wide(struct buf *text, int members)
{
    buf_add_char(text, '{');
    for (int i = 0; i < members; i++)
        buf_addf(text, "%s\"m%d\":1", i ? "," : "", i);
    buf_add_char(text, '}');
}

static void test_states_too_wide_to_compare_are_refused(void **state)
{
    struct buf text;
    struct buf result;
    (void)state;
    buf_init(&text, (size_t)1 << 20);
    buf_init(&result, (size_t)1 << 20);
    buf_add_text(&text, HEAD("r1", "apply", WMI_1) "{\"id\":\"uac.x\","
                                                   "\"before\":[");
    add_wide(&text, 257);
    buf_add_text(&text, "]}],\"complete\":true}");
    const struct given before = {"r1", text.data, NULL};
    assert_read(&before, 1, NULL, false, "no usable state");
    buf_add_text(&result, "{\"run\":\"r1\",\"verb\":\"apply\",\"settings\":"
                          "[{\"id\":\"uac.x\",\"after\":");
    add_wide(&result, 257);
    buf_add_text(&result, "}]}");
    const struct given after = {"r1", good, result.data};
    assert_read(&after, 1, NULL, false, "not as it should be");
    buf_release(&text);
    buf_release(&result);
}

#define MANY_FILES 11

/* Files u-r0 ... of `count` settings each, from the number `step` * file. */
static void add_files(cJSON *files, int count, int step, int filler)
{
    for (int file = 0; file < MANY_FILES; file++) {
        char name[32];
        struct buf text;
        buf_init(&text, (size_t)1 << 20);
        buf_addf(&text,
                 "{\"protocol\":1,\"run\":\"r%d\",\"verb\":\"apply\","
                 "\"wmi\":{},\"identity\":" IDENTITY ",\"settings\":[",
                 file);
        for (int i = 0; i < count; i++)
            buf_addf(&text, "%s{\"id\":\"uac.%d\",\"before\":\"%0*d\"}",
                     i ? "," : "", i + step * file, filler, 1);
        buf_add_text(&text, "],\"complete\":true}");
        cJSON *entry = cJSON_CreateObject();
        snprintf(name, sizeof name, "u-r%d.json", file);
        cJSON_AddStringToObject(entry, "file", name);
        cJSON_AddStringToObject(entry, "text", text.data);
        cJSON_AddItemToArray(files, entry);
        buf_release(&text);
    }
}

static void assert_too_much(int count, int step, int filler, bool too_much)
{
    struct snapshots_span span;
    struct err err;
    cJSON *tree = cJSON_CreateObject();
    add_files(cJSON_AddArrayToObject(tree, "files"), count, step, filler);
    cJSON_AddNumberToObject(tree, "left_out", 0);
    enum snapshots_end end = read_tree(&span, tree, NULL, true, &err);
    if (end == SNAPSHOTS_FOUND) {
        snapshots_release(&span);
        assert_false(too_much);
    } else {
        assert_true(too_much);
        assert_non_null(strstr(err.text, "more than one undo can ask"));
    }
}

static void test_more_than_an_undo_can_ask_is_refused(void **state)
{
    (void)state;
    assert_too_much(90, 90, 1, false);   /* 990 different ones */
    assert_too_much(95, 95, 1, true);    /* 1045 */
    assert_too_much(900, 0, 1, false);   /* 9900 in all, 900 of them */
    assert_too_much(1000, 0, 1, true);   /* 11000 */
    assert_too_much(90, 90, 900, false); /* with 0.9 MB */
    assert_too_much(90, 90, 1000, true); /* a request has no room for it */
}

static void test_a_huge_identity_is_refused(void **state)
{
    static const struct given given[] = {
        {"r1", SNAPSHOT("r1", "apply", WMI_1, SETTING("uac.x", "1")), NULL}};
    const struct snapshots_wish wish = {NULL, false};
    struct snapshots_span span;
    struct err err;
    (void)state;
    char *sid = calloc(1, 1 << 20);
    assert_non_null(sid);
    memset(sid, 'S', (1 << 20) - 1);
    cJSON *snapshots = snapshots_of(given, 1);
    cJSON *identity = cJSON_CreateObject();
    cJSON_AddStringToObject(identity, "machine_guid", "g");
    cJSON_AddStringToObject(identity, "machine_sid", sid);
    assert_int_equal(snapshots_read(&span, snapshots, identity, &wish, &err),
                     SNAPSHOTS_REFUSED);
    assert_non_null(strstr(err.text, "more than one undo can ask"));
    cJSON_Delete(identity);
    cJSON_Delete(snapshots);
    free(sid);
}

/* What the wish needs comes first: a bad file behind it is not looked at. */
static void test_a_bad_file_stops_what_needs_it_and_nothing_else(void **state)
{
    static const struct given files[] = {
        {"r2", SNAPSHOT("r2", "apply", WMI_1, SETTING("uac.x", "1")), NULL},
        {"r1", "{", NULL}};
    (void)state;
    assert_read(files, 2, NULL, false, "[" ENTRY("uac.x", "1", "null") "]");
    assert_read(files, 2, "r2", false, "[" ENTRY("uac.x", "1", "null") "]");
    assert_read(files, 2, NULL, true, "u-r1.json");
    assert_read(files, 2, "r1", false, "u-r1.json");
}

/* Every byte of a good one replaced by some that matter, and every cut. */
static void test_damaged_bytes_never_break_the_reader(void **state)
{
    static const char bytes[] = "\"{}[],:0-\\ x\x80\xff\x01";
    char text[sizeof good];
    (void)state;
    for (size_t at = 0; at + 1 < sizeof good; at++) {
        for (size_t i = 0; i + 1 < sizeof bytes; i++) {
            struct snapshots_span span;
            const struct given given = {"r1", text, text};
            memcpy(text, good, sizeof good);
            text[at] = bytes[i];
            if (read_tree(&span, snapshots_of(&given, 1), NULL, false, NULL) ==
                SNAPSHOTS_FOUND)
                snapshots_release(&span);
        }
        struct snapshots_span span;
        const struct given cut = {"r1", text, NULL};
        memcpy(text, good, at);
        text[at] = '\0';
        assert_int_equal(
            read_tree(&span, snapshots_of(&cut, 1), NULL, false, NULL),
            SNAPSHOTS_REFUSED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_runs_are_put_back),
        cmocka_unit_test(test_all_spans_from_the_oldest_to_the_newest),
        cmocka_unit_test(test_there_and_back_leaves_nothing_to_put_back),
        cmocka_unit_test(test_without_a_result_what_was_left_is_unknown),
        cmocka_unit_test(test_what_an_undo_had_asked_is_kept_too),
        cmocka_unit_test(test_another_installation_is_left_aside),
        cmocka_unit_test(test_an_upgrade_in_place_is_no_other_installation),
        cmocka_unit_test(test_hostile_snapshots_are_refused_by_name),
        cmocka_unit_test(test_hostile_results_are_refused_by_name),
        cmocka_unit_test(test_hostile_lists_are_refused),
        cmocka_unit_test(test_more_settings_than_any_run_has_are_refused),
        cmocka_unit_test(test_states_too_wide_to_compare_are_refused),
        cmocka_unit_test(test_more_than_an_undo_can_ask_is_refused),
        cmocka_unit_test(test_a_huge_identity_is_refused),
        cmocka_unit_test(test_a_bad_file_stops_what_needs_it_and_nothing_else),
        cmocka_unit_test(test_damaged_bytes_never_break_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
