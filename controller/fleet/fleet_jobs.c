/* SPDX-License-Identifier: MIT */
#include "controller/fleet/fleet_jobs.h"

#include "controller/fleet/fleet.h"

static void *begin_job(const void *context, const struct target *target,
                       uint64_t now_ms, struct err *err)
{
    const struct fleet_config *config = context;
    struct blob request = {0};
    struct target_cache cache = {0};
    if (config->request &&
        config->request(config->context, target, &request, err))
        return NULL;
    if (config->cache)
        config->cache(config->context, target, &cache);
    struct job *job = job_new(config->plan, target, &request, &cache, now_ms);
    if (job == NULL)
        err_set(err, 0, "%s: no memory for this host", target->name);
    return job;
}

static struct job_wait step_job(void *job, uint64_t now_ms)
{
    return job_step(job, now_ms);
}

static void tell_job(void *job, const struct job_address *addresses,
                     size_t count, const char *error_text)
{
    job_resolved(job, addresses, count, error_text);
}

static const char *phase_of_job(const void *job, uint64_t *since_ms)
{
    *since_ms = job_state_since(job);
    return job_state_word(job);
}

static void stop_job(void *job)
{
    job_stop(job);
}

static void cancel_job(void *job)
{
    job_cancel(job);
}

static struct result *take_from_job(void *job)
{
    return job_take_result(job);
}

static void free_job(void *job)
{
    job_free(job);
}

const struct work_ops fleet_jobs = {.begin = begin_job,
                                    .step = step_job,
                                    .resolved = tell_job,
                                    .phase = phase_of_job,
                                    .stop = stop_job,
                                    .cancel = cancel_job,
                                    .take_result = take_from_job,
                                    .free = free_job};
