/* SPDX-License-Identifier: MIT */
/*
 * Ways, gates and the pump against a jump host that is not there: scripted
 * tunnels, which hold the caller to their rules, and the real sockets of the
 * ways. Time is what the test says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "controller/jump/pump.h"

#define BYTES_MAX ((size_t)1024 * 1024)
#define HOSTS_MAX 4

/* One host behind the jump host, and the tunnel to it. */
struct tunnel {
    const char *host;
    bool refuses;
    bool silent; /* no answer to an open */
    bool late;   /* the answer comes when the open is given up */
    bool opened;
    size_t window;     /* bytes that it takes */
    struct buf taken;  /* what came through */
    bool taken_end;    /* and the end of it */
    struct buf brings; /* what is still to be read */
    bool brings_end;
    bool closed;
    struct tunnel *comes_with; /* a write here brings `word` there */
    const char *word;
};

struct gate_play {
    struct tunnel hosts[HOSTS_MAX];
    size_t count;
    struct target jump;
    struct target targets[HOSTS_MAX];
    struct ways *ways;
    struct gate *gate;
    struct pump *pump;
    uint64_t now;
    struct err err;
    int session[2]; /* its descriptor, and who writes to it */
    const char *opening;
    bool stops;        /* every call stops in the middle once */
    bool frozen;       /* the next does, for ever */
    const void *stuck; /* the call that did, by its bytes or tunnel */
    bool sending;
    bool lost;
};

static struct gate_play *play_of(struct transport *t)
{
    return (struct gate_play *)(void *)t;
}

/* True when this call is to stop now, and to be made again. */
static bool stops(struct gate_play *play, const void *what)
{
    if (play->sending && play->stuck != what)
        fail_msg("another call while one is held");
    if (play->frozen) {
        play->sending = true;
        play->stuck = what;
        return true;
    }
    if (!play->stops)
        return false;
    play->sending = !play->sending;
    play->stuck = what;
    return play->sending;
}

static struct tunnel *host_of(struct gate_play *play, const char *host)
{
    for (size_t i = 0; i < play->count; i++)
        if (strcmp(play->hosts[i].host, host) == 0)
            return &play->hosts[i];
    fail_msg("%s: no such host", host);
    return NULL;
}

static enum io lose(struct err *err)
{
    err_set(err, FAULT_LOST, "it is gone");
    return IO_FAIL;
}

static enum io fake_open(struct transport *t, const char *host, uint16_t port,
                         struct tunnel **tunnel, struct err *err)
{
    struct gate_play *play = play_of(t);
    struct tunnel *found = host_of(play, host);
    assert_int_equal(port, 22);
    if (play->opening != NULL)
        assert_string_equal(play->opening, host);
    play->opening = host;
    if (play->lost)
        return lose(err);
    if (stops(play, found) || found->silent || found->late)
        return IO_AGAIN;
    play->opening = NULL;
    if (found->refuses) {
        err_set(err, FAULT_REFUSED, "%s port 22: connect failed", host);
        return IO_FAIL;
    }
    found->opened = true;
    *tunnel = found;
    return IO_DONE;
}

static struct tunnel *fake_give_up(struct transport *t, const char *host,
                                   uint16_t port)
{
    struct gate_play *play = play_of(t);
    struct tunnel *found = host_of(play, host);
    (void)port;
    assert_false(play->sending);
    assert_string_equal(play->opening, host);
    play->opening = NULL;
    return found->late ? found : NULL;
}

static enum io fake_receive(struct transport *t, struct tunnel *any,
                            struct err *err)
{
    struct gate_play *play = play_of(t);
    assert_false(play->sending);
    if (play->lost)
        return lose(err);
    return any != NULL ? IO_AGAIN : IO_DONE;
}

static enum tunnel_holds fake_holds(struct transport *t, struct tunnel *tunnel)
{
    (void)t;
    if (tunnel->brings.len > 0)
        return TUNNEL_BYTES;
    return tunnel->brings_end ? TUNNEL_END : TUNNEL_NOTHING;
}

