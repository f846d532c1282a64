/* SPDX-License-Identifier: MIT */
/* A run for a program to read. */
#include "controller/report/recap_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int recap_json_host(struct recap *recap, cJSON *object)
{
    char *text = object != NULL ? json_print(object, -1) : NULL;
    cJSON_Delete(object);
    if (text == NULL)
        return -1;
    recap_clear(recap);
    if (recap->config.output == OUTPUT_JSON) {
        fputs(recap->json_begun ? ",\n" : "{\"results\": [\n",
              recap->config.out);
        recap->json_begun = true;
        fputs(text, recap->config.out);
    } else {
        fprintf(recap->config.out, "%s\n", text);
    }
    free(text);
    return fflush(recap->config.out) == 0 ? 0 : -1;
}

static void add_finding(void *context, const char *name, const char *text,
                        char **hosts, size_t count)
{
    cJSON *finding = cJSON_CreateObject();
    cJSON_AddStringToObject(finding, "name", name);
    cJSON_AddStringToObject(finding, "text", text);
    cJSON *names = cJSON_AddArrayToObject(finding, "hosts");
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(names, cJSON_CreateString(hosts[i]));
    if (!cJSON_AddItemToArray(context, finding))
        cJSON_Delete(finding);
}

static cJSON *summary_object(struct recap *recap, const char *stopped)
{
    cJSON *summary = cJSON_CreateObject();
    cJSON_AddStringToObject(summary, "run", recap->config.run);
    cJSON_AddStringToObject(summary, "verb", verb_word(recap->config.verb));
    for (int status = 0; status < STATUS_COUNT; status++)
        cJSON_AddNumberToObject(summary, status_word((enum status)status),
                                (double)recap->counts[status]);
    cJSON_AddNumberToObject(summary, "nothing_asked",
                            (double)recap->config.nothing_asked);
    cJSON_AddBoolToObject(summary, "interrupted",
                          stopped != NULL &&
                              strcmp(stopped, "interrupted") == 0);
    if (stopped != NULL)
        cJSON_AddStringToObject(summary, "stopped", stopped);
    cJSON *findings = cJSON_AddArrayToObject(summary, "findings");
    fleet_findings(&recap->fleet, add_finding, findings);
    return summary;
}

int recap_json_end(struct recap *recap, const char *stopped)
{
    cJSON *summary = summary_object(recap, stopped);
    FILE *out = recap->config.out;
    if (recap->config.output == OUTPUT_NDJSON) {
        cJSON *line = cJSON_CreateObject();
        cJSON_AddItemToObject(line, "summary", summary);
        return recap_json_host(recap, line);
    }
    char *text = json_print(summary, -1);
    cJSON_Delete(summary);
    if (text == NULL)
        return -1;
    recap_clear(recap);
    fprintf(out, "%s\n], \"summary\": %s}\n",
            recap->json_begun ? "" : "{\"results\": [", text);
    free(text);
    return fflush(out) == 0 ? 0 : -1;
}
