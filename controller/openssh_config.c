/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. A row of targets grows while it is worked through: the
 * selected hosts, then the jump hosts that come up. In each round the
 * addresses that were not asked for yet are, by several processes at a time;
 * then the targets are filled in from the answers.
 *
 * `ssh -G` prints defaults as if they had been said. A first answer, of an
 * empty configuration, tells them apart.
 */
#include "controller/openssh_config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "inventory/jump.h"
#include "inventory/secret.h"

#define AT_A_TIME 8
#define ANSWER_MAX 65536
#define PATIENCE_MS 30000
#define DEFAULTS_FILE "/dev/null"

struct answer {
    const char *host;
    const char *file;
    struct buf text;
    pid_t pid;
    int fd; /* -1: not asked, or all is here */
};

struct reading {
    const char *file;
    struct inventory *inventory;
    const struct log *log;
    struct complaints complaints;
    struct table answers; /* by address */
    struct list all;      /* the same in a row */
    struct list targets;  /* struct target */
    struct answer *defaults;
    bool failed;
};

/* --- asking --------------------------------------------------------------- */

static int ask(struct answer *answer)
{
    int out[2];
    char *const words[] = {
        (char *)"ssh",        (char *)"-T", (char *)"-G",         (char *)"-F",
        (char *)answer->file, (char *)"--", (char *)answer->host, NULL};
    posix_spawn_file_actions_t files;
    if (pipe2(out, O_CLOEXEC) != 0)
        return errno;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
    int number =
        posix_spawnp(&answer->pid, words[0], &files, NULL, words, environ);
    posix_spawn_file_actions_destroy(&files);
    close(out[1]);
    if (number == 0)
        answer->fd = out[0];
    else
        close(out[0]);
    return number;
}

static void complain(struct reading *reading, const struct answer *answer,
                     const char *what)
{
    log_line(reading->log, LOG_ERROR, "--ssh-config %s: ssh -G %s: %s",
             reading->file, answer->host, what);
    reading->failed = true;
}

