/* SPDX-License-Identifier: MIT */
#include "payload/service/service_state.h"

#include <stddef.h>
#include <string.h>

static const char *const state_words[] = {
    [SERVICE_AT_REST] = "stopped",      [SERVICE_COMES_UP] = "starting",
    [SERVICE_GOES_DOWN] = "stopping",   [SERVICE_RUNS] = "running",
    [SERVICE_CONTINUES] = "continuing", [SERVICE_PAUSES] = "pausing",
    [SERVICE_IS_PAUSED] = "paused",
};
static const char *const start_words[] = {
    [SERVICE_BY_BOOT] = "boot",         [SERVICE_BY_SYSTEM] = "system",
    [SERVICE_AUTOMATIC] = "automatic",  [SERVICE_MANUAL] = "manual",
    [SERVICE_IS_DISABLED] = "disabled",
};
#define START_COUNT (sizeof start_words / sizeof *start_words)

cJSON *service_state_json(const struct service_status *status)
{
    cJSON *state = cJSON_CreateObject();
    bool known = status->state >= SERVICE_AT_REST &&
                 status->state <= SERVICE_IS_PAUSED &&
                 status->start < START_COUNT;
    if (cJSON_AddStringToObject(
            state, "state", known ? state_words[status->state] : "unknown") &&
        cJSON_AddStringToObject(state, "start",
                                known ? start_words[status->start] : "unknown"))
        return state;
    cJSON_Delete(state);
    return NULL;
}

bool service_start_of(const char *word, enum service_start *start)
{
    for (size_t i = 0; word != NULL && i < START_COUNT; i++) {
        if (strcmp(word, start_words[i]) != 0)
            continue;
        *start = (enum service_start)i;
        return true;
    }
    return false;
}
