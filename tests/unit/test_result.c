/* SPDX-License-Identifier: MIT */
/* Judging: what is believed of a target, and what a run's exit status is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "controller/result/result.h"
#include "payload/protocol.h"
#include "tests/unit/results_seen.h"

#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PAYLOAD "0123456789abcdef0123456789abcdef"

static struct result_expect expectation(enum verb verb)
{
    return (struct result_expect){.run = "run-1",
                                  .verb = verb,
                                  .request_hash = HASH,
                                  .payload_hash = PAYLOAD};
}

/* An answer that is right, with one piece of it exchanged. */
struct piece {
    const char *what;
    const char *with;
};

static const char *const good =
    "{\"protocol\":1,\"run\":\"run-1\",\"verb\":\"check\","
    "\"request\":\"" HASH "\",\"payload\":\"" PAYLOAD "\","
    "\"computer\":\"LAB-01\",\"identity\":{\"machine_guid\":\"g\"},"
    "\"folder\":\"C:\\\\ProgramData\\\\wmifleet\",\"settled\":true,"
    "\"request_settled\":false,\"error\":null,"
    "\"facts\":{\"os\":\"Windows 10\"},"
    "\"settings\":[{\"id\":\"dcom.enabled\",\"state\":\"drift\","
    "\"desired\":true,\"before\":false,\"after\":false,\"restorable\":true,"
    "\"risk\":null,\"error\":null,\"hints\":[\"h\"],\"surplus\":1}],"
    "\"hints\":[\"hint\"],\"elapsed_ms\":7,\"complete\":true}";

static char *with_piece(const struct piece *piece)
{
    const char *at = strstr(good, piece->what);
    if (at == NULL)
        print_error("not in the answer: %s\n", piece->what);
    assert_non_null(at);
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_add(&text, good, (size_t)(at - good));
    buf_add_text(&text, piece->with);
    buf_add_text(&text, at + strlen(piece->what));
    char *out = buf_take(&text);
    assert_non_null(out);
    return out;
}

static struct result *blank(enum verb verb)
{
    struct result *result = result_new("lab-01", "10.0.0.1:22", "run-1", verb);
    assert_non_null(result);
    return result;
}

static int judge(struct result *result, const char *text,
                 struct result_settled *settled, struct err *err)
{
    struct result_expect expect = expectation(result->verb);
    return result_judge(result, &expect, text, strlen(text), settled, err);
}

static void test_good_answer(void **state)
{
    (void)state;
    struct result *result = blank(VERB_CHECK);
    struct result_settled settled = {0};
    struct err err = {0};
    assert_int_equal(judge(result, good, &settled, &err), 0);
    assert_int_equal(result->fault, FAULT_NONE);
    assert_int_equal(result->status, STATUS_DRIFT);
    assert_string_equal(settled.folder, "C:\\ProgramData\\wmifleet");
    assert_true(settled.payload);
    assert_false(settled.request);
    const cJSON *setting = cJSON_GetArrayItem(result->settings, 0);
    assert_null(json_member(setting, "surplus"));
    assert_non_null(json_member(setting, "hints"));
    assert_string_equal(json_text(result->facts, "computer"), "LAB-01");
    results_seen(result);
    result_free(result);
}

