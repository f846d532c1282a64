/* SPDX-License-Identifier: MIT */
#include "tests/unit/fake_tcp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "tests/unit/results_seen.h"

#define STEPS_MAX 100000

struct tcp {
    struct probing_play *play;
    struct fake_port *port;
    unsigned tries;
    bool said_again;
    size_t questions;
    size_t given; /* of the present answer */
};

static struct tcp *fake_open(void *context, const struct target *target)
{
    (void)target;
    struct probing_play *play = context;
    struct tcp *tcp = calloc(1, sizeof *tcp);
    if (tcp == NULL)
        return NULL;
    tcp->play = play;
    play->open++;
    play->opened++;
    return tcp;
}

static void fake_close(struct tcp *tcp)
{
    tcp->play->open--;
    free(tcp);
}

static struct fake_port *port_of(struct probing_play *play,
                                 const struct sockaddr *address)
{
    static struct fake_port refusing = {.connect = FAKE_REFUSES};
    struct sockaddr_in in;
    char text[INET_ADDRSTRLEN];
    memcpy(&in, address, sizeof in);
    inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    for (size_t i = 0; i < play->port_count; i++) {
        struct fake_port *port = &play->ports[i];
        if (port->port == ntohs(in.sin_port) &&
            (port->address == NULL || strcmp(port->address, text) == 0))
            return port;
    }
    return &refusing;
}

static enum io broken(struct err *err, enum tcp_fault fault, const char *text)
{
    err_set(err, (int)fault, "%s", text);
    return IO_FAIL;
}

static enum io fake_connect(struct tcp *tcp, const struct sockaddr *address,
                            socklen_t len, struct err *err)
{
    assert_int_equal(len, sizeof(struct sockaddr_in));
    tcp->port = port_of(tcp->play, address);
    switch (tcp->port->connect) {
    case FAKE_CONNECTS:
        return IO_DONE;
    case FAKE_CONNECTS_LATER:
        tcp->play->moved++;
        return ++tcp->tries < 3 ? IO_AGAIN : IO_DONE;
    case FAKE_REFUSES:
        return broken(err, TCP_REFUSED, "Connection refused");
    case FAKE_DROPS_SYN:
        return IO_AGAIN;
    case FAKE_NO_WAY:
        return broken(err, TCP_NO_WAY, "No route to host");
    case FAKE_NO_SOCKET:
        break;
    }
    return broken(err, TCP_NO_SOCKET, "Too many open files");
}

/* True when this operation is to come again. */
static bool comes_again(struct tcp *tcp)
{
    tcp->said_again = tcp->port->slow && !tcp->said_again;
    tcp->play->moved += tcp->said_again ? 1 : 0;
    return tcp->said_again;
}

static enum io fake_send(struct tcp *tcp, const void *bytes, size_t len,
                         struct err *err)
{
    (void)err;
    const unsigned char *at = bytes;
    if (comes_again(tcp))
        return IO_AGAIN;
    assert_int_equal(at[0], 5);
    assert_int_equal(at[8], len);
    tcp->questions++;
    tcp->given = 0;
    return IO_DONE;
}

static enum io fake_receive(struct tcp *tcp, void *bytes, size_t size,
                            size_t *got, struct err *err)
{
    assert_true(tcp->questions > 0);
    if (comes_again(tcp))
        return IO_AGAIN;
    const struct fake_port *port = tcp->port;
    const struct fake_bytes *answer =
        &port->answers[tcp->questions > 1 ? 1 : 0];
    if (port->endless && tcp->given == answer->len)
        tcp->given = 0;
    size_t left = answer->len - tcp->given;
    if (left == 0 && port->breaks)
        return broken(err, TCP_BROKEN, "Connection reset by peer");
    if (left == 0 && !port->hangs_up)
        return IO_AGAIN;
    size_t take = port->chunk > 0 && port->chunk < left ? port->chunk : left;
    if (take > size)
        take = size;
    memcpy(bytes, answer->at + tcp->given, take);
    tcp->given += take;
    tcp->play->moved++;
    *got = take;
    return IO_DONE;
}

static bool fake_local(struct tcp *tcp, struct sockaddr_storage *address)
{
    (void)tcp;
    struct sockaddr_in in = {.sin_family = AF_INET};
    inet_pton(AF_INET, "10.9.0.4", &in.sin_addr);
    memcpy(address, &in, sizeof in);
    return true;
}

static struct transport_wait fake_wait(struct tcp *tcp)
{
    (void)tcp;
    return (struct transport_wait){.fd = 1000, .events = TRANSPORT_READABLE};
}

