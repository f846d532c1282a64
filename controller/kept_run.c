/* SPDX-License-Identifier: MIT */
#include "controller/kept_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "controller/job/kept_target.h"

int kept_run_name(char id[PROTOCOL_RUN_ID_MAX + 1])
{
    unsigned char random[4];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return -1;
    time_t now = time(NULL);
    struct tm utc;
    char stamp[32];
    if (gmtime_r(&now, &utc) == NULL ||
        strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &utc) == 0)
        return -1;
    snprintf(id, PROTOCOL_RUN_ID_MAX + 1, "%s-%02x%02x%02x%02x", stamp,
             random[0], random[1], random[2], random[3]);
    return 0;
}

static void free_hosts(struct store_host *hosts, size_t count)
{
    for (size_t i = 0; hosts != NULL && i < count; i++)
        free((char *)hosts[i].target);
    free(hosts);
}

/* NULL when memory is short. */
static struct store_host *make_hosts(const struct target_list *targets)
{
    struct store_host *hosts = calloc(targets->count + 1, sizeof *hosts);
    for (size_t i = 0; hosts != NULL && i < targets->count; i++) {
        hosts[i].name = targets->items[i].name;
        hosts[i].target = kept_target_print(&targets->items[i]);
        if (hosts[i].target == NULL) {
            free_hosts(hosts, i);
            return NULL;
        }
    }
    return hosts;
}

int kept_run_begin(struct store *store, const struct kept_run *run,
                   struct err *err)
{
    const struct target_list *targets = run->targets;
    struct store_host *hosts = make_hosts(targets);
    char *reason = run->reason != NULL ? strdup(run->reason) : NULL;
    int failed = -1;
    if (hosts == NULL || (run->reason != NULL && reason == NULL)) {
        err_set(err, 0, "out of memory");
    } else {
        struct store_run stored = {.reason = reason,
                                   .inventory = run->sources,
                                   .hosts = targets->count};
        snprintf(stored.id, sizeof stored.id, "%s", run->id);
        snprintf(stored.verb, sizeof stored.verb, "%s", verb_word(run->verb));
        failed = run->goes_on ? store_run_go_on(store, &stored, hosts, err)
                              : store_run_begin(store, &stored, hosts, err);
    }
    free(reason);
    free_hosts(hosts, targets->count);
    return failed;
}
