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

static void parse(const char *const *words, struct options *options)
{
    static char line[] = "wmifleet";
    char *argv[32];
    int argc = 0;
    argv[argc++] = line;
    for (size_t i = 0; words[i] != NULL; i++)
        argv[argc++] = (char *)words[i];
    argv[argc] = NULL;
    assert_int_equal(options_parse(options, argc, argv), OPTIONS_RUN);
}

static void expect(const char *const *words, const char *undone,
                   const char *wanted)
{
    struct options options;
    parse(words, &options);
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
    EXPECT(NULL, " -i a --outdir d", "check", "-i", "a", "--outdir", "d");
    EXPECT(NULL, " -i a.json -l 'lab:!pc 1' --only uac", "apply", "-i",
           "a.json", "-l", "lab:!pc 1", "--only", "uac");
    EXPECT(NULL, " --restart never", "apply", "--restart", "never");
    EXPECT(NULL, "", "apply", "--restart", "needed");
    EXPECT("r1", " r1 --force", "undo", "--force");
    EXPECT(NULL,
           " -l lab -f 10 --serial 1,10%,100% --canary 2 --max-fail 5% "
           "--timeout 60 -t 5 --retries 0",
           "apply", "-l", "lab", "-f", "10", "--serial", "1,10%,100%",
           "--canary", "2", "--max-fail", "5%", "--timeout", "60", "-t", "5",
           "--retries", "0");
    EXPECT(NULL, "", "apply", "-f", "256");
    /* Of all runs none is named, but the one that was asked for. */
    EXPECT("r1", " --all --force", "undo", "--all", "--force");
    EXPECT("r1", " r0 --all", "undo", "--all", "r0");
    EXPECT(NULL,
           " -u admin --private-key k --host-keys accept-new -k "
           "--password-file 'it'\\''s' --password-to-new-hosts --ssh",
           "check", "-u", "admin", "--private-key", "k", "--host-keys",
           "accept-new", "-k", "--password-file", "it's",
           "--password-to-new-hosts", "--ssh");
}

static void test_an_apply_of_what_was_undone(void **state)
{
    (void)state;
    const char *const words[] = {"undo",          "--all", "--force", "-l",
                                 "pc1",           "-k",    "-i",      "a.json",
                                 "--from-target", NULL};
    struct options options;
    parse(words, &options);
    char *apply = command_apply(&options, NULL);
    assert_string_equal(apply, " -i a.json -l pc1 -k");
    free(apply);
}

static void test_the_same_of_other_hosts(void **state)
{
    (void)state;
    const char *const words[] = {"check",  "-l", "room", "-i",
                                 "a.json", "-u", "root", NULL};
    struct options options;
    parse(words, &options);
    char *apply = command_apply(&options, "pc1,pc2");
    assert_string_equal(apply, " -i a.json -l pc1,pc2 -u root");
    free(apply);
}

static void test_one_host_is_trusted_anew(void **state)
{
    (void)state;
    const char *const words[] = {"trust",         "-l",  "room", "-i", "a.json",
                                 "--known-hosts", "k h", NULL};
    struct options options;
    parse(words, &options);
    char *trust = command_trust_replace(&options, "pc1");
    assert_string_equal(trust, " -l pc1 -i a.json --known-hosts 'k h'");
    free(trust);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_selection_and_login),
        cmocka_unit_test(test_an_apply_of_what_was_undone),
        cmocka_unit_test(test_the_same_of_other_hosts),
        cmocka_unit_test(test_one_host_is_trusted_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
