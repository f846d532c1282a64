/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/farm/connection.h"
#include "tests/farm/files.h"
#include "tests/farm/listeners.h"

#define WISHES_MAX 128
#define LATENCY_MAX 60000u

struct wish {
    enum script script;
    double percent;
};

struct options {
    unsigned count;
    uint16_t port;
    unsigned latency_ms;
    unsigned latency_most_ms;
    struct wish wishes[WISHES_MAX];
    size_t wish_count;
    const char *inventory;
    const char *known_hosts;
    const char *identity;
    const char *counts;
};

struct running {
    struct farm farm;
    struct listeners listeners;
    const struct options *options;
    uv_signal_t signals[3];
};

/* --- options -------------------------------------------------------------- */

static void usage(FILE *file)
{
    fputs("usage: farm --count N [OPTIONS]\n\n"
          "Plays N Windows machines with SSH on 127.128.0.1 and up. Prints "
          "\"ready\" when\nthey can be called; ends with SIGTERM.\n\n"
          "  --port P             of all of them (default: any)\n"
          "  --latency MS[-MS]    of a round trip; a range is spread over the "
          "targets\n"
          "  --fault NAME:PERCENT that many targets, at least one, do this "
          "wrong; again\n"
          "                       for more\n"
          "  --inventory FILE     is written\n"
          "  --known-hosts FILE   is written\n"
          "  --identity FILE      is written: the private key that is let in\n"
          "  --counts FILE        is written at SIGUSR1 and at the end\n"
          "  --list-faults        prints them\n",
          file);
}

static int list_faults(void)
{
    for (int i = 1; i < SCRIPT_COUNT; i++)
        printf("%-18s %s\n", script_word((enum script)i),
               script_what((enum script)i));
    return 0;
}

/* Numbers above `max` and words are no numbers. */
static int read_number(const char *text, unsigned long max,
                       unsigned long *number, const char **rest)
{
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9')
        return -1;
    *number = strtoul(text, &end, 10);
    *rest = end;
    return *number <= max ? 0 : -1;
}

static int take_number(const char *text, unsigned long max, unsigned *number)
{
    unsigned long value = 0;
    const char *rest = "";
    if (read_number(text, max, &value, &rest) != 0 || *rest != '\0')
        return -1;
    *number = (unsigned)value;
    return 0;
}

static int take_latency(const char *text, struct options *options)
{
    unsigned long least = 0;
    const char *rest = "";
    if (read_number(text, LATENCY_MAX, &least, &rest) != 0)
        return -1;
    options->latency_ms = options->latency_most_ms = (unsigned)least;
    if (*rest == '-')
        return take_number(rest + 1, LATENCY_MAX, &options->latency_most_ms);
    return *rest == '\0' ? 0 : -1;
}

static int take_fault(const char *text, struct options *options)
{
    char word[64];
    char *end = NULL;
    size_t len = strcspn(text, ":");
    if (len >= sizeof word || text[len] != ':' ||
        options->wish_count == WISHES_MAX)
        return -1;
    memcpy(word, text, len);
    word[len] = '\0';
    struct wish wish = {.script = script_of(word),
                        .percent = strtod(text + len + 1, &end)};
    if (wish.script == SCRIPT_COUNT || *end != '\0' || end == text + len + 1 ||
        !(wish.percent >= 0 && wish.percent <= 100))
        return -1;
    options->wishes[options->wish_count++] = wish;
    return 0;
}

