/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. One ssh_event for all server sessions crashes in
 * libssh 0.10, so each session has one of its own, which is polled without
 * waiting whenever the farm's loop says that the socket is ready. libssh
 * closes its descriptor when it likes; the loop watches a duplicate.
 *
 * Latency: what arrives is not looked at before that time has passed. So a
 * question and its answer take that long, and as many of them at once too.
 * libssh reads whenever it writes, so it is let write only while nothing has
 * come that is to wait.
 */
#include "tests/farm/connection.h"

#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/farm/raw.h"
#include "tests/farm/stream.h"

#define TICK_MS 1000
/* Of READ_LEN at most, in one turn. */
#define READ_LEN 4096
#define READS_MAX 64
#define STREAMS_MAX 8
#define WANTS_TICK 0x100 /* beside libuv's events */

static const char banner[] = "OpenSSH_for_Windows_9.5";

enum turn { BY_SOCKET, BY_TIMER };

struct connection {
    struct connection *next;
    struct connection **place; /* what points to it */
    struct farm *farm;
    struct target *target;
    uv_poll_t poll;
    uv_timer_t timer;
    int fd;
    unsigned handles; /* of the loop, still to be closed */
    bool closing;
    int watched; /* events of `poll` */

    struct raw raw; /* without SSH */
    ssh_session session;
    ssh_event event;
    bool exchanged; /* keys */
    bool asked_in;  /* what may be tried to log in */
    struct ssh_server_callbacks_struct callbacks;
    struct stream *streams;
    unsigned stream_count;
};

/* --- its end -------------------------------------------------------------- */

static void free_session(struct connection *connection)
{
    if (connection->event != NULL) {
        ssh_event_remove_session(connection->event, connection->session);
        ssh_event_free(connection->event);
    }
    if (connection->session != NULL) {
        ssh_silent_disconnect(connection->session);
        ssh_free(connection->session);
    }
    while (connection->streams != NULL) {
        struct stream *stream = connection->streams;
        connection->streams = stream->next;
        stream_free(stream);
    }
}

static void on_closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;
    if (--connection->handles == 0)
        free(connection);
}

static void close_connection(struct connection *connection)
{
    if (connection->closing)
        return;
    connection->closing = true;
    *connection->place = connection->next;
    if (connection->next != NULL)
        connection->next->place = connection->place;
    connection->farm->open--;
    uv_close((uv_handle_t *)&connection->poll, on_closed);
    uv_close((uv_handle_t *)&connection->timer, on_closed);
    free_session(connection);
    close(connection->fd);
}

void connections_close(struct farm *farm)
{
    while (farm->connections != NULL)
        close_connection(farm->connections);
}

/* Of every target, beside the key. */
#define FARM_PASSWORD "farm"

/* --- who may come in ------------------------------------------------------ */

/* Clients begin with "none", to be told what they may try. */
static int on_none(ssh_session session, const char *user, void *context)
{
    (void)session;
    (void)user;
    struct connection *connection = context;
    connection->asked_in = true;
    return SSH_AUTH_DENIED;
}

static int on_publickey(ssh_session session, const char *user, ssh_key key,
                        char signature, void *context)
{
    (void)user;
    struct connection *connection = context;
    enum script script = connection->target->script;
    if (script == SCRIPT_DROP_AUTH)
        stream_cut(session);
    if (script == SCRIPT_DROP_AUTH || script == SCRIPT_AUTH_REFUSED ||
        script == SCRIPT_ESCAPE_GOODBYE ||
        ssh_key_cmp(key, connection->farm->client_key, SSH_KEY_CMP_PUBLIC) != 0)
        return SSH_AUTH_DENIED;
    if (signature == SSH_PUBLICKEY_STATE_NONE)
        return SSH_AUTH_SUCCESS;
    if (signature != SSH_PUBLICKEY_STATE_VALID)
        return SSH_AUTH_DENIED;
    connection->target->counts.logins++;
    return SSH_AUTH_SUCCESS;
}

static int on_password(ssh_session session, const char *user,
                       const char *password, void *context)
{
    (void)session;
    (void)user;
    struct target *target = ((struct connection *)context)->target;
    target->counts.passwords++;
    if (target->script == SCRIPT_AUTH_REFUSED ||
        strcmp(password, FARM_PASSWORD) != 0)
        return SSH_AUTH_DENIED;
    target->counts.logins++;
    return SSH_AUTH_SUCCESS;
}

