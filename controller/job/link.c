/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. As a job's: one short function for each state, one
 * operation of the transport in each, one setter. Whatever ends a link before
 * its time goes through `broke`, which tells the gate.
 */
#include "controller/job/link.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "controller/jump/pump.h"

/* X(state, member of job_timeouts, fault when it passes, what did not come) */
#define LINK_STATE_LIST(X)                                                     \
    X(pause, run, FAULT_TCP_TIMEOUT, "its turn")                               \
    X(resolve, resolve, FAULT_RESOLVE, "the answer of the resolver")           \
    X(connect, connect, FAULT_TCP_TIMEOUT, "the TCP connection")               \
    X(banner, banner, FAULT_BANNER_TIMEOUT, "the SSH server's banner")         \
    X(kex, kex, FAULT_KEX, "the end of the key exchange")                      \
    X(hostkey, kex, FAULT_KEX, "the host key")                                 \
    X(login, login, FAULT_AUTH, "the end of the login")                        \
    X(forward, run, FAULT_LOST, "nothing")                                     \
    X(done, close, FAULT_NONE, "nothing")

enum link_state {
#define X(state, timeout, fault, what) LINK_##state,
    LINK_STATE_LIST(X)
#undef X
};

enum pace { GO_ON, WAIT };

struct link {
    const struct link_plan *plan;
    const struct target *target;
    struct gate *gate;
    enum link_state state;
    uint64_t now;
    uint64_t deadline; /* of the state; UINT64_MAX: none */
    bool cancelled;
    struct job_address addresses[JOB_ADDRESSES_MAX];
    size_t address_count;
    size_t address_at;
    bool unresolved;
    struct transport *transport;
    struct pump *pump;
    struct err err;
};

#define X(state, timeout, fault, what)                                         \
    static enum pace do_##state(struct link *link);
LINK_STATE_LIST(X)
#undef X