static enum io fake_read(struct transport *t, struct tunnel *tunnel,
                         void *bytes, size_t size, size_t *got, struct err *err)
{
    (void)err;
    if (stops(play_of(t), &tunnel->brings))
        return IO_AGAIN;
    *got = tunnel->brings.len < size ? tunnel->brings.len : size;
    memcpy(bytes, tunnel->brings.data, *got);
    buf_drop_front(&tunnel->brings, *got);
    return IO_DONE;
}

static enum io fake_write(struct transport *t, struct tunnel *tunnel,
                          const void *bytes, size_t len, size_t *sent,
                          struct err *err)
{
    (void)err;
    if (tunnel->window == 0 || stops(play_of(t), bytes))
        return IO_AGAIN;
    *sent = len < tunnel->window ? len : tunnel->window;
    tunnel->window -= *sent;
    assert_int_equal(buf_add(&tunnel->taken, bytes, *sent), 0);
    if (tunnel->comes_with != NULL)
        buf_add_text(&tunnel->comes_with->brings, tunnel->word);
    return IO_DONE;
}

static enum io fake_end(struct transport *t, struct tunnel *tunnel,
                        struct err *err)
{
    (void)err;
    if (stops(play_of(t), &tunnel->taken_end))
        return IO_AGAIN;
    assert_false(tunnel->taken_end);
    tunnel->taken_end = true;
    return IO_DONE;
}

static enum io fake_close(struct transport *t, struct tunnel *tunnel,
                          struct err *err)
{
    (void)err;
    if (stops(play_of(t), &tunnel->closed))
        return IO_AGAIN;
    assert_false(tunnel->closed);
    tunnel->closed = true;
    return IO_DONE;
}

static bool fake_takes(struct transport *t, struct tunnel *tunnel)
{
    (void)t;
    return tunnel->window > 0;
}

static bool fake_sending(struct transport *t)
{
    return play_of(t)->sending;
}

static const struct tunnel_ops fake_tunnels = {.open = fake_open,
                                               .give_up = fake_give_up,
                                               .receive = fake_receive,
                                               .holds = fake_holds,
                                               .read = fake_read,
                                               .takes = fake_takes,
                                               .write = fake_write,
                                               .end = fake_end,
                                               .close = fake_close,
                                               .sending = fake_sending};

static struct gate_play *play_new(size_t count)
{
    static const char *const names[HOSTS_MAX] = {"a", "b", "c", "d"};
    struct gate_play *play = calloc(1, sizeof *play);
    assert_non_null(play);
    play->count = count;
    play->now = 1000;
    play->jump = (struct target){.name = "gate", .address = "gate", .port = 22};
    for (size_t i = 0; i < count; i++) {
        play->hosts[i] = (struct tunnel){.host = names[i], .window = BYTES_MAX};
        buf_init(&play->hosts[i].taken, BYTES_MAX);
        buf_init(&play->hosts[i].brings, BYTES_MAX);
        play->targets[i] = (struct target){.name = names[i],
                                           .address = names[i],
                                           .port = 22,
                                           .jump = &play->jump};
    }
    play->ways = ways_new();
    assert_non_null(play->ways);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, play->session), 0);
    return play;
}

static struct way *go(struct gate_play *play, size_t host)
{
    struct way *way =
        way_open(play->ways, &play->targets[host], 22, &play->err);
    assert_non_null(way);
    return way;
}

/* A link's part: the gate asks for it. */
static void begin(struct gate_play *play)
{
    play->gate = ways_wanting(play->ways, play->now);
    assert_non_null(play->gate);
    gate_link_made(play->gate);
    const struct pump_plan plan = {.tunnels = &fake_tunnels,
                                   .transport = (struct transport *)play,
                                   .fd = play->session[0],
                                   .gate = play->gate,
                                   .open_ms = 10000};
    play->pump = pump_new(&plan);
    assert_non_null(play->pump);
}

