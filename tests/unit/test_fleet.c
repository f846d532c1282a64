/* SPDX-License-Identifier: MIT */
/*
 * Many hosts through a real loop with real descriptors, against machines
 * that are not there. Deadlines are shortened; nothing here waits for longer
 * than the slowest of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#include "controller/fleet/fleet.h"
#include "controller/fleet/fleet_pace.h"
#include "tests/unit/fake_transport.h"
#include "tests/unit/results_seen.h"

#define HOSTS_MAX 200

struct run {
    struct target targets[HOSTS_MAX];
    struct fake_machine machines[HOSTS_MAX];
    char names[HOSTS_MAX][32];
    struct fake_world world;
    struct turns turns;
    struct job_plan plan;
    struct fleet_config config;
    enum fleet_end end;
    struct err err;
    unsigned done[HOSTS_MAX];
    unsigned not_tried[HOSTS_MAX];
    enum fault faults[HOSTS_MAX];
    size_t done_count;
    size_t not_tried_count;
    size_t uncommitted;
    size_t widest;      /* sessions open at one time */
    size_t signal_at;   /* this many are done: SIGINT */
    size_t signal_more; /* and again, at that many */
    size_t fail_at;     /* the store fails then */
    unsigned looks;     /* at the host that hangs */
    size_t naps;        /* of work that is no job, alive */
    unsigned begun;
    uint64_t first_ms; /* when the first was begun */
    unsigned at_once;  /* were begun in that very moment */
    double seconds;
};

