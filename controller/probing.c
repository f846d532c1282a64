/* SPDX-License-Identifier: MIT */
#include "controller/probing.h"

#include "controller/known_facts.h"

/* A store that cannot tell it costs a layer only. */
static cJSON *known_of(void *context, const struct target *target)
{
    struct probing *probing = context;
    struct err err;
    struct result *known = NULL;
    if (known_facts(probing->store, target->name, &known, &err))
        log_line(probing->log, LOG_WARNING, "%s: %s", target->name, err.text);
    cJSON *json = known != NULL ? result_to_json(known) : NULL;
    result_free(known);
    return json;
}

struct probe_plan probing_plan(struct probing *probing,
                               const struct options *options, const char *run)
{
    struct probe_plan plan = {.run = run,
                              .tcp = &tcp_sockets,
                              .tcp_context = probing->ways,
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