static const struct tcp_ops fake_ops = {.open = fake_open,
                                        .connect = fake_connect,
                                        .send = fake_send,
                                        .receive = fake_receive,
                                        .local = fake_local,
                                        .wait = fake_wait,
                                        .close = fake_close};

struct fake_bytes fake_bytes_hex(const char *hex)
{
    struct fake_bytes bytes = {.len = strlen(hex) / 2};
    assert_true(bytes.len <= sizeof bytes.at);
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        bytes.at[i] = (unsigned char)byte;
    }
    return bytes;
}

struct fake_port *fake_port_add(struct probing_play *play, uint16_t port)
{
    assert_true(play->port_count < FAKE_PORTS_MAX);
    struct fake_port *added = &play->ports[play->port_count++];
    *added = (struct fake_port){.port = port};
    added->answers[0] = fake_bytes_hex(HEX_BIND_ACK);
    added->answers[1] = fake_bytes_hex(HEX_RESPONSE);
    return added;
}

static cJSON *give_known(void *context, const struct target *target)
{
    const struct probing_play *play = context;
    struct err err;
    (void)target;
    return play->known == NULL
               ? NULL
               : json_parse("known", play->known, strlen(play->known), &err);
}

void probing_play_init(struct probing_play *play)
{
    *play = (struct probing_play){.addresses = {"192.0.2.10"}};
    fake_port_add(play, 135);
    play->target = (struct target){
        .name = "lab-01", .address = "lab-01", .port = 22, .retries = -1};
    play->plan = (struct probe_plan){.run = "20261122-probe",
                                     .tcp = &fake_ops,
                                     .timeouts = probe_timeouts_default()};
}

void probing_play_release(struct probing_play *play)
{
    result_free(play->result);
    play->result = NULL;
}

static void give_addresses(struct probing_play *play, void *work)
{
    struct job_address addresses[3];
    size_t count = 0;
    for (; count < 3 && play->addresses[count] != NULL; count++) {
        struct sockaddr_in in = {.sin_family = AF_INET};
        inet_pton(AF_INET, play->addresses[count], &in.sin_addr);
        addresses[count] = (struct job_address){.len = sizeof in};
        memcpy(&addresses[count].storage, &in, sizeof in);
    }
    probe_work.resolved(work, addresses, count,
                        count == 0 ? "no such name" : NULL);
}

static void drive(struct probing_play *play, void *work)
{
    uint64_t now = 1000;
    unsigned idle = 0;
    size_t moved = 0;
    for (;;) {
        struct job_wait wait = probe_work.step(work, now);
        assert_true(++play->steps < STEPS_MAX);
        if (wait.what == JOB_FOR_NOTHING)
            break;
        assert_true(wait.deadline_ms > 0);
        if (play->cancel_at > 0 && now >= play->cancel_at)
            probe_work.cancel(work);
        if (wait.what == JOB_FOR_ADDRESS && play->addresses[0] != NULL) {
            give_addresses(play, work);
            continue;
        }
        if (moved != play->moved)
            idle = 0;
        moved = play->moved;
        /* What says AGAIN a few times gets its tries, then the clock moves. */
        if (++idle % 4 == 0 && wait.deadline_ms > now)
            now = play->cancel_at > now && play->cancel_at < wait.deadline_ms
                      ? play->cancel_at
                      : wait.deadline_ms;
    }
    play->took = now - 1000;
}

struct result *probing_play(struct probing_play *play)
{
    struct err err;
    const char *text = play->wmi;
    cJSON *wmi = text ? json_parse("wmi", text, strlen(text), &err) : NULL;
    play->target.wmi = wmi;
    play->plan.tcp_context = play;
    play->plan.known = give_known;
    play->plan.context = play;
    probing_play_release(play);
    play->steps = play->opened = 0;
    if (play->before != NULL)
        play->before(play);
    void *work = probe_work.begin(&play->plan, &play->target, 1000, &err);
    if (work != NULL) {
        assert_null(probe_work.take_result(work));
        drive(play, work);
        play->result = probe_work.take_result(work);
        assert_non_null(play->result);
        assert_null(probe_work.take_result(work));
        probe_work.free(work);
        assert_int_equal(play->open, 0);
    }
    if (play->after != NULL)
        play->after(play);
    if (play->result != NULL)
        results_seen(play->result);
    cJSON_Delete(wmi);
    return play->result;
}

const char *layer_text(const struct result *result, const char *layer,
                       const char *key)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, result->layers) {
        const char *name = json_text(item, "layer");
        const char *text = json_text(item, key);
        if (name != NULL && strcmp(name, layer) == 0)
            return text != NULL ? text : "";
    }
    return "";
}
