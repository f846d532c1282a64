/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "payload/namespace/namespace_list.h"
#include "payload/settings/settings_namespace.h"

#define ADMINS "S-1-5-32-544"
#define READERS "S-1-5-32-558"
#define COM_USERS "S-1-5-32-562"
#define GUESTS "S-1-5-32-546"

#define CI 0x02u
#define INHERITED 0x10u
#define READ (SETTINGS_WBEM_ENABLE | SETTINGS_WBEM_REMOTE)

struct line {
    unsigned type;
    unsigned flags;
    uint32_t mask;
    const char *sid;
};

static struct sid sid_of(const char *text)
{
    struct sid sid;
    assert_true(sid_parse(&sid, text));
    return sid;
}

static struct descriptor make(const struct line *lines, size_t count)
{
    struct descriptor list;
    struct err err;
    assert_int_equal(descriptor_build(&list, NULL, 0, &err), 0);
    for (size_t i = 0; i < count; i++) {
        struct sid sid = sid_of(lines[i].sid);
        unsigned char bytes[8 + SID_LEN_MAX] = {(unsigned char)lines[i].type,
                                                (unsigned char)lines[i].flags,
                                                (unsigned char)(8 + sid.len)};
        for (size_t j = 0; j < 4; j++)
            bytes[4 + j] = (unsigned char)(lines[i].mask >> 8 * j & 0xFF);
        memcpy(bytes + 8, sid.bytes, sid.len);
        assert_int_equal(descriptor_put_in(&list, i, bytes, 8 + sid.len, &err),
                         0);
    }
    return list;
}

static void check(const struct descriptor *list, const struct line *lines,
                  size_t count)
{
    struct descriptor_entry entry = {0};
    assert_int_equal(descriptor_count(list), count);
    for (size_t i = 0; i < count; i++) {
        struct sid sid = sid_of(lines[i].sid);
        assert_true(descriptor_next(list, &entry));
        assert_int_equal(entry.type, lines[i].type);
        assert_int_equal(entry.flags, lines[i].flags);
        assert_int_equal(entry.mask, lines[i].mask);
        assert_true(sid_same(&entry.sid, &sid));
    }
    assert_true(descriptor_has_owner_and_group(list));
}

/* One row: a list, a wish about READERS, the verdict, the list after it. */
struct row {
    const char *name;
    struct line before[4];
    struct grant_wish wish;
    bool parent_changes;
    enum setting_verdict verdict;
    struct line after[4];
};

static size_t count_of(const struct line lines[4])
{
    size_t count = 0;
    while (count < 4 && lines[count].sid != NULL)
        count++;
    return count;
}

#define ALLOW(flags_, mask_, sid_)                                             \
    {                                                                          \
        DESCRIPTOR_ALLOW, (flags_), (mask_), (sid_)                            \
    }
#define DENY(flags_, mask_, sid_)                                              \
    {                                                                          \
        DESCRIPTOR_DENY, (flags_), (mask_), (sid_)                             \
    }
#define PRESENT(rights_, below_)                                               \
    {                                                                          \
        .present = true, .rights = (rights_), .subnamespaces = (below_)        \
    }
#define ABSENT(rights_)                                                        \
    {                                                                          \
        .rights = (rights_)                                                    \
    }

