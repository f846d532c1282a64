/* SPDX-License-Identifier: MIT */
/* Programs of the administrator's: what they are given, and their end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "inventory/program.h"

#define OUTPUT_MAX 65536
#define LIMIT_S 60

static int run_shell(const char *script, unsigned limit_s, struct buf *out,
                     struct err *err)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    const struct program program = {.argv = argv,
                                    .env_name = "WMIFLEET_HOST",
                                    .env_value = "pc 1",
                                    .limit_s = limit_s};
    buf_init(out, OUTPUT_MAX);
    return program_run(&program, out, err);
}

static const struct {
    const char *script;
    const char *output; /* NULL: failure */
    const char *why;
} runs[] = {
    {"echo a; echo b", "a\nb\n", NULL},
    {":", "", NULL},
    {"cat", "", NULL}, /* standard input is empty */
    {"echo \"$WMIFLEET_HOST\"", "pc 1\n", NULL},
    {"env | grep -c ^WMIFLEET_HOST=", "1\n", NULL},
    {"exec >&-; true", "", NULL},
    {"echo secret; exit 7", NULL, "sh: failed with exit status 7"},
    {"kill -9 $$", NULL, "sh: was ended by signal 9"},
    {"yes | head -c 100000", NULL, "sh: wrote more than 49152 bytes"},
};

static void test_what_programs_say(void **state)
{
    (void)state;
    setenv("WMIFLEET_HOST", "another", 1);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct buf out;
        struct err err = {0};
        int result = run_shell(runs[i].script, LIMIT_S, &out, &err);
        if (runs[i].output == NULL) {
            assert_int_equal(result, -1);
            assert_string_equal(err.text, runs[i].why);
        } else if (result == -1) {
            fail_msg("%s: %s", runs[i].script, err.text);
        } else {
            assert_string_equal(out.data, runs[i].output);
        }
        buf_release(&out);
    }
}

/* Neither output that stays open nor a program that closed it holds us up. */
static void test_a_program_that_does_not_end_is_stopped(void **state)
{
    (void)state;
    static const char *const scripts[] = {"echo x; exec sleep 600",
                                          "exec >&-; exec sleep 600"};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct buf out;
        struct err err = {0};
        assert_int_equal(run_shell(scripts[i], 1, &out, &err), -1);
        assert_string_equal(err.text,
                            "sh: did not end within 1 s and was stopped");
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
        buf_release(&out);
    }
}

static void test_what_cannot_be_started(void **state)
{
    (void)state;
    const char *const argv[] = {"./no-such-program", NULL};
    const struct program program = {.argv = argv, .limit_s = LIMIT_S};
    struct buf out;
    struct err err = {0};
    buf_init(&out, OUTPUT_MAX);
    assert_int_equal(program_run(&program, &out, &err), -1);
    assert_string_equal(
        err.text,
        "./no-such-program: cannot be started: No such file or directory");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_programs_say),
        cmocka_unit_test(test_a_program_that_does_not_end_is_stopped),
        cmocka_unit_test(test_what_cannot_be_started),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
