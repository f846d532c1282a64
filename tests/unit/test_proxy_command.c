/* SPDX-License-Identifier: MIT */
/* A program as the connection: what it says beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "controller/jump/proxy_command.h"
#include "controller/result/fault.h"

#define PATIENCE_MS 20000

struct talk {
    struct proxy_commands *commands;
    struct target target;
    struct proxy_command *command;
};

static void begin(struct talk *talk, const char *line)
{
    struct err err = {0};
    *talk = (struct talk){
        .commands = proxy_commands_new(NULL),
        .target = {.name = "pc", .address = "10.0.0.3", .port = 22}};
    assert_non_null(talk->commands);
    talk->target.proxy_command = line;
    talk->command =
        proxy_command_start(talk->commands, &talk->target, "admin", &err);
    assert_non_null(talk->command);
}

static void assert_hears(const struct talk *talk, const char *text)
{
    char heard[64] = "";
    struct pollfd polled = {.fd = proxy_command_fd(talk->command),
                            .events = POLLIN};
    assert_int_equal(poll(&polled, 1, PATIENCE_MS), 1);
    assert_int_equal(read(polled.fd, heard, sizeof heard - 1), strlen(text));
    assert_string_equal(heard, text);
}

static void end(struct talk *talk)
{
    proxy_command_end(talk->command);
    proxy_commands_free(talk->commands);
}

static void test_what_it_says_last_is_told(void **state)
{
    (void)state;
    struct talk talk;
    struct err err = {.code = FAULT_KEX, .text = "no banner"};
    begin(&talk, "sh -c 'echo %h %p of %r >&2; echo here; cat'");
    assert_hears(&talk, "here\n");
    proxy_command_tell(talk.command, &err);
    assert_int_equal(err.code, FAULT_KEX);
    assert_string_equal(err.text,
                        "no banner; ProxyCommand said: 10.0.0.3 22 of admin");
    end(&talk);
}

/* Nothing is woken by what it says, so nobody may have to read it. */
static void test_one_that_says_much_goes_on(void **state)
{
    (void)state;
    struct talk talk;
    begin(&talk, "sh -c 'yes | head -c 1000000 >&2; echo here; cat'");
    assert_hears(&talk, "here\n");
    end(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_it_says_last_is_told),
        cmocka_unit_test(test_one_that_says_much_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
