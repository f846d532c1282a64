/* SPDX-License-Identifier: MIT */
/* The real connections of a probe, on loopback. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "verify/tcp.h"

static const struct target target = {.name = "pc", .address = "pc"};
static const struct tcp_ops *const ops = &tcp_sockets;

static int listen_on(struct sockaddr_in *address, int backlog)
{
    socklen_t len = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = htonl(0x7F4D0001);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, &len), 0);
    if (backlog >= 0)
        assert_int_equal(listen(fd, backlog), 0);
    return fd;
}

static enum io connect_to(struct tcp *tcp, const struct sockaddr_in *address,
                          struct err *err)
{
    enum io io;
    while ((io = ops->connect(tcp, (const struct sockaddr *)address,
                              sizeof *address, err)) == IO_AGAIN) {
        struct transport_wait wait = ops->wait(tcp);
        struct pollfd poller = {.fd = wait.fd, .events = POLLOUT};
        assert_int_equal(wait.events, TRANSPORT_WRITABLE);
        assert_int_equal(poll(&poller, 1, 10000), 1);
    }
    return io;
}

static void test_a_conversation(void **state)
{
    (void)state;
    struct sockaddr_in address;
    struct sockaddr_storage local;
    struct err err;
    char bytes[16];
    size_t got = 99;
    int listener = listen_on(&address, 1);
    struct tcp *tcp = ops->open(NULL, &target);
    assert_false(ops->local(tcp, &local));
    assert_int_equal(connect_to(tcp, &address, &err), IO_DONE);
    assert_true(ops->local(tcp, &local));
    assert_int_equal(local.ss_family, AF_INET);
    int peer = accept(listener, NULL, NULL);
    assert_int_equal(ops->receive(tcp, bytes, sizeof bytes, &got, &err),
                     IO_AGAIN);
    assert_int_equal(ops->wait(tcp).events, TRANSPORT_READABLE);
    assert_int_equal(got, 99);
    assert_int_equal(ops->send(tcp, "question", 8, &err), IO_DONE);
    assert_int_equal(read(peer, bytes, sizeof bytes), 8);
    assert_int_equal(write(peer, "answer", 6), 6);
    assert_int_equal(ops->receive(tcp, bytes, 4, &got, &err), IO_DONE);
    assert_int_equal(got, 4);
    assert_int_equal(ops->receive(tcp, bytes, 4, &got, &err), IO_DONE);
    assert_int_equal(got, 2);
    close(peer);
    assert_int_equal(ops->receive(tcp, bytes, 4, &got, &err), IO_DONE);
    assert_int_equal(got, 0);
    ops->close(tcp);
    close(listener);
}

/* A peer that is slow to read gets all of it, in order. */
static void test_a_send_in_pieces(void **state)
{
    (void)state;
    static unsigned char much[8 * 1024 * 1024];
    static unsigned char come[sizeof much];
    struct sockaddr_in address;
    struct err err;
    size_t have = 0;
    bool again = false;
    enum io io;
    for (size_t i = 0; i < sizeof much; i++)
        much[i] = (unsigned char)(i * 31 >> 4);
    int listener = listen_on(&address, 1);
    struct tcp *tcp = ops->open(NULL, &target);
    assert_int_equal(connect_to(tcp, &address, &err), IO_DONE);
    int peer = accept(listener, NULL, NULL);
    while ((io = ops->send(tcp, much, sizeof much, &err)) == IO_AGAIN) {
        ssize_t got = read(peer, come + have, sizeof come - have);
        assert_true(got > 0);
        have += (size_t)got;
        again = true;
    }
    assert_int_equal(io, IO_DONE);
    ops->close(tcp);
    for (ssize_t got; (got = read(peer, come + have, sizeof come - have)) > 0;)
        have += (size_t)got;
    assert_true(again);
    assert_int_equal(have, sizeof much);
    assert_memory_equal(come, much, sizeof much);
    close(peer);
    close(listener);
}

static void test_refused_and_reset(void **state)
{
    (void)state;
    struct sockaddr_in address;
    struct err err;
    char bytes[4];
    size_t got;
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    int bound = listen_on(&address, -1);
    struct tcp *tcp = ops->open(NULL, &target);
    assert_int_equal(connect_to(tcp, &address, &err), IO_FAIL);
    assert_int_equal(err.code, TCP_REFUSED);
    ops->close(tcp);
    close(bound);
    int listener = listen_on(&address, 1);
    tcp = ops->open(NULL, &target);
    assert_int_equal(connect_to(tcp, &address, &err), IO_DONE);
    int peer = accept(listener, NULL, NULL);
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(peer);
    assert_int_equal(ops->receive(tcp, bytes, sizeof bytes, &got, &err),
                     IO_FAIL);
    assert_int_equal(err.code, TCP_BROKEN);
    assert_int_equal(ops->send(tcp, "x", 1, &err), IO_FAIL);
    ops->close(tcp);
    close(listener);
}

/* A full backlog drops every SYN: no answer, and none is made up. */
static void test_dropped(void **state)
{
    (void)state;
    struct sockaddr_in address;
    struct err err;
    int listener = listen_on(&address, 0);
    struct tcp *held = ops->open(NULL, &target);
    assert_int_equal(connect_to(held, &address, &err), IO_DONE);
    struct tcp *tcp = ops->open(NULL, &target);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ops->connect(tcp, (struct sockaddr *)&address,
                                      sizeof address, &err),
                         IO_AGAIN);
    ops->close(tcp);
    ops->close(held);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_conversation),
        cmocka_unit_test(test_a_send_in_pieces),
        cmocka_unit_test(test_refused_and_reset),
        cmocka_unit_test(test_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
