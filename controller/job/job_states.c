/* SPDX-License-Identifier: MIT */
/* The way from a name to a login, and back out again. */
#include "controller/job/job_machine.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "10.0.0.3:22", "[fe80::1]:22"; an empty text when it is neither. */
static void address_text(const struct job_address *address, char *text,
                         size_t size)
{
    char host[INET6_ADDRSTRLEN] = "";
    text[0] = '\0';
    if (address->storage.ss_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, &address->storage, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, host, sizeof host);
        snprintf(text, size, "%s:%u", host, (unsigned)ntohs(in.sin_port));
    } else if (address->storage.ss_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, &address->storage, sizeof in);
        inet_ntop(AF_INET6, &in.sin6_addr, host, sizeof host);
        snprintf(text, size, "[%s]:%u", host, (unsigned)ntohs(in.sin6_port));
    }
}

static void tell_address(struct job *job)
{
    char text[INET6_ADDRSTRLEN + 16];
    address_text(&job->addresses[job->address_at], text, sizeof text);
    char *copy = text[0] ? strdup(text) : NULL;
    if (copy == NULL)
        return;
    free(job->result->address);
    job->result->address = copy;
}

/* A new session for the present address. */
static enum pace begin_connect(struct job *job)
{
    const struct job_plan *plan = job->plan;
    job_drop_session(job);
    job_set_state(job, JOB_connect);
    job->transport =
        plan->transport->create(plan->transport_context, job->target);
    if (job->transport == NULL) {
        err_set(&job->err, 0, "no memory for a connection");
        return job_broke(job);
    }
    tell_address(job);
    return GO_ON;
}

enum pace job_next_address(struct job *job)
{
    job->address_at++;
    return begin_connect(job);
}

static enum pace begin_attempt(struct job *job)
{
    job->result->attempts++;
    return begin_connect(job);
}

enum pace job_do_resolve(struct job *job)
{
    if (job->unresolved)
        return job_fail(job, FAULT_RESOLVE, job->err.text);
    if (job->address_count == 0)
        return WAIT;
    return begin_attempt(job);
}

enum pace job_do_recover(struct job *job)
{
    return begin_attempt(job);
}

enum pace job_do_connect(struct job *job)
{
    const struct job_address *address = &job->addresses[job->address_at];
    if (job->transport == NULL) /* it slept before another try */
        return begin_attempt(job);
    switch (job->plan->transport->connect(
        job->transport, (const struct sockaddr *)&address->storage,
        address->len, &job->err)) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        if (job->address_at + 1 < job->address_count)
            return job_next_address(job);
        return job_broke(job);
    case IO_DONE:
        break;
    }
    job_set_state(job, JOB_banner);
    return GO_ON;
}

enum pace job_do_banner(struct job *job)
{
    const struct transport_ops *ops = job->plan->transport;
    enum io io = ops->handshake(job->transport, &job->err);
    if (job->state == JOB_banner && ops->banner(job->transport))
        job_set_state(job, JOB_kex);
    switch (io) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        return job_broke(job);
    case IO_DONE:
        break;
    }
    job_set_state(job, JOB_hostkey);
    return GO_ON;
}

/* Banner and key exchange are one operation with two deadlines. */
enum pace job_do_kex(struct job *job)
{
    return job_do_banner(job);
}

static int copy_key(struct job *job, const struct host_key *key)
{
    unsigned char *blob = malloc(key->len > 0 ? key->len : 1);
    char *type = strdup(key->type);
    if (blob == NULL || type == NULL) {
        free(blob);
        free(type);
        return err_set(&job->err, FAULT_KEX, "no memory for the host key");
    }
    memcpy(blob, key->blob, key->len);
    job->key = (struct host_key){.type = type, .blob = blob, .len = key->len};
    return 0;
}

enum pace job_do_hostkey(struct job *job)
{
    struct host_key key = {0};
    if (job->plan->transport->check_host_key(job->transport, &key, &job->err) !=
        IO_DONE)
        return job_broke(job);
    if (job->plan->verb == VERB_TRUST) {
        if (copy_key(job, &key))
            return job_broke(job);
        return job_conclude(job, FAULT_NONE, NULL);
    }
    job_set_state(job, JOB_login);
    return GO_ON;
}

enum pace job_do_login(struct job *job)
{
    switch (job->plan->transport->login(job->transport, &job->err)) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        return job_broke(job);
    case IO_DONE:
        break;
    }
    if (job->plan->verb == VERB_PING)
        return job_conclude(job, FAULT_NONE, NULL);
    return job_begin_work(job);
}

enum pace job_do_disconnect(struct job *job)
{
    if (job->plan->transport->disconnect(job->transport, &job->err) == IO_AGAIN)
        return WAIT;
    return job_finish(job);
}

enum pace job_do_done(struct job *job)
{
    (void)job;
    return WAIT;
}
