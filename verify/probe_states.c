/* SPDX-License-Identifier: MIT */
/* The states of a probe, and what follows each. */
#include "verify/probe_machine.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One read; an answer is some hundred bytes. */
#define READ_LEN 4096

/* --- one connection ------------------------------------------------------- */

static void set_port(struct job_address *address, uint16_t port)
{
    uint16_t number = htons(port);
    bool four = address->storage.ss_family == AF_INET;
    memcpy((char *)&address->storage +
               (four ? offsetof(struct sockaddr_in, sin_port)
                     : offsetof(struct sockaddr_in6, sin6_port)),
           &number, sizeof number);
}

/* The address in digits; a zone is left out. */
static void print_address(const struct sockaddr_storage *address, char *text,
                          size_t size)
{
    const void *at =
        address->ss_family == AF_INET
            ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
            : &((const struct sockaddr_in6 *)address)->sin6_addr;
    if (inet_ntop(address->ss_family, at, text, (socklen_t)size) == NULL)
        text[0] = '\0';
}

static void note_us(struct probe *probe)
{
    struct sockaddr_storage local;
    if (probe->plan->tcp->local(probe->tcp, &local))
        print_address(&local, probe->findings.us, sizeof probe->findings.us);
}

static enum pace begin_connect(struct probe *probe, enum probe_state state)
{
    probe_hang_up(probe);
    probe_set_state(probe, state);
    probe->tcp =
        probe->plan->tcp->open(probe->plan->tcp_context, probe->target);
    return GO_ON;
}

static enum port_finding finding_of(const struct err *err)
{
    if (err->code >= TCP_NO_JUMP)
        return PORT_NO_SOCKET;
    switch ((enum tcp_fault)err->code) {
    case TCP_REFUSED:
        return PORT_REFUSED;
    case TCP_SILENT:
        return PORT_DROPPED;
    case TCP_NO_WAY:
        return PORT_NO_WAY;
    case TCP_BROKEN:
    case TCP_NO_SOCKET:
    case TCP_NO_JUMP:
        break;
    }
    return PORT_NO_SOCKET;
}

/* What has failed is the jump host: nothing is known of the target. */
static void note_jump(struct probe *probe)
{
    if (probe->err.code < TCP_NO_JUMP)
        return;
    probe->no_jump = (enum fault)(probe->err.code - TCP_NO_JUMP);
    if (probe->no_jump == FAULT_NONE || probe->no_jump == FAULT_LOST)
        probe->no_jump = FAULT_TCP_TIMEOUT;
}

/* PORT_NOT_TRIED: not decided yet. */
static enum port_finding try_port(struct probe *probe, uint16_t port)
{
    if (probe->tcp == NULL) {
        err_set(&probe->err, TCP_NO_SOCKET, "out of memory");
        return PORT_NO_SOCKET;
    }
    struct job_address *address = &probe->addresses[probe->address_at];
    set_port(address, port);
    enum io io = probe->plan->tcp->connect(
        probe->tcp, (const struct sockaddr *)&address->storage, address->len,
        &probe->err);
    note_us(probe);
    if (io == IO_AGAIN)
        return PORT_NOT_TRIED;
    if (io == IO_FAIL)
        note_jump(probe);
    return io == IO_DONE ? PORT_OPEN : finding_of(&probe->err);
}

/* --- the way to port 135 -------------------------------------------------- */

/* Through a jump host only the address as it is written is known. */
static void note_peer(struct probe *probe)
{
    char text[80];
    const struct job_address *address = &probe->addresses[probe->address_at];
    char *peer = probe->findings.peer;
    if (!target_needs_address(probe->target)) {
        snprintf(peer, sizeof probe->findings.peer, "%.63s",
                 probe->target->address);
        return;
    }
    print_address(&address->storage, peer, sizeof probe->findings.peer);
    snprintf(text, sizeof text,
             address->storage.ss_family == AF_INET ? "%s:%d" : "[%s]:%d", peer,
             RPC_PORT);
    char *copy = strdup(text);
    if (copy == NULL)
        return;
    free(probe->result->address);
    probe->result->address = copy;
}

enum pace probe_do_resolve(struct probe *probe)
{
    if (probe->unresolved)
        return probe_finish(probe);
    if (probe->address_count == 0)
        return WAIT;
    probe->findings.resolved = true;
    note_peer(probe);
    return begin_connect(probe, PROBE_connect);
}

static enum pace next_wmi_port(struct probe *probe)
{
    if (probe->no_jump != FAULT_NONE || probe->wmi_at >= probe->wmi_count)
        return probe_finish(probe);
    probe->address_at = probe->best;
    return begin_connect(probe, PROBE_wmi_connect);
}

