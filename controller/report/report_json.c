/* SPDX-License-Identifier: MIT */
/* A report for programs: the run, and the objects that --json gives. */
#include "controller/report/report.h"

#include <stdlib.h>

#include "base/json.h"
#include "controller/report/run_json.h"

/* Takes the object. */
static int put(FILE *out, const char *before, cJSON *object)
{
    char *text = object != NULL ? json_print(object, -1) : NULL;
    cJSON_Delete(object);
    if (text == NULL)
        return -1;
    fprintf(out, "%s%s", before, text);
    free(text);
    return 0;
}

static int begin(struct report *report)
{
    if (put(report->out, "{\"run\": ", run_to_json(report->run)))
        return -1;
    fputs(",\n\"hosts\": [", report->out);
    return 0;
}

static const char *separator(struct report *report)
{
    const char *words = report->begun ? ",\n" : "\n";
    report->begun = true;
    return words;
}

static int put_host(struct report *report, const struct result *result)
{
    return put(report->out, separator(report), result_to_json(result));
}

static int put_pending(struct report *report, const char *host)
{
    cJSON *object = cJSON_CreateObject();
    if (cJSON_AddStringToObject(object, "host", host) &&
        cJSON_AddStringToObject(object, "run", report->run->id) &&
        cJSON_AddStringToObject(object, "verb", report->run->verb) &&
        cJSON_AddStringToObject(object, "status",
                                status_word(STATUS_NOT_TRIED)))
        return put(report->out, separator(report), object);
    cJSON_Delete(object);
    return -1;
}

static int end(struct report *report)
{
    fputs("\n]}\n", report->out);
    return 0;
}

const struct report_format report_json = {.suffix = ".json",
                                          .begin = begin,
                                          .host = put_host,
                                          .pending = put_pending,
                                          .end = end};
