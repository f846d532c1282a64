/* SPDX-License-Identifier: MIT */
/* What answers on the port is no SSH server, or a bad one. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "controller/result/fault.h"
#include "tests/unit/ssh_rig.h"

#define TEXT(literal) literal, sizeof(literal) - 1

/* Says `text` `times` times (0: until nobody listens), then hangs up. */
static _Noreturn void speak(int listener, const char *text, size_t len,
                            unsigned times)
{
    int client = accept(listener, NULL, NULL);
    for (unsigned i = 0; times == 0 || i < times; i++)
        if (send(client, text, len, MSG_NOSIGNAL) != (ssize_t)len)
            break;
    shutdown(client, SHUT_WR);
    char rest[1000];
    while (recv(client, rest, sizeof rest, 0) > 0)
        ;
    _exit(0);
}

static pid_t serve(const char *text, size_t len, unsigned times, uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size),
                     0);
    *port = ntohs(address.sin_port);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        speak(listener, text, len, times);
    close(listener);
    return child;
}

static struct drive meet(const char *text, size_t len, unsigned times)
{
    struct target target = {.name = "odd", .address = "127.0.0.1"};
    struct ssh_context context = {.default_user = "nobody"};
    pid_t server = serve(text, len, times, &target.port);
    struct drive drive = {.last = STAGE_HANDSHAKE};
    rig_drive(&drive, &context, &target);
    waitpid(server, NULL, 0);
    print_message("  %s: %s\n", fault_word((enum fault)drive.err.code),
                  drive.err.text);
    return drive;
}

static void test_bad_greetings(void **state)
{
    (void)state;
    /* Alive, well-formed, and with nothing in common. */
    static const char kexinit[] = "SSH-2.0-odd\r\n"
                                  "\0\0\0\x0c\x0a\x14zzzzzzzzzzzz";
    static const struct {
        const char *text;
        size_t len;
        unsigned times;
        enum fault fault;
        const char *piece;
    } cases[] = {
        {TEXT(""), 1, FAULT_BANNER_TIMEOUT, "closed the connection"},
        {TEXT("220 mail ready\r\n"), 1, FAULT_BANNER_TIMEOUT, "no SSH banner"},
        {TEXT("HTTP/1.1 400 Bad Request\r\n\r\n"), 1, FAULT_BANNER_TIMEOUT,
         "not an SSH server"},
        {TEXT("SSH-2.0-\0evil\r\n"), 1, FAULT_BANNER_TIMEOUT,
         "not an SSH server"},
        {TEXT("welcome\r\n"), 0, FAULT_BANNER_TIMEOUT,
         "bytes came and no SSH banner"},
        {TEXT("x"), 0, FAULT_BANNER_TIMEOUT, "bytes came and no SSH banner"},
        {TEXT("hello\r\nSSH-2.0-x\r\n"), 1, FAULT_KEX, "key exchange"},
        {TEXT("SSH-2.0-x\r\n\xff\xff\xff\xff\xff\xff\xff\xff"), 1, FAULT_KEX,
         "key exchange"},
        {kexinit, sizeof kexinit - 1, 1, FAULT_KEX, "key exchange"},
        {TEXT("SSH-2.0-x\r\n"), 0, FAULT_KEX, "key exchange"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct drive drive = meet(cases[i].text, cases[i].len, cases[i].times);
        assert_int_equal(drive.io, IO_FAIL);
        assert_int_equal(drive.err.code, cases[i].fault);
        if (strstr(drive.err.text, cases[i].piece) == NULL)
            fail_msg("case %zu: %s", i, drive.err.text);
        drive_release(&drive);
    }
}

/* A port that is open and says nothing waits for its deadline, cheaply. */
static void test_silence(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    getsockname(listener, (struct sockaddr *)&address, &size);

    struct target target = {
        .name = "odd", .address = "127.0.0.1", .port = ntohs(address.sin_port)};
    struct ssh_context context = {.default_user = "nobody"};
    struct transport *t = ssh_transport.create(&context, &target);
    assert_non_null(t);
    struct err err;
    enum io io;
    do
        io = ssh_transport.connect(t, (struct sockaddr *)&address, size, &err);
    while (io == IO_AGAIN);
    assert_int_equal(io, IO_DONE);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ssh_transport.handshake(t, &err), IO_AGAIN);
    assert_null(ssh_transport.banner(t));
    struct transport_wait wait = ssh_transport.wait(t);
    assert_int_equal(wait.events, TRANSPORT_READABLE);
    struct pollfd fd = {.fd = wait.fd, .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 0), 0);
    ssh_transport.free(t);
    close(listener);
}

static void test_free_before_connect(void **state)
{
    (void)state;
    struct target target = {.name = "odd", .address = "127.0.0.1"};
    struct ssh_context context = {.default_user = "nobody"};
    struct transport *t = ssh_transport.create(&context, &target);
    assert_non_null(t);
    ssh_transport.free(t);
    ssh_transport.free(NULL);
}

static int begin(void **state)
{
    (void)state;
    struct err err;
    return ssh_global_init(&err);
}

static int end(void **state)
{
    (void)state;
    ssh_global_exit();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_greetings),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_free_before_connect),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