static const struct row rows[] = {
    {"nothing there: behind all, inherited ones go",
     {DENY(0, 2, GUESTS), ALLOW(CI, 0x6003F, COM_USERS),
      ALLOW(CI | INHERITED, 0x6003F, ADMINS)},
     PRESENT(READ, false),
     false,
     SETTING_DIFFERS,
     {DENY(0, 2, GUESTS), ALLOW(CI, 0x6003F, COM_USERS),
      ALLOW(0, READ, READERS)}},
    {"the entry with the same flags gets the bits",
     {ALLOW(0, 0x1, READERS), ALLOW(0, 0x13, COM_USERS)},
     PRESENT(READ, false),
     false,
     SETTING_DIFFERS,
     {ALLOW(0, READ, READERS), ALLOW(0, 0x13, COM_USERS)}},
    {"one with other flags is left, ours goes beside it",
     {ALLOW(0, READ, READERS)},
     PRESENT(READ, true),
     false,
     SETTING_DIFFERS,
     {ALLOW(0, READ, READERS), ALLOW(CI, READ, READERS)}},
    {"an entry that reaches further is enough",
     {ALLOW(CI, READ | 2, READERS)},
     PRESENT(READ, false),
     false,
     SETTING_AGREES,
     {{0}}},
    {"what is inherited is enough",
     {ALLOW(CI | INHERITED, READ, READERS)},
     PRESENT(READ, true),
     false,
     SETTING_AGREES,
     {{0}}},
    {"what is inherited and goes no further is not enough for below",
     {ALLOW(INHERITED, READ, READERS)},
     PRESENT(READ, true),
     false,
     SETTING_DIFFERS,
     {ALLOW(CI, READ, READERS)}},
    {"what is for those below alone does not count here",
     {ALLOW(CI | 8, READ, READERS)},
     PRESENT(READ, false),
     false,
     SETTING_DIFFERS,
     {ALLOW(CI | 8, READ, READERS), ALLOW(0, READ, READERS)}},
    {"a denial of the account",
     {DENY(0, SETTINGS_WBEM_REMOTE, READERS)},
     PRESENT(READ, false),
     false,
     SETTING_CONFLICT,
     {{0}}},
    {"a denial of a group that it is in",
     {DENY(0, SETTINGS_WBEM_REMOTE, GUESTS), ALLOW(0, READ, READERS)},
     PRESENT(READ, false),
     false,
     SETTING_CONFLICT,
     {{0}}},
    {"a denial of another right",
     {DENY(0, SETTINGS_WBEM_METHODS, READERS)},
     PRESENT(READ, false),
     false,
     SETTING_DIFFERS,
     {DENY(0, SETTINGS_WBEM_METHODS, READERS), ALLOW(0, READ, READERS)}},
    {"absent takes exactly the bits, from every entry",
     {ALLOW(0, READ | 2, READERS), ALLOW(CI, READ, READERS),
      ALLOW(0, READ, COM_USERS)},
     ABSENT(SETTINGS_WBEM_REMOTE),
     false,
     SETTING_DIFFERS,
     {ALLOW(0, 0x3, READERS), ALLOW(CI, 0x1, READERS),
      ALLOW(0, READ, COM_USERS)}},
    {"absent without rights takes all, and no denial",
     {DENY(0, 4, READERS), ALLOW(0, READ, READERS), ALLOW(0, 1, COM_USERS)},
     ABSENT(0),
     false,
     SETTING_DIFFERS,
     {DENY(0, 4, READERS), ALLOW(0, 1, COM_USERS)}},
    {"absent and not there",
     {ALLOW(0, READ, COM_USERS)},
     ABSENT(0),
     false,
     SETTING_AGREES,
     {{0}}},
    {"absent and inherited",
     {ALLOW(CI | INHERITED, READ, READERS)},
     ABSENT(0),
     false,
     SETTING_BLOCKED,
     {{0}}},
    {"absent, inherited, and taken away further up",
     {ALLOW(CI | INHERITED, READ, READERS)},
     ABSENT(0),
     true,
     SETTING_DIFFERS,
     {{0}}},
    {"absent would leave full write without its parts",
     {ALLOW(0, 0x1C, READERS)},
     ABSENT(SETTINGS_WBEM_PARTIAL_WRITE),
     false,
     SETTING_CONFLICT,
     {{0}}},
};

static void check_row(const struct row *row)
{
    struct sid sids[] = {sid_of(READERS), sid_of(GUESTS)};
    const struct descriptor_token token = {.sids = sids, .count = 2};
    const struct namespace_question question = {
        .path = "root\\cimv2",
        .wish = &row->wish,
        .sid = &sids[0],
        .token = &token,
        .parent_changes = row->parent_changes,
    };
    struct descriptor list = make(row->before, count_of(row->before));
    struct setting_reason reason = {.code = 0};
    struct err err;
    enum setting_verdict verdict =
        namespace_list_judge(&question, &list, &reason);
    if (verdict != row->verdict)
        fail_msg("%s: verdict %d: %s", row->name, (int)verdict, reason.text);
    assert_int_equal(reason.text[0] != '\0',
                     verdict == SETTING_BLOCKED || verdict == SETTING_CONFLICT);
    check(&list, row->before, count_of(row->before)); /* judging changes none */
    if (verdict == SETTING_DIFFERS) {
        assert_int_equal(namespace_list_change(&question, &list, &err), 0);
        check(&list, row->after, count_of(row->after));
    }
    descriptor_release(&list);
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(&rows[i]);
}

/* --- states -------------------------------------------------------------- */

static const struct line mixed[] = {DENY(0, 1, GUESTS), ALLOW(0, READ, READERS),
                                    ALLOW(CI, READ, COM_USERS),
                                    ALLOW(CI | INHERITED, 0x6003F, ADMINS)};

