/* SPDX-License-Identifier: MIT */
/* What a probe makes of a machine, whatever the machine does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake_tcp.h"

#define OPEN_TO_ALL "{\"firewall\": {\"wmi_group\": {\"enabled\": true}}}"
#define CLOSED "{\"firewall\": {\"wmi_group\": {\"enabled\": false}}}"
#define FIXED                                                                  \
    "{\"firewall\": {\"wmi_group\": {\"enabled\": true}},"                     \
    " \"fixed_port\": {\"enabled\": true, \"port\": 24158}}"

static void is_layer(const struct result *result, const char *layer,
                     const char *state, const char *words)
{
    assert_string_equal(layer_text(result, layer, "state"), state);
    if (strstr(layer_text(result, layer, "text"), words) == NULL &&
        strstr(layer_text(result, layer, "hint"), words) == NULL)
        fail_msg("%s: %s / %s lacks: %s", layer,
                 layer_text(result, layer, "text"),
                 layer_text(result, layer, "hint"), words);
}

static void test_healthy_in_pieces(void **state)
{
    (void)state;
    static const size_t chunks[] = {0, 1, 7, 16, 131};
    for (size_t i = 0; i < 10; i++) {
        struct probing_play play;
        probing_play_init(&play);
        play.wmi = OPEN_TO_ALL;
        play.ports[0].chunk = chunks[i / 2];
        play.ports[0].slow = i % 2 == 1;
        play.ports[0].connect =
            i % 2 == 1 ? FAKE_CONNECTS_LATER : FAKE_CONNECTS;
        struct result *result = probing_play(&play);
        assert_int_equal(result->status, STATUS_OK);
        assert_string_equal(result->address, "192.0.2.10:135");
        assert_string_equal(result->phase, "done");
        is_layer(result, "address", "ok", "192.0.2.10");
        is_layer(result, "tcp135", "ok", "answers");
        is_layer(result, "rpc", "ok", "DCOM 5.7");
        is_layer(result, "announced", "ok", "WIN-TEST, 192.0.2.10");
        is_layer(result, "wmi_port", "skipped", "run wmifleet check first");
        probing_play_release(&play);
    }
}

/* One row: how port 135 is, what is asked, and what is made of it. */
static const struct row {
    const char *name;
    enum fake_connect connect;
    const char *bind;     /* the answer to it; NULL: good */
    const char *question; /* the same for ServerAlive2 */
    bool hangs_up, breaks;
    const char *wmi;
    enum status status;
    const char *layer, *state, *words;
} rows[] = {
    {"refused", FAKE_REFUSES, NULL, NULL, 0, 0, OPEN_TO_ALL, STATUS_DRIFT,
     "tcp135", "drift", "refused"},
    {"refused, closed", FAKE_REFUSES, NULL, NULL, 0, 0, CLOSED, STATUS_OK,
     "tcp135", "ok", "not admitted from here (10.9.0.4)"},
    {"dropped", FAKE_DROPS_SYN, NULL, NULL, 0, 0, OPEN_TO_ALL, STATUS_DRIFT,
     "tcp135", "drift", "drops what comes from 10.9.0.4"},
    {"dropped, closed", FAKE_DROPS_SYN, NULL, NULL, 0, 0, CLOSED, STATUS_OK,
     "tcp135", "ok", "not admitted from here"},
    {"answers, closed", FAKE_CONNECTS, NULL, NULL, 0, 0, CLOSED, STATUS_DRIFT,
     "tcp135", "drift", "does not admit"},
    {"no way", FAKE_NO_WAY, NULL, NULL, 0, 0, OPEN_TO_ALL, STATUS_DRIFT,
     "tcp135", "drift", "no answer"},
    {"no way, closed", FAKE_NO_WAY, NULL, NULL, 0, 0, CLOSED, STATUS_OK,
     "tcp135", "skipped", "no way to port 135 from here"},
    {"no socket, closed", FAKE_NO_SOCKET, NULL, NULL, 0, 0, CLOSED,
     STATUS_FAILED, "tcp135", "failed", "Too many open files"},
    {"no socket", FAKE_NO_SOCKET, NULL, NULL, 0, 0, OPEN_TO_ALL, STATUS_FAILED,
     "tcp135", "failed", "Too many open files"},
    {"nak", FAKE_CONNECTS, HEX_BIND_NAK, NULL, 0, 0, OPEN_TO_ALL, STATUS_DRIFT,
     "rpc", "drift", "reason 4"},
    {"rejected", FAKE_CONNECTS, HEX_BIND_REJECTED, NULL, 0, 0, OPEN_TO_ALL,
     STATUS_DRIFT, "rpc", "drift", "IObjectExporter"},
    {"fault 5", FAKE_CONNECTS, NULL, HEX_FAULT_5, 0, 0, OPEN_TO_ALL,
     STATUS_DRIFT, "rpc", "drift",
     "(RestrictRemoteClients = 2) refuses callers without a login; DCOM may "
     "not work"},
    {"garbage", FAKE_CONNECTS, "485454502f312e3120343030204261640d0a", NULL, 0,
     0, OPEN_TO_ALL, STATUS_FAILED, "rpc", "failed", "speaks no RPC"},
    {"mute", FAKE_CONNECTS, "", NULL, 0, 0, OPEN_TO_ALL, STATUS_FAILED, "rpc",
     "failed", "does not answer in time"},
    {"mute behind the bind", FAKE_CONNECTS, NULL, "", 0, 0, OPEN_TO_ALL,
     STATUS_FAILED, "rpc", "failed", "does not answer in time"},
    {"hangs up", FAKE_CONNECTS, "", NULL, 1, 0, OPEN_TO_ALL, STATUS_FAILED,
     "rpc", "failed", "ends it"},
    {"breaks", FAKE_CONNECTS, NULL, "", 0, 1, OPEN_TO_ALL, STATUS_FAILED, "rpc",
     "failed", "ends it"},
    {"nothing asked of the firewall", FAKE_REFUSES, NULL, NULL, 0, 0,
     "{\"dcom\": {\"enabled\": true}}", STATUS_DRIFT, "tcp135", "drift",
     "refused"},
};

