/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include "place.h"

#include <stdlib.h>

struct listener {
    SOCKET socket;
    unsigned port;
    HANDLE thread;
    listener_answer answer;
    void *context;
    volatile LONG running; /* threads of connections */
    volatile bool closing;
};

struct visitor {
    struct listener *listener;
    SOCKET socket;
    DWORD from;
};

static void converse(const struct visitor *visitor)
{
    const struct listener *listener = visitor->listener;
    struct message question, answer;

    message_init(&question);
    message_init(&answer);
    if (wire_receive(visitor->socket, &question) &&
        listener->answer(listener->context, visitor->from, &question, &answer))
        wire_send(visitor->socket, &answer);
    message_release(&question);
    message_release(&answer);
}

static DWORD WINAPI serve(void *argument)
{
    struct visitor *visitor = argument;
    struct listener *listener = visitor->listener;

    converse(visitor);
    closesocket(visitor->socket);
    free(visitor);
    InterlockedDecrement(&listener->running);
    return 0;
}

static void welcome(struct listener *listener, SOCKET socket, DWORD from)
{
    struct visitor *visitor = malloc(sizeof *visitor);
    HANDLE thread = NULL;

    if (visitor) {
        *visitor = (struct visitor){listener, socket, from};
        InterlockedIncrement(&listener->running);
        thread = CreateThread(NULL, 0, serve, visitor, 0, NULL);
        if (!thread)
            InterlockedDecrement(&listener->running);
    }
    if (thread) {
        CloseHandle(thread);
        return;
    }
    free(visitor);
    closesocket(socket);
}

static DWORD WINAPI listen_on(void *argument)
{
    struct listener *listener = argument;

    while (!listener->closing) {
        struct sockaddr_in name;
        int len = sizeof name;
        SOCKET socket =
            accept(listener->socket, (struct sockaddr *)&name, &len);

        if (socket == INVALID_SOCKET)
            break;
        if (listener->closing)
            closesocket(socket);
        else
            welcome(listener, socket, ntohl(name.sin_addr.s_addr));
    }
    return 0;
}

struct listener *listener_open(unsigned *port, listener_answer answer,
                               void *context)
{
    struct listener *listener = calloc(1, sizeof *listener);
    WSADATA data;

    if (!listener)
        return NULL;
    listener->answer = answer;
    listener->context = context;
    listener->socket = INVALID_SOCKET;
    if (place_address() != 0 && WSAStartup(MAKEWORD(2, 2), &data) == 0) {
        listener->socket = wire_listen(place_address(), port);
        listener->port = *port;
        if (listener->socket != INVALID_SOCKET)
            listener->thread =
                CreateThread(NULL, 0, listen_on, listener, 0, NULL);
        if (listener->thread)
            return listener;
        if (listener->socket != INVALID_SOCKET)
            closesocket(listener->socket);
        WSACleanup();
    }
    free(listener);
    return NULL;
}

/* A visit of its own wakes the thread that waits for one. */
void listener_close(struct listener *listener)
{
    SOCKET own;

    if (!listener)
        return;
    listener->closing = true;
    own = wire_connect(place_address(), place_address(), listener->port);
    WaitForSingleObject(listener->thread, INFINITE);
    CloseHandle(listener->thread);
    if (own != INVALID_SOCKET)
        closesocket(own);
    closesocket(listener->socket);
    while (listener->running > 0)
        Sleep(1);
    WSACleanup();
    free(listener);
}
