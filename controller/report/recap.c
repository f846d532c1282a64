/* SPDX-License-Identifier: MIT */
#include "controller/report/recap_parts.h"

#include <stdlib.h>

struct recap *recap_new(const struct recap_config *config)
{
    struct recap *recap = calloc(1, sizeof *recap);
    if (recap != NULL)
        recap->config = *config;
    return recap;
}

void recap_free(struct recap *recap)
{
    if (recap == NULL)
        return;
    entries_release(&recap->entries);
    fleet_release(&recap->fleet);
    free(recap);
}

const size_t *recap_counts(const struct recap *recap)
{
    return recap->counts;
}

int recap_host(struct recap *recap, const struct result *result)
{
    if (fleet_note(&recap->fleet, result->host, result->facts,
                   result->identity))
        return -1;
    if (recap->config.output == OUTPUT_HUMAN)
        return recap_note_result(recap, result);
    recap->counts[result->status]++;
    return recap_json_host(recap, result_to_json(result));
}

void recap_not_tried(struct recap *recap, const char *host)
{
    if (recap->config.output == OUTPUT_HUMAN) {
        recap_note(recap, STATUS_NOT_TRIED, host, "", NULL);
        return;
    }
    recap->counts[STATUS_NOT_TRIED]++;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "host", host);
    cJSON_AddStringToObject(object, "run", recap->config.run);
    cJSON_AddStringToObject(object, "verb", verb_word(recap->config.verb));
    cJSON_AddStringToObject(object, "status", status_word(STATUS_NOT_TRIED));
    recap_json_host(recap, object);
}

int recap_end(struct recap *recap, const char *stopped)
{
    if (recap->config.output == OUTPUT_HUMAN)
        return recap_human_end(recap, stopped);
    return recap_json_end(recap, stopped);
}