static void play_row(const struct row *row, struct probing_play *play)
{
    probing_play_init(play);
    play->wmi = row->wmi;
    play->ports[0].connect = row->connect;
    if (row->bind != NULL)
        play->ports[0].answers[0] = fake_bytes_hex(row->bind);
    if (row->question != NULL)
        play->ports[0].answers[1] = fake_bytes_hex(row->question);
    play->ports[0].hangs_up = row->hangs_up;
    play->ports[0].breaks = row->breaks;
    probing_play(play);
}

static void test_every_way_of_port_135(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct probing_play play;
        play_row(&rows[i], &play);
        print_message("%s\n", rows[i].name);
        assert_int_equal(play.result->status, rows[i].status);
        is_layer(play.result, rows[i].layer, rows[i].state, rows[i].words);
        assert_int_equal(cJSON_GetArraySize(play.result->layers), 5);
        /* No deadline is waited for twice. */
        assert_true(play.took <= 21000);
        probing_play_release(&play);
    }
}

static void test_a_storm_is_no_long_affair(void **state)
{
    (void)state;
    struct probing_play play;
    probing_play_init(&play);
    play.wmi = OPEN_TO_ALL;
    play.ports[0].answers[1] =
        fake_bytes_hex("050002001000000018000000020000000000000000000000");
    play.ports[0].answers[1].at[3] = 1; /* the first; and again the first */
    play.ports[0].endless = true;
    probing_play(&play);
    is_layer(play.result, "rpc", "failed", "out of order");
    /* None of them the first or the last. */
    play.ports[0].answers[1].at[3] = 0;
    probing_play(&play);
    is_layer(play.result, "rpc", "failed", "out of order");
    assert_int_equal(play.took, 0);
    assert_true(play.steps < 20);
    probing_play_release(&play);
}