static void test_state_is_put_back(void **state)
{
    (void)state;
    struct sid sids[] = {sid_of(READERS), sid_of(COM_USERS)};
    const struct entry_accounts accounts = {
        .sids = sids, .count = 2, .flags = NAMESPACE_OWN_FLAGS};
    static const struct line now[] = {DENY(0, 1, GUESTS),
                                      ALLOW(CI, READ | 2, COM_USERS)};
    struct descriptor list = make(mixed, 4);
    struct descriptor later = make(now, 2);
    struct err err;
    cJSON *before = namespace_list_state(&list, &accounts);
    const cJSON *part = cJSON_GetObjectItem(before, "namespace");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(part, "entries")),
                     2);
    assert_int_equal(namespace_list_put_back(&later, before, &accounts, &err),
                     0);
    /* The other account keeps what it has got meanwhile. */
    static const struct line after[] = {DENY(0, 1, GUESTS),
                                        ALLOW(0, READ, READERS),
                                        ALLOW(CI, READ | 2, COM_USERS)};
    check(&later, after, 3);
    cJSON *again = namespace_list_state(&later, &accounts);
    assert_true(cJSON_Compare(before, again, true));
    cJSON_Delete(again);
    cJSON_Delete(before);
    descriptor_release(&later);
    descriptor_release(&list);
}

/* --- at random ------------------------------------------------------------ */

#define RANDOM_MAX 10

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(*seed >> 33);
}

/* Own entries in any order, inherited ones behind them. */
static size_t random_lines(struct line lines[RANDOM_MAX], size_t *own,
                           uint64_t *seed)
{
    static const char *const people[] = {ADMINS, READERS, COM_USERS, GUESTS};
    static const unsigned flags[] = {0, CI, 0x04, 0x0A};
    size_t count = next_random(seed) % RANDOM_MAX;
    *own = count - (count > 0 ? next_random(seed) % count : 0);
    for (size_t i = 0; i < count; i++)
        lines[i] = (struct line){
            .type = next_random(seed) % 4 == 0,
            .flags = i < *own ? flags[next_random(seed) % 4] : CI | INHERITED,
            .mask = 1 + next_random(seed) % 0x3F,
            .sid = people[next_random(seed) % 4],
        };
    return count;
}

static bool is_foreign(const struct line *line)
{
    return line->type != DESCRIPTOR_ALLOW || strcmp(line->sid, READERS) != 0;
}

/* The foreign ones of `lines` stand in `list`, in their order. */
static void check_foreign(const struct descriptor *list,
                          const struct line *lines, size_t own)
{
    struct descriptor_entry entry = {0};
    struct sid readers = sid_of(READERS);
    size_t at = 0;
    while (descriptor_next(list, &entry)) {
        if (entry.type == DESCRIPTOR_ALLOW && sid_same(&entry.sid, &readers))
            continue;
        while (at < own && !is_foreign(&lines[at]))
            at++;
        assert_true(at < own);
        struct sid sid = sid_of(lines[at].sid);
        assert_int_equal(entry.type, lines[at].type);
        assert_int_equal(entry.flags, lines[at].flags);
        assert_int_equal(entry.mask, lines[at].mask);
        assert_true(sid_same(&entry.sid, &sid));
        at++;
    }
    while (at < own && !is_foreign(&lines[at]))
        at++;
    assert_int_equal(at, own);
}

static bool change_at_random(uint64_t *seed)
{
    static const uint32_t masks[] = {READ, 1, 2, 0x20, 0x1C};
    struct line lines[RANDOM_MAX];
    size_t own;
    size_t count = random_lines(lines, &own, seed);
    struct grant_wish wish = {.present = next_random(seed) % 2 == 0,
                              .rights = masks[next_random(seed) % 5],
                              .subnamespaces = next_random(seed) % 2 == 0};
    struct sid sid = sid_of(READERS);
    const struct descriptor_token token = {.sids = &sid, .count = 1};
    const struct namespace_question question = {
        .path = "root", .wish = &wish, .sid = &sid, .token = &token};
    const struct entry_accounts accounts = {
        .sids = &sid, .count = 1, .flags = NAMESPACE_OWN_FLAGS};
    struct descriptor list = make(lines, count);
    struct setting_reason reason = {.code = 0};
    struct err err;
    cJSON *before = namespace_list_state(&list, &accounts);
    assert_non_null(before);
    bool differs =
        namespace_list_judge(&question, &list, &reason) == SETTING_DIFFERS;
    if (differs) {
        assert_int_equal(namespace_list_change(&question, &list, &err), 0);
        check_foreign(&list, lines, own);
        assert_int_equal(
            namespace_list_put_back(&list, before, &accounts, &err), 0);
        check(&list, lines, own); /* each of its own, in its place */
    }
    cJSON_Delete(before);
    descriptor_release(&list);
    return differs;
}