static bool is_due(const struct gate_play *play)
{
    struct pollfd polled = {.fd = pump_fd(play->pump), .events = POLLIN};
    return poll(&polled, 1, 0) > 0 || pump_due(play->pump) <= play->now;
}

/* Until it waits for something. */
static enum io run(struct gate_play *play)
{
    enum io io = IO_AGAIN;
    do {
        io = pump_run(play->pump, play->now, &play->err);
    } while (io == IO_AGAIN && (play->sending || is_due(play)));
    return io;
}

static void play_free(struct gate_play *play)
{
    pump_free(play->pump, &play->err);
    ways_free(play->ways);
    for (size_t i = 0; i < play->count; i++) {
        buf_release(&play->hosts[i].taken);
        buf_release(&play->hosts[i].brings);
    }
    close(play->session[0]);
    close(play->session[1]);
    free(play);
}

static void assert_way(struct way *way, enum io wanted, int code)
{
    struct err err = {0};
    assert_int_equal(way_opened(way, &err), wanted);
    assert_int_equal(err.code, code);
}

static void say(struct way *way, const char *text)
{
    assert_int_equal(send(way_fd(way), text, strlen(text), 0), strlen(text));
}

static void assert_hears(struct way *way, const char *text)
{
    char heard[64] = "";
    assert_int_equal(recv(way_fd(way), heard, sizeof heard - 1, 0),
                     strlen(text));
    assert_string_equal(heard, text);
}

/* --- moving --------------------------------------------------------------- */

static void carry_both_ways(bool stop_in_the_middle)
{
    struct gate_play *play = play_new(2);
    play->stops = stop_in_the_middle;
    struct way *a = go(play, 0);
    struct way *b = go(play, 1);
    assert_way(a, IO_AGAIN, 0);
    begin(play);
    assert_int_equal(run(play), IO_AGAIN);
    assert_way(a, IO_DONE, 0);
    assert_way(b, IO_DONE, 0);
    say(a, "up a");
    say(b, "up b");
    buf_add_text(&play->hosts[0].brings, "down a");
    buf_add_text(&play->hosts[1].brings, "down b");
    run(play);
    assert_hears(a, "down a");
    assert_hears(b, "down b");
    assert_string_equal(play->hosts[0].taken.data, "up a");
    assert_string_equal(play->hosts[1].taken.data, "up b");
    /* One end after the other. */
    shutdown(way_fd(a), SHUT_WR);
    play->hosts[1].brings_end = true;
    run(play);
    assert_true(play->hosts[0].taken_end);
    assert_false(play->hosts[0].closed);
    assert_hears(b, "");
    assert_int_equal(pump_count(play->pump), 2);
    play->hosts[0].brings_end = true;
    way_close(b);
    run(play);
    assert_hears(a, "");
    assert_true(play->hosts[0].closed);
    assert_true(play->hosts[1].closed);
    assert_int_equal(pump_count(play->pump), 0);
    assert_int_not_equal(way_kind(a), WAY_LOST);
    way_close(a);
    play_free(play);
}

static void test_bytes_and_ends_go_both_ways(void **state)
{
    (void)state;
    carry_both_ways(false);
}

static void test_a_call_that_stops_in_the_middle_is_made_again(void **state)
{
    (void)state;
    carry_both_ways(true);
}

/* Sends until the way takes no more; returns how much that was. */
static size_t stuff(struct gate_play *play, struct way *way)
{
    static const char bytes[4096] = {'x'};
    size_t all = 0;
    ssize_t sent;
    while ((sent = send(way_fd(way), bytes, sizeof bytes, 0)) > 0 ||
           (run(play) == IO_AGAIN &&
            (sent = send(way_fd(way), bytes, sizeof bytes, 0)) > 0))
        all += (size_t)sent;
    return all;
}

