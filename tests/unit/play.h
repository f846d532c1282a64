/* SPDX-License-Identifier: MIT */
/*
 * One host played from name to result against a machine that is not there,
 * with a clock that moves only where nothing else can happen. Fails the test
 * when the job does not end, leaves its session open or gives its result
 * twice.
 */
#ifndef TESTS_PLAY_H
#define TESTS_PLAY_H

#include "tests/unit/fake_transport.h"

#define PLAY_RUN "20261122-abcdef"
#define PLAY_REQUEST_HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PLAY_OTHER_HASH "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct play {
    struct fake_machine machine;
    struct target target;
    struct fake_world world;
    struct turns turns;
    struct job_plan plan;
    struct blob request;
    struct target_cache cache;
    const char *addresses_error; /* the resolver's answer is that */
    size_t addresses;
    uint64_t cancel_at;
    uint64_t stop_at; /* ms from the beginning; 0: never */
    uint64_t took;
    struct result *result;
    struct target_cache cache_after;
    bool key_seen;
    size_t steps;
};

void play_init(struct play *play);
void play_release(struct play *play);

/* The store knows the machine, and rightly. */
void play_make_warm(struct play *play);

/* Steps `job` to its end. */
void play_job(struct play *play, struct job *job);

/* A new job from beginning to end; the machine stays as it was left. */
void play_run(struct play *play);

void play_expect(const struct play *play, enum fault fault, const char *phase);

#endif
