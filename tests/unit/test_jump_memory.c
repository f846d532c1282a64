/* SPDX-License-Identifier: MIT */
/*
 * Ways, links and pumps where the nth allocation fails: every host is told
 * that its way is open or that it is not, nobody waits for ever, nothing
 * leaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "controller/job/link.h"
#include "controller/jump/pump.h"
#include "tests/unit/alloc_door.h"
#include "tests/unit/fake_transport.h"

#define STEPS_MAX 1000

/* --- a jump host that opens every tunnel at once -------------------------- */

static enum io open_tunnel(struct transport *t, const char *host, uint16_t port,
                           struct tunnel **tunnel, struct err *err)
{
    (void)host;
    (void)port;
    (void)err;
    *tunnel = (struct tunnel *)(void *)t; /* no more than a name for it */
    return IO_DONE;
}

static struct tunnel *give_up(struct transport *t, const char *host,
                              uint16_t port)
{
    (void)t;
    (void)host;
    (void)port;
    return NULL;
}

static enum io receive(struct transport *t, struct tunnel *any, struct err *err)
{
    (void)t;
    (void)err;
    return any != NULL ? IO_AGAIN : IO_DONE;
}

static enum tunnel_holds holds(struct transport *t, struct tunnel *tunnel)
{
    (void)t;
    (void)tunnel;
    return TUNNEL_NOTHING;
}

static bool takes(struct transport *t, struct tunnel *tunnel)
{
    (void)t;
    (void)tunnel;
    return false;
}

static enum io over(struct transport *t, struct tunnel *tunnel, struct err *err)
{
    (void)t;
    (void)tunnel;
    (void)err;
    return IO_DONE;
}

static bool sending(struct transport *t)
{
    (void)t;
    return false;
}

static const struct tunnel_ops tunnels = {.open = open_tunnel,
                                          .give_up = give_up,
                                          .receive = receive,
                                          .holds = holds,
                                          .takes = takes,
                                          .end = over,
                                          .close = over,
                                          .sending = sending};

/* --- one run of two hosts behind it --------------------------------------- */

static const struct target jump = {.name = "gate", .address = "gate"};
static const struct target hosts[] = {
    {.name = "a", .address = "a", .port = 22, .jump = &jump},
    {.name = "b", .address = "b", .port = 22, .jump = &jump},
};

struct journey {
    struct fake_machine machine;
    struct fake_world world;
    struct link_plan plan;
    struct link *link;
    struct way *ways[2];
    bool open[2];
    struct err errs[2];
    uint64_t now;
};

static void step_link(struct journey *journey)
{
    const struct job_address address = {.len = 16};
    struct job_wait wait = link_work.step(journey->link, journey->now);
    if (wait.what == JOB_FOR_ADDRESS)
        link_work.resolved(journey->link, &address, 1, NULL);
    if (wait.what != JOB_FOR_NOTHING)
        return;
    link_work.free(journey->link);
    journey->link = NULL;
}

/* As the fleet does it; false: there is no memory for one now. */
static bool has_link(struct journey *journey)
{
    if (journey->link != NULL)
        return true;
    struct gate *gate = ways_wanting(journey->plan.ways, journey->now);
    if (gate != NULL)
        journey->link = link_new(&journey->plan, gate, journey->now);
    return journey->link != NULL;
}

static bool decided(struct journey *journey, size_t i)
{
    if (journey->ways[i] == NULL || journey->open[i])
        return true;
    switch (way_opened(journey->ways[i], &journey->errs[i])) {
    case IO_AGAIN:
        return false;
    case IO_DONE:
        journey->open[i] = true;
        return true;
    case IO_FAIL:
        way_close(journey->ways[i]);
        journey->ways[i] = NULL;
        return true;
    }
    return true;
}

static void go(struct journey *journey)
{
    for (size_t i = 0; i < 2; i++)
        journey->ways[i] =
            way_open(journey->plan.ways, &hosts[i], 22, &journey->errs[i]);
    for (int i = 0; i < STEPS_MAX; i++) {
        bool first = decided(journey, 0);
        if (decided(journey, 1) && first)
            return;
        if (has_link(journey))
            step_link(journey);
        journey->now += 100;
    }
    fail_msg("a host waits for ever");
}

static void end(struct journey *journey)
{
    for (size_t i = 0; i < 2; i++) {
        if (journey->ways[i] != NULL)
            way_close(journey->ways[i]);
    }
    if (journey->link != NULL)
        link_work.free(journey->link);
    ways_free(journey->plan.ways);
    assert_int_equal(journey->machine.sessions_open, 0);
    fake_machine_release(&journey->machine);
}

/* True while the door had something to refuse. */
static bool travel_refused(size_t nth, bool all)
{
    struct journey journey = {.now = 1000};
    fake_machine_init(&journey.machine);
    journey.machine.use_fds = true; /* a pump watches one */
    journey.world =
        (struct fake_world){.machines = &journey.machine, .targets = &jump};
    journey.plan = (struct link_plan){.transport = &fake_transport,
                                      .transport_context = &journey.world,
                                      .tunnels = &tunnels,
                                      .timeouts = job_timeouts_default()};
    alloc_door_shut(nth, all);
    journey.plan.ways = ways_new();
    bool began = journey.plan.ways != NULL;
    if (began && !all)
        go(&journey);
    else if (began)
        journey.ways[0] =
            way_open(journey.plan.ways, &hosts[0], 22, &journey.errs[0]);
    bool refused = alloc_door_open();
    for (size_t i = 0; began && !all && i < 2; i++) {
        if (!journey.open[i])
            assert_true(journey.errs[i].text[0] != '\0');
        if (!refused)
            assert_true(journey.open[i]);
    }
    end(&journey);
    return refused;
}

static void test_without_memory_each_host_is_told(void **state)
{
    (void)state;
    size_t nth = 1;
    while (travel_refused(nth, false))
        nth++;
    assert_true(nth > 6);
    for (size_t from = 1; from < nth; from++)
        travel_refused(from, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_memory_each_host_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