static void test_a_full_tunnel_stops_its_way_alone(void **state)
{
    (void)state;
    struct gate_play *play = play_new(2);
    struct way *a = go(play, 0);
    struct way *b = go(play, 1);
    begin(play);
    run(play);
    assert_way(a, IO_DONE, 0);
    assert_way(b, IO_DONE, 0);
    play->hosts[0].window = 100;
    size_t all = stuff(play, a);
    assert_int_equal(play->hosts[0].taken.len, 100);
    assert_false(is_due(play));
    say(b, "b goes on");
    run(play);
    assert_string_equal(play->hosts[1].taken.data, "b goes on");
    play->hosts[0].window = BYTES_MAX;
    run(play);
    assert_int_equal(play->hosts[0].taken.len, all);
    way_close(a);
    way_close(b);
    play_free(play);
}

static void test_a_way_that_takes_nothing_is_not_read_for(void **state)
{
    (void)state;
    static const char bytes[BYTES_MAX / 2] = {'y'};
    struct gate_play *play = play_new(1);
    struct way *a = go(play, 0);
    begin(play);
    run(play);
    assert_way(a, IO_DONE, 0);
    buf_add(&play->hosts[0].brings, bytes, sizeof bytes);
    run(play);
    assert_true(play->hosts[0].brings.len > 0);
    assert_false(is_due(play));
    size_t all = 0;
    char heard[65536];
    for (ssize_t got; (got = recv(way_fd(a), heard, sizeof heard, 0)) > 0;) {
        all += (size_t)got;
        run(play);
    }
    assert_int_equal(all, sizeof bytes);
    way_close(a);
    play_free(play);
}

/* Every call takes in what has come, for whichever tunnel. */
static void test_what_came_with_anothers_call_does_not_lie(void **state)
{
    (void)state;
    for (size_t from = 0; from < 2; from++) {
        struct gate_play *play = play_new(2);
        struct way *ways[2] = {go(play, 0), go(play, 1)};
        begin(play);
        run(play);
        assert_way(ways[0], IO_DONE, 0);
        assert_way(ways[1], IO_DONE, 0);
        play->hosts[from].comes_with = &play->hosts[1 - from];
        play->hosts[from].word = "late";
        say(ways[from], "question");
        run(play);
        assert_hears(ways[1 - from], "late");
        way_close(ways[0]);
        way_close(ways[1]);
        play_free(play);
    }
}

/* A pump that never comes to rest would take the processor for itself. */
static void test_who_left_with_a_full_tunnel_is_let_go(void **state)
{
    (void)state;
    struct gate_play *play = play_new(1);
    struct way *a = go(play, 0);
    begin(play);
    run(play);
    play->hosts[0].window = 0;
    stuff(play, a);
    way_close(a);
    run(play);
    assert_int_equal(pump_count(play->pump), 0);
    assert_true(play->hosts[0].closed);
    play_free(play);
}

/* --- opening -------------------------------------------------------------- */

static void test_a_refused_way_says_why_and_others_open(void **state)
{
    (void)state;
    struct gate_play *play = play_new(3);
    play->hosts[1].refuses = true;
    struct way *ways[3];
    for (size_t i = 0; i < 3; i++)
        ways[i] = go(play, i);
    begin(play);
    run(play);
    struct err err;
    assert_way(ways[0], IO_DONE, 0);
    assert_int_equal(way_opened(ways[1], &err), IO_FAIL);
    assert_string_equal(err.text, "jump host gate: b port 22: connect failed");
    assert_int_equal(err.code, FAULT_REFUSED);
    assert_way(ways[2], IO_DONE, 0);
    for (size_t i = 0; i < 3; i++)
        way_close(ways[i]);
    play_free(play);
}

