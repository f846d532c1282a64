/* SPDX-License-Identifier: MIT */
/*
 * The command line, read once and never asked again.
 *
 * One table of verbs and one of options; the table knows which option goes
 * with which verb, and --help is printed from it. Texts point into argv or
 * the environment.
 */
#ifndef CONTROLLER_OPTIONS_H
#define CONTROLLER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "controller/report/recap.h"
#include "controller/fleet/schedule.h"
#include "inventory/target.h"
#include "verify/admission.h"

#define OPTIONS_INVENTORIES_MAX 64
#define OPTIONS_DEFAULT_FORKS 256
#define OPTIONS_DEFAULT_FOR_S (8 * 3600)

/* X(symbol, word, what it does) */
#define COMMAND_LIST(X)                                                        \
    X(CHECK, "check", "what differs from the inventory; changes nothing")      \
    X(APPLY, "apply", "make it so, on all machines at once")                   \
    X(UNDO, "undo", "put back what an apply changed (default: the last)")      \
    X(VERIFY, "verify", "does remote WMI answer, seen from here?")             \
    X(PING, "ping", "connect, log in, leave")                                  \
    X(CLEAN, "clean", "remove what wmifleet left on the machines")             \
    X(TRUST, "trust", "show the hosts' keys and add them to known_hosts")      \
    X(INVENTORY, "inventory", "the inventory as wmifleet understands it")      \
    X(RUNS, "runs", "past runs, the newest first")                             \
    X(SHOW, "show", "one run, host by host (default: the last)")               \
    X(STATUS, "status", "the last known state of every host")                  \
    X(REPORT, "report", "a file about one run: HTML, JSON or JUnit's XML")     \
    X(EXPLAIN, "explain", "what a code means, its causes, what to look at")

enum command {
#define X(symbol, word, help) COMMAND_##symbol,
    COMMAND_LIST(X)
#undef X
        COMMAND_COUNT
};

struct options {
    enum command command;
    const char *inventories[OPTIONS_INVENTORIES_MAX + 1]; /* NULL ends */
    size_t inventory_count;
    const char *limit;
    const char *exclude;
    unsigned forks;
    struct schedule_plan schedule; /* --serial, --canary, --max-fail */
    const char *serial;            /* as they were given, or NULL */
    const char *max_fail;
    bool until_done;
    unsigned for_s;    /* --until-done: how long */
    int retries;       /* -1: the inventory's */
    const char *rerun; /* statuses with commas between */
    const char *resume;
    unsigned timeout_s;         /* whole host; 0: none */
    unsigned connect_timeout_s; /* 0: default */
    const char *user;
    const char *private_key;
    bool ask_pass;
    const char *password_file;
    bool password_to_new_hosts;
    enum host_key_policy host_keys;
    const char *known_hosts;
    const char *ssh_config;
    const char *store;
    bool inventory_by_default; /* from the environment, or the usual file */
    bool store_by_default;
    const char *reason;
    const char *only; /* comma-separated families */
    const char *skip;
    bool restart_never; /* of winmgmt */
    bool dry_run;
    bool allow_irreversible; /* apply */
    bool replace;            /* trust: changed keys too */
    bool yes;
    bool force_ssh;
    enum output output;
    const char *outdir;
    bool color;
    unsigned verbose;
    bool quiet;
    bool list; /* inventory */
    bool graph;
    bool only_check;
    bool show_secrets;
    const char *host; /* inventory, explain */
    bool all;         /* undo */
    bool force;
    bool from_target;
    bool forget_undo;             /* clean */
    enum expectation expectation; /* verify */
    const char *collector;        /* verify --from */
    const char *reader;
    bool ask_reader_pass;
    const char *reader_password_file;
    bool asynchronous;
    const char *run; /* undo, show, report */
    const char *report_file;
    const char *code; /* explain */
};

enum options_outcome {
    OPTIONS_RUN,   /* go on */
    OPTIONS_SHOWN, /* --help or --version was printed: exit 0 */
    OPTIONS_WRONG, /* said on standard error: exit 5 */
};

enum options_outcome options_parse(struct options *options, int argc,
                                   char **argv);

/* "check" */
const char *options_command_word(enum command command);

#endif
