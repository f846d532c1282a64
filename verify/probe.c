/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. probe_step first looks at what came from outside (a
 * cancel, a deadline), then calls the function of the present state until one
 * says WAIT. A state that cannot go on notes what it found and goes to the
 * next thing worth asking; only the absence of every answer ends the way
 * early. There is one connection at a time. The result is made with the
 * probe, so that the end can always be told.
 */
#include "verify/probe_machine.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "verify/layers.h"

#define THROUGH_MS 600000

static const struct state_info {
    const char *word;
    size_t timeout; /* offset in struct probe_timeouts */
    enum layer layer;
    enum pace (*step)(struct probe *probe);
} states[] = {
#define X(state, timeout, ms, layer)                                           \
    {#state, offsetof(struct probe_timeouts, timeout), layer, probe_do_##state},
    PROBE_STATE_LIST(X)
#undef X
};

struct probe_timeouts probe_timeouts_default(void)
{
    struct probe_timeouts timeouts = {0};
#define X(state, timeout, ms, layer) timeouts.timeout = ms;
    PROBE_STATE_LIST(X)
#undef X
    return timeouts;
}

/* --- states and time ------------------------------------------------------ */

static uint64_t state_timeout(const struct probe *probe, enum probe_state state)
{
    const char *timeouts = (const char *)&probe->plan->timeouts;
    uint64_t ms = 0;
    memcpy(&ms, timeouts + states[state].timeout, sizeof ms);
    if ((state == PROBE_connect || state == PROBE_wmi_connect) &&
        probe->target->connect_timeout_s > 0)
        return probe->target->connect_timeout_s * UINT64_C(1000);
    return ms;
}

/*
 * A jump host has a deadline of its own for each target, and comes to it when
 * it has come to those before.
 */
static uint64_t state_patience(const struct probe *probe,
                               enum probe_state state)
{
    bool connects = state == PROBE_connect || state == PROBE_wmi_connect ||
                    state == PROBE_look;
    return connects && probe->target->jump != NULL
               ? THROUGH_MS
               : state_timeout(probe, state);
}

/* The only setter of the state. */
enum pace probe_set_state(struct probe *probe, enum probe_state state)
{
    uint64_t spent = probe->now - probe->entered;
    log_line(probe->plan->log, LOG_DEBUG, "%s: %s -> %s after %" PRIu64 " ms",
             probe->target->name, states[probe->state].word, states[state].word,
             spent);
    probe->spent[probe->state] += spent;
    if (states[probe->state].layer < LAYER_COUNT)
        probe->findings.took_ms[states[probe->state].layer] += spent;
    probe->state = state;
    probe->entered = probe->now;
    probe->deadline = probe->now + state_patience(probe, state);
    return GO_ON;
}

void probe_hang_up(struct probe *probe)
{
    if (probe->tcp != NULL)
        probe->plan->tcp->close(probe->tcp);
    probe->tcp = NULL;
}

/* --- the end -------------------------------------------------------------- */

static void tell_timing(struct probe *probe)
{
    cJSON *timing = cJSON_CreateObject();
    for (int i = 0; i < PROBE_STATE_COUNT && timing; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s_ms", states[i].word);
        if (probe->spent[i] > 0)
            cJSON_AddNumberToObject(timing, key, (double)probe->spent[i]);
    }
    cJSON_Delete(probe->result->timing);
    probe->result->timing = timing;
}

static void tell_phase(struct result *result, const char *word)
{
    free(result->phase);
    result->phase = strdup(word);
}

static void judge(struct probe *probe)
{
    struct admission admission;
    struct result *result = probe->result;
    const struct evidence known = {.facts = json_member(probe->known, "facts"),
                                   .settings =
                                       json_member(probe->known, "settings")};
    const struct prober us = {.address = probe->findings.us,
                              .seen = evidence_text(&known, "ssh_client")};
    if (admission_read(&admission, probe->judged ? &probe->settings : NULL, &us,
                       evidence_profiles(&known), probe->findings.wmi_number,
                       probe->plan->expectation)) {
        result_fail(result, FAULT_BAD_RESULT, "out of memory");
        return;
    }
    layers_judge(result, &probe->findings, &admission, &known);
    if (probe->no_jump != FAULT_NONE)
        result_fail(result, probe->no_jump, probe->err.text);
}

enum pace probe_finish(struct probe *probe)
{
    enum probe_state state = probe->state;
    if (state == PROBE_look)
        state = PROBE_connect;
    probe_hang_up(probe);
    probe_set_state(probe, PROBE_done);
    judge(probe);
    if (probe->result->fault == FAULT_NONE)
        state = PROBE_done;
    tell_phase(probe->result, states[state].word);
    tell_timing(probe);
    return WAIT;
}

/* --- stepping ------------------------------------------------------------- */

/* The state counts as waited out, and nothing comes after it. */
static enum pace on_host_deadline(struct probe *probe)
{
    probe->findings.hurried = true;
    probe->address_count = probe->address_at + 1;
    probe->wmi_count = 0;
    probe_waited(probe);
    return probe->state == PROBE_done ? WAIT : probe_finish(probe);
}

static enum pace on_cancel(struct probe *probe)
{
    const char *phase = states[probe->state].word;
    probe_hang_up(probe);
    probe_set_state(probe, PROBE_done);
    result_fail(probe->result, FAULT_CANCELLED,
                "interrupted before every layer was asked");
    tell_phase(probe->result, phase);
    tell_timing(probe);
    return WAIT;
}

static enum pace step_once(struct probe *probe)
{
    if (probe->state == PROBE_done)
        return WAIT;
    if (probe->cancelled)
        return on_cancel(probe);
    if (probe->host_deadline > 0 && probe->now >= probe->host_deadline)
        return on_host_deadline(probe);
    if (probe->now >= probe->deadline)
        return probe_waited(probe);
    return states[probe->state].step(probe);
}

static struct job_wait probe_step(void *work, uint64_t now_ms)
{
    struct probe *probe = work;
    struct job_wait wait = {.what = JOB_FOR_NOTHING, .io = {.fd = -1}};
    if (now_ms > probe->now)
        probe->now = now_ms;
    while (step_once(probe) == GO_ON)
        continue;
    if (probe->state == PROBE_done)
        return wait;
    wait.deadline_ms = probe->deadline;
    if (probe->host_deadline > 0 && probe->host_deadline < wait.deadline_ms)
        wait.deadline_ms = probe->host_deadline;
    wait.what = probe->state == PROBE_resolve ? JOB_FOR_ADDRESS : JOB_FOR_TIME;
    if (probe->tcp != NULL)
        wait.io = probe->plan->tcp->wait(probe->tcp);
    if (wait.io.fd >= 0)
        wait.what = JOB_FOR_IO;
    return wait;
}

static void probe_resolved(void *work, const struct job_address *addresses,
                           size_t count, const char *error_text)
{
    struct probe *probe = work;
    if (probe->state != PROBE_resolve)
        return;
    if (count > JOB_ADDRESSES_MAX)
        count = JOB_ADDRESSES_MAX;
    if (count > 0)
        memcpy(probe->addresses, addresses, count * sizeof *addresses);
    probe->address_count = count;
    if (count == 0)
        probe_unresolved(probe,
                         error_text ? error_text : "the name has no address");
}

static void probe_cancel(void *work)
{
    struct probe *probe = work;
    probe->cancelled = true;
}

static struct result *probe_take_result(void *work)
{
    struct probe *probe = work;
    struct result *result = probe->state == PROBE_done ? probe->result : NULL;
    if (result != NULL)
        probe->result = NULL;
    return result;
}

/* --- life cycle ----------------------------------------------------------- */

static void add_wmi_port(struct probe *probe, double port)
{
    if (port >= 1 && port <= UINT16_MAX && probe->wmi_count < WMI_PORTS_MAX)
        probe->wmi_ports[probe->wmi_count++] = (uint16_t)port;
}

/* The fixed port that is asked for, else where winmgmt listened last. */
static void choose_wmi_ports(struct probe *probe)
{
    const cJSON *port;
    const struct fixed_port_wish *fixed = &probe->settings.fixed_port;
    if (probe->judged && fixed->enabled == FLAG_ON) {
        probe->findings.wmi_fixed = true;
        add_wmi_port(probe, fixed->port);
    } else {
        const cJSON *winmgmt =
            json_member(json_member(probe->known, "facts"), "winmgmt");
        cJSON_ArrayForEach (port, json_member(winmgmt, "ports"))
            if (cJSON_IsNumber(port))
                add_wmi_port(probe, port->valuedouble);
    }
    if (probe->wmi_count > 0)
        probe->findings.wmi_number = probe->wmi_ports[0];
}

static void probe_free(void *work)
{
    struct probe *probe = work;
    if (probe == NULL)
        return;
    probe_hang_up(probe);
    if (probe->judged)
        settings_release(&probe->settings);
    cJSON_Delete(probe->known);
    rpc_reader_release(&probe->reader);
    result_free(probe->result);
    free(probe);
}

/*
 * The settings were judged before anything was contacted: only memory can be
 * what they lack now.
 */
static int read_settings(struct probe *probe)
{
    struct problems problems;
    if (probe->target->wmi == NULL)
        return 0;
    problems_init(&problems);
    int failed =
        settings_read(&probe->settings, probe->target->wmi, NULL, &problems);
    problems_release(&problems);
    probe->judged = !failed;
    return failed;
}

static struct probe *probe_new(const struct probe_plan *plan,
                               const struct target *target)
{
    char address[300];
    bool colon = strchr(target->address, ':') != NULL;
    snprintf(address, sizeof address, colon ? "[%.255s]:%d" : "%.255s:%d",
             target->address, RPC_PORT);
    struct probe *probe = calloc(1, sizeof *probe);
    if (probe == NULL)
        return NULL;
    probe->plan = plan;
    probe->target = target;
    if (!target_needs_address(target)) {
        probe->address_count = 1; /* of which only the port counts */
        probe->addresses[0].storage.ss_family = AF_INET;
        probe->addresses[0].len = sizeof(struct sockaddr_in);
    }
    rpc_reader_init(&probe->reader);
    probe->result = result_new(target->name, address, plan->run, VERB_VERIFY);
    if (probe->result != NULL && read_settings(probe) == 0)
        return probe;
    probe_free(probe);
    return NULL;
}

static void *probe_begin(const void *context, const struct target *target,
                         uint64_t now_ms, struct err *err)
{
    const struct probe_plan *plan = context;
    struct probe *probe = probe_new(plan, target);
    if (probe == NULL) {
        err_set(err, 0, "%s: no memory for this host", target->name);
        return NULL;
    }
    probe->now = probe->entered = now_ms;
    probe->deadline = now_ms + state_timeout(probe, PROBE_resolve);
    if (plan->timeouts.host > 0)
        probe->host_deadline = now_ms + plan->timeouts.host;
    probe->result->attempts = 1;
    if (plan->known != NULL)
        probe->known = plan->known(plan->context, target);
    choose_wmi_ports(probe);
    probe->findings.connect_s =
        (unsigned)((state_timeout(probe, PROBE_connect) + 999) / 1000);
    return probe;
}

static const char *probe_phase(const void *work, uint64_t *since_ms)
{
    const struct probe *probe = work;
    *since_ms = probe->entered;
    return states[probe->state].word;
}

const struct work_ops probe_work = {.begin = probe_begin,
                                    .step = probe_step,
                                    .resolved = probe_resolved,
                                    .phase = probe_phase,
                                    .cancel = probe_cancel,
                                    .take_result = probe_take_result,
                                    .free = probe_free};