static void give_up_on_the_first(bool late)
{
    struct gate_play *play = play_new(2);
    play->hosts[0].silent = !late;
    play->hosts[0].late = late;
    play->targets[0].connect_timeout_s = 7;
    struct way *a = go(play, 0);
    struct way *b = go(play, 1);
    begin(play);
    run(play);
    assert_null(ways_wanting(play->ways, play->now));
    play->now += 5000;
    assert_true(is_due(play));
    run(play);
    /* The other one waits: another link may open it. */
    assert_ptr_equal(ways_wanting(play->ways, play->now), play->gate);
    play->now += 1999;
    run(play);
    assert_way(a, IO_AGAIN, 0);
    play->now += 1;
    assert_true(is_due(play));
    run(play);
    struct err err;
    assert_int_equal(way_opened(a, &err), IO_FAIL);
    assert_int_equal(err.code, FAULT_TCP_TIMEOUT);
    assert_string_equal(err.text, "jump host gate: a port 22 did not answer "
                                  "it within 7 s");
    assert_int_not_equal(way_kind(a), WAY_LOST);
    assert_way(b, IO_DONE, 0);
    assert_int_equal(play->hosts[0].closed, late);
    assert_null(ways_wanting(play->ways, play->now));
    way_close(a);
    way_close(b);
    play_free(play);
}

static void test_a_silent_host_holds_others_up_for_its_time_only(void **state)
{
    (void)state;
    give_up_on_the_first(false);
}

static void test_an_answer_at_the_last_moment_is_closed(void **state)
{
    (void)state;
    give_up_on_the_first(true);
}

static void test_who_leaves_while_it_opens_is_forgotten(void **state)
{
    (void)state;
    struct gate_play *play = play_new(3);
    play->hosts[0].silent = true;
    struct way *a = go(play, 0);
    struct way *b = go(play, 1);
    struct way *c = go(play, 2);
    begin(play);
    run(play);
    way_close(b);
    way_close(a);
    run(play);
    assert_way(c, IO_DONE, 0);
    assert_false(play->hosts[1].opened);
    way_close(c);
    play_free(play);
}

/* --- the end of a link ---------------------------------------------------- */

static void test_a_lost_link_tells_those_it_carried(void **state)
{
    (void)state;
    struct gate_play *play = play_new(3);
    struct way *a = go(play, 0);
    begin(play);
    run(play);
    assert_way(a, IO_DONE, 0);
    play->hosts[1].silent = true;
    struct way *b = go(play, 1);
    struct way *c = go(play, 2);
    run(play);
    play->lost = true;
    assert_int_equal(pump_run(play->pump, play->now, &play->err), IO_FAIL);
    assert_int_equal(play->err.code, FAULT_LOST);
    gate_failed(play->gate, &play->err, play->now);
    pump_free(play->pump, &play->err);
    play->pump = NULL;
    gate_link_ended(play->gate, false);
    assert_hears(a, "");
    assert_int_equal(way_kind(a), WAY_LOST);
    assert_way(b, IO_FAIL, FAULT_LOST);
    assert_int_equal(way_kind(b), WAY_LOST);
    /* Who only waited is carried by the next. */
    assert_way(c, IO_AGAIN, 0);
    assert_ptr_equal(ways_wanting(play->ways, play->now), play->gate);
    assert_true(gate_due(play->gate) >= play->now + 500);
    way_close(a);
    way_close(b);
    way_close(c);
    play_free(play);
}

/* It let us in, so the next login will be let in, too. */
static void test_a_link_lost_before_its_first_way_is_made_again(void **state)
{
    (void)state;
    struct gate_play *play = play_new(2);
    play->hosts[0].silent = true;
    struct way *a = go(play, 0);
    struct way *b = go(play, 1);
    begin(play);
    run(play);
    play->lost = true;
    assert_int_equal(pump_run(play->pump, play->now, &play->err), IO_FAIL);
    gate_failed(play->gate, &play->err, play->now);
    pump_free(play->pump, &play->err);
    play->pump = NULL;
    gate_link_ended(play->gate, false);
    assert_way(a, IO_FAIL, FAULT_LOST);
    assert_int_equal(way_kind(a), WAY_LOST);
    assert_way(b, IO_AGAIN, 0);
    assert_ptr_equal(ways_wanting(play->ways, play->now), play->gate);
    struct way *again = go(play, 0); /* no way is refused at once */
    way_close(again);
    way_close(a);
    way_close(b);
    play_free(play);
}

