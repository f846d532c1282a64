/* SPDX-License-Identifier: MIT */
#include "controller/known_facts.h"

/* Ends the walk with the first that it keeps; results are newest first. */
static int keep(void *context, const char *host, int status, const char *json)
{
    struct result **known = context;
    struct err err;
    (void)host;
    (void)status;
    struct result *result = result_from_json(json, &err);
    if (result == NULL || cJSON_GetArraySize(result->facts) == 0) {
        result_free(result);
        return 0;
    }
    *known = result;
    return 1;
}

int known_facts(struct store *store, const char *host, struct result **known,
                struct err *err)
{
    struct result *found = NULL;
    if (store_host_results(store, host, keep, &found, err) < 0) {
        result_free(found);
        return -1;
    }
    *known = found;
    return 0;
}