/* Each of these makes the good answer one that is not believed. */
static const struct piece lies[] = {
    {"\"protocol\":1", "\"protocol\":2"},
    {"\"protocol\":1", "\"protocol\":\"1\""},
    {"\"protocol\":1,", ""},
    {"run-1", "run-2"},
    {"\"run\":\"run-1\"", "\"run\":1"},
    {"\"check\"", "\"apply\""},
    {HASH, PAYLOAD},
    {PAYLOAD, HASH},
    {",\"complete\":true", ""},
    {"\"complete\":true", "\"complete\":false"},
    {"\"complete\":true", "\"complete\":1"},
    {"\"complete\":true", "\"complete\":true,\"more\":1"},
    {"\"complete\":true}", "\"complete\":true"},
    {"\"complete\":true}", "\"complete\":true}x"},
    {"\"complete\":true", "\"complete\":true,\"complete\":true"},
    {"\"LAB-01\"", "[\"LAB-01\"]"},
    {"{\"machine_guid\":\"g\"}", "[]"},
    {"{\"os\":\"Windows 10\"}", "\"facts\""},
    {"C:\\\\ProgramData\\\\wmifleet", "C:\\\\Program Data\\\\wmifleet"},
    {"C:\\\\ProgramData\\\\wmifleet", "C:\\\\x&calc"},
    {"C:\\\\ProgramData\\\\wmifleet", "\\\\\\\\server\\\\share"},
    {"C:\\\\ProgramData\\\\wmifleet", "C:\\\\a\\\\..\\\\b"},
    {"C:\\\\ProgramData\\\\wmifleet", ""},
    {"\"C:\\\\ProgramData\\\\wmifleet\"", "1"},
    {"\"settled\":true", "\"settled\":\"yes\""},
    {"\"request_settled\":false", "\"request_settled\":0"},
    {"\"error\":null", "\"error\":\"not-admin\""},
    {"\"error\":null", "\"error\":{}"},
    {"\"error\":null", "\"error\":{\"class\":\"lost\"}"},
    {"\"error\":null", "\"error\":{\"class\":\"auth\"}"},
    {"\"error\":null", "\"error\":{\"class\":\"busy\",\"text\":1}"},
    {"\"state\":\"drift\"", "\"state\":\"DRIFT\""},
    {"\"state\":\"drift\"", "\"state\":\"unreachable\""},
    {"\"state\":\"drift\"", "\"state\":\"changed\""},
    {"\"state\":\"drift\",", ""},
    {"\"id\":\"dcom.enabled\",", ""},
    {"dcom.enabled", ""},
    {"dcom.enabled", "Dcom"},
    {"dcom.enabled", "dcom\\u001b[2J"},
    {"dcom.enabled", "dcom\\u009b2J"},
    {"dcom.enabled", "dcom\\n"},
    {"\"id\":\"dcom.enabled\"", "\"id\":7"},
    {"\"settings\":[", "\"settings\":[7,"},
    {"\"settings\":[",
     "\"settings\":[{\"id\":\"dcom.enabled\",\"state\":\"ok\"},"},
    {"\"restorable\":true", "\"restorable\":1"},
    {"\"risk\":null", "\"risk\":false"},
    {"\"risk\":null,\"error\":null", "\"risk\":null,\"error\":7"},
    {"\"risk\":null,\"error\":null", "\"risk\":null,\"error\":{\"code\":5}"},
    {"[\"h\"]", "\"h\""},
    {"[\"h\"]", "[1]"},
    {"[\"hint\"]", "{}"},
    {"\"elapsed_ms\":7", "\"elapsed_ms\":-1"},
    {"\"elapsed_ms\":7", "\"elapsed_ms\":1e300"},
    {"\"elapsed_ms\":7", "\"elapsed_ms\":07"},
    {"LAB-01", "LAB\xff"},
    {"LAB-01", "LAB\x1b"},
};

static void test_lies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        struct result *result = blank(VERB_CHECK);
        struct result_settled settled = {.folder = "untouched"};
        struct err err = {0};
        char *text = with_piece(&lies[i]);
        if (judge(result, text, &settled, &err) == 0)
            print_error("believed: %s\n", lies[i].with);
        assert_int_equal(judge(result, text, &settled, &err), -1);
        assert_int_equal(err.code, FAULT_BAD_RESULT);
        assert_true(strlen(err.text) > 10);
        assert_null(result->settings);
        assert_null(result->facts);
        assert_int_equal(result->status, STATUS_OK);
        assert_string_equal(settled.folder, "untouched");
        free(text);
        result_free(result);
    }
}

/* And each of these is unusual and true. */
static const struct piece oddities[] = {
    {"\"settings\":[", "\"unknown\":{\"x\":[]},\"settings\":["},
    {"\"computer\":\"LAB-01\",", ""},
    {"\"identity\":{\"machine_guid\":\"g\"},", ""},
    {"\"C:\\\\ProgramData\\\\wmifleet\"", "null"},
    {"\"facts\":{\"os\":\"Windows 10\"},", ""},
    {"\"hints\":[\"hint\"],", ""},
    {"\"elapsed_ms\":7,", ""},
    {"dcom.enabled", "firewall.rules[B\\u00fcro]"},
    {"\"desired\":true", "\"desired\":[[[[1e400]]]]"},
};

static void test_oddities(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof oddities / sizeof *oddities; i++) {
        struct result *result = blank(VERB_CHECK);
        struct result_settled settled = {0};
        struct err err = {0};
        char *text = with_piece(&oddities[i]);
        if (judge(result, text, &settled, &err))
            print_error("refused: %s: %s\n", oddities[i].with, err.text);
        assert_int_equal(result->status, STATUS_DRIFT);
        results_seen(result);
        free(text);
        result_free(result);
    }
}

