/* SPDX-License-Identifier: MIT */
#include "controller/jump/proxy_command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "controller/result/fault.h"

#define LINE_MAX_LEN 8192
#define SAID_MAX 200
/* One that does not end after so many looks is not asked any more. */
#define LOOKS_MAX 64

/* One that was told to end. */
struct ended {
    pid_t pid;
    unsigned looks;
    struct ended *next;
};

struct proxy_commands {
    const struct log *log;
    struct ended *ended;
};

struct proxy_command {
    struct proxy_commands *commands;
    const struct target *target;
    pid_t pid;
    int fd;
    int errors;
    char said[SAID_MAX + 1];
    size_t said_len;
};

/* --- the line ------------------------------------------------------------- */

static int add_word(struct buf *line, const char *what, const char *word,
                    struct err *err)
{
    static const char harmless[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "._:%@+,=-";
    if (word[strspn(word, harmless)] != '\0' || word[0] == '-')
        return err_set(err, FAULT_REFUSED,
                       "ProxyCommand: the %s '%.100s' has a character that "
                       "the shell may take for its own",
                       what, word);
    buf_add_text(line, word);
    return 0;
}

static int add_token(struct buf *line, char token, const struct target *target,
                     const char *user, struct err *err)
{
    switch (token) {
    case 'h':
        return add_word(line, "address", target->address, err);
    case 'n':
        return add_word(line, "name", target->name, err);
    case 'r':
        return add_word(line, "user", user, err);
    case 'p':
        buf_addf(line, "%u", (unsigned)target->port);
        return 0;
    case '%':
        buf_add_char(line, '%');
        return 0;
    default:
        return err_set(err, FAULT_REFUSED,
                       "ProxyCommand: %%%c is not known here: %%h, %%n, %%p, "
                       "%%r or %%%%",
                       token);
    }
}

/* Without a shell around it, the command is the process that is ended. */
static int make_line(struct buf *line, const struct target *target,
                     const char *user, struct err *err)
{
    buf_add_text(line, "exec ");
    for (const char *c = target->proxy_command; *c != '\0'; c++) {
        if (*c != '%' || c[1] == '\0')
            buf_add_char(line, *c);
        else if (add_token(line, *++c, target, user, err))
            return -1;
    }
    return line->failed
               ? err_set(err, FAULT_REFUSED, "ProxyCommand: it is too long")
               : 0;
}

/* --- its processes -------------------------------------------------------- */

struct proxy_commands *proxy_commands_new(const struct log *log)
{
    struct proxy_commands *commands = calloc(1, sizeof *commands);
    if (commands != NULL)
        commands->log = log;
    return commands;
}

/* Collects those that have ended. */
static void look_after(struct proxy_commands *commands)
{
    struct ended **place = &commands->ended;
    while (*place != NULL) {
        struct ended *ended = *place;
        if (waitpid(ended->pid, NULL, WNOHANG) != 0) {
            *place = ended->next;
            free(ended);
            continue;
        }
        if (++ended->looks == LOOKS_MAX)
            kill(-ended->pid, SIGKILL);
        place = &ended->next;
    }
}

static void wait_for(pid_t pid)
{
    kill(-pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

void proxy_commands_free(struct proxy_commands *commands)
{
    while (commands != NULL && commands->ended != NULL) {
        struct ended *ended = commands->ended;
        commands->ended = ended->next;
        wait_for(ended->pid);
        free(ended);
    }
    free(commands);
}

static int spawn(pid_t *pid, const char *line, int connection, int errors)
{
    static const char shell[] = "/bin/sh";
    char *const words[] = {(char *)shell, (char *)"-c", (char *)line, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t signals;
    if (posix_spawn_file_actions_init(&files) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    posix_spawn_file_actions_adddup2(&files, connection, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, connection, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID |
                                              POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    int number = posix_spawn(pid, shell, &files, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return number;
}

static int start(struct proxy_command *command, const char *line)
{
    int pair[2];
    int errors[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return errno;
    if (pipe2(errors, O_CLOEXEC) != 0) {
        int number = errno;
        close(pair[0]);
        close(pair[1]);
        return number;
    }
    /* Of the pair our end alone: programs do not expect theirs to be so. */
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    /* Both ends: nobody is woken to read what it says, so it is not to wait. */
    fcntl(errors[0], F_SETFL, O_NONBLOCK);
    fcntl(errors[1], F_SETFL, O_NONBLOCK);
    command->fd = pair[0];
    command->errors = errors[0];
    int number = spawn(&command->pid, line, pair[1], errors[1]);
    close(pair[1]);
    close(errors[1]);
    return number;
}

static void close_both(struct proxy_command *command)
{
    if (command->fd >= 0)
        close(command->fd);
    if (command->errors >= 0)
        close(command->errors);
}

struct proxy_command *proxy_command_start(struct proxy_commands *commands,
                                          const struct target *target,
                                          const char *user, struct err *err)
{
    struct buf line;
    struct proxy_command *command = calloc(1, sizeof *command);
    if (command == NULL) {
        err_set(err, 0, "%s: out of memory", target->name);
        return NULL;
    }
    *command = (struct proxy_command){
        .commands = commands, .target = target, .fd = -1, .errors = -1};
    look_after(commands);
    buf_init(&line, LINE_MAX_LEN);
    int failed = make_line(&line, target, user, err);
    int number = failed ? 0 : start(command, line.data);
    buf_release(&line);
    if (number != 0)
        failed = err_set(err, FAULT_REFUSED,
                         "ProxyCommand: /bin/sh cannot be started: %s",
                         strerror(number));
    if (!failed)
        return command;
    close_both(command);
    free(command);
    return NULL;
}

int proxy_command_fd(const struct proxy_command *command)
{
    return command->fd;
}

/* --- what it says --------------------------------------------------------- */

static void keep(struct proxy_command *command, const char *bytes, size_t len)
{
    if (len > SAID_MAX) {
        bytes += len - SAID_MAX;
        len = SAID_MAX;
    }
    size_t over = command->said_len + len > SAID_MAX
                      ? command->said_len + len - SAID_MAX
                      : 0;
    memmove(command->said, command->said + over, command->said_len - over);
    command->said_len -= over;
    memcpy(command->said + command->said_len, bytes, len);
    command->said_len += len;
}

void proxy_command_listen(struct proxy_command *command)
{
    char bytes[4096];
    ssize_t got;
    for (int i = 0; i < 16; i++) {
        got = read(command->errors, bytes, sizeof bytes);
        if (got <= 0)
            return;
        keep(command, bytes, (size_t)got);
    }
}

/* "" where it said nothing; one line. */
static char *said(struct proxy_command *command)
{
    struct buf text;
    size_t len = command->said_len;
    while (len > 0 && strchr("\r\n ", command->said[len - 1]) != NULL)
        len--;
    buf_init(&text, 4 * SAID_MAX + 64);
    log_escape(&text, command->said, len);
    return buf_take(&text);
}

void proxy_command_tell(struct proxy_command *command, struct err *err)
{
    proxy_command_listen(command);
    struct err before = *err;
    char *text = said(command);
    if (text != NULL && text[0] != '\0')
        err_set(err, before.code, "%.300s; ProxyCommand said: %s", before.text,
                text);
    free(text);
}

void proxy_command_end(struct proxy_command *command)
{
    if (command == NULL)
        return;
    proxy_command_listen(command);
    char *text = said(command);
    if (text != NULL && text[0] != '\0')
        log_line(command->commands->log, LOG_INFO, "%s: ProxyCommand said: %s",
                 command->target->name, text);
    free(text);
    close_both(command);
    kill(-command->pid, SIGTERM);
    look_after(command->commands);
    if (waitpid(command->pid, NULL, WNOHANG) == 0) {
        struct ended *ended = calloc(1, sizeof *ended);
        if (ended == NULL) {
            wait_for(command->pid);
        } else {
            *ended = (struct ended){.pid = command->pid,
                                    .next = command->commands->ended};
            command->commands->ended = ended;
        }
    }
    free(command);
}
