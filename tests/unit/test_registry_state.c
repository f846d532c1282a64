/* SPDX-License-Identifier: MIT */
/* Registry values as JSON and back: exact, whatever type and bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "payload/registry/registry_state.h"
#include "payload/win32/utf16.h"

struct row {
    unsigned long type;
    const char *bytes;
    size_t len;
    const char *json;
};

static const struct row rows[] = {
    {4, "\x01\0\0\0", 4, "1"},
    {4, "\xff\xff\xff\xff", 4, "4294967295"},
    {4, "\x01\0\0", 3, "{\"type\":\"REG_DWORD\",\"hex\":\"010000\"}"},
    {4, "", 0, "{\"type\":\"REG_DWORD\",\"hex\":\"\"}"},
    {5, "\0\0\0\x01", 4,
     "{\"type\":\"REG_DWORD_BIG_ENDIAN\",\"hex\":\"00000001\"}"},
    {11, "\x01\0\0\0\0\0\0\0", 8,
     "{\"type\":\"REG_QWORD\",\"hex\":\"0100000000000000\"}"},
    {1, "Y\0\0\0", 4, "\"Y\""},
    {1, "\0\0", 2, "\"\""},
    {1, "a\0b\0s\0e\0n\0t\0\0\0", 14, "\"absent\""},
    /* no NUL at the end, two of them, half a unit, a lone surrogate */
    {1, "Y\0", 2, "{\"type\":\"REG_SZ\",\"hex\":\"5900\"}"},
    {1, "Y\0\0\0\0\0", 6, "{\"type\":\"REG_SZ\",\"hex\":\"590000000000\"}"},
    {1, "Y\0\0", 3, "{\"type\":\"REG_SZ\",\"hex\":\"590000\"}"},
    {1, "", 0, "{\"type\":\"REG_SZ\",\"hex\":\"\"}"},
    {1, "\x00\xd8\0\0", 4, "{\"type\":\"REG_SZ\",\"hex\":\"00d80000\"}"},
    {1, "\x3d\xd8\x00\xde\0\0", 6, "\"\\ud83d\\ude00\""},
    {1, "\xe4\0\0\0", 4, "\"\\u00e4\""},
    {2, "%\0A\0%\0\0\0", 8, "{\"type\":\"REG_EXPAND_SZ\",\"text\":\"%A%\"}"},
    {3, "\0\xff", 2, "{\"type\":\"REG_BINARY\",\"hex\":\"00ff\"}"},
    {0, "", 0, "{\"type\":\"REG_NONE\",\"hex\":\"\"}"},
    {7, "a\0\0\0\0\0", 6,
     "{\"type\":\"REG_MULTI_SZ\",\"hex\":\"610000000000\"}"},
    {131074, "\x07", 1, "{\"type\":\"131074\",\"hex\":\"07\"}"},
};

static void test_every_value_survives(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        struct registry_value in = {.type = row->type, .len = row->len};
        in.bytes = malloc(row->len + 1);
        assert_non_null(in.bytes);
        memcpy(in.bytes, row->bytes, row->len);
        cJSON *tree = registry_state_make(&in);
        char *text = json_print_ascii(tree);
        assert_string_equal(text, row->json);
        cJSON *again = json_parse("state", text, strlen(text), NULL);
        struct registry_value out = {.bytes = NULL};
        assert_false(registry_state_absent(again));
        assert_int_equal(registry_state_value(again, &out), 0);
        assert_int_equal(out.type, row->type);
        assert_int_equal(out.len, row->len);
        assert_memory_equal(out.bytes, row->bytes, row->len);
        registry_value_release(&in);
        registry_value_release(&out);
        cJSON_Delete(tree);
        cJSON_Delete(again);
        free(text);
    }
}

static void test_absences_differ_from_values_and_each_other(void **state)
{
    (void)state;
    cJSON *value = registry_state_no_value();
    cJSON *key = registry_state_no_key(2);
    cJSON *text = cJSON_CreateString("absent");
    struct registry_value out = {.bytes = NULL};
    assert_true(registry_state_absent(value));
    assert_true(registry_state_absent(key));
    assert_false(registry_state_absent(text));
    assert_false(cJSON_Compare(value, key, true));
    assert_int_equal(registry_state_missing_keys(value), 0);
    assert_int_equal(registry_state_missing_keys(key), 2);
    assert_int_equal(registry_state_value(value, &out), -1);
    assert_int_equal(registry_state_value(key, &out), -1);
    cJSON_Delete(value);
    cJSON_Delete(key);
    cJSON_Delete(text);
}

static void test_what_is_no_state_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "null",
        "true",
        "[]",
        "{}",
        "-1",
        "4294967296",
        "{\"type\":\"REG_BINARY\"}",
        "{\"type\":\"REG_BINARY\",\"hex\":\"0\"}",
        "{\"type\":\"REG_BINARY\",\"hex\":\"0g\"}",
        "{\"type\":\"REG_BINARY\",\"hex\":\"0A\"}",
        "{\"type\":\"REG_WHAT\",\"hex\":\"00\"}",
        "{\"type\":\"12x\",\"hex\":\"00\"}",
        "{\"type\":\"\",\"hex\":\"00\"}",
        "{\"type\":3,\"hex\":\"00\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct registry_value out = {.bytes = NULL};
        cJSON *tree = json_parse("state", texts[i], strlen(texts[i]), NULL);
        assert_non_null(tree);
        if (registry_state_value(tree, &out) == 0)
            fail_msg("%s was taken for a state", texts[i]);
        assert_null(out.bytes);
        cJSON_Delete(tree);
    }
}

static void test_hostile_levels_count_as_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"absent\":\"key\",\"levels\":-1}",
        "{\"absent\":\"key\",\"levels\":1e9}",
        "{\"absent\":\"key\",\"levels\":\"2\"}",
        "{\"absent\":\"key\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cJSON *tree = json_parse("state", texts[i], strlen(texts[i]), NULL);
        assert_int_equal(registry_state_missing_keys(tree), 0);
        cJSON_Delete(tree);
    }
}

static void test_utf8_and_utf16(void **state)
{
    (void)state;
    static const uint16_t lone[] = {'a', 0xD800, 'b', 0xDC00, 0};
    char *text = utf16_text_to_utf8(lone);
    assert_string_equal(text, "a\xEF\xBF\xBD"
                              "b\xEF\xBF\xBD");
    free(text);
    static const char mixed[] = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
    uint16_t *units = utf16_from_utf8(mixed);
    assert_int_equal(utf16_len(units), 5);
    assert_true(utf16_valid(units, 5));
    assert_false(utf16_valid(units, 4));
    text = utf16_text_to_utf8(units);
    assert_string_equal(text, mixed);
    free(text);
    free(units);
    units = utf16_from_utf8("\xC0\xAFx\xFF");
    static const uint16_t replaced[] = {0xFFFD, 0xFFFD, 'x', 0xFFFD, 0};
    assert_memory_equal(units, replaced, sizeof replaced);
    free(units);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_value_survives),
        cmocka_unit_test(test_absences_differ_from_values_and_each_other),
        cmocka_unit_test(test_what_is_no_state_is_refused),
        cmocka_unit_test(test_hostile_levels_count_as_none),
        cmocka_unit_test(test_utf8_and_utf16),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
