/* SPDX-License-Identifier: MIT */
#include "tests/farm/raw.h"

#include <errno.h>
#include <sys/socket.h>
#include <uv.h>

static const char banner[] = "SSH-2.0-OpenSSH_for_Windows_9.5\r\n";
static const char garbage[] = "\x16\x03\x01\033[2J\0\xff\xfe HTTP/1.1 400\r\n"
                              "\r\n<html>\033]0;owned\a</html>\r\n";
static const char line[] = "a line before the banner\r\n";

bool raw_is(enum script script)
{
    return script == SCRIPT_NEVER_ANSWER || script == SCRIPT_DROP_BANNER ||
           script == SCRIPT_TRICKLE || script == SCRIPT_GARBAGE_BANNER ||
           script == SCRIPT_FLOOD_BANNER;
}

static ssize_t send_bytes(const struct raw *raw, const char *bytes, size_t len)
{
    return send(raw->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Throws away what the client says; false when it has gone. */
static bool drain(const struct raw *raw)
{
    char ignored[4096];
    ssize_t got;
    while ((got = recv(raw->fd, ignored, sizeof ignored, MSG_DONTWAIT)) > 0)
        continue;
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

static void trickle(struct raw *raw)
{
    if (raw->sent < sizeof banner - 1 &&
        send_bytes(raw, banner + raw->sent, 1) == 1)
        raw->sent++;
}

static void greet_with_garbage(struct raw *raw)
{
    if (!raw->greeted)
        send_bytes(raw, garbage, sizeof garbage - 1);
    raw->greeted = true;
}

static void flood(const struct raw *raw)
{
    for (int i = 0; i < 100; i++)
        if (send_bytes(raw, line, sizeof line - 1) < 0)
            return;
}

int raw_step(struct raw *raw, bool tick)
{
    if (!drain(raw) || raw->script == SCRIPT_DROP_BANNER)
        return -1;
    if (raw->script == SCRIPT_GARBAGE_BANNER)
        greet_with_garbage(raw);
    if (raw->script == SCRIPT_TRICKLE && tick)
        trickle(raw);
    if (raw->script != SCRIPT_FLOOD_BANNER)
        return UV_READABLE;
    flood(raw);
    return UV_READABLE | UV_WRITABLE;
}