static void test_no_folder_means_nothing_settled(void **state)
{
    (void)state;
    struct result *result = blank(VERB_CHECK);
    struct result_settled settled = {0};
    char *text = with_piece(
        &(struct piece){"\"C:\\\\ProgramData\\\\wmifleet\"", "null"});
    assert_int_equal(judge(result, text, &settled, NULL), 0);
    assert_false(settled.payload);
    free(text);
    result_free(result);
}

/* The states of two settings, and the host's status by verb. */
static const struct {
    const char *states[2];
    enum status check;
    enum status apply;
} verdicts[] = {
    {{"ok", "ok"}, STATUS_OK, STATUS_OK},
    {{"ok", "skipped"}, STATUS_OK, STATUS_OK},
    {{"drift", "ok"}, STATUS_DRIFT, STATUS_DRIFT},
    {{"ok", "pending_restart"}, STATUS_DRIFT, STATUS_CHANGED},
    {{"irreversible", "ok"}, STATUS_DRIFT, STATUS_BLOCKED},
    {{"irreversible", "drift"}, STATUS_DRIFT, STATUS_BLOCKED},
    {{"blocked", "drift"}, STATUS_BLOCKED, STATUS_BLOCKED},
    {{"blocked", "irreversible"}, STATUS_BLOCKED, STATUS_BLOCKED},
    {{"conflict", "blocked"}, STATUS_CONFLICT, STATUS_CONFLICT},
    {{"conflict", "failed"}, STATUS_FAILED, STATUS_FAILED},
    {{"failed", "ok"}, STATUS_FAILED, STATUS_FAILED},
    {{"ok", "changed"}, STATUS_COUNT, STATUS_CHANGED},
    {{"changed", "pending_restart"}, STATUS_COUNT, STATUS_CHANGED},
    {{"changed", "drift"}, STATUS_COUNT, STATUS_DRIFT},
};

static void check_verdict(enum verb verb, const char *const states[2],
                          enum status expected)
{
    struct buf text;
    struct result_settled settled = {0};
    buf_init(&text, 4096);
    buf_addf(&text,
             "{\"protocol\":1,\"run\":\"run-1\",\"verb\":\"%s\","
             "\"request\":\"" HASH "\",\"payload\":\"" PAYLOAD "\","
             "\"settings\":[{\"id\":\"a\",\"state\":\"%s\"},"
             "{\"id\":\"b\",\"state\":\"%s\"}],\"complete\":true}",
             verb_word(verb), states[0], states[1]);
    struct result *result = blank(verb);
    int failed = judge(result, text.data, &settled, NULL);
    assert_int_equal(failed, expected == STATUS_COUNT ? -1 : 0);
    if (!failed) {
        assert_int_equal(result->status, expected);
        results_seen(result);
    }
    buf_release(&text);
    result_free(result);
}

static void test_worst_setting_decides(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        const char *const *two = verdicts[i].states;
        const char *const turned[2] = {two[1], two[0]};
        check_verdict(VERB_CHECK, two, verdicts[i].check);
        check_verdict(VERB_CHECK, turned, verdicts[i].check);
        check_verdict(VERB_APPLY, two, verdicts[i].apply);
        check_verdict(VERB_APPLY, turned, verdicts[i].apply);
    }
}

static const struct {
    const char *id;
    const char *state;
    enum status status; /* STATUS_COUNT: it is not believed */
} cleaned[] = {
    {"folder", "changed", STATUS_CHANGED},
    {"folder", "drift", STATUS_DRIFT},
    {"folder[p-" PAYLOAD ".exe]", "changed", STATUS_CHANGED},
    {"folder[p-" PAYLOAD ".exe]", "failed", STATUS_FAILED},
    {"folder[u-run-0.json]", "blocked", STATUS_BLOCKED},
    {"profile[wmifleet-0123456789abcdef.exe]", "skipped", STATUS_OK},
    {"folder[r-" PAYLOAD ".json]", "blocked", STATUS_COUNT},
    {"folder", "blocked", STATUS_COUNT},
    {"folder", "ok", STATUS_COUNT},
    {"folder", "conflict", STATUS_COUNT},
    {"folder", "pending_restart", STATUS_COUNT},
    {"folder[secrets.txt]", "changed", STATUS_COUNT},
    {"folder[..]", "changed", STATUS_COUNT},
    {"profile[p-" PAYLOAD ".exe]", "changed", STATUS_COUNT},
    {"dcom.enabled", "changed", STATUS_COUNT},
};

