/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "controller/options.h"
#include "payload/settings/settings.h"

#define ARGUMENTS_MAX 48

struct outcome {
    enum options_outcome outcome;
    struct options options;
    char said[8192]; /* standard output and standard error together */
};

/* Runs the parser on one line of words, as a shell would split them. */
static void parse(const char *line, struct outcome *outcome)
{
    static char words[2048];
    char *argv[ARGUMENTS_MAX + 1] = {0};
    int argc = 0;
    snprintf(words, sizeof words, "%s", line);
    char *rest = words;
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        assert_true(argc < ARGUMENTS_MAX);
        argv[argc++] = word;
    }
    char path[] = "/tmp/wmifleet-options-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    unlink(path);
    fflush(NULL);
    int out = dup(STDOUT_FILENO);
    int errors = dup(STDERR_FILENO);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    outcome->outcome = options_parse(&outcome->options, argc, argv);
    fflush(NULL);
    dup2(out, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    close(out);
    close(errors);
    ssize_t len = pread(file, outcome->said, sizeof outcome->said - 1, 0);
    assert_true(len >= 0);
    outcome->said[len] = '\0';
    close(file);
}

static void test_what_is_wrong_is_said_with_the_remedy(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *said;
    } cases[] = {
        {"wmifleet", "verb is missing"},
        {"wmifleet chek", "did you mean check?"},
        {"wmifleet zzz", "not a verb"},
        {"wmifleet check --frobs", "--frobs is not an option of check"},
        {"wmifleet check --exlude=a", "--exlude is not an option of check; "
                                      "did you mean --exclude?"},
        {"wmifleet check -z", "-z is not an option of check"},
        {"wmifleet check -qz", "-z is not an option of check"},
        {"wmifleet check --quiet=1", "--quiet takes no value"},
        {"wmifleet check --only", "--only: FAMILIES is missing"},
        {"wmifleet check --only fw", "'fw' is not a family of settings; "
                                     "known: "},
        {"wmifleet check --only uac,", "--only: '' is not a family"},
        {"wmifleet check --only uac,dcom --skip dcom,uac", "nothing is left"},
        {"wmifleet check --frobs", "wmifleet check --help"},
        {"wmifleet check -f", "--forks: N is missing"},
        {"wmifleet check -f 0", "--forks 0"},
        {"wmifleet check -f x", "whole number"},
        {"wmifleet check -f 12x", "whole number"},
        {"wmifleet check -f -3", "whole number"},
        {"wmifleet check -t 99999999", "whole number"},
        {"wmifleet check --output xml", "human (default), json or ndjson"},
        {"wmifleet check --host-keys maybe", "accept-new"},
        {"wmifleet check lab.json", "one word too many"},
        {"wmifleet inventory --yes", "--yes means nothing to inventory"},
        {"wmifleet runs -l a", "--limit means nothing to runs"},
        {"wmifleet trust --only uac", "--only means nothing to trust"},
        {"wmifleet show a b", "b: one word too many"},
        {"wmifleet check --retries -1", "from 0 to 1000000"},
        {"wmifleet undo --from-target --rerun failed", "choose hosts with -l"},
        {"wmifleet undo --from-target --resume r1", "choose hosts with -l"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outcome outcome;
        parse(cases[i].line, &outcome);
        if (outcome.outcome != OPTIONS_WRONG ||
            strstr(outcome.said, cases[i].said) == NULL)
            fail_msg("%s: outcome %d, said: %s", cases[i].line,
                     (int)outcome.outcome, outcome.said);
    }
}

/* "--skip services,account,...": the line that names every family. */
static void skip_all(char *line, size_t size, const char *verb)
{
    size_t len = (size_t)snprintf(line, size, "wmifleet %s --skip ", verb);
    for (const char *const *f = settings_families(); *f != NULL; f++)
        len += (size_t)snprintf(line + len, size - len, "%s%s", *f,
                                f[1] != NULL ? "," : "");
}

static void test_every_family_can_be_named(void **state)
{
    (void)state;
    struct outcome o;
    char line[512];
    skip_all(line, sizeof line, "check");
    parse(line, &o);
    assert_int_equal(o.outcome, OPTIONS_WRONG);
    assert_non_null(strstr(o.said, "nothing is left"));
    for (const char *const *f = settings_families(); *f != NULL; f++) {
        snprintf(line, sizeof line, "wmifleet check --only %s", *f);
        parse(line, &o);
        assert_int_equal(o.outcome, OPTIONS_RUN);
    }
    skip_all(line, sizeof line, "apply");
    *strrchr(line, ',') = '\0';
    parse(line, &o);
    assert_int_equal(o.outcome, OPTIONS_RUN);
}

/* Every family, in their order, between the two. */
static void expect_families(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    const char *end = strstr(at, to);
    assert_non_null(end);
    for (const char *const *f = settings_families(); *f != NULL; f++) {
        at = strstr(at, *f);
        if (at == NULL || at > end)
            fail_msg("%s: not in its place behind %s", *f, from);
        at += strlen(*f);
    }
}