/* Nothing answers at 135, on no address. */
static enum pace after_135(struct probe *probe)
{
    probe->address_at = probe->best;
    note_peer(probe);
    if (probe->findings.seen)
        return next_wmi_port(probe);
    probe->findings.other_port = probe->target->port;
    return begin_connect(probe, PROBE_look);
}

/* What an earlier address of the name told stays, when it told more. */
static enum pace port_failed(struct probe *probe, enum port_finding finding)
{
    struct findings *found = &probe->findings;
    if (probe->no_jump != FAULT_NONE)
        return probe_finish(probe);
    if (found->rpc_port == PORT_NOT_TRIED || finding < found->rpc_port) {
        found->rpc_port = finding;
        probe->best = probe->address_at;
        snprintf(found->port_trouble, sizeof found->port_trouble, "%.120s",
                 probe->err.text);
    }
    found->seen |= finding == PORT_REFUSED;
    if (probe->address_at + 1 >= probe->address_count)
        return after_135(probe);
    probe->address_at++;
    note_peer(probe);
    return begin_connect(probe, PROBE_connect);
}

static void ask(struct probe *probe, uint32_t call, size_t len)
{
    probe->question_len = len;
    rpc_reader_expect(&probe->reader, call);
}

static void ask_bind(struct probe *probe, const struct rpc_interface *interface)
{
    rpc_bind(probe->question, interface);
    ask(probe, RPC_CALL_BIND, RPC_BIND_LEN);
}

enum pace probe_do_connect(struct probe *probe)
{
    enum port_finding finding = try_port(probe, RPC_PORT);
    if (finding == PORT_NOT_TRIED)
        return WAIT;
    if (finding != PORT_OPEN)
        return port_failed(probe, finding);
    probe->findings.rpc_port = PORT_OPEN;
    probe->findings.seen = true;
    probe->best = probe->address_at;
    ask_bind(probe, &rpc_object_exporter);
    return probe_set_state(probe, PROBE_bind);
}

/* Any answer will do: it shows that the machine is there. */
enum pace probe_do_look(struct probe *probe)
{
    enum port_finding finding = try_port(probe, probe->target->port);
    if (finding == PORT_NOT_TRIED)
        return WAIT;
    probe->findings.seen = finding == PORT_OPEN || finding == PORT_REFUSED;
    return probe->findings.seen ? next_wmi_port(probe) : probe_finish(probe);
}

/* --- talking -------------------------------------------------------------- */

static void set_trouble(struct talk *talk, enum talk_finding finding,
                        const char *trouble)
{
    talk->finding = finding;
    snprintf(talk->trouble, sizeof talk->trouble, "%.150s",
             trouble != NULL ? trouble : "");
}

static enum pace broke(struct probe *probe, struct talk *talk)
{
    note_jump(probe);
    set_trouble(talk, TALK_HUNG_UP, probe->err.text);
    return GO_ON;
}

/*
 * Sends what is to be asked, then reads what there is. WAIT: more is to come.
 * GO_ON: `*answer` is whole, or RPC_MORE and the connection is over.
 */
static enum pace converse(struct probe *probe, struct talk *talk,
                          enum rpc_answer *answer)
{
    const struct tcp_ops *tcp = probe->plan->tcp;
    *answer = RPC_MORE;
    if (probe->question_len > 0) {
        enum io io = tcp->send(probe->tcp, probe->question, probe->question_len,
                               &probe->err);
        if (io != IO_DONE)
            return io == IO_AGAIN ? WAIT : broke(probe, talk);
        probe->question_len = 0;
    }
    while (*answer == RPC_MORE) {
        unsigned char bytes[READ_LEN];
        size_t got = 0;
        enum io io =
            tcp->receive(probe->tcp, bytes, sizeof bytes, &got, &probe->err);
        if (io == IO_AGAIN)
            return WAIT;
        if (io == IO_DONE && got == 0)
            err_set(&probe->err, TCP_BROKEN, "the end of the connection");
        if (io == IO_FAIL || got == 0)
            return broke(probe, talk);
        *answer = rpc_feed(&probe->reader, bytes, got);
    }
    return GO_ON;
}