static int give_request(void *context, const struct target *target,
                        struct blob *request, struct err *err)
{
    (void)context;
    (void)target;
    (void)err;
    *request = (struct blob){
        .data = "{}", .len = 2, .hash = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    return 0;
}

static size_t open_sessions(const struct run *run)
{
    size_t open = 0;
    for (size_t i = 0; i < run->config.target_count; i++)
        open += run->machines[i].sessions_open;
    return open;
}

/* Called for each request, so with every admission. */
static void give_cache(void *context, const struct target *target,
                       struct target_cache *cache)
{
    struct run *run = context;
    size_t open = open_sessions(run) + 1;
    (void)target;
    (void)cache;
    if (open > run->widest)
        run->widest = open;
}

static int take_done(void *context, const struct target *target,
                     struct job *job, struct result *result, struct err *err)
{
    struct run *run = context;
    size_t i = (size_t)(target - run->targets);
    assert_non_null(result);
    assert_string_equal(result->host, target->name);
    assert_non_null(job_cache(job));
    assert_int_equal(run->machines[i].sessions_open, 0);
    run->done[i]++;
    run->faults[i] = result->fault;
    run->done_count++;
    run->uncommitted++;
    result_free(result);
    if (run->done_count == run->signal_at ||
        run->done_count == run->signal_more)
        raise(SIGINT);
    if (run->done_count == run->fail_at)
        return err_set(err, 0, "the store is full");
    return 0;
}

static void take_not_tried(void *context, const struct target *target)
{
    struct run *run = context;
    run->not_tried[target - run->targets]++;
    run->not_tried_count++;
}

static int take_turn(void *context, struct err *err)
{
    struct run *run = context;
    (void)err;
    assert_true(run->uncommitted > 0);
    run->uncommitted = 0;
    return 0;
}

static struct run *run_new(size_t count, size_t forks)
{
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    assert_true(count <= HOSTS_MAX);
    for (size_t i = 0; i < count; i++) {
        snprintf(run->names[i], sizeof run->names[i], "lab-%03zu", i);
        run->targets[i] = (struct target){.name = run->names[i],
                                          .address = "127.0.0.1",
                                          .port = 22,
                                          .retries = -1};
        fake_machine_init(&run->machines[i]);
        run->machines[i].use_fds = true;
        run->machines[i].rules[3] =
            (struct fake_rule){.op = FAKE_LOGIN, .how = FAKE_AGAIN};
    }
    run->world =
        (struct fake_world){.machines = run->machines, .targets = run->targets};
    run->plan = (struct job_plan){
        .verb = VERB_CHECK,
        .run = "20261122-fleet",
        .payload = {.data = "MZ", .len = 2, .hash = FAKE_PAYLOAD_HASH},
        .transport = &fake_transport,
        .transport_context = &run->world,
        .turns = &run->turns,
        .timeouts = {.resolve = 1000,
                     .connect = 300,
                     .banner = 300,
                     .kex = 300,
                     .login = 300,
                     .start = 1000,
                     .run = 1500,
                     .upload = 1000,
                     .close = 300},
    };
    run->config = (struct fleet_config){.plan = &run->plan,
                                        .targets = run->targets,
                                        .target_count = count,
                                        .forks = forks,
                                        .context = run,
                                        .request = give_request,
                                        .cache = give_cache,
                                        .on_done = take_done,
                                        .on_not_tried = take_not_tried,
                                        .on_turn = take_turn};
    return run;
}

static void run_free(struct run *run)
{
    for (size_t i = 0; i < run->config.target_count; i++)
        fake_machine_release(&run->machines[i]);
    free(run);
}

static double clock_seconds(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Runs, and holds what is true of every run. */
static void run_all(struct run *run)
{
    double before = clock_seconds(CLOCK_MONOTONIC);
    int failed = fleet_run(&run->config, &run->end, &run->err);
    run->seconds = clock_seconds(CLOCK_MONOTONIC) - before;
    assert_int_equal(failed, 0);
    assert_int_equal(run->uncommitted, 0);
    assert_int_equal(open_sessions(run), 0);
    assert_true(run->widest <= run->config.forks);
    for (size_t i = 0; i < run->config.target_count; i++)
        assert_int_equal(run->done[i] + run->not_tried[i], 1);
}

static void test_two_hundred_hosts_sixty_in_trouble(void **state)
{
    (void)state;
    struct run *run = run_new(200, 200);
    for (size_t i = 0; i < 60; i++) {
        struct fake_machine *machine = &run->machines[i * 3];
        if (i < 20)
            machine->refuses = true;
        else if (i < 40)
            machine->rules[0] =
                (struct fake_rule){.op = FAKE_HANDSHAKE, .how = FAKE_HANGS};
        else
            machine->rules[0] = (struct fake_rule){
                .op = FAKE_READ, .how = FAKE_DROPS, .where = FAKE_AFTER_MARK};
        machine->stays_away = true;
    }
    run_all(run);
    assert_int_equal(run->end, FLEET_ALL_DONE);
    for (size_t i = 0; i < 200; i++) {
        size_t trouble = i % 3 || i >= 180 ? 3 : i / 60;
        const enum fault expected[] = {FAULT_REFUSED, FAULT_BANNER_TIMEOUT,
                                       FAULT_LOST, FAULT_NONE};
        assert_int_equal(run->faults[i], expected[trouble]);
    }
    /* the slowest deadline (a lost run's), not the sum of them */
    assert_true(run->seconds < 10);
    run_free(run);
}

static void test_window_is_respected_and_used(void **state)
{
    (void)state;
    struct run *run = run_new(100, 7);
    run_all(run);
    assert_int_equal(run->end, FLEET_ALL_DONE);
    assert_int_equal(run->widest, 7);
    run_free(run);
}

static void test_one_at_a_time(void **state)
{
    (void)state;
    struct run *run = run_new(20, 1);
    run_all(run);
    assert_int_equal(run->widest, 1);
    assert_int_equal(run->done_count, 20);
    run_free(run);
}

static void test_no_hosts(void **state)
{
    (void)state;
    struct run *run = run_new(0, 5);
    run_all(run);
    assert_int_equal(run->end, FLEET_ALL_DONE);
    run_free(run);
}

static void on_interrupt(int number)
{
    (void)number;
}

static void test_first_interrupt_stops_admission(void **state)
{
    (void)state;
    struct sigaction mine = {.sa_handler = on_interrupt};
    struct sigaction before;
    struct sigaction after;
    sigaction(SIGINT, &mine, &before);
    struct run *run = run_new(60, 4);
    run->signal_at = 10;
    run_all(run);
    assert_int_equal(run->end, FLEET_INTERRUPTED);
    assert_in_range(run->done_count, 10, 20);
    assert_int_equal(run->done_count + run->not_tried_count, 60);
    for (size_t i = 0; i < 60; i++)
        assert_true(run->not_tried[i] || run->faults[i] == FAULT_NONE);
    sigaction(SIGINT, &before, &after);
    assert_ptr_equal(after.sa_handler, on_interrupt);
    run_free(run);
}

static void test_second_interrupt_cancels(void **state)
{
    (void)state;
    struct run *run = run_new(60, 10);
    run->plan.timeouts.login = 60000;
    for (size_t i = 20; i < 60; i++)
        run->machines[i].rules[0] =
            (struct fake_rule){.op = FAKE_LOGIN, .how = FAKE_HANGS};
    run->signal_at = 19;
    run->signal_more = 20;
    run_all(run);
    assert_int_equal(run->end, FLEET_INTERRUPTED);
    size_t cancelled = 0;
    for (size_t i = 0; i < 60; i++)
        cancelled += run->faults[i] == FAULT_CANCELLED;
    assert_in_range(cancelled, 1, 10);
    assert_true(run->seconds < 10);
    run_free(run);
}

/* Interrupts once the one that hangs is told of, and again while it ends. */
static void look_at_it(void *context, const struct fleet_view *view)
{
    struct run *run = context;
    assert_true(view->at_work <= run->config.forks);
    assert_int_equal(view->waiting, 0);
    if (view->at_work != 1 || view->phase_ms < 100)
        return;
    assert_string_equal(view->slowest, "lab-002");
    assert_string_equal(view->phase, "login");
    assert_int_equal(view->ending, run->looks > 0);
    run->looks++;
    raise(SIGINT);
}

static void test_the_host_that_hangs_is_the_slowest(void **state)
{
    (void)state;
    struct run *run = run_new(9, 3);
    run->config.on_look = look_at_it;
    run->plan.timeouts.login = 60000;
    run->machines[2].rules[0] =
        (struct fake_rule){.op = FAKE_LOGIN, .how = FAKE_HANGS};
    run_all(run);
    assert_int_equal(run->looks, 2);
    assert_int_equal(run->done_count, 9);
    assert_int_equal(run->faults[2], FAULT_CANCELLED);
    run_free(run);
}

static void test_store_failure_stops_the_run(void **state)
{
    (void)state;
    struct run *run = run_new(60, 4);
    run->fail_at = 5;
    run_all(run);
    assert_int_equal(run->end, FLEET_STOPPED);
    assert_string_equal(run->err.text, "the store is full");
    assert_in_range(run->not_tried_count, 45, 55);
    run_free(run);
}

static void test_names_are_looked_up(void **state)
{
    (void)state;
    struct run *run = run_new(4, 4);
    run->plan.timeouts.resolve = 20000;
    run->targets[0].address = "localhost";
    run->targets[1].address = "::1";
    run->targets[2].address = "name with blanks";
    run_all(run);
    assert_int_equal(run->faults[0], FAULT_NONE);
    assert_int_equal(run->faults[1], FAULT_NONE);
    assert_int_equal(run->faults[2], FAULT_RESOLVE);
    assert_int_equal(run->faults[3], FAULT_NONE);
    run_free(run);
}

/* A job that waits costs nothing: the processor's time says so. */
static void test_waiting_is_no_busy_loop(void **state)
{
    (void)state;
    struct run *run = run_new(20, 20);
    for (size_t i = 0; i < 20; i++)
        run->machines[i].rules[0] =
            (struct fake_rule){.op = i % 2 ? FAKE_CONNECT : FAKE_READ,
                               .how = FAKE_HANGS,
                               .where = FAKE_AFTER_MARK};
    run->plan.timeouts.connect = 1500;
    double before = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    run_all(run);
    double used = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - before;
    assert_true(run->seconds > 1.4);
    assert_true(used < 0.7 * run->seconds);
    run_free(run);
}

static void test_forks_fit_the_descriptors(void **state)
{
    (void)state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit small = {.rlim_cur = 100, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
    assert_int_equal(fleet_forks_possible(10, false, NULL), 10);
    struct rlimit after;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &after), 0);
    assert_int_equal(after.rlim_cur, before.rlim_max);
    if (before.rlim_max != RLIM_INFINITY) {
        size_t possible = fleet_forks_possible(SIZE_MAX, false, NULL);
        assert_in_range(possible, 1, before.rlim_max / 2);
    }
    setrlimit(RLIMIT_NOFILE, &before);
}

/* --- work that is no job -------------------------------------------------- */

/* Sleeps twice, then has a result; its context counts the living. */
struct nap {
    struct run *run;
    unsigned left;
    bool cancelled;
    struct result *result;
};

static void *nap_begin(const void *context, const struct target *target,
                       uint64_t now_ms, struct err *err)
{
    struct run *run = *(struct run *const *)context;
    if (run->begun++ == 0)
        run->first_ms = now_ms;
    run->at_once += now_ms == run->first_ms;
    if (run->done_count >= run->fail_at) {
        err_set(err, 0, "%s: no more", target->name);
        return NULL;
    }
    struct nap *nap = calloc(1, sizeof *nap);
    assert_non_null(nap);
    *nap = (struct nap){.run = run, .left = 2};
    nap->result =
        result_new(target->name, "127.0.0.1:135", "20261122-nap", VERB_VERIFY);
    run->naps++;
    return nap;
}

static struct job_wait nap_step(void *work, uint64_t now_ms)
{
    struct nap *nap = work;
    struct job_wait wait = {.what = JOB_FOR_TIME, .io = {.fd = -1}};
    if (nap->cancelled || nap->left == 0)
        wait.what = JOB_FOR_NOTHING;
    else
        nap->left--;
    wait.deadline_ms = now_ms + 1;
    return wait;
}

static void nap_resolved(void *work, const struct job_address *addresses,
                         size_t count, const char *error_text)
{
    (void)work;
    (void)addresses;
    (void)count;
    (void)error_text;
    fail_msg("nothing was to be resolved");
}

static void nap_cancel(void *work)
{
    ((struct nap *)work)->cancelled = true;
}

static struct result *nap_take(void *work)
{
    struct nap *nap = work;
    struct result *result = nap->result;
    if (nap->cancelled)
        result_fail(result, FAULT_CANCELLED, "woken");
    nap->result = NULL;
    return result;
}

static void nap_free(void *work)
{
    struct nap *nap = work;
    assert_null(nap->result);
    nap->run->naps--;
    free(nap);
}

static const struct work_ops naps = {.begin = nap_begin,
                                     .step = nap_step,
                                     .resolved = nap_resolved,
                                     .cancel = nap_cancel,
                                     .take_result = nap_take,
                                     .free = nap_free};

static int take_nap(void *context, const struct target *target, struct job *job,
                    struct result *result, struct err *err)
{
    struct run *run = context;
    (void)err;
    assert_null(job);
    assert_string_equal(result->host, target->name);
    run->done[target - run->targets]++;
    run->done_count++;
    run->uncommitted++;
    result_free(result);
    return 0;
}

static void test_work_that_is_no_job(void **state)
{
    (void)state;
    static const size_t fails[] = {SIZE_MAX, 10};
    for (size_t i = 0; i < 2; i++) {
        struct run *run = run_new(60, 7);
        run->config.work = &naps;
        run->config.work_context = &run;
        run->config.on_done = take_nap;
        run->fail_at = fails[i];
        run_all(run);
        assert_int_equal(run->naps, 0);
        if (i == 0)
            assert_int_equal(run->done_count, 60);
        else
            assert_int_equal(run->end, FLEET_STOPPED);
        run_free(run);
    }
}

static void test_a_fleet_begins_as_no_flood(void **state)
{
    (void)state;
    struct run *run = run_new(100, 100);
    run->config.work = &naps;
    run->config.work_context = &run;
    run->config.on_done = take_nap;
    run->fail_at = SIZE_MAX;
    run_all(run);
    assert_int_equal(run->begun, 100);
    assert_int_equal(run->at_once, FLEET_PACE_BURST);
    run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_hundred_hosts_sixty_in_trouble),
        cmocka_unit_test(test_window_is_respected_and_used),
        cmocka_unit_test(test_one_at_a_time),
        cmocka_unit_test(test_no_hosts),
        cmocka_unit_test(test_first_interrupt_stops_admission),
        cmocka_unit_test(test_second_interrupt_cancels),
        cmocka_unit_test(test_the_host_that_hangs_is_the_slowest),
        cmocka_unit_test(test_store_failure_stops_the_run),
        cmocka_unit_test(test_names_are_looked_up),
        cmocka_unit_test(test_waiting_is_no_busy_loop),
        cmocka_unit_test(test_forks_fit_the_descriptors),
        cmocka_unit_test(test_work_that_is_no_job),
        cmocka_unit_test(test_a_fleet_begins_as_no_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
