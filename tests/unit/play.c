/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/play.h"
#include "tests/unit/results_seen.h"

#define STEPS_MAX 200000

void play_init(struct play *play)
{
    *play = (struct play){.addresses = 1};
    fake_machine_init(&play->machine);
    /* One trouble has one outcome: what is tried again says so itself. */
    play->target = (struct target){
        .name = "lab-01", .address = "10.0.0.1", .port = 22, .retries = 0};
    play->world = (struct fake_world){.machines = &play->machine,
                                      .targets = &play->target};
    play->request =
        (struct blob){.data = "{}", .len = 2, .hash = PLAY_REQUEST_HASH};
    play->plan = (struct job_plan){
        .verb = VERB_CHECK,
        .run = PLAY_RUN,
        .payload = {.data = "MZ", .len = 2, .hash = FAKE_PAYLOAD_HASH},
        .transport = &fake_transport,
        .transport_context = &play->world,
        .turns = &play->turns,
        .timeouts = job_timeouts_default(),
    };
}

void play_release(struct play *play)
{
    result_free(play->result);
    play->result = NULL;
    fake_machine_release(&play->machine);
}

void play_make_warm(struct play *play)
{
    play->cache = (struct target_cache){.shell = play->machine.shell,
                                        .folder = FAKE_FOLDER,
                                        .payload_hash = FAKE_PAYLOAD_HASH,
                                        .request_hash = PLAY_REQUEST_HASH};
    play->machine.settled = true;
    strcpy(play->machine.request, PLAY_REQUEST_HASH);
}

static void answer_lookup(struct play *play, struct job *job)
{
    struct job_address addresses[3] = {0};
    for (size_t i = 0; i < play->addresses; i++) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(22)};
        in.sin_addr.s_addr = htonl(0x0A000001u + (uint32_t)i);
        memcpy(&addresses[i].storage, &in, sizeof in);
        addresses[i].len = sizeof in;
    }
    job_resolved(job, addresses, play->addresses, play->addresses_error);
}

/* Plays to the end; time passes only where nothing else can happen. */
void play_job(struct play *play, struct job *job)
{
    uint64_t now = 1000;
    for (;;) {
        if (play->stop_at > 0 && now - 1000 >= play->stop_at)
            job_stop(job);
        struct job_wait wait = job_step(job, now);
        if (wait.what == JOB_FOR_NOTHING)
            break;
        assert_true(++play->steps < STEPS_MAX);
        assert_true(wait.deadline_ms > 0);
        assert_null(job_take_result(job));
        if (play->cancel_at > 0 && now - 1000 >= play->cancel_at)
            job_cancel(job);
        if (wait.what == JOB_FOR_ADDRESS && !play->addresses_error &&
            play->addresses == 0)
            now = wait.deadline_ms;
        else if (wait.what == JOB_FOR_ADDRESS)
            answer_lookup(play, job);
        else if (wait.what == JOB_FOR_IO && play->machine.ready)
            now++;
        else if (now < 1000 + play->stop_at &&
                 wait.deadline_ms > 1000 + play->stop_at)
            now = 1000 + play->stop_at;
        else
            now = wait.deadline_ms;
    }
    play->took = now - 1000;
    assert_int_equal(play->machine.sessions_open, 0);
}

/* One run from the beginning; the machine stays as it is. */
void play_run(struct play *play)
{
    result_free(play->result);
    play->result = NULL;
    struct job *job =
        job_new(&play->plan, &play->target, &play->request, &play->cache, 1000);
    assert_non_null(job);
    play_job(play, job);
    play->result = job_take_result(job);
    assert_non_null(play->result);
    assert_null(job_take_result(job));
    play->cache_after = *job_cache(job);
    play->key_seen = job_host_key(job) != NULL;
    job_free(job);
    results_seen(play->result);
}

void play_expect(const struct play *play, enum fault fault, const char *phase)
{
    if (play->result->fault != fault || strcmp(play->result->phase, phase) != 0)
        print_error("got %s in %s (%s), log: %s\n",
                    fault_word(play->result->fault), play->result->phase,
                    play->result->fault_text ? play->result->fault_text : "-",
                    play->machine.log.data);
    assert_int_equal(play->result->fault, fault);
    assert_string_equal(play->result->phase, phase);
    if (fault != FAULT_NONE) {
        assert_non_null(play->result->fault_text);
        assert_non_null(play->result->fault_hint);
    }
}