static ssh_channel on_channel(ssh_session session, void *context)
{
    struct connection *connection = context;
    if (connection->stream_count == STREAMS_MAX)
        return NULL;
    struct stream *stream = stream_new(session, connection->target);
    if (stream == NULL)
        return NULL;
    stream->next = connection->streams;
    connection->streams = stream;
    connection->stream_count++;
    return stream->handle;
}

/* --- SSH ------------------------------------------------------------------ */

/* The key by which the target is known, or by which its script goes. */
static int host_key(const struct farm *farm, const struct target *target,
                    struct ed25519 *key)
{
    unsigned index = target->index;
    if (target->script == SCRIPT_WRONG_HOST_KEY)
        return ed25519_derive(key, "stranger", index);
    if (target->script == SCRIPT_OTHER_HOST_KEY)
        index = (index + 1) % farm->count;
    *key = farm->host_keys[index];
    return 0;
}

/* The bind keeps the key; each session copies it from there. */
static int lend_key(struct farm *farm, const struct target *target)
{
    struct ed25519 key;
    if (host_key(farm, target, &key) != 0)
        return -1;
    ssh_key imported = ed25519_import(&key);
    return imported != NULL &&
                   ssh_bind_options_set(farm->bind, SSH_BIND_OPTIONS_IMPORT_KEY,
                                        imported) == SSH_OK
               ? 0
               : -1;
}

static int begin_session(struct connection *connection)
{
    struct farm *farm = connection->farm;
    const char *name = connection->target->script == SCRIPT_ESCAPE_NOISE
                           ? "\033[2J\033]0;owned\a"
                           : banner;
    connection->session = ssh_new();
    connection->event = ssh_event_new();
    int fd = dup(connection->fd);
    if (connection->session == NULL || connection->event == NULL || fd < 0 ||
        ssh_bind_options_set(farm->bind, SSH_BIND_OPTIONS_BANNER, name) !=
            SSH_OK ||
        lend_key(farm, connection->target) != 0 ||
        ssh_bind_accept_fd(farm->bind, connection->session, fd) != SSH_OK)
        return -1;
    connection->callbacks = (struct ssh_server_callbacks_struct){
        .userdata = connection,
        .auth_none_function = on_none,
        .auth_pubkey_function = on_publickey,
        .auth_password_function = on_password,
        .channel_open_request_session_function = on_channel,
    };
    ssh_callbacks_init(&connection->callbacks);
    ssh_set_server_callbacks(connection->session, &connection->callbacks);
    ssh_set_auth_methods(connection->session,
                         SSH_AUTH_METHOD_PUBLICKEY | SSH_AUTH_METHOD_PASSWORD);
    ssh_set_blocking(connection->session, 0);
    /* Says hello, and makes what ssh_event_add_session takes over. */
    if (ssh_handle_key_exchange(connection->session) == SSH_ERROR)
        return -1;
    return ssh_event_add_session(connection->event, connection->session) ==
                   SSH_OK
               ? 0
               : -1;
}

/* Its script ends the connection here, whatever else has come already. */
static bool is_over(const struct connection *connection)
{
    switch (connection->target->script) {
    case SCRIPT_DROP_KEX: /* what comes after hello exchanges keys */
        return ssh_get_clientbanner(connection->session) != NULL;
    case SCRIPT_ESCAPE_GOODBYE:
        return connection->asked_in;
    default:
        return false;
    }
}

static void say_goodbye(struct connection *connection)
{
    if (connection->target->script != SCRIPT_ESCAPE_GOODBYE)
        return;
    ssh_session_set_disconnect_message(connection->session,
                                       "\033[2J\033]0;owned\agoodbye");
    /* libssh writes at once only after it was told that it may. */
    ssh_event_dopoll(connection->event, 0);
    ssh_disconnect(connection->session);
}

static int bytes_waiting(const struct connection *connection)
{
    int waiting = 0;
    return ioctl(connection->fd, FIONREAD, &waiting) == 0 ? waiting : 0;
}

/* What comes while this is read waits as long itself, where it is to wait. */
static int reads_now(const struct connection *connection)
{
    int due = bytes_waiting(connection) / READ_LEN + 1;
    return connection->target->latency_ms > 0 && due < READS_MAX ? due
                                                                 : READS_MAX;
}

/* Lets libssh read; false when the connection has ended. */
static bool read_session(struct connection *connection)
{
    int reads = reads_now(connection);
    do {
        if (ssh_event_dopoll(connection->event, 0) == SSH_ERROR)
            return false;
        /* A key exchange that went on here might already be the last step. */
        if (is_over(connection))
            return true;
        if (!connection->exchanged) {
            int status = ssh_handle_key_exchange(connection->session);
            if (status == SSH_ERROR)
                return false;
            connection->exchanged = status == SSH_OK;
        }
        if (ssh_get_status(connection->session) &
            (SSH_CLOSED | SSH_CLOSED_ERROR))
            return false;
    } while (!is_over(connection) && --reads > 0 &&
             bytes_waiting(connection) > 0);
    return true;
}

