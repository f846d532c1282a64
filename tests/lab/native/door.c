/* SPDX-License-Identifier: MIT */
/*
 * usage: door ADDRESS... -- COMMAND...
 *
 * Many machines from one process: listens on one free port of all the
 * addresses and runs the command for each connection, which is its standard
 * input and output (`sshd -i`). At an address with a `-` in front nobody ever
 * answers: the connection is made and stays silent. The port is printed once
 * all of them listen. Ends when it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DOORS_MAX 512
#define PORT_ATTEMPTS 20

struct doors {
    struct pollfd polled[DOORS_MAX];
    int silent[DOORS_MAX];
    nfds_t polled_count;
    size_t silent_count;
};

static void doors_close(struct doors *doors)
{
    for (nfds_t i = 0; i < doors->polled_count; i++)
        close(doors->polled[i].fd);
    for (size_t i = 0; i < doors->silent_count; i++)
        close(doors->silent[i]);
    doors->polled_count = 0;
    doors->silent_count = 0;
}

/* The descriptor, or -1. Fills in the port when it was 0. */
static int listen_at(const char *text, in_port_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = *port};
    socklen_t len = sizeof address;
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    /* Ports that others only connect from are free for listening. */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1 ||
        bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, 64) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) < 0) {
        close(fd);
        return -1;
    }
    *port = address.sin_port;
    return fd;
}

static bool doors_open(struct doors *doors, char **addresses, in_port_t *port)
{
    *port = 0;
    for (; strcmp(*addresses, "--") != 0; addresses++) {
        bool silent = **addresses == '-';
        int fd = listen_at(*addresses + silent, port);
        if (fd < 0)
            return false;
        if (silent)
            doors->silent[doors->silent_count++] = fd;
        else
            doors->polled[doors->polled_count++] =
                (struct pollfd){.fd = fd, .events = POLLIN};
    }
    return true;
}

static void serve(int listening, char **command)
{
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    pid_t child = fd < 0 ? -1 : fork();

    if (child == 0) {
        signal(SIGCHLD, SIG_DFL);
        dup2(fd, STDIN_FILENO);
        dup2(fd, STDOUT_FILENO);
        execv(command[0], command);
        _exit(126);
    }
    if (child < 0)
        fprintf(stderr, "door: a connection: %s\n", strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void serve_for_ever(struct doors *doors, char **command)
{
    signal(SIGCHLD, SIG_IGN); /* nobody waits for them */
    while (poll(doors->polled, doors->polled_count, -1) >= 0 ||
           errno == EINTR) {
        for (nfds_t i = 0; i < doors->polled_count; i++) {
            if (doors->polled[i].revents & POLLIN)
                serve(doors->polled[i].fd, command);
        }
    }
}

/* Where the command begins; NULL when the arguments are no use. */
static char **find_command(int argc, char **argv)
{
    int at = 1;

    while (at < argc && strcmp(argv[at], "--") != 0)
        at++;
    return at > 1 && at + 1 < argc && at <= DOORS_MAX ? argv + at + 1 : NULL;
}

int main(int argc, char **argv)
{
    char **command = find_command(argc, argv);
    struct doors doors = {0};
    in_port_t port = 0;
    bool open = false;

    if (command == NULL) {
        fputs("usage: door ADDRESS... -- COMMAND...\n", stderr);
        return 2;
    }
    for (int i = 0; i < PORT_ATTEMPTS && !open; i++) {
        doors_close(&doors);
        open = doors_open(&doors, argv + 1, &port);
    }
    if (!open) {
        perror("door: no port is free at all addresses");
        return 1;
    }
    printf("%d\n", ntohs(port));
    fflush(stdout);
    serve_for_ever(&doors, command);
    perror("door: poll");
    return 1;
}