static const struct option longs[] = {
    {"count", required_argument, NULL, 'n'},
    {"port", required_argument, NULL, 'p'},
    {"latency", required_argument, NULL, 'l'},
    {"fault", required_argument, NULL, 'f'},
    {"inventory", required_argument, NULL, 'i'},
    {"known-hosts", required_argument, NULL, 'k'},
    {"identity", required_argument, NULL, 'y'},
    {"counts", required_argument, NULL, 'c'},
    {"list-faults", no_argument, NULL, 'L'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int take_option(int letter, struct options *options)
{
    unsigned port = 0;
    switch (letter) {
    case 'n':
        return take_number(optarg, FARM_TARGETS_MAX, &options->count);
    case 'p':
        if (take_number(optarg, UINT16_MAX, &port) != 0)
            return -1;
        options->port = (uint16_t)port;
        return 0;
    case 'l':
        return take_latency(optarg, options);
    case 'f':
        return take_fault(optarg, options);
    case 'i':
        options->inventory = optarg;
        return 0;
    case 'k':
        options->known_hosts = optarg;
        return 0;
    case 'y':
        options->identity = optarg;
        return 0;
    case 'c':
        options->counts = optarg;
        return 0;
    default:
        return -1;
    }
}

/* 0 to go on, 1 when all is done, -1 when it is not understood. */
static int read_options(int argc, char **argv, struct options *options)
{
    for (int letter;
         (letter = getopt_long(argc, argv, "h", longs, NULL)) != -1;) {
        if (letter == 'L')
            return list_faults() == 0 ? 1 : -1;
        if (letter == 'h') {
            usage(stdout);
            return 1;
        }
        if (take_option(letter, options) != 0) {
            if (letter != '?')
                fprintf(stderr, "farm: %s: not understood\n", optarg);
            return -1;
        }
    }
    return options->count > 0 && optind == argc ? 0 : -1;
}

/* --- the targets ---------------------------------------------------------- */

/*
 * Which targets are faulty is the same in every farm of that size: a walk
 * with a step that has no divisor in common with the count meets each once.
 */
static unsigned spread_step(unsigned count)
{
    unsigned step = (unsigned)((double)count * 0.6180339887) | 1u;
    for (;; step++) {
        unsigned a = step;
        unsigned b = count;
        while (b != 0) {
            unsigned rest = a % b;
            a = b;
            b = rest;
        }
        if (a == 1)
            return step;
    }
}

static int spread_faults(struct farm *farm, const struct options *options)
{
    uint64_t at = 0;
    unsigned used = 0;
    unsigned step = spread_step(farm->count);
    for (size_t i = 0; i < options->wish_count; i++) {
        const struct wish *wish = &options->wishes[i];
        unsigned wanted = (unsigned)(wish->percent * farm->count / 100 + 0.5);
        if (wanted == 0 && wish->percent > 0)
            wanted = 1;
        if (wanted > farm->count - used)
            return -1;
        used += wanted;
        for (; wanted > 0; wanted--) {
            at = (at + step) % farm->count;
            farm->targets[at].script = wish->script;
        }
    }
    return 0;
}

static int make_targets(struct farm *farm, const struct options *options)
{
    farm->count = options->count;
    buf_init(&farm->known.bytes, KNOWN_UPLOAD_MAX);
    farm->counts_open = options->counts != NULL;
    farm->targets = calloc(farm->count, sizeof *farm->targets);
    farm->host_keys = calloc(farm->count, sizeof *farm->host_keys);
    if (farm->targets == NULL || farm->host_keys == NULL)
        return -1;
    unsigned spread = options->latency_most_ms > options->latency_ms
                          ? options->latency_most_ms - options->latency_ms + 1
                          : 1;
    for (unsigned i = 0; i < farm->count; i++) {
        target_init(&farm->targets[i], i);
        farm->targets[i].known = &farm->known;
        farm->targets[i].latency_ms =
            options->latency_ms + i * 2654435761u % spread;
        if (ed25519_derive(&farm->host_keys[i], "host", i) != 0)
            return -1;
    }
    if (spread_faults(farm, options) == 0)
        return 0;
    fputs("farm: more faults than targets\n", stderr);
    return -1;
}

static int make_ssh(struct farm *farm)
{
    struct ed25519 key;
    bool no = false;
    farm->bind = ssh_bind_new();
    if (farm->bind == NULL || ed25519_derive(&key, "client", 0) != 0)
        return -1;
    ssh_bind_options_set(farm->bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no);
    farm->client_key = ed25519_import(&key);
    return farm->client_key != NULL ? 0 : -1;
}

/* --- running -------------------------------------------------------------- */

static void write_counts(struct running *running)
{
    const char *path = running->options->counts;
    if (path != NULL && files_counts(path, &running->farm) != 0)
        perror(path);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct running *running = handle->data;
    write_counts(running);
    if (number == SIGUSR1)
        return;
    for (size_t i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&running->signals[i], NULL);
    listeners_close(&running->listeners);
    connections_close(&running->farm);
}

static void watch_signals(struct running *running)
{
    static const int numbers[3] = {SIGTERM, SIGINT, SIGUSR1};
    for (size_t i = 0; i < 3; i++) {
        uv_signal_init(&running->farm.loop, &running->signals[i]);
        running->signals[i].data = running;
        uv_signal_start(&running->signals[i], on_signal, numbers[i]);
    }
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int write_files(const struct farm *farm, const struct options *options)
{
    if ((options->identity != NULL && files_identity(options->identity) != 0) ||
        (options->known_hosts != NULL &&
         files_known_hosts(options->known_hosts, farm) != 0) ||
        (options->inventory != NULL &&
         files_inventory(options->inventory, farm, options->identity) != 0)) {
        perror("farm: a file cannot be written");
        return -1;
    }
    return 0;
}

static void release(struct farm *farm)
{
    for (unsigned i = 0; farm->targets != NULL && i < farm->count; i++)
        target_release(&farm->targets[i]);
    free(farm->targets);
    free(farm->host_keys);
    buf_release(&farm->known.bytes);
    ssh_key_free(farm->client_key);
    ssh_bind_free(farm->bind);
    uv_loop_close(&farm->loop);
}

static int run(struct running *running)
{
    struct farm *farm = &running->farm;
    uv_loop_init(&farm->loop);
    if (make_targets(farm, running->options) != 0 || make_ssh(farm) != 0 ||
        listeners_open(&running->listeners, farm, running->options->port) !=
            0 ||
        write_files(farm, running->options) != 0)
        return 1;
    watch_signals(running);
    puts("ready");
    fflush(stdout);
    uv_run(&farm->loop, UV_RUN_DEFAULT);
    release(farm);
    return 0;
}

int main(int argc, char **argv)
{
    struct options options = {.count = 0};
    int understood = read_options(argc, argv, &options);
    if (understood > 0)
        return 0;
    if (understood < 0) {
        usage(stderr);
        return 2;
    }
    struct running running = {.options = &options};
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    return run(&running);
}