/* What an answer says that is not the one that was hoped for. */
static void note_talk(struct probe *probe, struct talk *talk,
                      enum rpc_answer answer)
{
    const struct rpc_reader *reader = &probe->reader;
    talk->reason = reader->reason;
    talk->code = reader->fault;
    switch (answer) {
    case RPC_BOUND:
    case RPC_RESPONSE:
        talk->finding = TALK_GOOD;
        break;
    case RPC_REFUSED:
        talk->finding = reader->rejected ? TALK_REJECTED : TALK_REFUSED;
        break;
    case RPC_FAULT:
        talk->finding = TALK_FAULT;
        break;
    case RPC_ENDLESS:
        set_trouble(talk, TALK_ENDLESS, reader->trouble);
        break;
    case RPC_GARBAGE:
        set_trouble(talk, TALK_GARBAGE, reader->trouble);
        break;
    case RPC_MORE: /* the connection was over; noted already */
        break;
    }
}

enum pace probe_do_bind(struct probe *probe)
{
    enum rpc_answer answer;
    struct talk *talk = &probe->findings.rpc;
    if (converse(probe, talk, &answer) == WAIT)
        return WAIT;
    if (answer == RPC_BOUND) {
        rpc_request(probe->question, SERVER_ALIVE_OPERATION);
        ask(probe, RPC_CALL_REQUEST, RPC_REQUEST_LEN);
        return probe_set_state(probe, PROBE_alive);
    }
    note_talk(probe, talk, answer);
    return next_wmi_port(probe);
}

static void read_alive(struct probe *probe)
{
    struct talk *talk = &probe->findings.rpc;
    struct server_alive *alive = &probe->findings.alive;
    const struct buf *stub = &probe->reader.stub;
    if (server_alive_read(alive, (const unsigned char *)stub->data, stub->len,
                          &probe->err)) {
        set_trouble(talk, TALK_GARBAGE, probe->err.text);
    } else if (alive->status != 0) {
        talk->finding = TALK_FAILED;
        talk->code = (uint32_t)alive->status;
    }
}

enum pace probe_do_alive(struct probe *probe)
{
    enum rpc_answer answer;
    struct talk *talk = &probe->findings.rpc;
    if (converse(probe, talk, &answer) == WAIT)
        return WAIT;
    note_talk(probe, talk, answer);
    if (answer == RPC_RESPONSE)
        read_alive(probe);
    return next_wmi_port(probe);
}

/* --- winmgmt's own port --------------------------------------------------- */

static enum pace wmi_failed(struct probe *probe, enum port_finding finding)
{
    struct findings *found = &probe->findings;
    if (found->wmi_port == PORT_NOT_TRIED || finding < found->wmi_port) {
        found->wmi_port = finding;
        found->wmi_number = probe->wmi_ports[probe->wmi_at];
    }
    probe->wmi_at++;
    return next_wmi_port(probe);
}

enum pace probe_do_wmi_connect(struct probe *probe)
{
    uint16_t port = probe->wmi_ports[probe->wmi_at];
    enum port_finding finding = try_port(probe, port);
    if (finding == PORT_NOT_TRIED)
        return WAIT;
    if (finding != PORT_OPEN)
        return wmi_failed(probe, finding);
    probe->findings.wmi_port = PORT_OPEN;
    probe->findings.wmi_number = port;
    ask_bind(probe, &rpc_rem_unknown);
    return probe_set_state(probe, PROBE_wmi_bind);
}

enum pace probe_do_wmi_bind(struct probe *probe)
{
    enum rpc_answer answer;
    struct talk *talk = &probe->findings.wmi;
    if (converse(probe, talk, &answer) == WAIT)
        return WAIT;
    note_talk(probe, talk, answer);
    return probe_finish(probe);
}

enum pace probe_do_done(struct probe *probe)
{
    (void)probe;
    return WAIT;
}

/* --- what did not come in time ------------------------------------------- */

void probe_unresolved(struct probe *probe, const char *trouble)
{
    struct findings *found = &probe->findings;
    snprintf(found->resolve_trouble, sizeof found->resolve_trouble,
             "%.100s: %.120s", probe->target->address, trouble);
    probe->unresolved = true;
}

enum pace probe_waited(struct probe *probe)
{
    struct findings *found = &probe->findings;
    probe->err = (struct err){0};
    switch (probe->state) {
    case PROBE_resolve:
        probe_unresolved(probe, "no answer of the resolver");
        return probe_finish(probe);
    case PROBE_connect:
        return port_failed(probe, PORT_DROPPED);
    case PROBE_bind:
    case PROBE_alive:
        set_trouble(&found->rpc, TALK_MUTE, NULL);
        return next_wmi_port(probe);
    case PROBE_wmi_connect:
        return wmi_failed(probe, PORT_DROPPED);
    case PROBE_wmi_bind:
        set_trouble(&found->wmi, TALK_MUTE, NULL);
        return probe_finish(probe);
    case PROBE_look:
    case PROBE_done:
    case PROBE_STATE_COUNT:
        break;
    }
    return probe_finish(probe);
}
