/* SPDX-License-Identifier: MIT */
/*
 * usage: relay PORT LOG EVENT HELD
 *
 * Stands between one client at a time and the sshd at 127.0.0.1:PORT, and
 * holds the first connection at a chosen moment: from the event on nothing
 * passes from the server to the client, and the file HELD appears. What
 * happens then is up to the test: it kills the session behind it (the end is
 * passed on), or lets the silence go on. Later connections pass untouched.
 * Prints the port it listens on. Ends when it is killed.
 *
 *   banner          before the server's banner
 *   kex             after the banner
 *   LINE            once the log has a line with that text
 *   LINE+N          N bytes of the server after that
 *   LINE>N          N bytes of the client after that; its bytes stop too
 *
 * sshd logs a request before it answers it, and the log is looked at before
 * each piece that is passed on. So the client never sees the answer to what
 * the line is about.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct event {
    bool banner;
    bool kex;
    bool of_client; /* `bytes` are the client's */
    char line[128];
    size_t bytes;
};

struct relay {
    struct event event;
    const char *log;
    const char *held_file;
    off_t log_start; /* what the log held before the connection */
    bool seen;       /* the line */
    bool held;
    bool spent; /* the event was: all passes */
    size_t passed;
    int client;
    int server;
};

static struct event event_parse(const char *text)
{
    struct event event = {0};

    event.banner = strcmp(text, "banner") == 0;
    event.kex = strcmp(text, "kex") == 0;
    if (event.banner || event.kex)
        return event;
    snprintf(event.line, sizeof event.line, "%s", text);
    char *number = strpbrk(event.line, "+>");
    if (number == NULL)
        return event;
    event.of_client = *number == '>';
    *number = '\0';
    event.bytes = strtoul(number + 1, NULL, 10);
    return event;
}

static bool log_has_line(struct relay *relay)
{
    static char text[1 << 20];
    int fd = open(relay->log, O_RDONLY | O_CLOEXEC);
    ssize_t len = 0;

    if (fd < 0)
        return false;
    len = pread(fd, text, sizeof text - 1, relay->log_start);
    close(fd);
    text[len > 0 ? len : 0] = '\0';
    return strstr(text, relay->event.line) != NULL;
}

static void hold(struct relay *relay)
{
    relay->held = true;
    int fd = open(relay->held_file, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd >= 0)
        close(fd);
}

/* How much of a piece may pass; less than all of it means: hold then. */
static size_t allowed(struct relay *relay, bool from_client, const char *bytes,
                      size_t len)
{
    const struct event *event = &relay->event;

    if (relay->spent)
        return len;
    if (relay->held)
        return 0;
    if (event->banner)
        return from_client ? len : 0;
    if (event->kex) {
        const char *end = from_client ? NULL : memchr(bytes, '\n', len);
        if (from_client)
            return len;
        if (relay->seen)
            return 0;
        relay->seen = end != NULL;
        return end != NULL ? (size_t)(end + 1 - bytes) : len;
    }
    if (!relay->seen)
        relay->seen = log_has_line(relay);
    if (!relay->seen || from_client != event->of_client)
        return len;
    size_t room = event->bytes - relay->passed;
    size_t pass = len < room ? len : room;
    relay->passed += pass;
    return pass;
}

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* One piece in one direction; false at the end of the connection. */
static bool pass_on(struct relay *relay, bool from_client)
{
    char bytes[16384];
    int from = from_client ? relay->client : relay->server;
    int to = from_client ? relay->server : relay->client;
    ssize_t len = recv(from, bytes, sizeof bytes, 0);

    if (len <= 0)
        return false;
    size_t pass = allowed(relay, from_client, bytes, (size_t)len);
    if (!send_all(to, bytes, pass))
        return false;
    if (pass < (size_t)len && !relay->held)
        hold(relay);
    return true;
}

/* Both directions until one side ends. */
static void relay_connection(struct relay *relay)
{
    struct pollfd sides[] = {{.fd = relay->client, .events = POLLIN},
                             {.fd = relay->server, .events = POLLIN}};
    bool going_on = true;

    while (going_on && (poll(sides, 2, -1) >= 0 || errno == EINTR)) {
        if (going_on && sides[1].revents)
            going_on = pass_on(relay, false);
        if (going_on && sides[0].revents)
            going_on = pass_on(relay, true);
    }
}

static struct sockaddr_in loopback(in_port_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = port,
                                .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
}

static void serve(struct relay *relay, in_port_t port)
{
    struct sockaddr_in address = loopback(port);
    struct stat log;

    relay->log_start = stat(relay->log, &log) == 0 ? log.st_size : 0;
    relay->server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(relay->server, (struct sockaddr *)&address, sizeof address) ==
        0)
        relay_connection(relay);
    close(relay->server);
    close(relay->client);
    relay->spent |= relay->held;
    relay->held = false;
}

static int listen_anywhere(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 ||
        listen(fd, 16) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) < 0)
        return -1;
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv)
{
    struct relay relay = {0};

    if (argc != 5) {
        fputs("usage: relay PORT LOG EVENT HELD\n", stderr);
        return 2;
    }
    relay.log = argv[2];
    relay.event = event_parse(argv[3]);
    relay.held_file = argv[4];
    int listening = listen_anywhere();
    in_port_t port = htons((in_port_t)strtoul(argv[1], NULL, 10));
    while (listening >= 0 &&
           (relay.client = accept4(listening, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        serve(&relay, port);
    perror("relay: 127.0.0.1");
    return 1;
}