/* Nothing was ever open that could be read, and its end is seen still. */
static void test_an_idle_link_that_ends_is_lost(void **state)
{
    (void)state;
    struct gate_play *play = play_new(1);
    play->hosts[0].refuses = true;
    struct way *a = go(play, 0);
    begin(play);
    run(play);
    assert_way(a, IO_FAIL, FAULT_REFUSED);
    way_close(a);
    assert_false(is_due(play));
    shutdown(play->session[1], SHUT_WR);
    assert_true(is_due(play));
    assert_int_equal(pump_run(play->pump, play->now, &play->err), IO_FAIL);
    assert_int_equal(play->err.code, FAULT_LOST);
    assert_string_equal(play->err.text, "it closed the connection");
    play_free(play);
}

/* Nothing more goes out; what comes in is not taken in either. */
static void freeze(struct gate_play *play)
{
    char bytes[4096] = {0};
    play->frozen = true;
    while (send(play->session[0], bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        continue;
    assert_int_equal(send(play->session[1], bytes, 1, 0), 1);
}

/* Its kernel still answers, so TCP takes it for alive. */
static void freeze_and_wait(bool leaves)
{
    struct gate_play *play = play_new(3);
    struct way *a = go(play, 0);
    struct way *b = go(play, 1);
    begin(play);
    run(play);
    assert_way(a, IO_DONE, 0);
    assert_way(b, IO_DONE, 0);
    freeze(play);
    say(a, "question");
    assert_int_equal(pump_run(play->pump, play->now, &play->err), IO_AGAIN);
    struct way *c = go(play, 2);
    /* Nobody spins meanwhile, whatever the others do. */
    say(b, "question");
    if (leaves)
        way_close(b);
    assert_int_equal(pump_run(play->pump, play->now, &play->err), IO_AGAIN);
    assert_false(is_due(play));
    uint64_t due = pump_due(play->pump);
    assert_in_range(due, play->now + 1, play->now + 120000);
    assert_int_equal(pump_run(play->pump, due - 1, &play->err), IO_AGAIN);
    assert_int_equal(pump_run(play->pump, due, &play->err), IO_FAIL);
    assert_int_equal(play->err.code, FAULT_LOST);
    assert_string_equal(play->err.text, "it takes nothing any more");
    assert_way(c, IO_AGAIN, 0);
    way_close(a);
    if (!leaves)
        way_close(b);
    way_close(c);
    play_free(play);
}

static void test_a_jump_host_that_takes_nothing_more_is_lost(void **state)
{
    (void)state;
    freeze_and_wait(false);
    freeze_and_wait(true);
}

/* A link that ends as `fault` without ever having been up. */
static void fail_a_link(struct gate_play *play, enum fault fault)
{
    struct gate *gate = ways_wanting(play->ways, play->now);
    assert_non_null(gate);
    gate_link_made(gate);
    err_set(&play->err, (int)fault, "no");
    gate_failed(gate, &play->err, play->now);
    gate_link_ended(gate, false);
}

static void
test_a_refused_login_is_told_to_all_and_not_tried_again(void **state)
{
    (void)state;
    struct gate_play *play = play_new(2);
    struct way *a = go(play, 0);
    struct way *b = go(play, 1);
    fail_a_link(play, FAULT_AUTH);
    assert_way(a, IO_FAIL, FAULT_AUTH);
    assert_way(b, IO_FAIL, FAULT_AUTH);
    way_close(a);
    way_close(b);
    struct err err = {0};
    assert_null(way_open(play->ways, &play->targets[0], 22, &err));
    assert_int_equal(err.code, FAULT_AUTH);
    assert_null(ways_wanting(play->ways, UINT64_MAX));
    play_free(play);
}

static void test_a_login_refused_later_is_not_tried_again_either(void **state)
{
    (void)state;
    struct gate_play *play = play_new(1);
    struct way *a = go(play, 0);
    gate_well(ways_wanting(play->ways, play->now));
    fail_a_link(play, FAULT_AUTH);
    assert_way(a, IO_FAIL, FAULT_AUTH);
    way_close(a);
    assert_null(ways_wanting(play->ways, UINT64_MAX));
    play_free(play);
}

static void test_one_that_is_away_is_tried_again_and_then_rests(void **state)
{
    (void)state;
    struct gate_play *play = play_new(1);
    for (int i = 0; i < GATE_TRIES_MAX; i++) {
        struct way *a = go(play, 0);
        fail_a_link(play, FAULT_TCP_TIMEOUT);
        assert_way(a, IO_FAIL, FAULT_TCP_TIMEOUT);
        way_close(a);
    }
    struct way *a = go(play, 0);
    assert_null(ways_wanting(play->ways, play->now + GATE_REST_MS - 1));
    assert_way(a, IO_FAIL, FAULT_TCP_TIMEOUT);
    way_close(a);
    a = go(play, 0);
    assert_non_null(ways_wanting(play->ways, play->now + GATE_REST_MS));
    way_close(a);
    play_free(play);
}

static void test_the_same_jump_host_has_one_gate(void **state)
{
    (void)state;
    struct gate_play *play = play_new(2);
    struct target copy = play->jump;
    copy.name = strdup("gate");
    play->targets[1].jump = &copy;
    struct way *a = go(play, 0);
    struct way *b = go(play, 1);
    begin(play);
    assert_null(ways_wanting(play->ways, play->now));
    run(play);
    assert_way(a, IO_DONE, 0);
    assert_way(b, IO_DONE, 0);
    way_close(a);
    way_close(b);
    copy.user = "other";
    b = go(play, 1);
    assert_non_null(ways_wanting(play->ways, play->now));
    way_close(b);
    play_free(play);
    free((char *)copy.name);
}

static void test_a_gate_is_wanted_while_hosts_are_left(void **state)
{
    (void)state;
    struct gate_play *play = play_new(2);
    ways_expect(play->ways, &play->targets[0]);
    ways_expect(play->ways, &play->targets[1]);
    struct way *a = go(play, 0);
    begin(play);
    run(play);
    way_close(a);
    run(play);
    ways_done_with(play->ways, &play->targets[0]);
    assert_true(gate_is_wanted(play->gate));
    assert_false(is_due(play));
    ways_done_with(play->ways, &play->targets[1]);
    assert_false(gate_is_wanted(play->gate));
    assert_true(is_due(play));
    play_free(play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_and_ends_go_both_ways),
        cmocka_unit_test(test_a_call_that_stops_in_the_middle_is_made_again),
        cmocka_unit_test(test_a_full_tunnel_stops_its_way_alone),
        cmocka_unit_test(test_a_way_that_takes_nothing_is_not_read_for),
        cmocka_unit_test(test_what_came_with_anothers_call_does_not_lie),
        cmocka_unit_test(test_who_left_with_a_full_tunnel_is_let_go),
        cmocka_unit_test(test_a_refused_way_says_why_and_others_open),
        cmocka_unit_test(test_a_silent_host_holds_others_up_for_its_time_only),
        cmocka_unit_test(test_an_answer_at_the_last_moment_is_closed),
        cmocka_unit_test(test_who_leaves_while_it_opens_is_forgotten),
        cmocka_unit_test(test_a_lost_link_tells_those_it_carried),
        cmocka_unit_test(test_a_link_lost_before_its_first_way_is_made_again),
        cmocka_unit_test(test_an_idle_link_that_ends_is_lost),
        cmocka_unit_test(test_a_jump_host_that_takes_nothing_more_is_lost),
        cmocka_unit_test(
            test_a_refused_login_is_told_to_all_and_not_tried_again),
        cmocka_unit_test(test_a_login_refused_later_is_not_tried_again_either),
        cmocka_unit_test(test_one_that_is_away_is_tried_again_and_then_rests),
        cmocka_unit_test(test_the_same_jump_host_has_one_gate),
        cmocka_unit_test(test_a_gate_is_wanted_while_hosts_are_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