static void test_random_lists_keep_what_is_foreign(void **state)
{
    (void)state;
    uint64_t seed = 20261122;
    unsigned changed = 0;
    print_message("seed 20261122\n");
    for (int i = 0; i < 5000; i++)
        changed += change_at_random(&seed);
    assert_in_range(changed, 500, 5000);
}

static void test_state_shows_words(void **state)
{
    (void)state;
    struct sid sid = sid_of(READERS);
    const struct entry_accounts accounts = {
        .sids = &sid, .count = 1, .flags = NAMESPACE_OWN_FLAGS};
    static const struct line line = ALLOW(CI, READ | 0x100, COM_USERS);
    struct descriptor list = make(&line, 1);
    cJSON *found = namespace_list_state(&list, &accounts);
    char *text = cJSON_PrintUnformatted(found);
    assert_string_equal(
        text, "{\"sid\":\"S-1-5-32-558\",\"namespace\":{\"value\":"
              "\"000218002101000001020000000000052000000032020000\","
              "\"entries\":[{\"sid\":\"S-1-5-32-562\",\"type\":\"allow\","
              "\"rights\":[\"enable_account\",\"remote_enable\",\"0x121\"],"
              "\"flags\":2}]}}");
    cJSON_free(text);
    cJSON_Delete(found);
    descriptor_release(&list);
}

static void test_broken_records(void **state)
{
    (void)state;
    static const char *const records[] = {
        "{}",
        "{\"namespace\":{}}",
        "{\"namespace\":{\"value\":5}}",
        "{\"namespace\":{\"value\":\"zz\"}}",
        "{\"namespace\":{\"value\":\"000\"}}",
        "{\"namespace\":{\"value\":\"0000\"}}",
        "{\"namespace\":{\"value\":\"00000000\"}}",
        "{\"namespace\":{\"value\":\"0000ffff21000000\"}}",
        "{\"namespace\":{\"value\":\"0000080021000000\"}}",
        "{\"namespace\":{\"value\":\"00000c002100000001ff0000\"}}",
        "{\"namespace\":{\"value\":\"000009002100000001\"}}",
    };
    struct sid sid = sid_of(READERS);
    const struct entry_accounts accounts = {
        .sids = &sid, .count = 1, .flags = NAMESPACE_OWN_FLAGS};
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        struct descriptor list = make(mixed, 4);
        struct err err;
        cJSON *record = cJSON_Parse(records[i]);
        assert_non_null(record);
        assert_int_equal(
            namespace_list_put_back(&list, record, &accounts, &err), -1);
        assert_true(err.text[0] != '\0');
        cJSON_Delete(record);
        descriptor_release(&list);
    }
}

/* --- requests ------------------------------------------------------------ */

#define GRANT(text_) "[{\"path\": \"root\\\\cimv2\", \"grants\": [" text_ "]}]"

static void read_text(const char *text, struct settings *settings,
                      struct problems *problems)
{
    struct settings_reader reader = {.problems = problems};
    const struct settings_path root = {.key = "namespaces"};
    cJSON *value = cJSON_Parse(text);
    assert_non_null(value);
    problems_init(problems);
    settings_read_namespaces(&reader, &root, value, settings);
    settings->storage = reader.storage;
    cJSON_Delete(value);
}

static void test_request_values(void **state)
{
    (void)state;
    struct settings settings = {.storage = NULL};
    struct problems problems;
    read_text(GRANT("{\"account\": \"wmi-reader\", \"rights\": "
                    "[\"enable_account\", \"remote_enable\", "
                    "\"read_security\"], \"subnamespaces\": true}, "
                    "{\"account\": \"everyone\", \"state\": \"absent\"}"),
              &settings, &problems);
    assert_int_equal(problems.count, 0);
    assert_int_equal(settings.namespace_count, 1);
    const struct namespace_wish *wish = &settings.namespaces[0];
    assert_string_equal(wish->path, "root\\cimv2");
    assert_int_equal(wish->grant_count, 2);
    assert_string_equal(wish->grants[0].account, "wmi-reader");
    assert_int_equal(wish->grants[0].rights, 0x20021);
    assert_true(wish->grants[0].present && wish->grants[0].subnamespaces);
    assert_false(wish->grants[1].present);
    assert_int_equal(wish->grants[1].rights, 0);
    problems_release(&problems);
    settings_release(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_state_is_put_back),
        cmocka_unit_test(test_random_lists_keep_what_is_foreign),
        cmocka_unit_test(test_state_shows_words),
        cmocka_unit_test(test_broken_records),
        cmocka_unit_test(test_request_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
