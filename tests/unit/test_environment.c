/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "payload/win32/environment.h"
#include "payload/win32/utf16.h"
#include "tests/unit/alloc_door.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))

static const uint16_t block[] = u"=C:=C:\\x\0EMPTY=\0SystemRoot=C:\\Windows\0"
                                u"Two=a=%EMPTY%\0Ärger=no\0";
static const uint16_t nothing[2] = {0};

static const struct {
    const char *text;
    const char *expanded;
} cases[] = {
    {"", ""},
    {"C:\\plain.exe", "C:\\plain.exe"},
    {"%SystemRoot%\\a.exe", "C:\\Windows\\a.exe"},
    {"%SYSTEMROOT%%systemroot%", "C:\\WindowsC:\\Windows"},
    {"<%EMPTY%>", "<>"},
    /* a value is not expanded again, and may have = in it */
    {"%Two%", "a=%EMPTY%"},
    /* what is none stays */
    {"%MISSING%\\a.exe", "%MISSING%\\a.exe"},
    {"%System%\\%SystemRoot", "%System%\\%SystemRoot"},
    {"100%", "100%"},
    {"%%", "%%"},
    {"%%SystemRoot%", "%C:\\Windows"},
    {"%MISSING%SystemRoot%", "%MISSINGC:\\Windows"},
    {"%=C:%", "C:\\x"},
};

static char *expand(const uint16_t *from, const char *text)
{
    uint16_t *wide = utf16_from_utf8(text);
    assert_non_null(wide);
    uint16_t *expanded = environment_expand(from, wide);
    assert_non_null(expanded);
    char *narrow = utf16_text_to_utf8(expanded);
    assert_non_null(narrow);
    free(expanded);
    free(wide);
    return narrow;
}

static void test_expansion(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *expanded = expand(block, cases[i].text);
        assert_string_equal(expanded, cases[i].expanded);
        free(expanded);
    }
    char *same = expand(nothing, "%SystemRoot%");
    assert_string_equal(same, "%SystemRoot%");
    free(same);
}

static void test_memory_is_short(void **state)
{
    (void)state;
    alloc_door_shut(1, false);
    assert_null(environment_expand(block, u"%SystemRoot%"));
    assert_true(alloc_door_open());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expansion),
        cmocka_unit_test(test_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