/* That it answers at all is the drift; what it announces is none then. */
static void test_one_drift_where_it_is_closed(void **state)
{
    (void)state;
    struct probing_play play;
    probing_play_init(&play);
    play.wmi = CLOSED;
    play.addresses[0] = "192.0.2.11";
    struct result *result = probing_play(&play);
    assert_int_equal(result->status, STATUS_DRIFT);
    is_layer(result, "tcp135", "drift", "does not admit");
    is_layer(result, "announced", "skipped", "not reached");
    assert_string_equal(layer_text(result, "wmi_port", "hint"), "");
    probing_play_release(&play);
}

#define ADMITS(address)                                                        \
    "{\"firewall\": {\"rules\": [{\"name\": \"DCOM\","                         \
    " \"remote_addresses\": [\"" address "\"]}]}}"

static void is_hinted(const struct result *result, const char *words)
{
    const cJSON *hint;
    cJSON_ArrayForEach (hint, result->hints)
        if (strstr(hint->valuestring, words) != NULL)
            return;
    fail_msg("no hint: %s", words);
}

/* The rules admit 10.9.9.9, which is how the machine sees 10.9.0.4. */
static void test_behind_address_translation(void **state)
{
    (void)state;
    struct probing_play play;
    probing_play_init(&play);
    play.wmi = ADMITS("10.9.9.9");
    play.known = "{\"facts\": {\"ssh_client\": \"10.9.9.9\"}}";
    is_layer(probing_play(&play), "tcp135", "ok", "port 135 answers");
    assert_int_equal(play.result->status, STATUS_OK);
    assert_null(play.result->hints);
    play.ports[0].connect = FAKE_REFUSES;
    is_layer(probing_play(&play), "tcp135", "drift", "refused");
    is_hinted(play.result, "of 10.9.0.4, seen there as 10.9.9.9, the "
                           "inventory admits only one");
    play.known = NULL;
    is_layer(probing_play(&play), "tcp135", "drift", "refused");
    is_hinted(play.result, "10.9.0.4 is private");
    /* Closed to both. */
    play.wmi = ADMITS("192.0.2.1");
    play.known = "{\"facts\": {\"ssh_client\": \"10.9.9.9\"}}";
    is_layer(probing_play(&play), "tcp135", "ok",
             "not admitted from here (10.9.0.4, seen there as 10.9.9.9)");
    assert_null(play.result->hints);
    probing_play_release(&play);
}

/* Nothing at all answers: 135, then the port of SSH. */
static void test_a_machine_that_is_off(void **state)
{
    (void)state;
    static const enum fake_connect ways[] = {FAKE_DROPS_SYN, FAKE_NO_WAY};
    for (size_t i = 0; i < 4; i++) {
        struct probing_play play;
        probing_play_init(&play);
        play.wmi = i < 2 ? OPEN_TO_ALL : CLOSED;
        play.ports[0].connect = ways[i % 2];
        fake_port_add(&play, 22)->connect = ways[i % 2];
        struct result *result = probing_play(&play);
        assert_int_equal(result->status, STATUS_UNREACHABLE);
        assert_int_equal(result->fault, FAULT_TCP_TIMEOUT);
        assert_string_equal(result->phase, "connect");
        is_layer(result, "tcp135", "failed", i % 2 ? "No route" : "no answer");
        is_layer(result, "rpc", "skipped", "not reached");
        probing_play_release(&play);
    }
}

static void test_a_name_without_address(void **state)
{
    (void)state;
    struct probing_play play;
    probing_play_init(&play);
    play.addresses[0] = NULL;
    struct result *result = probing_play(&play);
    assert_int_equal(result->fault, FAULT_RESOLVE);
    assert_string_equal(result->phase, "resolve");
    assert_string_equal(result->address, "lab-01:135");
    is_layer(result, "address", "failed", "no answer of the resolver");
    assert_int_equal(play.took, 20000);
    probing_play_release(&play);
}

