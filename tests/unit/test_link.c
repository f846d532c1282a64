/* SPDX-License-Identifier: MIT */
/*
 * A link up to its login, against a jump host that is not there: whatever
 * state it ends in, and whether by a failure or by its deadline, the hosts
 * behind it are told the class that fits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/job/link.h"
#include "tests/unit/fake_transport.h"

#define STEPS_MAX 1000

struct link_case {
    const char *name;
    bool unresolved;
    bool refuses;
    struct fake_rule rule;
    int fault;
    uint64_t at_least_ms; /* that it took */
    uint64_t at_most_ms;
    unsigned tries; /* sessions that were begun */
};

static const struct link_case cases[] = {
    {.name = "no address", .unresolved = true, .fault = FAULT_RESOLVE},
    {.name = "refused",
     .refuses = true,
     .fault = FAULT_REFUSED,
     .tries = 2}, /* one for each address */
    {.name = "no TCP connection",
     .rule = {.op = FAKE_CONNECT, .how = FAKE_HANGS},
     .fault = FAULT_TCP_TIMEOUT,
     .at_least_ms = 20000,
     .at_most_ms = 20000,
     .tries = 2},
    {.name = "no banner",
     .rule = {.op = FAKE_HANDSHAKE, .how = FAKE_HANGS},
     .fault = FAULT_BANNER_TIMEOUT,
     .at_least_ms = 20000,
     .at_most_ms = 20000,
     .tries = 1},
    {.name = "no end of the key exchange",
     .rule = {.op = FAKE_HANDSHAKE, .how = FAKE_HANGS, .after_banner = true},
     .fault = FAULT_KEX,
     .at_least_ms = 20000,
     .at_most_ms = 20000,
     .tries = 1},
    {.name = "another key",
     .rule = {.op = FAKE_HOST_KEY,
              .how = FAKE_FAILS,
              .fault = FAULT_HOSTKEY_CHANGED},
     .fault = FAULT_HOSTKEY_CHANGED,
     .tries = 1},
    {.name = "no end of the login",
     .rule = {.op = FAKE_LOGIN, .how = FAKE_HANGS},
     .fault = FAULT_AUTH,
     .at_least_ms = 30000,
     .at_most_ms = 30000,
     .tries = 1},
    {.name = "login refused",
     .rule = {.op = FAKE_LOGIN, .how = FAKE_FAILS, .fault = FAULT_AUTH},
     .fault = FAULT_AUTH,
     .tries = 1},
};

static const struct target gate = {.name = "gate", .address = "gate"};
static const struct target host = {
    .name = "pc", .address = "pc", .port = 22, .jump = &gate};

static void resolve(struct link *link, bool unresolved)
{
    const struct job_address two[2] = {{.len = 16}, {.len = 16}};
    if (unresolved)
        link_work.resolved(link, NULL, 0, "no such name");
    else
        link_work.resolved(link, two, 2, NULL);
}

/* Steps it to its end, and the time with it. Returns how long that took. */
static uint64_t play(struct link *link, bool unresolved, uint64_t now)
{
    uint64_t began = now;
    for (int i = 0; i < STEPS_MAX; i++) {
        struct job_wait wait = link_work.step(link, now);
        if (wait.what == JOB_FOR_NOTHING)
            return now - began;
        if (wait.what == JOB_FOR_ADDRESS)
            resolve(link, unresolved);
        else
            now = wait.deadline_ms;
    }
    fail_msg("it does not end");
    return 0;
}

static void play_case(const struct link_case *c)
{
    struct fake_machine machine;
    struct err err = {0};
    fake_machine_init(&machine);
    machine.refuses = c->refuses;
    machine.rules[0] = c->rule;
    struct fake_world world = {.machines = &machine, .targets = &gate};
    const struct link_plan plan = {.ways = ways_new(),
                                   .transport = &fake_transport,
                                   .transport_context = &world,
                                   .timeouts = job_timeouts_default()};
    struct way *way = way_open(plan.ways, &host, 22, &err);
    assert_non_null(way);
    struct gate *asking = ways_wanting(plan.ways, 1000);
    assert_non_null(asking);
    struct link *link = link_new(&plan, asking, 1000);
    assert_non_null(link);
    uint64_t took = play(link, c->unresolved, 1000);
    assert_int_equal(way_opened(way, &err), IO_FAIL);
    assert_int_equal(err.code, c->fault);
    assert_int_equal(strncmp(err.text, "jump host gate: ", 16), 0);
    assert_in_range(took, c->at_least_ms, c->at_most_ms);
    assert_int_equal(machine.sessions, c->tries);
    assert_int_equal(machine.sessions_open, 0);
    link_work.free(link);
    way_close(way);
    ways_free(plan.ways);
    fake_machine_release(&machine);
}

static void test_each_end_has_its_class(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        printf("%s\n", cases[i].name);
        play_case(&cases[i]);
    }
}

static void test_a_link_that_nobody_wants_any_more_ends(void **state)
{
    (void)state;
    struct fake_machine machine;
    struct err err;
    fake_machine_init(&machine);
    struct fake_world world = {.machines = &machine, .targets = &gate};
    const struct link_plan plan = {.ways = ways_new(),
                                   .transport = &fake_transport,
                                   .transport_context = &world,
                                   .timeouts = job_timeouts_default()};
    struct way *way = way_open(plan.ways, &host, 22, &err);
    struct link *link = link_new(&plan, ways_wanting(plan.ways, 1000), 1000);
    assert_int_equal(link_work.step(link, 1000).what, JOB_FOR_ADDRESS);
    way_close(way);
    assert_int_equal(link_work.step(link, 1000).what, JOB_FOR_NOTHING);
    link_work.free(link);
    ways_free(plan.ways);
    fake_machine_release(&machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_end_has_its_class),
        cmocka_unit_test(test_a_link_that_nobody_wants_any_more_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
