/* SPDX-License-Identifier: MIT */
/* Which runs have an undo left; and which files are ours by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "payload/engine/unused.h"
#include "payload/settings/own_file.h"

#define HASH "0123456789abcdef0123456789abcdef"
#define NONCE "fedcba9876543210"
#define IDENTITY "\"identity\":{\"machine_guid\":\"g\"}"

/* One run, the newest first: "u1 verb before after", see add_run. */
struct past {
    const char *run;
    const char *verb;   /* NULL: its snapshot is damaged */
    const char *before; /* NULL: it wrote nothing */
    const char *after;  /* NULL: it has no result */
    const char *guid;   /* NULL: this installation's */
};

static cJSON *parse(const char *text)
{
    cJSON *tree = json_parse("test", text, strlen(text), NULL);
    assert_non_null(tree);
    return tree;
}

static cJSON *result_of(const struct past *past)
{
    char text[300];
    if (past->after == NULL)
        return NULL;
    snprintf(text, sizeof text,
             "{" IDENTITY ",\"settings\":[{\"id\":\"uac.x\",\"after\":%s}]}",
             past->after);
    return parse(text);
}

static void add_snapshot(struct unused *unused, const struct past *past,
                         double written)
{
    char text[300];
    cJSON *tree = NULL;
    cJSON *left = result_of(past);
    snprintf(text, sizeof text,
             "{\"identity\":{\"machine_guid\":\"%s\"},\"verb\":\"%s\","
             "\"settings\":[{\"id\":\"uac.x\",\"before\":%s}]}",
             past->guid != NULL ? past->guid : "g", past->verb, past->before);
    if (past->verb != NULL && past->before != NULL)
        tree = parse(text);
    if (past->before != NULL)
        unused_add_snapshot(unused, past->run, written, tree, left);
    cJSON_Delete(left);
    cJSON_Delete(tree);
}

static void expect(const struct past *pasts, size_t count, const char *expected)
{
    struct unused unused;
    cJSON *identity = parse("{\"machine_guid\":\"g\"}");
    unused_init(&unused, identity);
    for (size_t i = 0; i < count; i++)
        add_snapshot(&unused, &pasts[i], (double)(2 * (count - i)));
    for (size_t i = 0; i < count; i++) {
        cJSON *tree = result_of(&pasts[i]);
        if (tree != NULL)
            unused_add_result(&unused, (double)(2 * (count - i) + 1), tree);
        cJSON_Delete(tree);
    }
    const cJSON *runs = unused_runs(&unused);
    const cJSON *run;
    char found[100] = "";
    assert_non_null(runs);
    cJSON_ArrayForEach (run, runs) {
        strcat(found, run->valuestring);
        strcat(found, " ");
    }
    assert_string_equal(found, expected);
    unused_release(&unused);
    cJSON_Delete(identity);
}

#define EXPECT(expected, ...)                                                  \
    do {                                                                       \
        const struct past pasts[] = {__VA_ARGS__};                             \
        expect(pasts, sizeof pasts / sizeof *pasts, expected);                 \
    } while (0)

static void test_what_is_put_back_is_used_up(void **state)
{
    (void)state;
    EXPECT("", {"r2", "undo", "1", "0", NULL}, {"r1", "apply", "0", "1", NULL});
    /* By hand, and a check saw it. */
    EXPECT("", {"r2", "check", NULL, "0", NULL},
           {"r1", "apply", "0", "1", NULL});
    /* The write did not take. */
    EXPECT("", {"r1", "apply", "0", "0", NULL});
    /* undo --all, over two applies. */
    EXPECT("", {"r3", "undo", "2", "0", NULL}, {"r2", "apply", "1", "2", NULL},
           {"r1", "apply", "0", "1", NULL});
    /* An undo's own snapshot is nobody's way back. */
    EXPECT("", {"r2", "undo", "1", "0", NULL});
    /* On another installation no undo writes. */
    EXPECT("", {"r1", "apply", "0", "1", "other"});
}

