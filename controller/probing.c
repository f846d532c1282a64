/* SPDX-License-Identifier: MIT */
#include "controller/probing.h"

#include <string.h>

#include "base/json.h"

/* Stops at the first result, the newest, that has facts. */
static int take_known(void *context, const char *host, int status,
                      const char *json)
{
    cJSON **known = context;
    struct err err;
    (void)host;
    (void)status;
    cJSON *result = json_parse("stored result", json, strlen(json), &err);
    if (cJSON_GetArraySize(json_member(result, "facts")) > 0)
        *known = result;
    else
        cJSON_Delete(result);
    return *known != NULL;
}

/* A store that cannot tell it costs a layer only. */
static cJSON *known_of(void *context, const struct target *target)
{
    struct probing *probing = context;
    struct err err;
    cJSON *known = NULL;
    if (store_host_results(probing->store, target->name, take_known, &known,
                           &err))
        log_line(probing->log, LOG_WARNING, "%s: %s", target->name, err.text);
    return known;
}

struct probe_plan probing_plan(struct probing *probing,
                               const struct options *options, const char *run)
{
    struct probe_plan plan = {.run = run,
                              .tcp = &tcp_sockets,
                              .timeouts = probe_timeouts_default(),
                              .expectation = options->expectation,
                              .known = known_of,
                              .context = probing,
                              .log = probing->log};
    if (options->connect_timeout_s > 0)
        plan.timeouts.connect = options->connect_timeout_s * UINT64_C(1000);
    plan.timeouts.host = options->timeout_s * UINT64_C(1000);
    return plan;
}