static void take_end(struct reading *reading, struct answer *answer)
{
    int status = 0;
    close(answer->fd);
    answer->fd = -1;
    while (waitpid(answer->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    buf_add_char(&answer->text, '\0');
    if (answer->text.failed)
        complain(reading, answer, "too long an answer");
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        complain(reading, answer, "it failed");
}

static void take_some(struct reading *reading, struct answer *answer)
{
    char bytes[4096];
    ssize_t got = read(answer->fd, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR)
        return;
    if (got > 0 && buf_add(&answer->text, bytes, (size_t)got) == 0)
        return;
    if (got > 0)
        kill(answer->pid, SIGKILL);
    take_end(reading, answer);
}

static void await_some(struct reading *reading, struct answer **running,
                       size_t count)
{
    struct pollfd polled[AT_A_TIME];
    for (size_t i = 0; i < count; i++)
        polled[i] = (struct pollfd){.fd = running[i]->fd, .events = POLLIN};
    int ready = poll(polled, (nfds_t)count, PATIENCE_MS);
    for (size_t i = 0; i < count; i++) {
        if (ready == 0) { /* a Match exec that does not end */
            kill(running[i]->pid, SIGKILL);
            complain(reading, running[i], "no answer");
            take_end(reading, running[i]);
        } else if (ready > 0 && polled[i].revents != 0) {
            take_some(reading, running[i]);
        }
    }
}

/* Asks from place `from` on, and has every answer when it returns. */
static void ask_all(struct reading *reading, size_t from)
{
    struct answer *running[AT_A_TIME];
    size_t count = 0;
    const struct list *all = &reading->all;
    while (count > 0 || (from < all->count && !reading->failed)) {
        while (count < AT_A_TIME && from < all->count && !reading->failed) {
            struct answer *answer = all->items[from++];
            int number = ask(answer);
            if (number != 0)
                complain(reading, answer, strerror(number));
            else
                running[count++] = answer;
        }
        if (count > 0)
            await_some(reading, running, count);
        for (size_t i = count; i-- > 0;)
            if (running[i]->fd < 0)
                running[i] = running[--count];
    }
}

static void answer_free(void *item)
{
    struct answer *answer = item;
    buf_release(&answer->text);
    free(answer);
}

/* NULL when out of memory. */
static struct answer *answer_of(struct reading *reading, const char *host,
                                const char *file)
{
    struct answer *answer = table_get_text(&reading->answers, host);
    if (answer != NULL)
        return answer;
    answer = calloc(1, sizeof *answer);
    if (answer == NULL)
        return NULL;
    *answer = (struct answer){.host = host, .file = file, .fd = -1};
    buf_init(&answer->text, ANSWER_MAX);
    if (list_add(&reading->all, answer) == -1) {
        answer_free(answer);
        return NULL;
    }
    return table_put_text(&reading->answers, host, answer) == -1 ? NULL
                                                                 : answer;
}

/* --- what it says --------------------------------------------------------- */

/* The first value of a keyword, for free(); NULL: none. */
static char *value_in(const struct answer *answer, const char *keyword)
{
    size_t len = strlen(keyword);
    for (const char *line = answer->text.data; *line != '\0';) {
        size_t rest = strcspn(line, "\n");
        if (rest > len && strncasecmp(line, keyword, len) == 0 &&
            line[len] == ' ')
            return strndup(line + len + 1, rest - len - 1);
        line += rest + (line[rest] == '\n');
    }
    return NULL;
}

/* What was said, not what is so by default; lives with the inventory. */
static const char *said(struct reading *reading, const struct answer *answer,
                        const char *keyword)
{
    char *value = value_in(answer, keyword);
    char *usual = value_in(reading->defaults, keyword);
    bool is_usual =
        value != NULL && ((usual != NULL && strcmp(value, usual) == 0) ||
                          strcasecmp(value, "none") == 0);
    free(usual);
    if (!is_usual)
        return state_keep(reading->inventory, value);
    free(value);
    return NULL;
}

static bool leads_to(const struct target *from, const struct target *to)
{
    while (from != NULL && from != to)
        from = from->jump;
    return from != NULL;
}

static void add_target(struct reading *reading, const struct target *target)
{
    for (size_t i = 0; i < reading->targets.count; i++)
        if (reading->targets.items[i] == target)
            return;
    if (list_add(&reading->targets, (void *)target) == -1)
        reading->failed = true;
}

static void add_jumps(struct reading *reading, const struct target *target)
{
    for (const struct target *hop = target->jump; hop; hop = hop->jump)
        add_target(reading, hop);
}

static void fill_route(struct reading *reading, struct target *target,
                       const struct answer *answer)
{
    const struct connection_rules rules = {.inventory = reading->inventory,
                                           .complaints = &reading->complaints};
    struct err err;
    const struct target *jump = NULL;
    const char *text = said(reading, answer, "proxyjump");
    target->given.route = true;
    target->proxy_command = said(reading, answer, "proxycommand");
    if (text == NULL)
        return;
    if (jump_read(&rules, target->name, text, &jump, &err))
        complain(reading, answer, err.text);
    else if (leads_to(jump, target))
        complain(reading, answer, "its jump hosts go round in a ring");
    else
        target->jump = jump;
}

static void fill(struct reading *reading, struct target *target,
                 const struct answer *answer)
{
    const char *text;
    if (!target->given.address &&
        (text = said(reading, answer, "hostname")) != NULL)
        target->address = text;
    if (!target->given.port && (text = said(reading, answer, "port")) != NULL)
        target->port = (uint16_t)strtoul(text, NULL, 10);
    if (target->user == NULL)
        target->user = said(reading, answer, "user");
    if (target->private_key_file == NULL &&
        (text = said(reading, answer, "identityfile")) != NULL)
        target->private_key_file = secret_expand_home(reading->inventory, text);
    if (target->host_key_alias == NULL)
        target->host_key_alias = said(reading, answer, "hostkeyalias");
    if (target->connect_timeout_s == 0 &&
        (text = said(reading, answer, "connecttimeout")) != NULL)
        target->connect_timeout_s = (unsigned)strtoul(text, NULL, 10);
    if (!target->given.route)
        fill_route(reading, target, answer);
    if (said(reading, answer, "userknownhostsfile") != NULL)
        log_line(reading->log, LOG_INFO,
                 "%s: UserKnownHostsFile of %s has no effect: use "
                 "--known-hosts",
                 target->name, reading->file);
}

/* --- the whole ------------------------------------------------------------ */

/* From place `from` of the targets on; they become more. */
static void read_round(struct reading *reading, size_t from)
{
    size_t end = reading->targets.count;
    size_t first = reading->all.count;
    for (size_t i = from; i < end; i++) {
        const struct target *target = reading->targets.items[i];
        if (answer_of(reading, target->address, reading->file) == NULL)
            reading->failed = true;
    }
    ask_all(reading, first);
    for (size_t i = from; i < end && !reading->failed; i++) {
        struct target *target = reading->targets.items[i];
        const struct answer *answer =
            table_get_text(&reading->answers, target->address);
        fill(reading, target, answer);
    }
    /* After all of them, for they share their jump hosts. */
    const struct target *seen = NULL;
    for (size_t i = from; i < end && !reading->failed; i++) {
        const struct target *target = reading->targets.items[i];
        if (target->jump != seen)
            add_jumps(reading, target);
        seen = target->jump;
    }
}

static int read_defaults(struct reading *reading)
{
    struct answer *defaults = calloc(1, sizeof *defaults);
    if (defaults == NULL || list_add(&reading->all, defaults) == -1) {
        free(defaults);
        return -1;
    }
    *defaults =
        (struct answer){.host = "localhost", .file = DEFAULTS_FILE, .fd = -1};
    buf_init(&defaults->text, ANSWER_MAX);
    reading->defaults = defaults;
    ask_all(reading, 0);
    return reading->failed ? -1 : 0;
}

static int read_all(struct reading *reading, struct target_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list_add(&reading->targets, &list->items[i]) == -1)
            return -1;
    if (read_defaults(reading))
        return -1;
    for (size_t from = 0; from < reading->targets.count && !reading->failed;) {
        size_t end = reading->targets.count;
        read_round(reading, from);
        from = end;
    }
    return reading->failed ? -1 : 0;
}

int openssh_config_read(const char *file, struct inventory *inventory,
                        struct target_list *list, const struct log *log)
{
    struct problems problems;
    struct reading reading = {.file = file, .inventory = inventory, .log = log};
    if (access(file, R_OK) != 0) {
        log_line(log, LOG_ERROR, "--ssh-config %s: %s", file, strerror(errno));
        return -1;
    }
    problems_init(&problems);
    complaints_init(&reading.complaints, inventory);
    int failed = read_all(&reading, list);
    if (failed && !reading.failed)
        log_line(log, LOG_ERROR, "--ssh-config %s: it cannot be read", file);
    complaints_tell(&reading.complaints, &problems);
    for (size_t i = 0; i < problems.count; i++)
        log_line(log, problems.items[i].warning ? LOG_WARNING : LOG_ERROR, "%s",
                 problems.items[i].text);
    failed |= problems.error_count > 0;
    problems_release(&problems);
    list_release(&reading.targets);
    table_release(&reading.answers);
    list_release_all(&reading.all, answer_free);
    return failed ? -1 : 0;
}
