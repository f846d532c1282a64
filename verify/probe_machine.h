/* SPDX-License-Identifier: MIT */
/*
 * What the files of the probe share: probe.c steps it and ends it,
 * probe_states.c holds its states. Nobody else includes this.
 */
#ifndef VERIFY_PROBE_MACHINE_H
#define VERIFY_PROBE_MACHINE_H

#include "verify/findings.h"
#include "verify/probe.h"
#include "verify/rpc.h"

#define RPC_PORT 135

/* Of the ports that winmgmt's process listens on, as many are tried. */
#define WMI_PORTS_MAX 4

/* X(state, member of probe_timeouts, default in ms, layer that it serves) */
#define PROBE_STATE_LIST(X)                                                    \
    X(resolve, resolve, 20000, LAYER_ADDRESS)                                  \
    X(connect, connect, 10000, LAYER_TCP135)                                   \
    X(bind, answer, 10000, LAYER_RPC)                                          \
    X(alive, answer, 10000, LAYER_RPC)                                         \
    X(look, look, 3000, LAYER_TCP135)                                          \
    X(wmi_connect, connect, 10000, LAYER_WMI_PORT)                             \
    X(wmi_bind, answer, 10000, LAYER_WMI_PORT)                                 \
    X(done, answer, 10000, LAYER_COUNT)

enum probe_state {
#define X(state, timeout, ms, layer) PROBE_##state,
    PROBE_STATE_LIST(X)
#undef X
        PROBE_STATE_COUNT
};

/* What a state function says: step again at once, or wait first. */
enum pace { GO_ON, WAIT };

struct probe {
    const struct probe_plan *plan;
    const struct target *target;
    struct result *result;
    struct settings settings;
    bool judged;  /* `settings` are there */
    cJSON *known; /* NULL: nothing is */

    enum probe_state state;
    uint64_t now;
    uint64_t entered;
    uint64_t deadline;
    uint64_t host_deadline; /* 0: none */
    uint64_t spent[PROBE_STATE_COUNT];
    bool cancelled;

    struct job_address addresses[JOB_ADDRESSES_MAX];
    size_t address_count;
    size_t address_at;
    size_t best; /* the address that the findings are of */
    bool unresolved;

    enum fault no_jump; /* the jump host could not be used: `err` says why */
    struct tcp *tcp;
    unsigned char question[RPC_BIND_LEN];
    size_t question_len; /* 0: it is on its way */
    struct rpc_reader reader;
    struct err err;

    uint16_t wmi_ports[WMI_PORTS_MAX];
    size_t wmi_count;
    size_t wmi_at;
    struct findings findings;
};

/* The only setter of the state: logs, keeps the time, sets the deadline. */
enum pace probe_set_state(struct probe *probe, enum probe_state state);

void probe_hang_up(struct probe *probe);

/* Judges what was found; the probe is done. */
enum pace probe_finish(struct probe *probe);

/* The state's time is over: notes it and goes on. */
enum pace probe_waited(struct probe *probe);

/* Notes why the name has no address. */
void probe_unresolved(struct probe *probe, const char *trouble);

/* The one function of each state. */
#define X(state, timeout, ms, layer) enum pace probe_do_##state(struct probe *);
PROBE_STATE_LIST(X)
#undef X

#endif
