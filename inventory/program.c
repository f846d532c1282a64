/* SPDX-License-Identifier: MIT */
#include "inventory/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READ_SIZE 16384
#define REAP_PAUSE_NS 5000000

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Our environment and one variable more; only `*added` is a copy. */
static char **make_environment(const struct program *program, char **added)
{
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    char **all = calloc(count + 2, sizeof *all);
    *added = NULL;
    if (all == NULL)
        return NULL;
    size_t name_len = 0;
    if (program->env_name != NULL) {
        name_len = strlen(program->env_name);
        if (asprintf(added, "%s=%s", program->env_name, program->env_value) ==
            -1) {
            *added = NULL;
            free(all);
            return NULL;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (*added == NULL || strncmp(environ[i], *added, name_len + 1) != 0)
            all[kept++] = environ[i];
    all[kept] = *added;
    return all;
}

/* Returns an errno. */
static int spawn(const struct program *program, int out, char *const *env,
                 pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0)
        return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return failed;
    }
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
                                              "/dev/null", O_RDONLY, 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (failed == 0)
        failed = posix_spawnp(pid, program->argv[0], &actions, &attributes,
                              (char *const *)program->argv, env);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* 1 when there is more to come, 0 at the end, -1 on failure. */
static int read_some(int in, struct buf *out, long long left_ms,
                     const struct program *program, struct err *err)
{
    struct pollfd wait = {.fd = in, .events = POLLIN};
    if (left_ms <= 0)
        return err_set(err, ETIMEDOUT,
                       "%s: did not end within %u s and was stopped",
                       program->argv[0], program->limit_s);
    int ready = poll(&wait, 1, (int)left_ms);
    if (ready <= 0)
        return 1;
    char *room = buf_room(out, READ_SIZE);
    char spare[1];
    ssize_t got = room == NULL ? read(in, spare, sizeof spare)
                               : read(in, room, READ_SIZE);
    if (got == -1 && errno == EINTR)
        return 1;
    if (got == -1)
        return err_set(err, errno, "%s: its output cannot be read: %s",
                       program->argv[0], strerror(errno));
    if (got > 0 && room == NULL)
        return err_set(err, 0, "%s: wrote more than %zu bytes",
                       program->argv[0], out->max - READ_SIZE);
    buf_added(out, room == NULL ? 0 : (size_t)got);
    return got > 0;
}

/* Waits until the deadline, then kills; always reaps. */
static int reap(pid_t pid, long long deadline, bool failed, int *status)
{
    for (;;) {
        pid_t ended = waitpid(pid, status, failed ? 0 : WNOHANG);
        if (ended == pid)
            return failed ? -1 : 0;
        if (ended == -1 && errno != EINTR)
            return -1;
        if (ended == 0 && now_ms() >= deadline) {
            kill(pid, SIGKILL);
            failed = true;
        } else if (ended == 0) {
            nanosleep(&(struct timespec){.tv_nsec = REAP_PAUSE_NS}, NULL);
        }
    }
}

static int judge(const struct program *program, int status, struct err *err)
{
    if (WIFSIGNALED(status))
        return err_set(err, 0, "%s: was ended by signal %d", program->argv[0],
                       WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return err_set(err, 0, "%s: failed with exit status %d",
                       program->argv[0], WEXITSTATUS(status));
    return 0;
}

static int collect(const struct program *program, int in, pid_t pid,
                   struct buf *out, struct err *err)
{
    long long deadline = now_ms() + program->limit_s * 1000LL;
    int more = 1;
    while (more == 1)
        more = read_some(in, out, deadline - now_ms(), program, err);
    if (more == -1)
        kill(pid, SIGKILL);
    int status = 0;
    if (reap(pid, deadline, more == -1, &status) == 0)
        return judge(program, status, err);
    if (more == 0)
        err_set(err, ETIMEDOUT, "%s: did not end within %u s and was stopped",
                program->argv[0], program->limit_s);
    return -1;
}

int program_run(const struct program *program, struct buf *out, struct err *err)
{
    int ends[2] = {-1, -1};
    char *added = NULL;
    char **env = make_environment(program, &added);
    int result = -1;
    pid_t pid;
    if (env == NULL || pipe2(ends, O_CLOEXEC) == -1) {
        err_set(err, errno, "%s: cannot be started: %s", program->argv[0],
                strerror(errno));
        goto out;
    }
    int failed = spawn(program, ends[1], env, &pid);
    close(ends[1]);
    if (failed == 0)
        result = collect(program, ends[0], pid, out, err);
    else
        err_set(err, failed, "%s: cannot be started: %s%s", program->argv[0],
                strerror(failed),
                failed == ENOEXEC ? " (its first line should be '#!' and an "
                                    "interpreter)"
                                  : "");
    close(ends[0]);
out:
    free(env);
    free(added);
    return result;
}
