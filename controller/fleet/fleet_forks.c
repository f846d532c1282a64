/* SPDX-License-Identifier: MIT */
/* How many hosts at once the system has descriptors for. */
#include "controller/fleet/fleet.h"

#include <sys/resource.h>

/*
 * A connection, and one to the agent while it logs in. Through a jump host
 * the connection is a pair of them; a ProxyCommand has its errors beside it.
 */
#define DESCRIPTORS_PER_JOB 2
/* The store, the loop, known_hosts, the streams, the resolver's. */
#define DESCRIPTORS_KEPT 64

size_t fleet_forks_possible(size_t wanted, bool through, const struct log *log)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return wanted;
    rlim_t soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit))
        limit.rlim_cur = soft;
    if (limit.rlim_cur == RLIM_INFINITY)
        return wanted;
    rlim_t spare = limit.rlim_cur > DESCRIPTORS_KEPT
                       ? limit.rlim_cur - DESCRIPTORS_KEPT
                       : 0;
    size_t possible = (size_t)(spare / (DESCRIPTORS_PER_JOB + through));
    if (possible < 1)
        possible = 1;
    if (possible >= wanted)
        return wanted;
    log_line(log, LOG_INFO,
             "%zu hosts at once instead of %zu: the limit of open files is "
             "%llu (ulimit -n)",
             possible, wanted, (unsigned long long)limit.rlim_cur);
    return possible;
}
