/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <ntsecapi.h>
#include <stdlib.h>
#include <wchar.h>

#define UNAVAILABLE HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE)
#define CALL_FAILED HRESULT_FROM_WIN32(RPC_S_CALL_FAILED)

enum { DYNAMIC_FIRST = 49152, DYNAMIC_COUNT = 16384, ATTEMPTS = 64 };

void message_init(struct message *message)
{
    *message = (struct message){0};
}

void message_release(struct message *message)
{
    free(message->texts);
    message_init(message);
}

static bool reserve(struct message *message, size_t more)
{
    size_t capacity = message->capacity ? message->capacity : 512;
    WCHAR *texts;

    while (capacity < message->count + more)
        capacity *= 2;
    if (capacity > MESSAGE_COUNT_MAX)
        return false;
    if (capacity == message->capacity)
        return true;
    texts = realloc(message->texts, capacity * sizeof *texts);
    if (!texts)
        return false;
    message->texts = texts;
    message->capacity = capacity;
    return true;
}

static void add_text(struct message *message, const WCHAR *text)
{
    size_t count = wcslen(text) + 1;

    message->failed = message->failed || !reserve(message, count);
    if (message->failed)
        return;
    wmemcpy(message->texts + message->count, text, count);
    message->count += count;
}

void message_add(struct message *message, const WCHAR *name, const WCHAR *value)
{
    add_text(message, name);
    add_text(message, value ? value : L"");
}

void message_add_number(struct message *message, const WCHAR *name,
                        DWORD number)
{
    WCHAR text[16];

    _ultow(number, text, 10);
    message_add(message, name, text);
}

bool message_next(const struct message *message, size_t *at, const WCHAR **name,
                  const WCHAR **value)
{
    if (*at >= message->count)
        return false;
    *name = message->texts + *at;
    *at += wcslen(*name) + 1;
    if (*at >= message->count)
        return false;
    *value = message->texts + *at;
    *at += wcslen(*value) + 1;
    return true;
}

const WCHAR *message_get(const struct message *message, const WCHAR *wanted)
{
    const WCHAR *name, *value;
    size_t at = 0;

    while (message_next(message, &at, &name, &value))
        if (wcscmp(name, wanted) == 0)
            return value;
    return NULL;
}

DWORD message_number(const struct message *message, const WCHAR *name,
                     DWORD otherwise)
{
    const WCHAR *value = message_get(message, name);

    return value ? wcstoul(value, NULL, 10) : otherwise;
}

static bool send_all(SOCKET socket, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        int sent = send(socket, at, (int)len, 0);

        if (sent <= 0)
            return false;
        at += sent;
        len -= (size_t)sent;
    }
    return true;
}

static bool receive_all(SOCKET socket, void *bytes, size_t len)
{
    char *at = bytes;

    while (len > 0) {
        int got = recv(socket, at, (int)len, 0);

        if (got <= 0)
            return false;
        at += got;
        len -= (size_t)got;
    }
    return true;
}

static void limit_waiting(SOCKET socket)
{
    DWORD ms = WIRE_MS;

    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, (const char *)&ms, sizeof ms);
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, (const char *)&ms, sizeof ms);
}

bool wire_send(SOCKET socket, const struct message *message)
{
    DWORD len = (DWORD)(message->count * sizeof *message->texts);

    limit_waiting(socket);
    return !message->failed && send_all(socket, &len, sizeof len) &&
           send_all(socket, message->texts, len);
}

bool wire_receive(SOCKET socket, struct message *message)
{
    DWORD len;

    limit_waiting(socket);
    if (!receive_all(socket, &len, sizeof len) || len % sizeof(WCHAR) != 0 ||
        !reserve(message, len / sizeof(WCHAR)) ||
        !receive_all(socket, message->texts, len))
        return false;
    message->count = len / sizeof(WCHAR);
    return message->count == 0 || message->texts[message->count - 1] == 0;
}

static bool bind_to(SOCKET socket, DWORD own, unsigned port)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons((u_short)port),
                               .sin_addr.s_addr = htonl(own)};

    return bind(socket, (struct sockaddr *)&name, sizeof name) == 0;
}

SOCKET wire_connect(DWORD own, DWORD address, unsigned port)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons((u_short)port),
                               .sin_addr.s_addr = htonl(address)};
    SOCKET result = socket(AF_INET, SOCK_STREAM, 0);

    if (result == INVALID_SOCKET)
        return result;
    if (bind_to(result, own, 0) &&
        connect(result, (struct sockaddr *)&name, sizeof name) == 0)
        return result;
    closesocket(result);
    return INVALID_SOCKET;
}

/*
 * The port as asked for, then ones by chance. Connections of the one that had
 * it before linger on, other than on Windows.
 */
static bool bind_some(SOCKET socket, DWORD own, unsigned *port)
{
    BOOL yes = TRUE;

    if (*port != 0) {
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, (const char *)&yes,
                   sizeof yes);
        if (bind_to(socket, own, *port))
            return true;
    }
    for (int i = 0; i < ATTEMPTS; i++) {
        unsigned short chance;

        if (!RtlGenRandom(&chance, sizeof chance))
            return false;
        *port = DYNAMIC_FIRST + chance % DYNAMIC_COUNT;
        if (bind_to(socket, own, *port))
            return true;
    }
    return false;
}

SOCKET wire_listen(DWORD own, unsigned *port)
{
    SOCKET result = socket(AF_INET, SOCK_STREAM, 0);

    if (result == INVALID_SOCKET)
        return result;
    if (bind_some(result, own, port) && listen(result, SOMAXCONN) == 0)
        return result;
    closesocket(result);
    return INVALID_SOCKET;
}

HRESULT wire_ask(DWORD own, DWORD address, unsigned port,
                 const struct message *question, struct message *answer)
{
    SOCKET socket = wire_connect(own, address, port);
    bool answered;

    if (socket == INVALID_SOCKET)
        return UNAVAILABLE;
    answered = wire_send(socket, question) && wire_receive(socket, answer);
    closesocket(socket);
    return answered ? S_OK : CALL_FAILED;
}
