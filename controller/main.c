/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "controller/commands.h"
#include "controller/job/payload_image.h"
#include "controller/ssh/ssh.h"

static int print_version(void)
{
    struct blob payload;
    struct err err;
    if (payload_image(&payload, &err)) {
        fprintf(stderr, "wmifleet: %s\n", err.text);
        return EXIT_CONTROLLER;
    }
    printf("wmifleet %s, payload p-%s.exe (%zu bytes)\n", WMIFLEET_VERSION,
           payload.hash, payload.len);
    return 0;
}

static int run_command(const struct options *options, const struct log *log)
{
    switch (options->command) {
    case COMMAND_CHECK:
    case COMMAND_APPLY:
    case COMMAND_UNDO:
    case COMMAND_PING:
    case COMMAND_CLEAN:
        return command_run(options, log);
    case COMMAND_VERIFY:
        return command_verify(options, log);
    case COMMAND_TRUST:
        return command_trust(options, log);
    case COMMAND_INVENTORY:
        return command_inventory(options, log);
    case COMMAND_RUNS:
        return command_runs(options, log);
    case COMMAND_SHOW:
        return command_show(options, log);
    case COMMAND_REPORT:
        return command_report(options, log);
    case COMMAND_STATUS:
        return command_status(options, log);
    case COMMAND_EXPLAIN:
        return command_explain(options, log);
    case COMMAND_COUNT:
        break;
    }
    return EXIT_USAGE;
}

/* Passwords pass through this program's memory: no core file of it. */
static void forbid_core_files(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    /* A core handler behind a pipe is not held by the limit. */
    prctl(PR_SET_DUMPABLE, 0);
}

/*
 * glibc puts blocks from this size on into mappings of their own, which go
 * back to the system when freed, but raises the size to that of each one that
 * is: after the first long answer the next, of 4 MiB, would come out of the
 * heap, which small blocks behind them keep from shrinking again. A size that
 * is set stays.
 */
static void keep_the_heap_small(void)
{
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

static struct log make_log(const struct options *options)
{
    struct log log = {.out = stderr, .shown = LOG_WARNING};
    if (options->quiet)
        log.shown = LOG_ERROR;
    for (unsigned i = 0; i < options->verbose && log.shown < LOG_TRACE; i++)
        log.shown = (enum log_level)(log.shown + 1);
    return log;
}

/*
 * The next file to be opened would take the number of a closed stream, and
 * what is printed would go into it: the store. False when standard output was
 * closed.
 */
static bool open_standard_streams(void)
{
    bool can_tell = true;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        can_tell = can_tell && fd != STDOUT_FILENO;
        if (open("/dev/null", O_RDWR) != fd)
            return false;
    }
    return can_tell;
}

int main(int argc, char **argv)
{
    if (!open_standard_streams()) {
        fprintf(stderr, "wmifleet: standard output is closed: nothing was "
                        "done (>/dev/null throws results away)\n");
        return EXIT_CONTROLLER;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return print_version();
    struct options options;
    switch (options_parse(&options, argc, argv)) {
    case OPTIONS_SHOWN:
        return 0;
    case OPTIONS_WRONG:
        return EXIT_USAGE;
    case OPTIONS_RUN:
        break;
    }
    forbid_core_files();
    keep_the_heap_small();
    signal(SIGPIPE, SIG_IGN);
    /* A file that may not grow is an error to be told, as a full disk is. */
    signal(SIGXFSZ, SIG_IGN);
    /* With libuv's four resolver threads a few dead names hold all others. */
    setenv("UV_THREADPOOL_SIZE", "64", 0);
    const struct log log = make_log(&options);
    struct err err;
    if (ssh_global_init(&err)) {
        log_line(&log, LOG_ERROR, "%s", err.text);
        return EXIT_CONTROLLER;
    }
    int status = run_command(&options, &log);
    ssh_global_exit();
    return status;
}