static void test_what_is_not_put_back_is_named(void **state)
{
    (void)state;
    EXPECT("r1 ", {"r1", "apply", "0", "1", NULL});
    EXPECT("r2 r1 ", {"r2", "apply", "1", "2", NULL},
           {"r1", "apply", "0", "1", NULL});
    /* The newest alone was undone. */
    EXPECT("r1 ", {"r3", "undo", "2", "1", NULL},
           {"r2", "apply", "1", "2", NULL}, {"r1", "apply", "0", "1", NULL});
    /* Applied again since. */
    EXPECT("r3 r1 ", {"r3", "apply", "0", "1", NULL},
           {"r2", "undo", "1", "0", NULL}, {"r1", "apply", "0", "1", NULL});
    /* An older check tells nothing of a later apply. */
    EXPECT("r2 ", {"r2", "apply", "0", NULL, NULL},
           {"r1", "check", NULL, "0", NULL});
}

static void test_what_is_not_known_is_not_used_up(void **state)
{
    (void)state;
    EXPECT("r1 ", {"r1", "apply", "0", NULL, NULL});
    EXPECT("r1 ", {"r1", NULL, "0", "0", NULL});
    /* An undo that ended half-way. */
    EXPECT("r1 ", {"r2", "undo", "1", NULL, NULL},
           {"r1", "apply", "0", "1", NULL});
}

static void test_names_of_ours(void **state)
{
    (void)state;
    static const char *const ours[] = {
        "p-" HASH ".exe",
        "r-" HASH ".json",
        "s-20260101-1-check-" HASH ".json",
        "s-r-clean-" HASH ".json",
        "a-S-1-5-21-1-2-3-1001.json",
        "c-r1",
        "pending.json",
        "p-" HASH ".exe.new",
        "u-r1.json.new",
    };
    static const char *const others[] = {
        "",
        "p-.exe",
        "p-" HASH ".exe.bak",
        "P-" HASH ".exe",
        "p-" HASH ".json",
        "r-" HASH "0.json",
        "s-r1-format-" HASH ".json",
        "s-check-" HASH ".json",
        "s-r1-check-.json",
        "a-S-1-.json",
        "a-administrator.json",
        "c-",
        "c-r.1",
        "c-12345678901234567890123456789012345678901",
        "u-.json",
        "u-r1.txt",
        "lock.new",
        "notes.txt",
        "wmifleet-" NONCE ".exe",
        "..",
    };
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (own_file_kind(ours[i]) != OWN_FILE_OTHER)
            fail_msg("'%s' is not known as ours", ours[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (own_file_kind(others[i]) != OWN_FILE_NONE)
            fail_msg("'%s' is taken for ours", others[i]);
    assert_int_equal(own_file_kind("u-r1.json"), OWN_FILE_SNAPSHOT);
    assert_int_equal(own_file_kind("lock"), OWN_FILE_LOCK);
}

static void test_ids_of_what_clean_tells(void **state)
{
    (void)state;
    assert_true(own_file_id_is_sane("folder"));
    assert_true(own_file_id_is_sane("folder[u-r1.json]"));
    assert_true(own_file_id_is_sane("profile[wmifleet-" NONCE ".exe]"));
    assert_false(own_file_id_is_sane("folder[]"));
    assert_false(own_file_id_is_sane("folder[notes.txt]"));
    assert_false(own_file_id_is_sane("folder[c-..\\x]"));
    assert_false(own_file_id_is_sane("profile[p-" HASH ".exe]"));
    assert_false(own_file_id_is_sane("folder[u-r1.json]x"));
    assert_false(own_file_id_is_sane("uac.x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_put_back_is_used_up),
        cmocka_unit_test(test_what_is_not_put_back_is_named),
        cmocka_unit_test(test_what_is_not_known_is_not_used_up),
        cmocka_unit_test(test_names_of_ours),
        cmocka_unit_test(test_ids_of_what_clean_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