static const struct state_info {
    const char *word;
    size_t timeout; /* offset in struct job_timeouts */
    enum fault fault;
    const char *what;
    enum pace (*step)(struct link *link);
} states[] = {
#define X(state, timeout, fault, what)                                         \
    {#state, offsetof(struct job_timeouts, timeout), fault, what, do_##state},
    LINK_STATE_LIST(X)
#undef X
};

/* --- states and time ------------------------------------------------------ */

/* Through another jump host the way itself ends in time. */
static uint64_t state_deadline(const struct link *link, enum link_state state)
{
    uint64_t ms = 0;
    memcpy(&ms, (const char *)&link->plan->timeouts + states[state].timeout,
           sizeof ms);
    if (state == LINK_forward ||
        (state == LINK_connect && link->target->jump != NULL))
        return UINT64_MAX;
    if (state == LINK_connect && link->target->connect_timeout_s > 0)
        ms = link->target->connect_timeout_s * UINT64_C(1000);
    return link->now + ms;
}

static enum pace set_state(struct link *link, enum link_state state)
{
    log_line(link->plan->log, LOG_DEBUG, "jump host %s: %s -> %s",
             link->target->name, states[link->state].word, states[state].word);
    link->state = state;
    link->deadline = state_deadline(link, state);
    return GO_ON;
}

static void drop_session(struct link *link, const struct err *why)
{
    pump_free(link->pump, why);
    link->pump = NULL;
    if (link->transport != NULL)
        link->plan->transport->free(link->transport);
    link->transport = NULL;
}

/* Gone for whatever reason; `why` is what its ways are told. */
static enum pace finish(struct link *link, const struct err *why)
{
    bool stuck = link->pump != NULL && pump_is_stuck(link->pump);
    drop_session(link, why);
    gate_link_ended(link->gate, stuck);
    set_state(link, LINK_done);
    return WAIT;
}

static enum pace broke(struct link *link)
{
    struct err *err = &link->err;
    if (err->code <= FAULT_NONE || err->code > FAULT_CANCELLED)
        err->code = (int)states[link->state].fault;
    gate_name(link->gate, err);
    log_line(link->plan->log, LOG_WARNING, "%s", err->text);
    gate_failed(link->gate, err, link->now);
    return finish(link, err);
}

static enum pace leave(struct link *link)
{
    struct err err;
    err_set(&err, FAULT_CANCELLED, "jump host %s: the run is over",
            link->target->name);
    if (link->state == LINK_forward)
        link->plan->transport->disconnect(link->transport, &link->err);
    return finish(link, &err);
}

/* --- the states ----------------------------------------------------------- */

static enum pace begin_connect(struct link *link)
{
    drop_session(link, NULL);
    set_state(link, LINK_connect);
    link->transport = link->plan->transport->create(
        link->plan->transport_context, link->target);
    if (link->transport != NULL)
        return GO_ON;
    err_set(&link->err, 0, "no memory for a connection");
    return broke(link);
}

static enum pace next_address(struct link *link)
{
    if (link->address_at + 1 >= link->address_count)
        return broke(link);
    link->address_at++;
    return begin_connect(link);
}

static enum pace do_pause(struct link *link)
{
    uint64_t due = gate_due(link->gate);
    link->deadline = UINT64_MAX;
    if (due > link->now) {
        link->deadline = due;
        return WAIT;
    }
    if (target_needs_address(link->target))
        return set_state(link, LINK_resolve);
    link->address_count = 1;
    return begin_connect(link);
}

static enum pace do_resolve(struct link *link)
{
    if (link->unresolved)
        return broke(link);
    return link->address_count == 0 ? WAIT : begin_connect(link);
}

static enum pace do_connect(struct link *link)
{
    const struct job_address *address = &link->addresses[link->address_at];
    switch (link->plan->transport->connect(
        link->transport, (const struct sockaddr *)&address->storage,
        address->len, &link->err)) {
    case IO_AGAIN:
        return WAIT;
    case IO_FAIL:
        return next_address(link);
    case IO_DONE:
        break;
    }
    gate_reached_at(link->gate, &address->storage);
    return set_state(link, LINK_banner);
}

static enum pace do_banner(struct link *link)
{
    enum io io = link->plan->transport->handshake(link->transport, &link->err);
    if (link->state == LINK_banner &&
        link->plan->transport->banner(link->transport) != NULL)
        set_state(link, LINK_kex);
    if (io == IO_DONE)
        return set_state(link, LINK_hostkey);
    return io == IO_AGAIN ? WAIT : broke(link);
}

static enum pace do_kex(struct link *link)
{
    return do_banner(link);
}

static enum pace do_hostkey(struct link *link)
{
    struct host_key key = {0};
    if (link->plan->transport->check_host_key(link->transport, &key,
                                              &link->err) != IO_DONE)
        return broke(link);
    return set_state(link, LINK_login);
}

static enum pace do_login(struct link *link)
{
    enum io io = link->plan->transport->login(link->transport, &link->err);
    if (io != IO_DONE)
        return io == IO_AGAIN ? WAIT : broke(link);
    const struct pump_plan plan = {
        .tunnels = link->plan->tunnels,
        .transport = link->transport,
        .fd = link->plan->transport->wait(link->transport).fd,
        .gate = link->gate,
        .open_ms = link->plan->timeouts.connect};
    link->pump = pump_new(&plan);
    if (link->pump == NULL) {
        err_set(&link->err, FAULT_REFUSED, "no memory to forward anything");
        return broke(link);
    }
    log_line(link->plan->log, LOG_INFO, "jump host %s: logged in",
             link->target->name);
    return set_state(link, LINK_forward);
}

static enum pace do_forward(struct link *link)
{
    if (pump_run(link->pump, link->now, &link->err) == IO_FAIL)
        return broke(link);
    return WAIT;
}

static enum pace do_done(struct link *link)
{
    (void)link;
    return WAIT;
}

/* --- stepping ------------------------------------------------------------- */

static enum pace on_deadline(struct link *link)
{
    const struct state_info *info = &states[link->state];
    if (link->state == LINK_pause)
        return do_pause(link);
    err_set(&link->err, (int)info->fault, "%s did not come in time",
            info->what);
    return link->state == LINK_connect ? next_address(link) : broke(link);
}

static bool is_idle(const struct link *link)
{
    return !gate_is_wanted(link->gate) &&
           (link->pump == NULL || pump_count(link->pump) == 0);
}

static enum pace step_once(struct link *link)
{
    if (link->state == LINK_done)
        return WAIT;
    if (link->cancelled || is_idle(link))
        return leave(link);
    if (link->now >= link->deadline)
        return on_deadline(link);
    return states[link->state].step(link);
}

static struct job_wait link_step(void *work, uint64_t now_ms)
{
    struct link *link = work;
    struct job_wait wait = {.what = JOB_FOR_NOTHING, .io = {.fd = -1}};
    if (now_ms > link->now)
        link->now = now_ms;
    while (step_once(link) == GO_ON)
        continue;
    if (link->state == LINK_done)
        return wait;
    wait.what = link->state == LINK_resolve ? JOB_FOR_ADDRESS : JOB_FOR_TIME;
    wait.deadline_ms = link->deadline;
    if (link->pump != NULL) {
        wait.deadline_ms = pump_due(link->pump);
        wait.io = (struct transport_wait){.fd = pump_fd(link->pump),
                                          .events = TRANSPORT_READABLE};
    } else if (link->transport != NULL) {
        wait.io = link->plan->transport->wait(link->transport);
    }
    if (wait.io.fd >= 0)
        wait.what = JOB_FOR_IO;
    return wait;
}

static void link_resolved(void *work, const struct job_address *addresses,
                          size_t count, const char *error_text)
{
    struct link *link = work;
    if (link->state != LINK_resolve)
        return;
    if (count > JOB_ADDRESSES_MAX)
        count = JOB_ADDRESSES_MAX;
    if (count > 0)
        memcpy(link->addresses, addresses, count * sizeof *addresses);
    link->address_count = count;
    link->unresolved = count == 0;
    if (count == 0)
        err_set(&link->err, FAULT_RESOLVE, "%.200s: %s", link->target->address,
                error_text != NULL ? error_text : "the name has no address");
}

static void link_cancel(void *work)
{
    struct link *link = work;
    link->cancelled = true;
}

static void link_free(void *work)
{
    struct link *link = work;
    if (link == NULL)
        return;
    if (link->state != LINK_done)
        leave(link);
    free(link);
}

struct link *link_new(const struct link_plan *plan, struct gate *gate,
                      uint64_t now_ms)
{
    struct link *link = calloc(1, sizeof *link);
    if (link == NULL)
        return NULL;
    *link = (struct link){.plan = plan,
                          .target = gate_jump(gate),
                          .gate = gate,
                          .now = now_ms,
                          .deadline = UINT64_MAX};
    gate_link_made(gate);
    return link;
}

const struct target *link_target(const struct link *link)
{
    return link->target;
}

const struct work_ops link_work = {.step = link_step,
                                   .resolved = link_resolved,
                                   .cancel = link_cancel,
                                   .free = link_free};
