/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "payload/registry/registry_state.h"
#include "payload/service/host_group.h"

#define SHARED "BITS|iphlpsvc|Winmgmt|Schedule||"
#define ALONE "BITS|iphlpsvc|Schedule||"
#define BEHIND "[{\"name\":\"Winmgmt\",\"after\":\"iphlpsvc\"}]"
#define NOT_THERE "{\"absent\":\"value\"}"

/* A list with the characters of `text`, '|' for NUL. */
static cJSON *value_of(const char *text)
{
    unsigned char bytes[256];
    struct registry_value value = {.type = REGISTRY_TYPE_MULTI_SZ,
                                   .bytes = bytes};
    for (; *text != '\0'; text++) {
        bytes[value.len++] = (unsigned char)(*text == '|' ? 0 : *text);
        bytes[value.len++] = 0;
    }
    return registry_state_make(&value);
}

/* Takes `found`. */
static void expect_text(cJSON *found, const char *wanted)
{
    char *text = cJSON_PrintUnformatted(found);
    assert_string_equal(text, wanted);
    cJSON_free(text);
    cJSON_Delete(found);
}

static void expect_state(const char *text, const char *wanted)
{
    cJSON *value = value_of(text);
    expect_text(host_group_state(value, "winmgmt"), wanted);
    cJSON_Delete(value);
}

static void expect_put(const char *text, const char *state, const char *wanted)
{
    cJSON *value = value_of(text);
    cJSON *entries = cJSON_Parse(state);
    cJSON *put = value_of(wanted);
    char *put_text = cJSON_PrintUnformatted(put);
    expect_text(host_group_put(value, "winmgmt", entries), put_text);
    cJSON_free(put_text);
    cJSON_Delete(put);
    cJSON_Delete(entries);
    cJSON_Delete(value);
}

static void test_a_state_tells_its_own_place(void **state)
{
    (void)state;
    expect_state(SHARED, BEHIND);
    expect_state("x|" SHARED, BEHIND);
    expect_state(ALONE, "[]");
    expect_state("||", "[]");
    expect_state("", "[]");
    expect_state("WINMGMT|BITS||", "[{\"name\":\"WINMGMT\",\"after\":null}]");
    expect_state("Winmgmtx|win||", "[]");
    expect_state("a|winmgmt|Winmgmt",
                 "[{\"name\":\"winmgmt\",\"after\":\"a\"},"
                 "{\"name\":\"Winmgmt\",\"after\":\"winmgmt\"}]");
}

static void test_the_others_stay_where_they_are(void **state)
{
    (void)state;
    expect_put(ALONE, BEHIND, SHARED);
    expect_put("Early|" ALONE, BEHIND, "Early|" SHARED);
    expect_put("BITS|iphlpsvc|Schedule|Late||", BEHIND,
               "BITS|iphlpsvc|Winmgmt|Schedule|Late||");
    expect_put(SHARED, "[]", ALONE);
    expect_put(SHARED, BEHIND, SHARED);
    expect_put("BITS|iphlpsvc|Schedule|Winmgmt||", BEHIND, SHARED);
    expect_put(ALONE, "[{\"name\":\"Winmgmt\",\"after\":null}]",
               "Winmgmt|" ALONE);
    expect_put("a||",
               "[{\"name\":\"w\",\"after\":\"a\"},"
               "{\"name\":\"W\",\"after\":\"w\"}]",
               "a|w|W||");
}

static void test_a_neighbour_that_is_gone_makes_it_the_last(void **state)
{
    (void)state;
    expect_put("BITS|Schedule||", BEHIND, "BITS|Schedule|Winmgmt||");
    expect_put("||", BEHIND, "Winmgmt|||");
    expect_put("", BEHIND, "Winmgmt||");
}

static void test_torn_lists_get_their_end(void **state)
{
    (void)state;
    expect_put("a|b", BEHIND, "a|b|Winmgmt||");
    expect_put("a|winmgmt", "[]", "a||");
    expect_put("iphlpsvc|", BEHIND, "iphlpsvc|Winmgmt||");
}

static void test_what_is_no_list(void **state)
{
    (void)state;
    cJSON *absent = registry_state_no_value();
    cJSON *list = value_of(SHARED);
    cJSON *entries = cJSON_Parse(BEHIND);
    cJSON *text = cJSON_CreateString("iphlpsvc");
    cJSON *made = value_of("Winmgmt||");
    char *made_text = cJSON_PrintUnformatted(made);
    expect_text(host_group_state(absent, "winmgmt"), NOT_THERE);
    expect_text(host_group_state(text, "winmgmt"), "\"iphlpsvc\"");
    expect_text(host_group_put(text, "winmgmt", absent), NOT_THERE);
    expect_text(host_group_put(absent, "winmgmt", text), "\"iphlpsvc\"");
    expect_text(host_group_put(absent, "winmgmt", entries), made_text);
    expect_text(host_group_put(made, "winmgmt", absent), NOT_THERE);
    cJSON_free(made_text);
    /* Others have come in since: they stay. */
    cJSON *alone = value_of(ALONE);
    char *alone_text = cJSON_PrintUnformatted(alone);
    expect_text(host_group_put(list, "winmgmt", absent), alone_text);
    cJSON_free(alone_text);
    cJSON_Delete(alone);
    cJSON_Delete(made);
    cJSON_Delete(text);
    cJSON_Delete(entries);
    cJSON_Delete(list);
    cJSON_Delete(absent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_state_tells_its_own_place),
        cmocka_unit_test(test_the_others_stay_where_they_are),
        cmocka_unit_test(test_a_neighbour_that_is_gone_makes_it_the_last),
        cmocka_unit_test(test_torn_lists_get_their_end),
        cmocka_unit_test(test_what_is_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