static void test_help_and_man_page_name_every_family(void **state)
{
    (void)state;
    struct outcome o;
    char page[65536];
    parse("wmifleet check --help", &o);
    expect_families(o.said, "--only FAMILIES", "--skip");
    FILE *file = fopen("docs/wmifleet.1", "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    expect_families(page, "\\-\\-only", ".TP");
}

static void test_a_full_line_becomes_a_struct(void **state)
{
    (void)state;
    struct outcome o;
    parse("wmifleet apply -i a.json --inventory b.json -l lab:!lab-3 -x pc "
          "--fanout 7 -t 5 --timeout 60 -u adm --private-key k --only uac,dcom "
          "--host-keys accept-new --known-hosts kh --store s.db --reason why "
          "--json -vv --color always --ssh",
          &o);
    assert_int_equal(o.outcome, OPTIONS_RUN);
    assert_int_equal(o.options.command, COMMAND_APPLY);
    assert_int_equal(o.options.inventory_count, 2);
    assert_string_equal(o.options.inventories[0], "a.json");
    assert_string_equal(o.options.inventories[1], "b.json");
    assert_string_equal(o.options.limit, "lab:!lab-3");
    assert_string_equal(o.options.exclude, "pc");
    assert_int_equal(o.options.forks, 7);
    assert_int_equal(o.options.connect_timeout_s, 5);
    assert_int_equal(o.options.timeout_s, 60);
    assert_string_equal(o.options.only, "uac,dcom");
    assert_int_equal(o.options.host_keys, HOST_KEYS_ACCEPT_NEW);
    assert_int_equal(o.options.output, OUTPUT_NDJSON);
    assert_int_equal(o.options.verbose, 2);
    assert_true(o.options.color);
    assert_true(o.options.force_ssh);
}

static void test_defaults_come_from_the_environment(void **state)
{
    (void)state;
    struct outcome o;
    unsetenv("WMIFLEET_INVENTORY");
    unsetenv("WMIFLEET_STORE");
    parse("wmifleet check", &o);
    assert_string_equal(o.options.inventories[0], "inventory.json");
    assert_null(o.options.store);
    assert_int_equal(o.options.forks, OPTIONS_DEFAULT_FORKS);
    assert_int_equal(o.options.output, OUTPUT_HUMAN);
    setenv("WMIFLEET_INVENTORY", "/lab.json", 1);
    setenv("WMIFLEET_STORE", "/s.db", 1);
    parse("wmifleet check", &o);
    assert_string_equal(o.options.inventories[0], "/lab.json");
    assert_string_equal(o.options.store, "/s.db");
    parse("wmifleet check -i mine.json --store mine.db", &o);
    assert_int_equal(o.options.inventory_count, 1);
    assert_string_equal(o.options.inventories[0], "mine.json");
    assert_string_equal(o.options.store, "mine.db");
    unsetenv("WMIFLEET_INVENTORY");
    unsetenv("WMIFLEET_STORE");
}

static void test_a_dry_run_of_apply_is_a_check(void **state)
{
    (void)state;
    struct outcome o;
    parse("wmifleet apply --dry-run", &o);
    assert_int_equal(o.outcome, OPTIONS_RUN);
    assert_int_equal(o.options.command, COMMAND_CHECK);
}

static void test_a_pipe_and_no_color_are_never_colored(void **state)
{
    (void)state;
    struct outcome o;
    parse("wmifleet check", &o);
    assert_false(o.options.color);
    parse("wmifleet check --color never", &o);
    assert_false(o.options.color);
}

static void test_help_lists_what_a_verb_takes_and_nothing_else(void **state)
{
    (void)state;
    struct outcome o;
    parse("wmifleet --help", &o);
    assert_int_equal(o.outcome, OPTIONS_SHOWN);
    for (int i = 0; i < COMMAND_COUNT; i++)
        assert_non_null(strstr(o.said, options_command_word((enum command)i)));
    parse("wmifleet check --help", &o);
    assert_int_equal(o.outcome, OPTIONS_SHOWN);
    assert_non_null(strstr(o.said, "--only FAMILIES"));
    assert_null(strstr(o.said, "--show-secrets"));
    parse("wmifleet inventory -h", &o);
    assert_non_null(strstr(o.said, "--show-secrets"));
    assert_null(strstr(o.said, "--only"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_wrong_is_said_with_the_remedy),
        cmocka_unit_test(test_a_full_line_becomes_a_struct),
        cmocka_unit_test(test_defaults_come_from_the_environment),
        cmocka_unit_test(test_a_dry_run_of_apply_is_a_check),
        cmocka_unit_test(test_a_pipe_and_no_color_are_never_colored),
        cmocka_unit_test(test_help_lists_what_a_verb_takes_and_nothing_else),
        cmocka_unit_test(test_every_family_can_be_named),
        cmocka_unit_test(test_help_and_man_page_name_every_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
