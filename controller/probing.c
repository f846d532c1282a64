/* SPDX-License-Identifier: MIT */
#include "controller/probing.h"

#include <string.h>

#include "base/json.h"

/* Stops at the first result, the newest, that has facts. */
static int take_facts(void *context, const char *host, int status,
                      const char *json)
{
    cJSON **facts = context;
    struct err err;
    (void)host;
    (void)status;
    cJSON *result = json_parse("stored result", json, strlen(json), &err);
    cJSON *member = json_member(result, "facts");
    if (cJSON_IsObject(member))
        *facts = cJSON_DetachItemViaPointer(result, member);
    cJSON_Delete(result);
    return *facts != NULL;
}

/* A store that cannot tell them costs a layer only. */
static cJSON *facts_of(void *context, const struct target *target)
{
    struct probing *probing = context;
    struct err err;
    cJSON *facts = NULL;
    if (store_host_results(probing->store, target->name, take_facts, &facts,
                           &err))
        log_line(probing->log, LOG_WARNING, "%s: %s", target->name, err.text);
    return facts;
}

struct probe_plan probing_plan(struct probing *probing,
                               const struct options *options, const char *run)
{
    struct probe_plan plan = {.run = run,
                              .tcp = &tcp_sockets,
                              .timeouts = probe_timeouts_default(),
                              .expectation = options->expectation,
                              .facts = facts_of,
                              .context = probing,
                              .log = probing->log};
    if (options->connect_timeout_s > 0)
        plan.timeouts.connect = options->connect_timeout_s * UINT64_C(1000);
    plan.timeouts.host = options->timeout_s * UINT64_C(1000);
    return plan;
}
