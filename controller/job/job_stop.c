/* SPDX-License-Identifier: MIT */
/*
 * How a host is made to end early. Dropping a session stops nothing on
 * Windows, so a payload that is at work, or may be, is told to by its own verb
 * cancel, on a second channel of the connection. Where there is no connection
 * any more, or it takes no second channel, the way of a broken one is gone:
 * connect again, tell it, and ask for the result, which then is that of the
 * run as far as it came.
 */
#include "controller/job/job_machine.h"

#include <stdio.h>

/* What is under way may take longer; nobody waits for that at a terminal. */
#define STOP_SECONDS 10

void job_stop(struct job *job)
{
    job->stopping = true;
}

/* A command was given, or is being given. */
static bool may_be_at_work(const struct job *job)
{
    return job_may_work(job) || job_may_have_begun(job);
}

static enum pace stop_now(struct job *job)
{
    char text[160];
    if (!may_be_at_work(job))
        snprintf(text, sizeof text, "interrupted while waiting for %s",
                 job_state_what(job->state));
    else
        snprintf(text, sizeof text,
                 "interrupted: %s, and its result did not come within %d s; "
                 "the payload may still be at work",
                 job->told ? "it was told to stop" : "it could not be told so",
                 STOP_SECONDS);
    return job_fail(job, FAULT_CANCELLED, text);
}

bool job_stop_is_due(struct job *job, enum pace *pace)
{
    if (!job->stopping || job->concluded)
        return false;
    if (job->stop_by == 0)
        job->stop_by = job->now + STOP_SECONDS * UINT64_C(1000);
    if (!may_be_at_work(job) || job->now >= job->stop_by) {
        *pace = stop_now(job);
        return true;
    }
    if (!job->told && (job->state == JOB_start || job->state == JOB_run)) {
        job_set_state(job, JOB_tell);
        *pace = GO_ON;
        return true;
    }
    return false;
}

enum pace job_do_tell(struct job *job)
{
    char line[PAYLOAD_COMMAND_MAX];
    struct transport *transport = job->transport;
    if (payload_command_cancel(line, job->command, &job->err))
        return stop_now(job);
    switch (job->plan->transport->exec_beside(transport, line, &job->err)) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        job->err.code = FAULT_LOST;
        return job_broke(job);
    case IO_DONE:
        break;
    }
    job->told = true;
    if (!job->channel_open)
        job_set_state(job, JOB_exec);
    else
        job_set_state(job, job->started ? JOB_run : JOB_start);
    return GO_ON;
}
