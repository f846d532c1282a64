/* SPDX-License-Identifier: MIT */
/*
 * usage: measure COMMAND...
 *
 * Runs it and prints, to descriptor 3, its wall time and the CPU time of it
 * and of all that it started, both in microseconds, the largest resident size
 * of one of its processes in KiB, and its exit status. Processes that leave
 * their parent, as ssh does for ControlPersist, are waited for and counted in
 * the CPU time, not in the wall time.
 *
 * A program of its own and small, because the largest size of a process
 * counts from its fork on.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RESULT_FD 3

struct measured {
    int64_t wall_us;
    int64_t cpu_us;
    long most_kib;
    int status;
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t us_of(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

static void run(char **command)
{
    close(RESULT_FD);
    prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

/* Until nobody is left. */
static void wait_for_all(pid_t child, int64_t begun_us,
                         struct measured *measured)
{
    for (;;) {
        struct rusage used;
        int status = 0;
        pid_t ended = wait4(-1, &status, 0, &used);
        if (ended < 0 && errno == EINTR)
            continue;
        if (ended < 0)
            return;
        measured->cpu_us += us_of(used.ru_utime) + us_of(used.ru_stime);
        if (used.ru_maxrss > measured->most_kib)
            measured->most_kib = used.ru_maxrss;
        if (ended != child)
            continue;
        measured->wall_us = now_us() - begun_us;
        measured->status =
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

int main(int argc, char **argv)
{
    struct measured measured = {0};
    if (argc < 2) {
        fputs("usage: measure COMMAND... 3>RESULT\n", stderr);
        return 2;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    int64_t begun_us = now_us();
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        return 1;
    }
    if (child == 0)
        run(argv + 1);
    wait_for_all(child, begun_us, &measured);
    dprintf(RESULT_FD, "%lld %lld %ld %d\n", (long long)measured.wall_us,
            (long long)measured.cpu_us, measured.most_kib, measured.status);
    return 0;
}