/* Of clean only what it can do is believed, to files of ours. */
static void test_clean_tells_of_our_files_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cleaned / sizeof *cleaned; i++) {
        struct result *result = blank(VERB_CLEAN);
        struct result_settled settled = {0};
        char text[600];
        snprintf(text, sizeof text,
                 "{\"protocol\":1,\"run\":\"run-1\",\"verb\":\"clean\","
                 "\"request\":\"" HASH "\",\"payload\":\"" PAYLOAD "\","
                 "\"settings\":[{\"id\":\"%s\",\"state\":\"%s\"}],"
                 "\"complete\":true}",
                 cleaned[i].id, cleaned[i].state);
        int failed = judge(result, text, &settled, NULL);
        if (failed != (cleaned[i].status == STATUS_COUNT ? -1 : 0))
            fail_msg("%s %s: judged wrongly", cleaned[i].id, cleaned[i].state);
        if (!failed) {
            assert_int_equal(result->status, cleaned[i].status);
            results_seen(result);
        }
        result_free(result);
    }
}

/* Of clean a difference is what its dry run found, and blocked is refused. */
static void test_exit_status_of_clean(void **state)
{
    (void)state;
    size_t dry[STATUS_COUNT] = {[STATUS_OK] = 1, [STATUS_DRIFT] = 1};
    size_t blocked[STATUS_COUNT] = {[STATUS_DRIFT] = 1, [STATUS_BLOCKED] = 1};
    assert_int_equal(result_exit_status(VERB_CLEAN, dry), 3);
    assert_int_equal(result_exit_status(VERB_CLEAN, blocked), 2);
}

static void test_every_class_of_error(void **state)
{
    (void)state;
    static const char *const classes[] = {
#define X(symbol, word) word,
        PROTOCOL_ERRORS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        char error[200];
        struct result_settled settled = {0};
        snprintf(error, sizeof error,
                 "\"error\":{\"class\":\"%s\",\"code\":\"0x80070005\","
                 "\"name\":\"E_ACCESSDENIED\",\"text\":\"why\","
                 "\"hint\":\"%s\"}",
                 classes[i], i % 2 ? "" : "look there");
        char *text = with_piece(&(struct piece){"\"error\":null", error});
        struct result *result = blank(VERB_CHECK);
        assert_int_equal(judge(result, text, &settled, NULL), 0);
        assert_int_equal(result->status, strcmp(classes[i], "cancelled") == 0
                                             ? STATUS_CANCELLED
                                             : STATUS_FAILED);
        assert_string_equal(fault_word(result->fault), classes[i]);
        assert_string_equal(result->fault_code, "0x80070005");
        assert_string_equal(result->fault_name, "E_ACCESSDENIED");
        assert_int_equal(cJSON_GetArraySize(result->settings), 1);
        results_seen(result);
        /* a later good answer of the same host leaves nothing of it */
        assert_int_equal(judge(result, good, &settled, NULL), 0);
        assert_int_equal(result->fault, FAULT_NONE);
        assert_null(result->fault_text);
        results_seen(result);
        free(text);
        result_free(result);
    }
}

static void test_long_texts_are_cut_at_a_character(void **state)
{
    (void)state;
    struct buf hint;
    buf_init(&hint, 1 << 20);
    buf_add_text(&hint, "[\"");
    for (int i = 0; i < 2000; i++)
        buf_add_text(&hint, "\xe2\x82\xac");
    buf_add_text(&hint, "\"]");
    struct result_settled settled = {0};
    char *text = with_piece(&(struct piece){"[\"hint\"]", hint.data});
    struct result *result = blank(VERB_CHECK);
    assert_int_equal(judge(result, text, &settled, NULL), 0);
    assert_int_equal(strlen(cJSON_GetArrayItem(result->hints, 0)->valuestring),
                     999);
    results_seen(result);
    buf_release(&hint);
    free(text);
    result_free(result);
}

/* `item` repeated `count` times in the place of the settings. */
static int judge_many(const char *item, size_t count, bool numbered)
{
    struct buf many;
    struct result_settled settled = {0};
    buf_init(&many, 8u << 20);
    buf_add_text(&many, "\"settings\":[");
    for (size_t i = 0; i < count; i++) {
        buf_add_text(&many, item);
        if (numbered)
            buf_addf(&many, "%zu\",\"state\":\"ok\"},", i);
    }
    char *text = with_piece(&(struct piece){"\"settings\":[", many.data});
    struct result *result = blank(VERB_CHECK);
    int failed = judge(result, text, &settled, NULL);
    buf_release(&many);
    free(text);
    result_free(result);
    return failed;
}

