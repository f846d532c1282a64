/* SPDX-License-Identifier: MIT */
/* The command that a recap ends with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "controller/command_again.h"

static void expect(const char *const *words, const char *undone,
                   const char *wanted)
{
    char line[512];
    char *argv[32];
    int argc = 0;
    snprintf(line, sizeof line, "%s", "wmifleet");
    argv[argc++] = line;
    for (size_t i = 0; words[i] != NULL; i++)
        argv[argc++] = (char *)words[i];
    argv[argc] = NULL;
    struct options options;
    assert_int_equal(options_parse(&options, argc, argv), OPTIONS_RUN);
    char *again = command_again(&options, undone);
    assert_non_null(again);
    assert_string_equal(again, wanted);
    free(again);
}

#define EXPECT(undone, wanted, ...)                                            \
    expect((const char *const[]){__VA_ARGS__, NULL}, undone, wanted)

static void test_the_same_selection_and_login(void **state)
{
    (void)state;
    unsetenv("WMIFLEET_INVENTORY");
    unsetenv("WMIFLEET_STORE");
    EXPECT(NULL, "", "check");
    EXPECT(NULL, "", "ping", "--json");
    EXPECT(NULL, " -i a.json -l 'lab:!pc 1' --only uac", "apply", "-i",
           "a.json", "-l", "lab:!pc 1", "--only", "uac");
    EXPECT(NULL, " --restart never", "apply", "--restart", "never");
    EXPECT(NULL, "", "apply", "--restart", "needed");
    EXPECT("r1", " r1 --all --force", "undo", "--all", "--force");
    EXPECT(NULL,
           " -u admin --private-key k --host-keys accept-new -k "
           "--password-file 'it'\\''s' --password-to-new-hosts --ssh",
           "check", "-u", "admin", "--private-key", "k", "--host-keys",
           "accept-new", "-k", "--password-file", "it's",
           "--password-to-new-hosts", "--ssh");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_selection_and_login),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