static void free_closed_streams(struct connection *connection)
{
    struct stream **place = &connection->streams;
    while (*place != NULL) {
        struct stream *stream = *place;
        if (!stream->closed || !stream->ended) {
            place = &stream->next;
            continue;
        }
        *place = stream->next;
        ssh_remove_channel_callbacks(stream->handle, &stream->callbacks);
        ssh_channel_free(stream->handle);
        stream_free(stream);
        connection->stream_count--;
    }
}

static int step_ssh(struct connection *connection, enum turn turn)
{
    if (connection->session == NULL && begin_session(connection) != 0)
        return -1;
    if (!read_session(connection))
        return -1;
    if (is_over(connection)) {
        say_goodbye(connection);
        return -1;
    }
    unsigned wishes = streams_work(&connection->streams, turn == BY_TIMER);
    if (wishes & STREAM_HANGS_UP)
        return -1;
    free_closed_streams(connection);
    int events = UV_READABLE;
    if ((wishes & STREAM_GOES_ON) ||
        (ssh_get_poll_flags(connection->session) & SSH_WRITE_PENDING))
        events |= UV_WRITABLE;
    if (wishes & STREAM_TICKS)
        events |= WANTS_TICK;
    return events;
}

/* --- its turns ------------------------------------------------------------ */

static void on_timer(uv_timer_t *timer);
static void on_socket(uv_poll_t *poll, int status, int events);

static void watch(struct connection *connection, int events)
{
    if (events == connection->watched)
        return;
    connection->watched = events;
    uv_poll_start(&connection->poll, events, on_socket);
}

static void take_turn(struct connection *connection, enum turn turn)
{
    enum script script = connection->target->script;
    int events = raw_is(script) ? raw_step(&connection->raw, turn == BY_TIMER)
                                : step_ssh(connection, turn);
    if (events < 0) {
        close_connection(connection);
        return;
    }
    bool ticks = (events & WANTS_TICK) != 0 || script == SCRIPT_TRICKLE;
    if (ticks && !uv_is_active((uv_handle_t *)&connection->timer))
        uv_timer_start(&connection->timer, on_timer, TICK_MS, 0);
    watch(connection, events & (UV_READABLE | UV_WRITABLE));
}

static void on_timer(uv_timer_t *timer)
{
    take_turn(timer->data, BY_TIMER);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
    struct connection *connection = poll->data;
    unsigned latency_ms = connection->target->latency_ms;
    if (status < 0) {
        close_connection(connection);
        return;
    }
    bool comes = (events & UV_READABLE) || bytes_waiting(connection) > 0;
    if (!comes || latency_ms == 0) {
        take_turn(connection, BY_SOCKET);
        return;
    }
    watch(connection, 0);
    uv_timer_start(&connection->timer, on_timer, latency_ms, 0);
}

/*
 * The client's view of how many are open: one that it has closed counts no
 * more, although the farm, which is slow on purpose, does not know yet.
 */
static void count_open(struct farm *farm)
{
    unsigned open = 0;
    if (!farm->counts_open || farm->open <= farm->most)
        return;
    for (const struct connection *connection = farm->connections;
         connection != NULL; connection = connection->next) {
        struct tcp_info info = {.tcpi_state = TCP_CLOSE};
        socklen_t len = sizeof info;
        getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &len);
        open += info.tcpi_state == TCP_ESTABLISHED;
    }
    if (open > farm->most)
        farm->most = open;
}

void connection_open(struct farm *farm, struct target *target, int fd)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL ||
        uv_poll_init(&farm->loop, &connection->poll, fd) != 0) {
        free(connection);
        close(fd);
        return;
    }
    uv_timer_init(&farm->loop, &connection->timer);
    connection->handles = 2;
    connection->poll.data = connection;
    connection->timer.data = connection;
    connection->farm = farm;
    connection->target = target;
    connection->fd = fd;
    connection->raw = (struct raw){.fd = fd, .script = target->script};
    connection->next = farm->connections;
    connection->place = &farm->connections;
    if (connection->next != NULL)
        connection->next->place = &connection->next;
    farm->connections = connection;
    farm->open++;
    count_open(farm);
    target->counts.connections++;
    /* The client's connect took no time at all; here is what it owes. */
    uv_timer_start(&connection->timer, on_timer,
                   UINT64_C(2) * target->latency_ms, 0);
}
