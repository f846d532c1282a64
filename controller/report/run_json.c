/* SPDX-License-Identifier: MIT */
#include "controller/report/run_json.h"

#include "controller/result/result.h"

cJSON *run_to_json(const struct store_run *run)
{
    cJSON *object = cJSON_CreateObject();
    bool whole = cJSON_AddStringToObject(object, "run", run->id) &&
                 cJSON_AddStringToObject(object, "verb", run->verb) &&
                 cJSON_AddStringToObject(object, "started", run->started);
    if (run->ended[0] != '\0')
        whole = cJSON_AddStringToObject(object, "ended", run->ended) && whole;
    if (run->reason != NULL)
        whole = cJSON_AddStringToObject(object, "reason", run->reason) && whole;
    whole = cJSON_AddStringToObject(object, "inventory", run->inventory) &&
            cJSON_AddNumberToObject(object, "hosts", (double)run->hosts) &&
            whole;
    for (int i = 0; i < STATUS_COUNT; i++)
        whole = cJSON_AddNumberToObject(object, status_word((enum status)i),
                                        (double)run->by_status[i]) &&
                whole;
    if (run->exit_status >= 0)
        whole =
            cJSON_AddNumberToObject(object, "exit_status", run->exit_status) &&
            whole;
    if (whole)
        return object;
    cJSON_Delete(object);
    return NULL;
}
