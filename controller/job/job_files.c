/* SPDX-License-Identifier: MIT */
/* The one-time files around a command: brought, looked for, removed. */
#include "controller/job/job_machine.h"

#include <string.h>

/* Virus scanners hold a new file for moments, seldom for longer. */
#define UNLINK_TRIES 6
#define UNLINK_FIRST_WAIT 50

/* Bytes of what a machine printed that go into a message. */
#define NOISE_TOLD 200

/* Where SFTP does not start nothing was left behind. */
static enum pace upload_broke(struct job *job, struct one_time_file *file)
{
    if (job->err.code == FAULT_SFTP)
        file->there = false;
    return job_broke(job);
}

enum pace job_do_upload_payload(struct job *job)
{
    const struct blob *payload = &job->plan->payload;
    job->payload_file.there = true;
    switch (job->plan->transport->upload(job->transport, job->names.payload,
                                         payload->data, payload->len,
                                         &job->err)) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        return upload_broke(job, &job->payload_file);
    case IO_DONE:
        break;
    }
    job_set_state(job, job->request_complete ? JOB_exec : JOB_upload_request);
    return GO_ON;
}

enum pace job_do_upload_request(struct job *job)
{
    const struct blob *request = &job->request;
    job->request_file.there = true;
    switch (job->plan->transport->upload(job->transport, job->names.request,
                                         request->data, request->len,
                                         &job->err)) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        return upload_broke(job, &job->request_file);
    case IO_DONE:
        break;
    }
    job->request_complete = true;
    job_set_state(job, JOB_exec);
    return GO_ON;
}

/* The first line of what was printed; all of it is in the result's noise. */
static const char *say_noise(const struct job *job, struct buf *text)
{
    const char *line = job->frames.noise.data;
    line += strspn(line, " \t\r\n");
    size_t len = strcspn(line, "\r\n");
    buf_init(text, 1200);
    if (len == 0)
        return "nothing";
    buf_add_char(text, '"');
    log_escape(text, line, len < NOISE_TOLD ? len : NOISE_TOLD);
    buf_add_text(text, len < NOISE_TOLD ? "\"" : "...\"");
    return text->failed ? "something" : text->data;
}

static enum pace payload_is_cut(struct job *job, uint64_t len)
{
    err_set(&job->err, 0, "%s: %zu bytes were written, %llu are there",
            job->names.payload, job->plan->payload.len,
            (unsigned long long)len);
    return job_conclude(job, FAULT_UPLOAD, job->err.text);
}

/*
 * The command line was taken and the payload never spoke. Only now its size
 * is asked for: one that runs has proved by its hash that it is whole.
 */
enum pace job_do_look(struct job *job)
{
    struct found_file found = {.exists = false};
    switch (job->plan->transport->stat(job->transport, job->names.payload,
                                       &found, &job->err)) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        return job_broke(job);
    case IO_DONE:
        break;
    }
    job->payload_file.there = found.exists;
    if (found.sized && found.len != job->plan->payload.len)
        return payload_is_cut(job, found.len);
    struct buf noise;
    const char *said = say_noise(job, &noise);
    if (found.exists)
        err_set(&job->err, 0, "%s did not start; the machine printed %s",
                job->names.payload, said);
    else
        err_set(&job->err, 0,
                "%s was uploaded whole and is gone; the machine printed %s",
                job->names.payload, said);
    buf_release(&noise);
    return job_conclude(job, found.exists ? FAULT_NOT_STARTED : FAULT_REMOVED,
                        job->err.text);
}

/* A file that is held is told of as a hint; the outcome stands. */
static enum pace file_is_held(struct job *job, struct one_time_file *file)
{
    if (++job->unlink_tries < UNLINK_TRIES)
        return job_sleep(job,
                         job_backoff(UNLINK_FIRST_WAIT, job->unlink_tries));
    file->stuck = true;
    job->unlink_tries = 0;
    job_set_state(job, JOB_cleanup);
    return GO_ON;
}

static struct one_time_file *file_to_remove(struct job *job)
{
    if (job->payload_file.there && !job->payload_file.stuck)
        return &job->payload_file;
    if (job->request_file.there && !job->request_file.stuck)
        return &job->request_file;
    return NULL;
}

enum pace job_do_cleanup(struct job *job)
{
    struct one_time_file *file = file_to_remove(job);
    if (file == NULL) {
        job_set_state(job, JOB_disconnect);
        return GO_ON;
    }
    const char *name =
        file == &job->payload_file ? job->names.payload : job->names.request;
    bool removed = false;
    switch (job->plan->transport->unlink(job->transport, name, &removed,
                                         &job->err)) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        return job_finish(job);
    case IO_DONE:
        break;
    }
    if (!removed)
        return file_is_held(job, file);
    job->unlink_tries = 0;
    file->there = false;
    return GO_ON;
}