static void test_the_next_address_of_a_name(void **state)
{
    (void)state;
    struct probing_play play;
    probing_play_init(&play);
    play.wmi = OPEN_TO_ALL;
    play.addresses[0] = "192.0.2.9";
    play.addresses[1] = "192.0.2.10";
    play.ports[0].address = "192.0.2.10";
    struct fake_port *first = fake_port_add(&play, 135);
    first->address = "192.0.2.9";
    first->connect = FAKE_DROPS_SYN;
    struct result *result = probing_play(&play);
    assert_int_equal(result->status, STATUS_OK);
    assert_string_equal(result->address, "192.0.2.10:135");
    /* What told more stays: a refusal before a silence. */
    play.ports[0].connect = FAKE_REFUSES;
    result = probing_play(&play);
    assert_int_equal(result->status, STATUS_DRIFT);
    assert_string_equal(result->address, "192.0.2.10:135");
    is_layer(result, "tcp135", "drift", "refused");
    probing_play_release(&play);
}

/* --- winmgmt's port ------------------------------------------------------- */

static void test_the_fixed_port(void **state)
{
    (void)state;
    static const struct {
        enum fake_connect connect;
        const char *bind;
        const char *state, *words;
    } ways[] = {
        {FAKE_CONNECTS, NULL, "ok", "port 24158 answers"},
        {FAKE_CONNECTS, HEX_BIND_REJECTED, "ok", "only a login tells"},
        {FAKE_REFUSES, NULL, "drift", "has winmgmt restarted since"},
        {FAKE_DROPS_SYN, NULL, "drift", "the rule for winmgmt"},
        {FAKE_NO_SOCKET, NULL, "failed", "no connection"},
        {FAKE_CONNECTS, "00", "failed", "does not answer in time"},
        {FAKE_CONNECTS, "00000000000000000000000000000000", "failed",
         "port 24158 speaks no RPC"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct probing_play play;
        probing_play_init(&play);
        play.wmi = FIXED;
        struct fake_port *port = fake_port_add(&play, 24158);
        port->connect = ways[i].connect;
        if (ways[i].bind != NULL)
            port->answers[0] = fake_bytes_hex(ways[i].bind);
        is_layer(probing_play(&play), "wmi_port", ways[i].state, ways[i].words);
        probing_play_release(&play);
    }
}

/* What could not be asked is not closed as wanted. */
static void test_the_fixed_port_where_it_is_closed(void **state)
{
    (void)state;
    static const struct {
        enum fake_connect connect;
        const char *state, *words;
    } ways[] = {
        {FAKE_CONNECTS, "drift", "does not admit"},
        {FAKE_REFUSES, "ok", "not admitted from here"},
        {FAKE_DROPS_SYN, "ok", "not admitted from here"},
        {FAKE_NO_WAY, "skipped", "no way to port 24158 from here"},
        {FAKE_NO_SOCKET, "failed", "no connection could be made from here"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct probing_play play;
        probing_play_init(&play);
        play.wmi = "{\"firewall\": {\"wmi_group\": {\"enabled\": false}},"
                   " \"fixed_port\": {\"enabled\": true, \"port\": 24158}}";
        play.ports[0].connect = FAKE_REFUSES;
        fake_port_add(&play, 24158)->connect = ways[i].connect;
        is_layer(probing_play(&play), "wmi_port", ways[i].state, ways[i].words);
        probing_play_release(&play);
    }
}

static void test_ports_of_the_last_check(void **state)
{
    (void)state;
    struct probing_play play;
    probing_play_init(&play);
    play.wmi = OPEN_TO_ALL;
    play.known =
        "{\"facts\": {\"winmgmt\": {\"ports\": [49666, 49667, 70000, 0, -1]}}}";
    fake_port_add(&play, 49667);
    struct result *result = probing_play(&play);
    is_layer(result, "wmi_port", "ok", "port 49667 answers");
    play.ports[1].connect = FAKE_DROPS_SYN;
    result = probing_play(&play);
    is_layer(result, "wmi_port", "drift", "port 49666, where winmgmt listened");
    play.known = "{\"facts\": {\"winmgmt\": {\"state\": \"running\","
                 " \"ports\": []}}}";
    is_layer(probing_play(&play), "wmi_port", "skipped", "first remote call");
    play.known = "{\"facts\": {\"winmgmt\": {\"state\": \"stopped\"}}}";
    is_layer(probing_play(&play), "wmi_port", "skipped", "did not run");
    /* Facts of a stranger's form are no facts. */
    play.known =
        "{\"facts\": {\"winmgmt\": {\"ports\": \"all\"}, \"computer\": 7,"
        " \"firewall\": []}}";
    is_layer(probing_play(&play), "wmi_port", "skipped", "not known");
    probing_play_release(&play);
}

static void test_another_machine_at_the_address(void **state)
{
    (void)state;
    struct probing_play play;
    probing_play_init(&play);
    play.wmi = OPEN_TO_ALL;
    play.known = "{\"facts\": {\"computer\": \"lab-02\"}}";
    is_layer(probing_play(&play), "announced", "drift",
             "WIN-TEST answers at 192.0.2.10, where the last check found "
             "lab-02");
    play.known = "{\"facts\": {\"computer\": \"win-test.example\"}}";
    is_layer(probing_play(&play), "announced", "ok", "WIN-TEST");
    play.known = NULL;
    play.addresses[0] = "192.0.2.11";
    is_layer(probing_play(&play), "announced", "drift",
             "and not 192.0.2.11, which was used");
    probing_play_release(&play);
}

/* What the last check found out replaces what is usual. */
static void test_the_cause_that_the_facts_tell(void **state)
{
    (void)state;
    struct probing_play play;
    probing_play_init(&play);
    play.wmi = FIXED;
    play.known =
        "{\"facts\": {\"firewall\": {\"current_profiles\": [\"public\"]}},"
        " \"settings\": [{\"id\": \"firewall.wmi_group\", \"state\": \"ok\","
        " \"after\": [{\"enabled\": true, \"action\": \"allow\","
        " \"direction\": \"in\", \"service\": \"rpcss\", \"profiles\":"
        " \"all\", \"remote_addresses\": \"LocalSubnet\"}, {\"enabled\":"
        " true, \"action\": \"allow\", \"direction\": \"in\", \"service\":"
        " \"winmgmt\", \"profiles\": \"all\", \"remote_addresses\":"
        " \"192.0.2.1\"}]}]}";
    fake_port_add(&play, 24158)->connect = FAKE_DROPS_SYN;
    is_layer(probing_play(&play), "tcp135", "ok", "answers");
    is_layer(play.result, "wmi_port", "drift", "other addresses only");
    play.ports[0].connect = FAKE_DROPS_SYN;
    is_layer(probing_play(&play), "tcp135", "drift",
             "the built-in rules admit the local subnet only");
    play.known =
        "{\"facts\": {\"firewall\": {\"current_profiles\": [\"public\"]},"
        " \"subnets\": [\"192.0.2.10/24\"], \"ssh_client\": \"10.9.9.9\"},"
        " \"settings\": [{\"id\": \"firewall.wmi_group\", \"state\": \"ok\","
        " \"after\": [{\"enabled\": true, \"action\": \"allow\","
        " \"direction\": \"in\", \"service\": \"rpcss\", \"profiles\":"
        " \"all\", \"remote_addresses\": \"LocalSubnet\"}]}]}";
    is_layer(probing_play(&play), "tcp135", "drift",
             "LocalSubnet only, and this comes from 10.9.9.9");
    probing_play_release(&play);
}

/* --- interrupts ----------------------------------------------------------- */

/* Everything hangs somewhere; the time for the host ends it there. */
static void test_the_time_for_the_whole_host(void **state)
{
    (void)state;
    for (uint64_t host = 1000; host < 50000; host += 1000) {
        struct probing_play play;
        probing_play_init(&play);
        play.wmi = FIXED;
        play.ports[0].answers[1].len = 20;
        play.plan.timeouts.host = host;
        fake_port_add(&play, 24158)->connect = FAKE_DROPS_SYN;
        struct result *result = probing_play(&play);
        assert_true(play.took <= host);
        assert_int_equal(result->status, STATUS_FAILED);
        is_layer(result, "rpc", "failed", "does not answer in time");
        play.ports[0].connect = FAKE_DROPS_SYN;
        result = probing_play(&play);
        assert_true(play.took <= host);
        assert_int_equal(cJSON_GetArraySize(result->layers), 5);
        probing_play_release(&play);
    }
}

static void test_cancelled_anywhere(void **state)
{
    (void)state;
    for (uint64_t at = 1000; at < 30000; at += 500) {
        struct probing_play play;
        probing_play_init(&play);
        play.wmi = FIXED;
        play.ports[0].connect = at < 8000 ? FAKE_DROPS_SYN : FAKE_CONNECTS;
        play.ports[0].answers[1].len = 20;
        fake_port_add(&play, 24158)->answers[0].len = 20;
        play.cancel_at = at;
        struct result *result = probing_play(&play);
        if (play.took + 1000 >= at && result->fault != FAULT_NONE)
            assert_int_equal(result->status, STATUS_CANCELLED);
        probing_play_release(&play);
    }
}

/* --- hostile answers ------------------------------------------------------ */

/* Every answer cut at every byte, then silence, an end or a reset. */
static void test_every_truncation(void **state)
{
    (void)state;
    static const char *const binds[] = {HEX_BIND_ACK, HEX_BIND_NAK,
                                        HEX_BIND_REJECTED};
    static const char *const answers[] = {HEX_RESPONSE, HEX_FAULT_5};
    for (size_t which = 0; which < 5; which++) {
        const char *hex = which < 3 ? binds[which] : answers[which - 3];
        struct fake_bytes whole = fake_bytes_hex(hex);
        for (size_t len = 0; len < whole.len; len++) {
            struct probing_play play;
            probing_play_init(&play);
            play.wmi = OPEN_TO_ALL;
            play.ports[0].answers[which < 3 ? 0 : 1] = whole;
            play.ports[0].answers[which < 3 ? 0 : 1].len = len;
            play.ports[0].hangs_up = len % 3 == 1;
            play.ports[0].breaks = len % 3 == 2;
            probing_play(&play);
            assert_int_equal(play.result->status, STATUS_FAILED);
            probing_play_release(&play);
        }
    }
}

/* Bits turned at random, in whole answers: one verdict, and no crash. */
static void test_random_changes(void **state)
{
    (void)state;
    unsigned seed = 20261122;
    for (unsigned round = 0; round < 4000; round++) {
        struct probing_play play;
        probing_play_init(&play);
        play.wmi = round % 2 ? OPEN_TO_ALL : CLOSED;
        struct fake_bytes *answer = &play.ports[0].answers[round % 3 > 0];
        for (unsigned i = 0; i < 1 + round % 5; i++) {
            seed = seed * 1103515245u + 12345u;
            answer->at[(seed >> 8) % answer->len] ^=
                (unsigned char)(1u << (seed >> 28 & 7));
        }
        play.ports[0].chunk = round % 50;
        probing_play(&play);
        assert_int_equal(cJSON_GetArraySize(play.result->layers), 5);
        assert_true(play.took <= 20000);
        probing_play_release(&play);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_healthy_in_pieces),
        cmocka_unit_test(test_every_way_of_port_135),
        cmocka_unit_test(test_a_storm_is_no_long_affair),
        cmocka_unit_test(test_one_drift_where_it_is_closed),
        cmocka_unit_test(test_behind_address_translation),
        cmocka_unit_test(test_a_machine_that_is_off),
        cmocka_unit_test(test_a_name_without_address),
        cmocka_unit_test(test_the_next_address_of_a_name),
        cmocka_unit_test(test_the_fixed_port),
        cmocka_unit_test(test_the_fixed_port_where_it_is_closed),
        cmocka_unit_test(test_ports_of_the_last_check),
        cmocka_unit_test(test_another_machine_at_the_address),
        cmocka_unit_test(test_the_cause_that_the_facts_tell),
        cmocka_unit_test(test_the_time_for_the_whole_host),
        cmocka_unit_test(test_cancelled_anywhere),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_random_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
