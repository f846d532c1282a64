/* SPDX-License-Identifier: MIT */
/* What a machine announces, against the address used and the name known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "verify/announced.h"

static const struct row {
    const char *announced[4];
    const char *peer, *computer;
    enum verdict_state state;
    const char *words;
} rows[] = {
    {{"LAB-1", "10.0.0.7"}, "10.0.0.7", NULL, VERDICT_OK, "LAB-1, 10.0.0.7"},
    {{"LAB-1", "10.0.0.70"}, "10.0.0.7", NULL, VERDICT_DRIFT, "not 10.0.0.7"},
    {{"10.0.0.7"}, "10.0.0.7", "lab-1", VERDICT_OK, ""},
    {{NULL}, "10.0.0.7", NULL, VERDICT_DRIFT, "no address of TCP"},
    {{"LAB-1", "2001:DB8::7"}, "2001:db8:0:0::7", NULL, VERDICT_OK, ""},
    {{"LAB-1", "fe80::7%12"}, "fe80::7", NULL, VERDICT_OK, ""},
    {{"fe80::7%12", "LAB-1"}, "fe80::7", "lab-1", VERDICT_OK, ""},
    {{"LAB-1", "::ffff:10.0.0.7"}, "10.0.0.7", NULL, VERDICT_DRIFT, "not 10"},
    {{"LAB-1", "10.0.0.7"}, "10.0.0.7", "lab-1.example.com", VERDICT_OK, ""},
    {{"LAB-1.example.com", "10.0.0.7"}, "10.0.0.7", "LAB-1", VERDICT_OK, ""},
    {{"LONG-NAME-OF-15", "10.0.0.7"},
     "10.0.0.7",
     "long-name-of-15-and-more",
     VERDICT_OK,
     ""},
    {{"LAB-1", "10.0.0.7"},
     "10.0.0.7",
     "LAB-10",
     VERDICT_DRIFT,
     "LAB-1 answers at 10.0.0.7, where the last check found LAB-10"},
    {{"LAB-2", "10.9.9.9"},
     "10.0.0.7",
     "LAB-1",
     VERDICT_DRIFT,
     "LAB-2 answers"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct server_alive alive = {.com_major = 5};
        struct verdict verdict = {.state = VERDICT_SKIPPED};
        while (alive.count < 4 && rows[i].announced[alive.count] != NULL) {
            snprintf(alive.addresses[alive.count],
                     sizeof alive.addresses[alive.count], "%s",
                     rows[i].announced[alive.count]);
            alive.count++;
        }
        announced_judge(&alive, rows[i].peer, rows[i].computer, &verdict);
        if (verdict.state != rows[i].state ||
            strstr(verdict.text, rows[i].words) == NULL)
            fail_msg("row %zu: %d %s", i, verdict.state, verdict.text);
        if (verdict.state == VERDICT_DRIFT)
            assert_true(verdict.hint[0] != '\0');
    }
}

/* As many and as long as may come: the line stays one, and ends. */
static void test_many_and_long(void **state)
{
    (void)state;
    struct verdict verdict = {.state = VERDICT_SKIPPED};
    static struct server_alive alive;
    alive.count = SERVER_ALIVE_ADDRESSES_MAX;
    for (size_t i = 0; i < alive.count; i++)
        memset(alive.addresses[i], 'x', SERVER_ALIVE_ADDRESS_SIZE - 1);
    announced_judge(&alive, "10.0.0.7", NULL, &verdict);
    assert_int_equal(verdict.state, VERDICT_DRIFT);
    assert_non_null(strstr(verdict.text, "and 60 more, and not 10.0.0.7"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_many_and_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