static void test_bounds(void **state)
{
    (void)state;
    assert_int_equal(judge_many("{\"id\":\"x", 4095, true), 0);
    assert_int_equal(judge_many("{\"id\":\"x", 4096, true), -1);
    assert_int_equal(judge_many("[", 100000, false), -1);
    assert_int_equal(judge_many("[", 65, false), -1);
    struct result *result = blank(VERB_CHECK);
    struct result_settled settled = {0};
    struct err err = {0};
    struct result_expect expect = expectation(VERB_CHECK);
    size_t len = PROTOCOL_RESULT_MAX + 1;
    char *spaces = malloc(len);
    assert_non_null(spaces);
    memset(spaces, ' ', len);
    memcpy(spaces, good, strlen(good));
    assert_int_equal(result_judge(result, &expect, spaces, len, &settled, &err),
                     -1);
    assert_int_equal(
        result_judge(result, &expect, spaces, len - 1, &settled, &err), 0);
    free(spaces);
    result_free(result);
}

static void test_failures_of_every_class(void **state)
{
    (void)state;
    for (int i = FAULT_NONE + 1; i <= FAULT_CANCELLED; i++) {
        enum fault fault = (enum fault)i;
        struct result *result = blank(VERB_APPLY);
        result_fail(result, fault, i % 2 ? "why \x01" : NULL);
        enum fault_group group = fault_group(fault);
        assert_int_equal(result->status,
                         group == GROUP_UNREACHABLE ? STATUS_UNREACHABLE
                         : group == GROUP_FAILED    ? STATUS_FAILED
                                                    : STATUS_CANCELLED);
        results_seen(result);
        result_free(result);
    }
}

static void test_stored_text_that_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "{\"host\":\"a\"}",
        "{\"host\":\"a\",\"address\":\"b\",\"run\":\"c\",\"verb\":\"d\","
        "\"status\":\"ok\"}",
        "{\"host\":\"a\",\"address\":\"b\",\"run\":\"c\",\"verb\":\"check\","
        "\"status\":\"good\"}",
        "{\"host\":\"a\",\"address\":\"b\",\"run\":\"c\",\"verb\":\"check\","
        "\"status\":\"failed\",\"error\":{\"class\":\"none\"}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err = {0};
        assert_null(result_from_json(texts[i], &err));
        assert_true(err.text[0] != '\0');
    }
}

static void test_words(void **state)
{
    (void)state;
    enum status status = STATUS_OK;
    assert_int_equal(status_from_word("not_tried", &status), 0);
    assert_int_equal(status, STATUS_NOT_TRIED);
    assert_int_equal(status_from_word("NOT_TRIED", &status), -1);
    assert_string_equal(status_word(STATUS_UNREACHABLE), "unreachable");
    assert_string_equal(verb_word(VERB_TRUST), "trust");
}

/* Which statuses occur, and the exit status by verb. */
static const struct {
    const char *statuses;
    int check;
    int apply;
} exits[] = {
    {"", 0, 0},
    {"ok", 0, 0},
    {"ok changed", 0, 0},
    {"drift", 3, 2},
    {"blocked", 3, 2},
    {"ok drift blocked", 3, 2},
    {"failed", 2, 2},
    {"conflict", 2, 2},
    {"cancelled", 2, 2},
    {"failed drift", 2, 2},
    {"unreachable", 4, 4},
    {"not_tried", 4, 4},
    {"unreachable ok", 4, 4},
    {"unreachable drift", 4, 6},
    {"unreachable blocked", 4, 6},
    {"unreachable failed", 6, 6},
    {"unreachable conflict drift", 6, 6},
};

static void test_exit_matrix(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof exits / sizeof *exits; i++) {
        size_t counts[STATUS_COUNT] = {0};
        char words[100];
        char *rest = NULL;
        strcpy(words, exits[i].statuses);
        for (char *word = strtok_r(words, " ", &rest); word;
             word = strtok_r(NULL, " ", &rest)) {
            enum status status = STATUS_OK;
            assert_int_equal(status_from_word(word, &status), 0);
            counts[status] = 3;
        }
        assert_int_equal(result_exit_status(VERB_CHECK, counts),
                         exits[i].check);
        assert_int_equal(result_exit_status(VERB_APPLY, counts),
                         exits[i].apply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_answer),
        cmocka_unit_test(test_lies),
        cmocka_unit_test(test_oddities),
        cmocka_unit_test(test_no_folder_means_nothing_settled),
        cmocka_unit_test(test_worst_setting_decides),
        cmocka_unit_test(test_clean_tells_of_our_files_alone),
        cmocka_unit_test(test_exit_status_of_clean),
        cmocka_unit_test(test_every_class_of_error),
        cmocka_unit_test(test_long_texts_are_cut_at_a_character),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_failures_of_every_class),
        cmocka_unit_test(test_stored_text_that_is_none),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_exit_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
